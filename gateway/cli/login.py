"""``gateway login``, ``logout`` and ``token``: signing in at a terminal, and lines to paste.

Source: RFC 8628 (device authorization grant).
"""

import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

import click

from gateway.access.terminal import TERMINAL
from gateway.access.tokens import TOKEN_PATH
from gateway.cli import remote
from gateway.cli.pasting import LINES
from gateway.errors import StorageFault, Unauthenticated

_DEVICE_CODE = "urn:ietf:params:oauth:grant-type:device_code"

_server = click.option("--server", help="The gateway's address (else where you signed in last).")


@click.command(epilog="Example:  gateway login --server https://gateway.example")
@click.option("--server", required=True, help="The gateway's address.")
@click.option("--scope", "scopes", multiple=True, help="Only this; given again for each.")
def login(server: str, scopes: tuple[str, ...]) -> None:
    """Sign in to a gateway: it shows a code, which you type on a page of that gateway.

    The tokens are kept in a file of yours only. `gateway token` prints one.
    """
    server = remote.address(server)
    asked = remote.post(
        server, "/oauth/device_authorization", {"client_id": TERMINAL, "scope": " ".join(scopes)}
    )
    if asked.error:
        raise _refused(server, asked.error)
    click.echo(f"Abra / open      {asked.said['verification_uri']}")
    click.echo(f"Código / code    {asked.said['user_code']}")
    click.echo(f"O / or           {asked.said['verification_uri_complete']}")
    remote.keep(server, remote.login_of(_awaited(server, asked.said)))
    click.echo(f"Listo / done: gateway token --server {server}")


def _awaited(server: str, asked: Mapping[str, object]) -> Mapping[str, object]:
    """What is handed out once somebody has typed the code."""
    fields = {
        "grant_type": _DEVICE_CODE,
        "device_code": str(asked["device_code"]),
        "client_id": TERMINAL,
    }
    pause = float(str(asked.get("interval", 5)))
    until = time.monotonic() + float(str(asked["expires_in"]))
    while time.monotonic() < until:
        time.sleep(pause)
        try:
            answer = remote.post(server, TOKEN_PATH, fields)
        except StorageFault:
            pause *= 2  # RFC 8628, 3.5: what is not reached is asked less often
            continue
        if not answer.error:
            return answer.said
        if answer.error == "slow_down":
            pause += 5
        elif answer.error != "authorization_pending":
            raise _refused(server, answer.error)
    raise _refused(server, "expired_token")


def _refused(server: str, error: str) -> Unauthenticated:
    return Unauthenticated(
        f"{server} did not let you in ({error}).",
        spanish=f"{server} no le dio acceso ({error}).",
        subject=server,
    )


@click.command(epilog="Example:  gateway logout")
@_server
def logout(server: str | None) -> None:
    """Forget a gateway's tokens here; it ends them too, where it can be reached."""
    server = remote.address(server) if server else remote.last()
    known = remote.forget(server)
    if known is not None:
        fields = {"token": known.refresh_token, "client_id": TERMINAL}
        remote.post(server, "/oauth/revoke", fields)
    click.echo(f"{server}: fuera / signed out.")


@click.command(epilog="Example:  gateway token --for sdmx1")
@_server
@click.option(
    "--for", "program", type=click.Choice([*LINES]), help="Print the lines to paste into a program."
)
def token(server: str | None, program: str | None) -> None:
    """Print an access token, good for some minutes; with --for, lines to paste that use it."""
    server = remote.address(server) if server else remote.last()
    found = remote.token(server)
    if program is None:
        click.echo(found.access_token)
        return
    lines: Callable[[str, str], str] = LINES[program]
    click.echo(lines(server, found.access_token))
    minutes = int((found.expires_at - datetime.now(UTC)).total_seconds() // 60)
    click.echo(f"({minutes} min: después / afterwards, gateway token --for {program})", err=True)
