"""``gateway people``: who may sign in."""

from pathlib import Path

import click
from rich.markup import escape
from rich.table import Table

from gateway.access.clients import DATA_READ, SCOPES
from gateway.access.invitations import LIFE, Asks
from gateway.access.people import ADMINISTRATORS, NewPerson, Person
from gateway.cli.opening import home_option, opened
from gateway.cli.output import wide_console
from gateway.exchange import Exchange
from gateway.model.text import Text


@click.group(epilog="Example:  gateway people add maria@ine.gob.gt 'María Pérez'")
def people() -> None:
    """Who may sign in. A person chooses the password behind a link; nobody else knows it."""


@people.command(
    "add", epilog="Example:  gateway people add maria@ine.gob.gt 'María Pérez' --organisation INE"
)
@click.argument("address")
@click.argument("name")
@click.option("--organisation", help="Whom the person acts for: the id of an organisation.")
@click.option("--group", "groups", multiple=True, help="A group; given again for each.")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    help=f"What the person may do; given again for each: {', '.join(SCOPES)} (else {DATA_READ}).",
)
@click.option(
    "--administrator", is_flag=True, help="Give every scope and the administrators' group."
)
@home_option
def add_person(
    address: str,
    name: str,
    organisation: str | None,
    groups: tuple[str, ...],
    scopes: tuple[str, ...],
    home: Path | None,
    *,
    administrator: bool,
) -> None:
    """Make an account for NAME, known by ADDRESS, and print a link that is good once.

    Hand the link over in a way that only this person reads. It holds for three days.
    """
    if administrator:
        groups, scopes = (*groups, ADMINISTRATORS), SCOPES
    person = NewPerson(
        address.strip().casefold(), name.strip(), organisation, groups, scopes or (DATA_READ,)
    )
    with opened(home) as exchange:
        exchange.accounts.people.add(person, exchange.clock())
        _print_link(exchange, person.id, Asks.BOTH)


@people.command("list", epilog="Example:  gateway people list")
@home_option
def list_people(home: Path | None) -> None:
    """List accounts, revoked ones too."""
    with opened(home) as exchange:
        found = exchange.accounts.people.all()
    table = Table("Address", "Name", "Organisation", "Groups", "Scopes", "Since", "Stands")
    for each in found:
        table.add_row(
            each.id,
            escape(each.name),
            each.organisation or "",
            " ".join(each.groups),
            " ".join(each.scopes),
            each.created_at.isoformat(timespec="seconds"),
            _standing(each),
        )
    wide_console().print(table)


def _standing(person: Person) -> str:
    if person.revoked_at is not None:
        return f"revoked {person.revoked_at.isoformat(timespec='seconds')}"
    if person.issuer:
        return f"through {person.issuer}"
    return "" if person.is_ready else "has a link"


@people.command("revoke", epilog="Example:  gateway people revoke maria@ine.gob.gt")
@click.argument("address")
@home_option
def revoke_person(address: str, home: Path | None) -> None:
    """Close an account at once: its sessions, and the tokens that programs have of it."""
    with opened(home) as exchange:
        exchange.accounts.people.revoke(address, exchange.clock())
    click.echo(f"{address} is revoked.")


@people.command("reset", epilog="Example:  gateway people reset maria@ine.gob.gt")
@click.argument("address")
@click.option("--everything", is_flag=True, help="The second factor too: both were lost.")
@home_option
def reset_person(address: str, home: Path | None, *, everything: bool) -> None:
    """Print a link to choose a new password; the second factor proves who follows it."""
    asks = Asks.BOTH if everything else Asks.PASSWORD
    with opened(home) as exchange:
        _print_link(exchange, address, asks)


@people.command("second-factor", epilog="Example:  gateway people second-factor maria@ine.gob.gt")
@click.argument("address")
@home_option
def second_factor(address: str, home: Path | None) -> None:
    """Print a link to choose a new second factor; the password proves who follows it."""
    with opened(home) as exchange:
        _print_link(exchange, address, Asks.SECOND_FACTOR)


_HAND_OVER = Text(
    "Este enlace es de {address}, vale una vez y {days} días: entréguelo de modo que nadie más lo "
    "lea.",
    "This link is for {address}, good once and for {days} days: hand it over in a way that nobody "
    "else reads.",
)


def _print_link(exchange: Exchange, address: str, asks: Asks) -> None:
    """The link alone on standard output, and what to do with it beside."""
    click.echo(link_for(exchange, exchange.accounts.invitations.invite(address, asks)))
    said = _HAND_OVER.said(exchange.settings.language)
    click.echo(said.format(address=address, days=LIFE.days), err=True)


def link_for(exchange: Exchange, token: str) -> str:
    """The address of a link, as the settings say that people reach the gateway."""
    serve = exchange.settings.serve
    return f"{exchange.settings.issuer_at(serve.host, serve.port)}/setup/{token}"
