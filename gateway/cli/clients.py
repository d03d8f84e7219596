"""``gateway clients``: machines that may ask for data."""

from pathlib import Path

import click
from rich.markup import escape
from rich.table import Table

from gateway.access.apps import refuse_unfit
from gateway.access.clients import BY_KEY, BY_NOTHING, DATA_READ, SCOPES, Client, Proof
from gateway.access.keysets import Keys, keys_in_file
from gateway.access.signed import ALGORITHMS
from gateway.cli.opening import home_option, opened, wide_console


@click.group(epilog="Example:  gateway clients add 'INE Guatemala' --jwks ine.jwks.json")
def clients() -> None:
    """Machines that may ask for data."""


@clients.command(
    "add", epilog="Example:  gateway clients add 'INE Guatemala' --id ine-gt --jwks ine.jwks.json"
)
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
    "--jwks",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="A file with its public keys: a JWKS, a JWK or a PEM.",
)
@click.option("--jwks-url", default="", help="Where it publishes its keys: an https address.")
@click.option("--secret", is_flag=True, help="A secret instead of keys, for those who have none.")
@click.option("--algorithm", type=click.Choice(ALGORITHMS), help="The only one it signs with.")
@click.option("--dpop", is_flag=True, help="Bind its tokens to a key of its own (RFC 9449).")
@click.option("--strict-audience", is_flag=True, help="Take assertions to the issuer alone.")
@click.option("--public", is_flag=True, help="No proof: it runs on people's own machines.")
@click.option(
    "--redirect-uri",
    "redirect_uris",
    multiple=True,
    help="People sign in by it and are sent back here; given again for each. Without a port, "
    "http://127.0.0.1/… means whichever a program on their machine found free.",
)
@click.option("--device", is_flag=True, help="People may let it in by a code typed elsewhere.")
@home_option
def add_client(
    name: str,
    client_id: str,
    scopes: tuple[str, ...],
    organisation: str | None,
    jwks: Path | None,
    jwks_url: str,
    algorithm: str | None,
    redirect_uris: tuple[str, ...],
    home: Path | None,
    *,
    secret: bool,
    dpop: bool,
    strict_audience: bool,
    public: bool,
    device: bool,
) -> None:
    """Register a client called NAME, by its public keys or with a secret.

    Keys are the better way: what it signs with never leaves it. A secret is shown once and kept
    nowhere.
    """
    if [jwks is not None, bool(jwks_url), secret, public].count(True) != 1:
        raise click.UsageError("Name one of --jwks FILE, --jwks-url URL, --secret and --public.")
    for uri in redirect_uris:
        refuse_unfit(uri)
    keys = _keys(jwks)
    proof = Proof(keys, jwks_url, algorithm, dpop, strict_audience, public=public, device=device)
    with opened(home) as exchange:
        now = exchange.clock()
        id, shown = exchange.clients.add(name, scopes, now, client_id, organisation, proof)
        exchange.accounts.apps.allow(id, redirect_uris)
    click.echo(f"client_id     {id}")
    if shown:
        click.echo(f"client_secret {shown}")


def _keys(path: Path | None) -> Keys:
    if path is None:
        return ()
    keys, private = keys_in_file(path.read_bytes())
    if private:
        click.echo(
            f"{path} holds a private key. Its public part alone was kept; the private one belongs "
            "to the client and to nobody else.",
            err=True,
        )
    return keys


@clients.command("list", epilog="Example:  gateway clients list")
@home_option
def list_clients(home: Path | None) -> None:
    """List clients, revoked ones too."""
    with opened(home) as exchange:
        found = exchange.clients.all()
    table = Table("Client", "Name", "Organisation", "Scopes", "Proves itself", "Since", "Revoked")
    for each in found:
        revoked = each.revoked_at.isoformat(timespec="seconds") if each.revoked_at else ""
        since = each.created_at.isoformat(timespec="seconds")
        table.add_row(
            each.id,
            escape(each.name),
            each.organisation or "",
            " ".join(each.scopes),
            _by(each),
            since,
            revoked,
        )
    wide_console().print(table)


def _by(client: Client) -> str:
    known = {BY_KEY: client.jwks_url or "keys", BY_NOTHING: "no, people sign in by it"}
    return known.get(client.method, "secret") + (" + DPoP" if client.dpop else "")


@clients.command("revoke", epilog="Example:  gateway clients revoke ine-gt")
@click.argument("client_id")
@home_option
def revoke_client(client_id: str, home: Path | None) -> None:
    """Stop a client at once, the tokens that it holds included."""
    with opened(home) as exchange:
        exchange.clients.revoke(client_id, exchange.clock())
    click.echo(f"{client_id} is revoked.")
