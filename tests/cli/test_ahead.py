"""``gateway serve`` makes what was asked for again, by itself, in a process that gives way."""

import time
from collections.abc import Callable
from http.client import HTTPConnection
from pathlib import Path

import pytest

from gateway.exchange import Exchange
from gateway.releases.publishing import Publisher
from gateway.settings import Home
from tests.benchmarks.figures import figures
from tests.benchmarks.serving import DATA, gateway, large_home, supply, token

pytestmark = pytest.mark.slow

_SETTINGS = '[serve]\nworkers = 2\nlog = "faults"\n[cache]\nmemory = 0\nlargest = 64\ndisk = 64\n'

WHOLE = f"{DATA}?format=ss"


def _ask(port: int, headers: dict[str, str]) -> bytes:
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", WHOLE, headers=headers)
    found = connection.getresponse().read()
    connection.close()
    return found


def _prepared(port: int) -> float:
    """How many answers were sent that stood ready in a file, once any was.

    An answer is counted when its last byte is handed over, which may be read before it is.
    """
    until = time.monotonic() + 5
    while not (found := _counted(port)) and time.monotonic() < until:
        time.sleep(0.05)
    return found


def _counted(port: int) -> float:
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", "/metrics")
    said = connection.getresponse().read().decode().splitlines()
    connection.close()
    found = [each for each in said if each.startswith('gateway_answers_total{how="prepared"}')]
    return float(found[0].rpartition(" ")[2]) if found else 0.0


def _until(found: Callable[[], list[Path]]) -> list[Path]:
    for _ in range(900):
        if files := found():
            return files
        time.sleep(0.1)
    raise AssertionError("nothing was made ahead")


def test_a_release_and_a_start_have_it_made(tmp_path: Path) -> None:
    """The first question after either is answered from a file, whichever worker answers."""
    root = tmp_path / "home"
    _, *credentials = large_home(root, 20_000, _SETTINGS)
    answers = root / "cache" / "answers"
    with gateway(root) as port:
        headers = token(port, *credentials)
        first = _ask(port, headers)
        (old,) = _until(lambda: [*answers.glob("*/*.body")])
        exchange = Exchange(Home(root))
        Publisher(exchange.store).publish(
            supply(figures(exchange.registry, 10_000).unsorted), exchange.clock()
        )
        exchange.close()
        (new,) = _until(
            lambda: [each for each in answers.glob("*/*.body") if each.name != old.name]
            if not old.exists() else []
        )  # fmt: skip
        changed = _ask(port, headers)
        assert changed != first
        assert _prepared(port) == 1
    with gateway(root) as port:
        headers = token(port, *credentials)
        (again,) = _until(lambda: [*answers.glob("*/*.body")] if not new.parent.exists() else [])
        assert (again.name, again.parent != new.parent) == (new.name, True)
        assert _ask(port, headers) == changed
        assert _prepared(port) == 1
        assert [each for each in answers.iterdir() if each != again.parent] == []
