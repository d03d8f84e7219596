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
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from statistics import median

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

_ROUNDS = 5


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


@dataclass(frozen=True)
class _Question:
    """What is asked of a server again and again, and the status of each answer."""

    name: str
    port: int
    path: str
    headers: dict[str, str]
    status: int = 200

    def asked(self, seconds: float) -> Load:
        return load(self.port, self.path, self.headers, self.status, seconds)


def serving(count: int, seconds: float) -> Iterator[Measure]:
    """Answers a second: each made anew, kept, and held by who asks.

    All are asked in turns, several times, so that each meets the same machine: medians.
    """
    with tempfile.TemporaryDirectory() as folder, ExitStack() as servers:
        questions = [*_questions(Path(folder) / "home", count, servers)]
        rounds = [[each.asked(seconds / _ROUNDS) for each in questions] for _ in range(_ROUNDS)]
        for number, question in enumerate(questions):
            found = [each[number] for each in rounds]
            ratio = median(each[number].rate / each[0].rate for each in rounds)
            than = f"{BARE}; slowest of 100: {median(each.slowest for each in found):.1f} ms"
            rate = median(each.rate for each in found)
            yield Measure(f"HTTP: {question.name}", rate, "answers/s", ratio, than)


def _questions(home: Path, count: int, servers: ExitStack) -> Iterator[_Question]:
    """Each with a server that answers it."""
    yield _Question("bare Flask route, 50 kB", servers.enter_context(_bare()), "/bare", {})
    made, *credentials = large_home(home, count)
    path = slice_path(made)
    for name, megabytes in (("made", 0), ("kept", 64)):
        _keep(home, megabytes)
        port = servers.enter_context(gateway(home))
        headers = {**token(port, *credentials), "Accept": "application/xml"}
        yield _Question(f"slice of 1,020, {name}", port, path, headers)
    held = {**headers, "If-None-Match": tag(port, path, headers)}
    yield _Question("slice of 1,020, held (304)", port, path, held, 304)


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
