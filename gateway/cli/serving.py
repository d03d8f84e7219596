"""``gateway serve``: the web in processes of its own, until a signal ends it."""

import encodings.idna  # noqa: F401 - see `run`
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import closing
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import click
from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server import Server

from gateway.cli.opening import home_option, opened
from gateway.errors import StorageFault
from gateway.exchange import Exchange
from gateway.settings import Home, Logged, Run, hand_down

_THREADS = 256
"""So many large answers a process can be sending at once; how many it works on is another matter.

See `gateway.web.turns`. The server makes a thread where one is needed, and ends those that idle.
"""


@click.command(epilog="Example:  gateway serve --home /srv/gateway --port 8000")
@click.option("--host", help="The address to listen on (else config/gateway.toml).")
@click.option("--port", type=int, help="The port; 0 for a free one (else config/gateway.toml).")
@home_option
def serve(host: str | None, port: int | None, home: Path | None) -> None:
    """Serve the gateway until Ctrl-C or SIGTERM."""
    with opened(home) as exchange:
        chosen = exchange.settings.serve
        host = host or chosen.host
        port = free_port(host, chosen.port if port is None else port)
        issuer = exchange.settings.issuer_at(host, port)
        # Made before the workers start, so that all share them.
        _ = exchange.keys
        first = _first_link(exchange, issuer)
        served = exchange.home
    said = (f"Serving {issuer}/", first)
    run(served, host, port, issuer, chosen.workers, lambda: _say(*said), chosen.log)


def _say(*lines: str) -> None:
    for line in lines:
        if line:
            click.echo(line)


def _first_link(exchange: Exchange, issuer: str) -> str:
    """How the first person gets in, while there is nobody; empty where there is somebody.

    A link stands on a terminal only: what goes to a log is read by others, and later.
    """
    invitations = exchange.accounts.invitations
    if not sys.stdout.isatty():
        nobody = not exchange.accounts.people.all()
        hint = "Nobody can sign in yet: gateway people add ADDRESS NAME --administrator"
        return hint if nobody else ""
    token = invitations.first()
    lead = "La primera persona / the first person (15 min, una vez / once):"
    return "" if token is None else f"{lead}\n  {issuer}/setup/{token}"


def free_port(host: str, port: int) -> int:
    """The port, or a free one for 0. Raises StorageFault where it cannot be listened on."""
    try:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
            return int(probe.getsockname()[1])
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise StorageFault(
            f"Port {port} on {host} cannot be used ({reason}): name another with --port, 0 for "
            "a free one.",
            spanish=f"No se puede usar el puerto {port} de {host} ({reason}): indique otro con "
            "--port, 0 para uno libre.",
            subject=str(port),
        ) from error


def run(
    home: Home,
    host: str,
    port: int,
    issuer: str,
    workers: int,
    ready: Callable[[], None],
    log: Logged,
) -> None:
    """Serve until a signal; `ready` is called once the first worker answers.

    After a signal nothing new is taken; answers that are being sent have some time to end.
    """
    with tempfile.TemporaryDirectory(prefix="gateway-counts-") as counts:
        hand_down(Run(home, issuer, Path(counts), log))
        server = Server(
            "gateway.web.app:create_worker",
            factory=True,
            address=host,
            port=port,
            interface=Interfaces.WSGI,
            workers=workers,
            blocking_threads=_THREADS,
            workers_kill_timeout=home.settings().serve.drain,
            log_level=LogLevels.error,  # it warns of so many threads
            websockets=False,
        )
        # The workers are forked while this thread runs. What a thread is importing at that moment,
        # a worker waits for in vain: so the one module that connecting imports is imported above.
        watch = threading.Thread(target=_when_answering, args=(host, port, ready), daemon=True)
        watch.start()
        server.serve()


def _when_answering(host: str, port: int, ready: Callable[[], None]) -> None:
    for _ in range(600):
        try:
            with closing(HTTPConnection(host, port, timeout=5)) as connection:
                connection.request("GET", "/health")
                healthy = connection.getresponse().status == HTTPStatus.OK
        except (OSError, HTTPException):
            healthy = False
        if healthy:
            ready()
            sys.stdout.flush()
            return
        time.sleep(0.1)
