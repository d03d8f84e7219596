"""``gateway submit``: hand in a file as published, and read what became of it."""

import json
import os
from datetime import datetime
from pathlib import Path

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from gateway.cli.opening import MOMENT, home_option, opened, remembered
from gateway.errors import StorageFault
from gateway.exchange.submission import report_on, summary
from gateway.exchange.submission import submit as submit_file
from gateway.model.finding import Account, Severity
from gateway.model.release import Receipt, State
from gateway.model.text import LANGUAGES, Language, Text


@click.command(
    epilog="Example:  gateway submit igm_2026_10.xlsx --provision GT_IGM_RETURNS --check"
)
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--provision", required=True, help="Which supply this is, such as GT_IGM_RETURNS.")
@click.option("--check", is_flag=True, help="Only read and check; keep and release nothing.")
@click.option(
    "--visible-from",
    type=MOMENT,
    help="Embargo: nobody sees it before this moment, such as 2026-12-01T08:00-06:00.",
)
@click.option(
    "--report",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the file back to this .xlsx, with the faulty cells marked and a sheet of findings.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the report as one JSON object.")
@click.option(
    "--lang", type=click.Choice(LANGUAGES), callback=remembered, help="Language of the report."
)
@home_option
def submit(
    file: Path,
    provision: str,
    *,
    check: bool,
    visible_from: datetime | None,
    report: Path | None,
    as_json: bool,
    lang: str | None,
    home: Path | None,
) -> None:
    """Check FILE and release it: all of it, or nothing.

    Exit status: 0 released, unchanged or checked; 1 findings stopped it; 2 it cannot be read.
    """
    if report is not None:
        _refuse_unwritable(report)
    with opened(home) as exchange:
        receipt = submit_file(
            exchange, file, provision, check_only=check, visible_from=visible_from
        )
        language: Language = "en" if (lang or exchange.settings.language) == "en" else "es"
        if report is not None:
            _write(report, report_on(exchange, file, receipt, language))
    if as_json:
        click.echo(json.dumps(_as_json(receipt), ensure_ascii=False))
    else:
        _show(receipt, language)
    if receipt.state is State.REFUSED:
        raise click.exceptions.Exit(1)


def _refuse_unwritable(path: Path) -> None:
    """Raise StorageFault before anything is released, rather than after."""
    if not path.parent.is_dir() or not os.access(path.parent, os.W_OK):
        raise StorageFault(
            f"There is no folder {path.parent} to write the report to.",
            spanish=f"No hay una carpeta {path.parent} donde escribir el informe.",
            subject=str(path),
        )


def _write(path: Path, content: bytes) -> None:
    try:
        path.write_bytes(content)
    except OSError as error:
        raise StorageFault(
            f"{path} cannot be written ({error.strerror}).",
            spanish=f"No se puede escribir {path} ({error.strerror}).",
            subject=str(path),
        ) from error


def _as_json(receipt: Receipt) -> dict[str, object]:
    return {
        "provision": receipt.provision,
        "state": receipt.state,
        "release": receipt.release.number if receipt.release else None,
        "visible_from": receipt.release.visible_from.isoformat() if receipt.release else None,
        "observations": receipt.observations,
        "skipped": receipt.skipped,
        "account": _account(receipt.account),
        "controls": [
            {"name": each.name, "stated": _whole(each.stated), "computed": _whole(each.computed)}
            for each in receipt.controls
        ],
        "findings": [
            {
                "severity": each.severity,
                "rule": each.rule,
                "sheet": each.sheet,
                "cell": each.cell,
                "value": each.value,
                "message": {"es": each.message.es, "en": each.message.en},
            }
            for each in receipt.findings
        ],
    }


def _account(account: Account) -> dict[str, object]:
    return {
        "read": account.read,
        "observations": account.observations,
        "controls": account.controls,
        "faulty": account.faulty,
        "skipped": [
            {"reason": {"es": each.reason.es, "en": each.reason.en}, "figures": each.figures}
            for each in account.skipped
        ],
    }


def _whole(number: float) -> int | float:
    return int(number) if number.is_integer() else number


def _plain(word: str) -> str:
    """A word without what a terminal would obey."""
    return "".join(each if each.isprintable() else "·" for each in word)


_SEVERITIES = {
    Severity.ERROR: Text("FALTA", "ERROR"),
    Severity.WARNING: Text("AVISO", "REMARK"),
}

_STATES = {
    State.CHECKED: Text(
        "Revisado: se puede publicar. No se guardó nada.",
        "Checked: it can be released. Nothing was kept.",
    ),
    State.RELEASED: Text("Publicado como entrega {number}.", "Released as release {number}."),
    State.UNCHANGED: Text(
        "Sin cambios: la entrega {number} ya dice lo mismo.",
        "Unchanged: release {number} states the same already.",
    ),
    State.REFUSED: Text(
        "No se publicó nada. Corrija lo señalado y entregue el archivo de nuevo.",
        "Nothing was released. Mend what is marked and hand the file in again.",
    ),
}

_EMBARGO = Text(
    "Bajo embargo: nadie la ve antes de {until}.",
    "Under embargo: nobody sees it before {until}.",
)

_COUNTS = Text(
    "{observations} observaciones · {held} de {controls} totales de control coinciden · "
    "{skipped} celdas vacías",
    "{observations} observations · {held} of {controls} control totals agree · "
    "{skipped} empty cells",
)

_HEADINGS = Text(
    "|Hoja|Celda|Valor|Qué pasa y qué hacer", "|Sheet|Cell|Value|What is wrong and what to do"
)


def _show(receipt: Receipt, language: Language) -> None:
    console = Console(highlight=False)
    if receipt.findings:
        table = Table(*_HEADINGS.said(language).split("|"), show_lines=True)
        for each in receipt.findings:
            style = "red" if each.severity is Severity.ERROR else "yellow"
            words = (
                _SEVERITIES[each.severity].said(language),
                each.sheet,
                each.cell,
                each.value,
                each.message.said(language),
            )
            table.add_row(*(escape(_plain(word)) for word in words), style=style)
        console.print(table)
    held = sum(control.holds for control in receipt.controls)
    console.print(
        _COUNTS.said(language).format(
            observations=receipt.observations,
            held=held,
            controls=len(receipt.controls),
            skipped=receipt.skipped,
        )
    )
    for line in summary(receipt.account, language):
        console.print(escape(line))
    number = receipt.release.number if receipt.release else None
    console.print(_STATES[receipt.state].said(language).format(number=number))
    if receipt.release and receipt.release.visible_from > receipt.release.released_at:
        until = receipt.release.visible_from.isoformat(timespec="minutes")
        console.print(_EMBARGO.said(language).format(until=until))
