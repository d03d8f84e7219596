"""``gateway init``, ``organisations`` and ``doctor``: the keeper's commands."""

from pathlib import Path

import click
from rich.markup import escape
from rich.table import Table

from gateway.cli.opening import home_option, noted, opened
from gateway.cli.output import wide_console
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


@organisations.command("revoke", epilog="Example:  gateway organisations revoke INE_GT")
@click.argument("organisation")
@home_option
def revoke_organisation(organisation: str, home: Path | None) -> None:
    """Stop every client that acts for ORGANISATION at once, the tokens that they hold included."""
    with opened(home) as exchange:
        exchange.organisations.revoke(organisation, exchange.clock())
        noted(exchange, "organisations.revoke", f"organisation:{organisation}")
    click.echo(f"{organisation} is revoked.")


@click.command(epilog="Example:  gateway doctor --mend")
@click.option(
    "--mend", is_flag=True, help="Remove what is left over: files of no release, old sessions."
)
@home_option
def doctor(home: Path | None, *, mend: bool) -> None:
    """Look for what does not hold: files missing, changed or left behind, weak settings.

    Exit status 1 where something is found.
    """
    with opened(home) as exchange:
        if mend:
            for path in exchange.store.remove_orphans():
                click.echo(f"removed {path}")
            if swept := exchange.accounts.sweep():
                click.echo(f"removed {swept} sessions and consents that were over a day ago")
        found = [*exchange.faults(), *weaknesses(exchange)]
    for fault in found:
        click.echo(fault)
    if found:
        raise click.exceptions.Exit(1)
    click.echo("All is well.")
