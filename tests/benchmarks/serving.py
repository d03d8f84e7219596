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
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from itertools import islice, repeat
from pathlib import Path
from statistics import median
from wsgiref.types import WSGIEnvironment

from flask import Flask
from werkzeug.test import EnvironBuilder

from gateway.access.clients import DATA_READ
from gateway.access.grants import Grant
from gateway.exchange import Exchange
from gateway.model.observations import Observations
from gateway.model.query import Wanted
from gateway.model.release import Replaces
from gateway.releases.publishing import Publisher, Supply
from gateway.rest.spelling import component_filters
from gateway.settings import Home, defaults
from gateway.web import create_app
from tests.benchmarks.clock import beside
from tests.benchmarks.figures import Figures, figures
from tests.benchmarks.load import Load, load
from tests.benchmarks.measures import Measure
from tests.conftest import ISSUER, basic
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
_TIMES = 200


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


def slice_path(made: Figures, wanted: Wanted | None = None) -> str:
    """The question of a thousand observations, as a client asks it."""
    wanted = wanted or made.few()
    (key,) = wanted.keys
    named = zip(made.structure.dimension_ids, key, strict=True)
    said = {f"c[{name}]": ",".join(sorted(codes)) for name, codes in named if codes}
    said |= component_filters(wanted.filters)
    return f"{DATA}?{'&'.join(f'{name}={value}' for name, value in said.items())}"


@dataclass(frozen=True)
class _Question:
    """What is asked of a server again and again, and the status of each answer."""

    name: str
    port: int
    paths: Iterator[str]
    headers: dict[str, str]
    status: int = 200

    def asked(self, seconds: float) -> Load:
        return load(self.port, self.paths, self.headers, self.status, seconds)


def serving(count: int, seconds: float) -> Iterator[Measure]:
    """Answers a second: each made anew, kept, and held by who asks.

    All are asked in turns, several times, so that each meets the same machine: medians.
    """
    with tempfile.TemporaryDirectory() as folder, ExitStack() as servers:
        home = Path(folder) / "home"
        made, *credentials = large_home(home, count)
        _keep(home, 0)
        yield from in_process(home, made, *credentials)
        questions = [*_questions(home, made, credentials, servers)]
        rounds = [[each.asked(seconds / _ROUNDS) for each in questions] for _ in range(_ROUNDS)]
        for number, question in enumerate(questions):
            found = [each[number] for each in rounds]
            ratio = median(each[number].rate / each[0].rate for each in rounds)
            than = f"{BARE}; slowest of 100: {median(each.slowest for each in found):.1f} ms"
            rate = median(each.rate for each in found)
            yield Measure(f"HTTP: {question.name}", rate, "answers/s", ratio, than)


def in_process(home: Path, made: Figures, id: str, secret: str) -> Iterator[Measure]:
    """The processor time of an answer that is made anew, between the server and the socket.

    Of the same slice each time, of which some of the way is remembered, and each time of another.
    """
    exchange = Exchange(Home(home))
    app = create_app(exchange, ISSUER)
    form = {"grant_type": "client_credentials"}
    said = app.test_client().post("/oauth/token", data=form, headers=basic(id, secret)).json
    assert said is not None
    headers = {"Authorization": f"Bearer {said['access_token']}", "Accept": "application/xml"}
    others = (slice_path(made, wanted) for wanted in made.others())

    def answer(paths: Iterator[str]) -> Callable[[], object]:
        asked = (EnvironBuilder(path, headers=headers).get_environ() for path in paths)
        ready = iter([*islice(asked, _TIMES)])
        return lambda: _body(app, next(ready))

    took, same = beside(answer(others), answer(repeat(slice_path(made))), _TIMES)
    exchange.close()
    yield Measure("answer of 1,020, the same again", same * 1000, "ms")
    yield Measure("answer of 1,020, each another", took * 1000, "ms", took / same, "the same again")


def _body(app: Flask, environ: WSGIEnvironment) -> bytes:
    said: list[str] = []
    pieces = app.wsgi_app(environ, lambda line, *_: said.append(line))
    assert said[0].startswith("200"), said
    return b"".join(pieces)


def _questions(
    home: Path, made: Figures, credentials: Sequence[str], servers: ExitStack
) -> Iterator[_Question]:
    """Each with a server that answers it."""
    bare = servers.enter_context(_bare())
    yield _Question("bare Flask route, 50 kB", bare, repeat("/bare"), {})
    path = slice_path(made)
    for name, megabytes in (("made", 0), ("kept", 64)):
        own = Path(shutil.copytree(home, home.with_name(name)))  # its workers read it as they start
        _keep(own, megabytes)
        port = servers.enter_context(gateway(own))
        headers = {**token(port, *credentials), "Accept": "application/xml"}
        yield _Question(f"slice of 1,020, {name}", port, repeat(path), headers)
        if not megabytes:
            others = (slice_path(made, wanted) for wanted in made.others())
            yield _Question("slice of 1,020, each another", port, others, headers)
    small = {**headers, "Accept-Encoding": "gzip"}  # as most clients send it
    yield _Question("slice of 1,020, kept, gzip", port, repeat(path), small)
    held = {**headers, "If-None-Match": tag(port, path, headers)}
    yield _Question("slice of 1,020, held (304)", port, repeat(path), held, 304)


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
