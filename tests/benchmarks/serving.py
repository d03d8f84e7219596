"""What the gateway answers a second over HTTP, beside a bare Flask route on the same server.

Two workers, eight connections, all on this machine: who asks takes a part of its cores as well.
"""

import json
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path

from gateway.access.clients import DATA_READ
from gateway.access.grants import Grant
from gateway.exchange import Exchange
from gateway.model.observations import Observations
from gateway.model.release import Replaces
from gateway.releases.publishing import Publisher, Supply
from gateway.settings import Home, defaults
from tests.benchmarks.figures import MONTHS, Figures, figures
from tests.benchmarks.load import Load, load
from tests.benchmarks.measures import Measure
from tests.conftest import basic
from tests.process import PYTHON, environment

PROVISION = "SV_DGME_RETURNS"
FLOW = "LMIG:DF_RETURNS(1.0.0)"
DATA = "/sdmx/v2/data/dataflow/LMIG/DF_RETURNS/1.0.0"

_SETTINGS = """
[serve]
workers = 2
log = "faults"
[limits]
data = 0
structures = 0
"""

BARE = "a bare Flask route"


def large_home(root: Path, count: int, settings: str = _SETTINGS) -> tuple[Figures, str, str]:
    """A home with one large release; its figures, and the id and secret of a client."""
    root.mkdir(parents=True)
    shutil.copytree(defaults() / "config", root / "config")
    (root / "config" / "gateway.toml").write_text(settings, encoding="utf-8")
    exchange = Exchange(Home(root))
    made = figures(exchange.registry, count)
    Publisher(exchange.store).publish(supply(made.unsorted), exchange.clock())
    id, secret = exchange.clients.add("load", [DATA_READ], exchange.clock())
    exchange.grants.add(Grant("*", ("read",)), "benchmarks", exchange.clock())
    exchange.close()
    return made, id, secret


def supply(observations: Observations) -> Supply:
    return Supply(PROVISION, FLOW, observations.sorted(), Replaces.YEARS, "x.csv", b"x")


def slice_path(made: Figures) -> str:
    """The question of a thousand observations, as a client asks it."""
    (key,) = made.few().keys
    chosen = [sorted(codes) if codes else [] for codes in key]
    names = made.structure.dimension_ids
    filters = "&".join(
        f"c[{name}]={','.join(codes)}" for name, codes in zip(names, chosen, strict=True) if codes
    )
    return f"{DATA}?{filters}&c[TIME_PERIOD]=ge:{MONTHS[60]}"


def serving(count: int, seconds: float) -> Iterator[Measure]:
    """Answers a second: each made anew, kept, and held by who asks."""
    with tempfile.TemporaryDirectory() as folder:
        made, *credentials = large_home(Path(folder) / "home", count)
        path = slice_path(made)
        with _bare() as port:
            bare = load(port, "/bare", {}, 200, seconds)
        yield _measure("bare Flask route, 50 kB", bare, bare)
        for name, kept in (("slice of 1,020, made", False), ("slice of 1,020, kept", True)):
            _keep(Path(folder) / "home", 64 if kept else 0)
            with gateway(Path(folder) / "home") as port:
                headers = {**token(port, *credentials), "Accept": "application/xml"}
                yield _measure(name, load(port, path, headers, 200, seconds), bare)
                if kept:
                    headers["If-None-Match"] = tag(port, path, headers)
                    held = load(port, path, headers, 304, seconds)
                    yield _measure("slice of 1,020, held (304)", held, bare)


def _measure(name: str, found: Load, bare: Load) -> Measure:
    than = f"{BARE}; slowest of 100: {found.slowest:.1f} ms"
    return Measure(f"HTTP: {name}", found.rate, "answers/s", found.rate / bare.rate, than)


def _keep(root: Path, megabytes: int) -> None:
    (root / "config" / "gateway.toml").write_text(
        f"{_SETTINGS}\n[cache]\nmemory = {megabytes}\ndisk = {megabytes}\n", encoding="utf-8"
    )


@contextmanager
def gateway(root: Path) -> Iterator[int]:
    """``gateway serve`` on a free port, from its first answer until it is told to stop."""
    command = ["-m", "gateway", "serve", "--home", str(root), "--port", "0"]
    with subprocess.Popen(
        [PYTHON, *command], env=environment(), stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        try:
            yield int(process.stdout.readline().rstrip("/\n").rpartition(":")[2])
        finally:
            process.send_signal(signal.SIGTERM)


@contextmanager
def _bare() -> Iterator[int]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    granian = ["-m", "granian", "--interface", "wsgi", "--factory", "--workers", "2", "--no-ws"]
    threads = ["--blocking-threads", "2", "--log-level", "error", "--port", str(port)]
    with subprocess.Popen(
        [PYTHON, *granian, *threads, "tests.benchmarks.bare:create"], env=environment()
    ) as process:
        for _ in range(200):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        try:
            yield port
        finally:
            process.send_signal(signal.SIGTERM)


def token(port: int, id: str, secret: str) -> dict[str, str]:
    """The header with a token, asked for as any client does."""
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    form = {"Content-Type": "application/x-www-form-urlencoded", **basic(id, secret)}
    connection.request("POST", "/oauth/token", "grant_type=client_credentials", form)
    said = json.loads(connection.getresponse().read())
    connection.close()
    return {"Authorization": f"Bearer {said['access_token']}"}


def tag(port: int, path: str, headers: dict[str, str]) -> str:
    """The tag of an answer."""
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.headers["ETag"]
