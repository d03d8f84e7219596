"""``gateway init``, ``clients`` and ``doctor``: the keeper's commands."""

from dataclasses import replace
from pathlib import Path

import click
from rich.markup import escape
from rich.table import Table

from gateway.access.caller import APPROVE, READ, SUBMIT
from gateway.access.clients import DATA_READ, SCOPES
from gateway.access.grants import Grant, checked
from gateway.access.rights import SCOPE_OF
from gateway.cli.opening import home_option, login_name, noted, opened, wide_console
from gateway.exchange import Exchange
from gateway.exchange.weaknesses import weaknesses
from gateway.model.text import Text
from gateway.settings import Home


@click.command(epilog="Example:  gateway init /srv/gateway")
@click.argument("home", type=click.Path(path_type=Path))
def init(home: Path) -> None:
    """Make HOME a home folder with its own dsd/ and config/ to edit."""
    Home(home).adopt_defaults()
    Exchange(Home(home)).close()
    click.echo(f"{home} is ready. Edit {home}/config and {home}/dsd; then:")
    click.echo(f"  gateway serve --home {home}")


_NEW = "client:new"


@click.group(epilog="Example:  gateway clients add 'INE Guatemala'")
def clients() -> None:
    """Machines that may ask for data."""


@clients.command(
    "add", epilog="Example:  gateway clients add 'INE Guatemala' --id ine-gt --read 'LMIG:*'"
)
@click.argument("name")
@click.option("--id", "client_id", default="", help="The client id; random if not given.")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    help=f"What its tokens carry; given again for each: {', '.join(SCOPES)}. {DATA_READ} and what "
    "it is granted here are there without saying.",
)
@click.option("--read", "flows", multiple=True, help="Grant it the free figures of dataflows.")
@click.option("--submit", "submits", multiple=True, help="Let it hand in for providers.")
@click.option("--approve", "approves", multiple=True, help="Let it approve for providers.")
@click.option("--agreement", default="", help="The agreement under which that is granted.")
@click.option("--organisation", help="Whom it acts for: the id of an organisation.")
@home_option
def add_client(
    name: str,
    client_id: str,
    scopes: tuple[str, ...],
    flows: tuple[str, ...],
    submits: tuple[str, ...],
    approves: tuple[str, ...],
    agreement: str,
    organisation: str | None,
    home: Path | None,
) -> None:
    """Register a client called NAME. Its secret is shown once and kept nowhere.

    It reads nothing before something is granted to it, to its organisation or to everyone: here
    with --read '*' or a pattern such as 'LMIG:DF_*', or with gateway grants add.
    """
    wanted = [
        *(Grant(_NEW, (READ,), dataflow=each, agreement=agreement) for each in flows),
        *(Grant(_NEW, (SUBMIT,), each, agreement=agreement) for each in submits),
        *(Grant(_NEW, (APPROVE,), each, agreement=agreement) for each in approves),
    ]
    carried = {SCOPE_OF[action] for each in wanted for action in each.actions}
    carried |= {*scopes} or {DATA_READ}
    with opened(home) as exchange:
        grants = [checked(each) for each in wanted]  # before there is a client without them
        id, secret = exchange.clients.add(
            name, sorted(carried), exchange.clock(), client_id, organisation
        )
        if grants:
            grants = [replace(each, subject=f"client:{id}") for each in grants]
            exchange.grants.change(grants, [], login_name(), exchange.clock())
        noted(exchange, "clients.add", f"client:{id}")
    click.echo(f"client_id     {id}\nclient_secret {secret}")
    if not grants:
        click.echo(f"Nothing is granted to it yet: gateway grants add client:{id} …", err=True)


@click.group(epilog="Example:  gateway organisations add INE_GT 'INE Guatemala' 'INE Guatemala'")
def organisations() -> None:
    """Offices and others that clients act for."""


@organisations.command(
    "add", epilog="Example:  gateway organisations add IOM 'OIM' 'International Organization for …'"
)
@click.argument("organisation")
@click.argument("name_es")
@click.argument("name_en")
@home_option
def add_organisation(organisation: str, name_es: str, name_en: str, home: Path | None) -> None:
    """Register ORGANISATION, an id, with its name in Spanish and in English."""
    with opened(home) as exchange:
        exchange.organisations.add(organisation, Text(name_es, name_en), exchange.clock())
        noted(exchange, "organisations.add", f"organisation:{organisation}")
    click.echo(f"{organisation} is registered.")


@organisations.command("list", epilog="Example:  gateway organisations list")
@home_option
def list_organisations(home: Path | None) -> None:
    """List organisations."""
    table = Table("Organisation", "Nombre", "Name")
    with opened(home) as exchange:
        for each in exchange.organisations.all():
            table.add_row(each.id, escape(each.name.es), escape(each.name.en))
    wide_console().print(table)


@clients.command("list", epilog="Example:  gateway clients list")
@home_option
def list_clients(home: Path | None) -> None:
    """List clients, revoked ones too."""
    with opened(home) as exchange:
        found = exchange.clients.all()
    table = Table("Client", "Name", "Organisation", "Scopes", "Since", "Revoked")
    for each in found:
        revoked = each.revoked_at.isoformat(timespec="seconds") if each.revoked_at else ""
        since = each.created_at.isoformat(timespec="seconds")
        table.add_row(
            each.id,
            escape(each.name),
            each.organisation or "",
            " ".join(each.scopes),
            since,
            revoked,
        )
    wide_console().print(table)


@clients.command("revoke", epilog="Example:  gateway clients revoke ine-gt")
@click.argument("client_id")
@home_option
def revoke_client(client_id: str, home: Path | None) -> None:
    """Stop a client at once, the tokens that it holds included."""
    with opened(home) as exchange:
        exchange.clients.revoke(client_id, exchange.clock())
        noted(exchange, "clients.revoke", f"client:{client_id}")
    click.echo(f"{client_id} is revoked.")


@click.command(epilog="Example:  gateway doctor --mend")
@click.option("--mend", is_flag=True, help="Remove files that belong to no release.")
@home_option
def doctor(home: Path | None, *, mend: bool) -> None:
    """Look for what does not hold: files missing, changed or left behind, weak settings.

    Exit status 1 where something is found.
    """
    with opened(home) as exchange:
        if mend:
            for path in exchange.store.remove_orphans():
                click.echo(f"removed {path}")
        found = [*exchange.faults(), *weaknesses(exchange)]
    for fault in found:
        click.echo(fault)
    if found:
        raise click.exceptions.Exit(1)
    click.echo("All is well.")
