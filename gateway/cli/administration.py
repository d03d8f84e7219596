"""``gateway init``, ``clients`` and ``doctor``: the keeper's commands."""

from pathlib import Path

import click
from rich.markup import escape
from rich.table import Table

from gateway.access.apps import refuse_unfit
from gateway.access.clients import DATA_READ, SCOPES
from gateway.cli.opening import home_option, opened, wide_console
from gateway.exchange import Exchange
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


@click.group(epilog="Example:  gateway clients add 'INE Guatemala'")
def clients() -> None:
    """Machines that may ask for data."""


@clients.command("add", epilog="Example:  gateway clients add 'INE Guatemala' --id ine-gt")
@click.argument("name")
@click.option("--id", "client_id", default="", help="The client id; random if not given.")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    default=[DATA_READ],
    show_default=True,
    help=f"What it may do; given again for each: {', '.join(SCOPES)}.",
)
@click.option("--organisation", help="Whom it acts for: the id of an organisation.")
@click.option(
    "--redirect-uri",
    "redirect_uris",
    multiple=True,
    help="People sign in by it, and are sent back here; given again for each. With no port, "
    "http://127.0.0.1/… means whichever a program on their machine found free.",
)
@click.option("--public", is_flag=True, help="It can keep no secret: it runs on people's machines.")
@click.option("--device", is_flag=True, help="People may let it in by a code typed elsewhere.")
@home_option
def add_client(
    name: str,
    client_id: str,
    scopes: tuple[str, ...],
    organisation: str | None,
    redirect_uris: tuple[str, ...],
    home: Path | None,
    *,
    public: bool,
    device: bool,
) -> None:
    """Register a client called NAME. Its secret is shown once and kept nowhere."""
    for uri in redirect_uris:
        refuse_unfit(uri)
    with opened(home) as exchange:
        id, secret = exchange.clients.add(
            name,
            scopes,
            exchange.clock(),
            client_id,
            organisation,
            public=public,
            device=device,
        )
        exchange.accounts.apps.allow(id, redirect_uris)
    click.echo(f"client_id     {id}")
    if secret:
        click.echo(f"client_secret {secret}")


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
    click.echo(f"{client_id} is revoked.")


@click.command(epilog="Example:  gateway doctor --mend")
@click.option("--mend", is_flag=True, help="Remove files that belong to no release.")
@home_option
def doctor(home: Path | None, *, mend: bool) -> None:
    """Look for what does not hold: files missing, changed or left behind, weak permissions.

    Exit status 1 where something is found.
    """
    with opened(home) as exchange:
        if mend:
            for path in exchange.store.remove_orphans():
                click.echo(f"removed {path}")
        found = list(exchange.faults())
    for fault in found:
        click.echo(fault)
    if found:
        raise click.exceptions.Exit(1)
    click.echo("All is well.")
