"""``gateway demo``: three countries' sample files, loaded and served on this machine."""

import base64
import json
import tempfile
from contextlib import ExitStack
from http.client import HTTPConnection
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from gateway.access.caller import READ
from gateway.access.clients import DATA_READ
from gateway.access.grants import Grant
from gateway.access.tokens import TOKEN_PATH
from gateway.cli.opening import opened, remembered
from gateway.cli.serving import free_port, run
from gateway.exchange import Exchange
from gateway.exchange.submission import submit


@click.command(epilog="Example:  gateway demo --port 8765")
@click.option("--port", type=int, default=0, show_default=True, help="The port; 0 for a free one.")
@click.option(
    "--home",
    type=click.Path(path_type=Path),
    callback=remembered,
    help="Keep the demo in this folder (else a temporary one, removed at the end).",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object once it serves.")
def demo(port: int, home: Path | None, *, as_json: bool) -> None:
    """Load the three countries' sample files and serve them on this machine.

    The figures are real and name their sources. Credentials are random for each run.
    """
    host = "127.0.0.1"
    with ExitStack() as stack:
        port = free_port(host, port)
        folder = home or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="gateway-")))
        with opened(folder) as exchange:
            _load_samples(exchange)
            client = exchange.clients.add("demo", [DATA_READ], exchange.clock())
            # All that is free, as the published tables are; nothing else is granted to anybody.
            exchange.grants.add(Grant(f"client:{client[0]}", (READ,)), "demo", exchange.clock())
            _ = exchange.keys
            served = exchange.home
        url = f"http://{host}:{port}"
        say = _say_json if as_json else _say
        # The terminal is for people: a line of JSON a request would push away what they are told.
        run(served, host, port, url, 1, lambda: say(url, *client), log="faults")


def _load_samples(exchange: Exchange) -> None:
    """Submit every provision's sample, with a bar on standard error."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    samples = [each for each in exchange.provisions.values() if each.sample is not None]
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task("…", total=len(samples))
        for provision in samples:
            progress.update(task, description=provision.name.said(exchange.settings.language))
            if provision.sample is not None:
                submit(exchange, provision.sample, provision.id)
            progress.advance(task)


def _say_json(url: str, client_id: str, client_secret: str) -> None:
    addresses = {
        "url": f"{url}/",
        "v1": f"{url}/sdmx/v1",
        "v2": f"{url}/sdmx/v2",
        "token_endpoint": url + TOKEN_PATH,
        "client_id": client_id,
        "client_secret": client_secret,
    }
    click.echo(json.dumps(addresses))


def _say(url: str, client_id: str, client_secret: str) -> None:
    token = _token(url, client_id, client_secret)
    path = "/sdmx/v2/data/dataflow/LMIG/DF_RETURNS/1.0.0/M.GT.MX"
    query = "c[TIME_PERIOD]=ge:2023-01+le:2023-12&format=csv"
    click.echo(f"""
  Página / page      {url}/
  SDMX-REST 1.5      {url}/sdmx/v1
  SDMX-REST 2.2.2    {url}/sdmx/v2
  Token              {url}{TOKEN_PATH}
  client_id          {client_id}
  client_secret      {client_secret}

Lo que Guatemala recibió de México en 2023 / what Guatemala received from Mexico in 2023 (10 min):

curl -g -H 'Authorization: Bearer {token}' '{url}{path}?{query}'

Ctrl-C: terminar / stop.""")


def _token(url: str, client_id: str, client_secret: str) -> str:
    """A token, asked for as any client does."""
    credentials = base64.b64encode(f"{client_id}:{client_secret}".encode()).decode()
    connection = HTTPConnection(url.removeprefix("http://"), timeout=10)
    headers = {
        "Authorization": f"Basic {credentials}",
        "Content-Type": "application/x-www-form-urlencoded",
    }
    connection.request("POST", TOKEN_PATH, "grant_type=client_credentials", headers)
    token: str = json.load(connection.getresponse())["access_token"]
    connection.close()
    return token
