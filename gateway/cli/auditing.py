"""``gateway audit``: what was decided for whom, and whether nothing of it was touched."""

import json
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from urllib.parse import unquote

import click
from rich.markup import escape
from rich.table import Table

from gateway.access.audit import Entry
from gateway.cli.opening import MOMENT, home_option, opened
from gateway.cli.output import wide_console


@click.group(epilog="Example:  gateway audit show --provider GT_IGM")
def audit() -> None:
    """The log of every decision on data, submissions and rights."""


@audit.command(
    "show", epilog="Example:  gateway audit show --client ine-gt --since 2026-11-01T00:00Z"
)
@click.option("--provider", "providers", multiple=True, help="Only what concerns its figures.")
@click.option("--client", help="Only what a client did.")
@click.option("--organisation", help="Only what an organisation's clients and people did.")
@click.option(
    "--action",
    help="Only one kind: read, submit, approve, refuse, token, sign-in, consent, grants.add …",
)
@click.option("--since", type=MOMENT, help="From a moment on.")
@click.option("--until", type=MOMENT, help="Before a moment.")
@click.option("--limit", type=click.IntRange(1), default=100, show_default=True, help="At most.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line, with all of it.")
@home_option
def show(
    providers: tuple[str, ...],
    client: str | None,
    organisation: str | None,
    action: str | None,
    since: datetime | None,
    until: datetime | None,
    limit: int,
    home: Path | None,
    *,
    as_json: bool,
) -> None:
    """Show the last entries that fit, oldest first."""
    with opened(home) as exchange:
        found = exchange.audit.entries(
            since=since,
            until=until,
            client=client,
            organisation=organisation,
            action=action,
            providers=frozenset(providers) or None,
            limit=limit,
        )
    if as_json:
        for each in found:
            told = asdict(each.decision) | {"at": each.decision.at.isoformat()}
            click.echo(json.dumps({"number": each.number, **told, "digest": each.digest}))
        return
    table = Table("Entry", "At", "Who", "Action", "What", "Rows", "Kept back", "Status")
    for each in found:
        table.add_row(*_row(each))
    wide_console().print(table)


def _row(entry: Entry) -> tuple[str, ...]:
    said = entry.decision
    who = said.client_id or said.subject
    acting = f"{who} ({said.organisation})" if said.organisation else who
    what = unquote(said.query or said.flow)  # as people write it; --json has it as it was asked
    return (
        str(entry.number),
        said.at.isoformat(timespec="seconds"),
        _shown(acting),
        said.action,
        _shown(what),
        str(said.rows),
        str(said.suppressed),
        str(said.status or ""),
    )


def _shown(text: str) -> str:
    """Whatever somebody sent, in signs that do nothing to a terminal."""
    plain = "".join(each if each.isprintable() else f"\\x{ord(each):02x}" for each in text)
    return escape(plain)


@audit.command("verify", epilog="Example:  gateway audit verify --noted 5f0c2d1e…")
@click.option("--noted", help="A digest that was noted down: it must still be there.")
@home_option
def verify(noted: str | None, home: Path | None) -> None:
    """Prove that no entry was altered, removed or put in between.

    Note down the digest that is printed, somewhere else than here: with --noted it shows later
    that nothing was cut off at the end. Exit status 1 where something does not hold.
    """
    with opened(home) as exchange:
        faults = [*exchange.audit.faults(noted)]
        number, digest = exchange.audit.head()
    for fault in faults:
        click.echo(fault)
    if faults:
        raise click.exceptions.Exit(1)
    click.echo(f"{number} entries hold. The last one's digest is {digest}")
