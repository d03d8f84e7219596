"""``gateway access``: rights as one file, applied as a whole and written out again."""

from pathlib import Path

import click

from gateway.access.keysets import from_text
from gateway.cli.grants import told
from gateway.cli.opening import home_option, login_name, noted, opened
from gateway.errors import BadConfiguration
from gateway.exchange.access_changes import Difference, apply, difference, exported
from gateway.exchange.access_file import Client, read_access


@click.group(epilog="Example:  gateway access apply access.toml")
def access() -> None:
    """Organisations, clients, groups and grants as one file, without any secret."""


@access.command("apply", epilog="Example:  gateway access apply access.toml --yes")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--yes", is_flag=True, help="Do not ask.")
@home_option
def apply_file(file: Path, home: Path | None, *, yes: bool) -> None:
    """Make the home as FILE says, once the differences were shown and agreed to."""
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadConfiguration(f"{file} cannot be read: {error}", subject=str(file)) from error
    with opened(home) as exchange:
        changes = difference(exchange, read_access(exchange, text, file.name, file.parent))
        for line in _lines(changes):
            click.echo(line)
        if not changes:
            click.echo("Nothing to do: it is as the file says.")
            return
        if not yes:
            click.confirm("Do this?", abort=True)
        secrets = apply(exchange, changes, login_name())
        for line in _lines(changes):
            noted(exchange, "access.apply", file.name, line)
    for client, secret in secrets.items():
        click.echo(f"client_id     {client}\nclient_secret {secret}")


def _lines(changes: Difference) -> list[str]:
    def sign(id: str) -> str:
        return "+" if id in changes.new else "~"

    return [
        *(f"{sign(each.id)} organisation {each.id}" for each in changes.organisations),
        *(
            f"{sign(each.id)} client {each.id} {' '.join(each.scopes)}{_by(each)}"
            for each in changes.clients
        ),
        *(
            f"~ group {group}: {' '.join(sorted(members)) or 'nobody'}"
            for group, members in changes.groups.items()
        ),
        *(f"+ grant {told(each)}" for each in changes.added),
        *(f"- grant {told(each)}" for each in changes.revoked),
    ]


def _by(client: Client) -> str:
    """How a client proves who it is, where the file says so."""
    keys = len(from_text(client.jwks)) if client.jwks else 0
    said = (
        (f"{keys} public keys", keys),
        (client.jwks_url, client.jwks_url),
        ("public", client.public),
        ("DPoP", client.dpop),
    )
    told = ", ".join(str(words) for words, there in said if there)
    return f" ({told})" if told else ""


@access.command("export", epilog="Example:  gateway access export > access.toml")
@home_option
def export(home: Path | None) -> None:
    """Write the home's rights as such a file; applied again it changes nothing."""
    with opened(home) as exchange:
        click.echo(exported(exchange), nl=False)
