"""``gateway submit``: hand in a file as published, and read what became of it."""

import json
import os
from datetime import datetime
from pathlib import Path

import click

from gateway.cli.opening import (
    MOMENT,
    home_option,
    language_of,
    language_option,
    login_name,
    opened,
)
from gateway.cli.receipts import json_option, show
from gateway.errors import StorageFault
from gateway.exchange.receipts import as_json
from gateway.exchange.submission import report_on
from gateway.exchange.submission import submit as submit_file
from gateway.model.release import State
from gateway.model.text import Text


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
@click.option("--by", default=login_name, help="Who hands it in (else the login name).")
@json_option
@language_option
@home_option
def submit(
    file: Path,
    provision: str,
    *,
    check: bool,
    visible_from: datetime | None,
    report: Path | None,
    by: str,
    in_json: bool,
    lang: str | None,
    home: Path | None,
) -> None:
    """Check FILE and release it: all of it, or nothing.

    Where the provision asks for four eyes, it waits until somebody else has approved it.

    Exit status: 0 released, unchanged, waiting or checked; 1 findings stopped it; 2 it
    cannot be read.
    """
    if report is not None:
        _refuse_unwritable(report)
    with opened(home) as exchange:
        receipt = submit_file(
            exchange, file, provision, check_only=check, visible_from=visible_from, by=by
        )
        language = language_of(lang, exchange)
        if report is not None:
            _write(report, report_on(exchange, file, receipt, language))
    if in_json:
        click.echo(json.dumps(as_json(receipt), ensure_ascii=False))
    else:
        show(receipt, language)
        if report is not None:
            click.echo(_MARKED.said(language).format(report=report))
    if receipt.state is State.REFUSED:
        raise click.exceptions.Exit(1)


_MARKED = Text("El libro señalado está en {report}.", "The marked workbook is {report}.")


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
