"""``gateway approve``, ``refuse`` and ``submissions``: the way of a file that was handed in."""

import json
from pathlib import Path

import click
from rich.markup import escape
from rich.table import Table

from gateway.cli.opening import home_option, language_of, language_option, login_name, opened
from gateway.cli.output import wide_console
from gateway.cli.receipts import SAID, json_option, plain, show
from gateway.exchange import workflow
from gateway.exchange.receipts import as_json
from gateway.model.release import Receipt, State, Submission
from gateway.model.text import Language, Text

_by = click.option("--by", default=login_name, help="Who decides (else the login name).")


@click.command(epilog="Example:  gateway approve 5f0c… --by 'María Pérez'")
@click.argument("id")
@_by
@json_option
@language_option
@home_option
def approve(id: str, by: str, lang: str | None, home: Path | None, *, in_json: bool) -> None:
    """Release the submission ID, checked again as things stand now.

    Where the provision asks for four eyes, not by whoever handed it in. Exit status: 0 released or
    unchanged; 1 findings stopped it; 2 it cannot be approved.
    """
    with opened(home) as exchange:
        receipt = workflow.approve(exchange, id, by)
        language = language_of(lang, exchange)
    _tell(receipt, language, in_json=in_json)


@click.command(epilog="Example:  gateway refuse 5f0c… --because 'el mes equivocado'")
@click.argument("id")
@click.option("--because", required=True, help="Why; it stays on record.")
@_by
@language_option
@home_option
def refuse(id: str, by: str, because: str, lang: str | None, home: Path | None) -> None:
    """End the submission ID without a release; it stays on record with its file."""
    with opened(home) as exchange:
        refused = workflow.refuse(exchange, id, by, because)
        language = language_of(lang, exchange)
    says = Text("La entrega {id} queda rechazada.", "The submission {id} is refused.")
    click.echo(says.said(language).format(id=refused.id))


@click.group(epilog="Example:  gateway submissions list")
def submissions() -> None:
    """What was handed in: list, show, resume."""


_HEADINGS = Text(
    "Entrega|Provisión|Recibida|Estado|Archivo|Entregó|Decidió|Publicada como",
    "Submission|Provision|Received|State|File|Handed in by|Decided by|Released as",
)


@submissions.command("list", epilog="Example:  gateway submissions list --open")
@click.option("--provision", help="Only those for one provision.")
@click.option("--open", "only_open", is_flag=True, help="Only those that are not decided yet.")
@language_option
@home_option
def list_submissions(
    provision: str | None, lang: str | None, home: Path | None, *, only_open: bool
) -> None:
    """List submissions, oldest first."""
    with opened(home) as exchange:
        found = exchange.store.catalogue.submissions.all(provision)
        language = language_of(lang, exchange)
    table = Table(*_HEADINGS.said(language).split("|"))
    for each in found:
        if each.state.is_open or not only_open:
            table.add_row(*(escape(word) for word in _row(each, language)))
    wide_console().print(table)


def _row(each: Submission, language: Language) -> tuple[str, ...]:
    words = (
        each.id,
        each.provision,
        each.received_at.isoformat(timespec="seconds"),
        _state(each, language),
        each.source_name,
        each.submitted_by or "",
        each.decided_by or "",
        "" if each.release is None else str(each.release),
    )
    return tuple(plain(word) for word in words)


def _state(each: Submission, language: Language) -> str:
    waits = Text("espera aprobación", "awaits approval")
    return (waits if each.waits else SAID[each.state]).said(language)


_BECAUSE = Text("Motivo", "Because")


@submissions.command("show", epilog="Example:  gateway submissions show 5f0c…")
@click.argument("id")
@language_option
@home_option
def show_submission(id: str, lang: str | None, home: Path | None) -> None:
    """Show the submission ID with what was found in it."""
    with opened(home) as exchange:
        found = exchange.store.catalogue.submissions.get(id)
        receipt = workflow.receipt_on_record(exchange, found)
        language = language_of(lang, exchange)
    names = _HEADINGS.said(language).split("|")
    lines = dict(zip(names, _row(found, language), strict=True))
    lines[_BECAUSE.said(language)] = plain(found.because or "")
    for name, value in lines.items():
        if value:
            click.echo(f"{name:15} {value}")
    if receipt is not None:
        show(receipt, language)


@submissions.command("resume", epilog="Example:  gateway submissions resume 5f0c…")
@click.argument("id")
@json_option
@language_option
@home_option
def resume(id: str, lang: str | None, home: Path | None, *, in_json: bool) -> None:
    """Go on with the submission ID, on which the work was broken off.

    Exit status: 0 released, unchanged or waiting; 1 findings stopped it; 2 there is nothing to do.
    """
    with opened(home) as exchange:
        receipt = workflow.take_up(exchange, id)
        language = language_of(lang, exchange)
    _tell(receipt, language, in_json=in_json)


def _tell(receipt: Receipt, language: Language, *, in_json: bool) -> None:
    if in_json:
        click.echo(json.dumps(as_json(receipt), ensure_ascii=False))
    else:
        show(receipt, language)
    if receipt.state is State.REFUSED:
        raise click.exceptions.Exit(1)
