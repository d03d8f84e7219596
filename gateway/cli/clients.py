"""``gateway clients``: machines that may ask for data."""

from dataclasses import replace
from pathlib import Path

import click
from rich.markup import escape
from rich.table import Table

from gateway.access.apps import refuse_unfit
from gateway.access.caller import APPROVE, READ, SUBMIT
from gateway.access.clients import BY_KEY, BY_NOTHING, DATA_READ, SCOPES, Client, Proof
from gateway.access.grants import Grant, checked
from gateway.access.keysets import Keys, keys_in_file
from gateway.access.rights import SCOPE_OF
from gateway.access.signed import ALGORITHMS
from gateway.cli.opening import home_option, login_name, noted, opened
from gateway.cli.output import wide_console

_NEW = "client:new"


@click.group(epilog="Example:  gateway clients add 'INE Guatemala' --jwks ine.jwks.json")
def clients() -> None:
    """Machines that may ask for data."""


@clients.command(
    "add", epilog="Example:  gateway clients add 'INE Guatemala' --jwks ine.jwks.json --read '*'"
)
@click.argument("name")
@click.option("--id", "client_id", default="", help="The client id; random if not given.")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    help=f"What its tokens carry; given again for each: {', '.join(SCOPES)}. {DATA_READ} where "
    "none is given, and what it is granted here.",
)
@click.option("--read", "flows", multiple=True, help="Grant it the free figures of dataflows.")
@click.option("--submit", "submits", multiple=True, help="Let it hand in for providers.")
@click.option("--approve", "approves", multiple=True, help="Let it approve for providers.")
@click.option("--agreement", default="", help="The agreement under which that is granted.")
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
    flows: tuple[str, ...],
    submits: tuple[str, ...],
    approves: tuple[str, ...],
    agreement: str,
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
    nowhere. It reads nothing before something is granted to it, to its organisation or to everyone:
    here, as with --read '*' or --read 'LMIG:DF_*', or by gateway grants add.
    """
    if [jwks is not None, bool(jwks_url), secret, public].count(True) != 1:
        raise click.UsageError("Name one of --jwks FILE, --jwks-url URL, --secret and --public.")
    for uri in redirect_uris:
        refuse_unfit(uri)
    keys = _keys(jwks)
    proof = Proof(keys, jwks_url, algorithm, dpop, strict_audience, public=public, device=device)
    wanted = [
        *(Grant(_NEW, (READ,), dataflow=each, agreement=agreement) for each in flows),
        *(Grant(_NEW, (SUBMIT,), each, agreement=agreement) for each in submits),
        *(Grant(_NEW, (APPROVE,), each, agreement=agreement) for each in approves),
    ]
    carried = {SCOPE_OF[action] for each in wanted for action in each.actions}
    carried |= {*scopes} or {DATA_READ}
    with opened(home) as exchange:
        now = exchange.clock()
        grants = [checked(each) for each in wanted]  # before there is a client without them
        id, shown = exchange.clients.add(name, sorted(carried), now, client_id, organisation, proof)
        exchange.accounts.apps.allow(id, redirect_uris)
        if grants:
            named = [replace(each, subject=f"client:{id}") for each in grants]
            exchange.grants.change(named, [], login_name(), now)
        noted(exchange, "clients.add", f"client:{id}")
    click.echo(f"client_id     {id}")
    if shown:
        click.echo(f"client_secret {shown}")
    if not grants:
        click.echo(f"Nothing is granted to it yet: gateway grants add client:{id} …", err=True)


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
        noted(exchange, "clients.revoke", f"client:{client_id}")
    click.echo(f"{client_id} is revoked.")
