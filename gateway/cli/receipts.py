"""Receipts as people read them on the terminal."""

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from gateway.exchange.submission import summary
from gateway.model.finding import Severity
from gateway.model.release import Receipt, State
from gateway.model.text import Language, Text
from gateway.releases.submissions import SAID

__all__ = ["SAID", "plain", "show"]


json_option = click.option(
    "--json", "in_json", is_flag=True, help="Print the report as one JSON object."
)


def plain(word: str) -> str:
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
    State.RECEIVED: Text("Recibido; sin revisar todavía.", "Received; not checked yet."),
    State.APPROVED: Text("Aprobado; se está publicando.", "Approved; it is being released."),
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

_WAITS = Text(
    "Revisado: espera a que otra persona lo apruebe con: gateway approve {id}",
    "Checked: it waits for somebody else to approve it with: gateway approve {id}",
)

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


def show(receipt: Receipt, language: Language) -> None:
    """Print what was found in a file, what became of its figures, and what becomes of it."""
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
            table.add_row(*(escape(plain(word)) for word in words), style=style)
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
    kept = receipt.submission is not None
    says = _WAITS if kept and receipt.state is State.CHECKED else _STATES[receipt.state]
    console.print(says.said(language).format(number=number, id=receipt.submission))
    if receipt.release and receipt.release.visible_from > receipt.release.released_at:
        until = receipt.release.visible_from.isoformat(timespec="minutes")
        console.print(_EMBARGO.said(language).format(until=until))
