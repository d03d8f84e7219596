"""What the tests share: one gateway with the three countries' samples, and tables of cases."""

# ruff: noqa: E402 - what is imported below is to be kept compiled
import os
import sys

# Where this is on, each of the hundreds of processes here would compile all that it imports.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

import base64
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sdmx.reader.xml.v30  # noqa: F401 - else sdmx1 2.28 reads no 3.0 after a 2.1
from flask.testing import FlaskClient
from hypothesis import settings

from gateway.access.clients import SCOPES
from gateway.access.grants import Grant
from gateway.exchange import Exchange
from gateway.exchange.submission import submit
from gateway.settings import Home, defaults
from gateway.web import create_app
from tests.buckets import bucket, service
from tests.databases import cluster
from tests.homes import configure, fresh

__all__ = ["bucket", "cluster", "service"]

ISSUER = "http://localhost"

settings.register_profile("long", max_examples=10_000)
"""``pytest --hypothesis-profile=long`` asks a hundred times as much, for hours."""

settings.register_profile("quick")
"""What runs beside ``-m "not slow"``; for what it leaves out see `often`."""


def often(most: int) -> int:
    """How many examples to try: all, or a quarter of them where only quick tests are asked for.

    For properties that cases state too. What keeps figures from somebody tries all of them always.
    """
    quick = settings.get_current_profile_name() == "quick"
    return max(most // 4, 2) if quick else most * settings().max_examples // 100


DSD = defaults() / "dsd"
CONFIG = defaults() / "config"


def pytest_configure(config: pytest.Config) -> None:
    """Try fewer examples where slow tests are left out, unless a profile was asked for."""
    if config.option.markexpr == "not slow" and settings.get_current_profile_name() == "default":
        settings.load_profile("quick")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest, so that at the end no core waits for another."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 23, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def move(self, **by: float) -> None:
        self.now += timedelta(**by)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home with nothing in it."""
    return fresh(tmp_path / "home")


@pytest.fixture
def exchange(home: Home) -> Iterator[Exchange]:
    """A gateway of the test's own, with nothing released."""
    exchange = Exchange(home)
    yield exchange
    exchange.close()


@pytest.fixture(scope="session")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Exchange]:
    """A gateway with every sample of returns released; tests read it and leave it as it is.

    Other samples are read in tests/intake: here one dataflow has data. Everyone with a token may
    read them: who may read what is the matter of tests/access and tests/web/attacks.
    """
    home = fresh(tmp_path_factory.mktemp("loaded"))
    configure(home)
    with (home.root / "config" / "gateway.toml").open("a", encoding="utf-8") as settings:
        settings.write("[limits]\ndata = 0\nstructures = 0\n")  # the suite asks and asks
    exchange = Exchange(home)
    exchange.grants.add(Grant("*", ("read",)), "tests", exchange.clock())
    for provision in exchange.provisions.values():
        if provision.flow.id == "DF_RETURNS":
            assert provision.sample is not None
            submit(exchange, provision.sample, provision.id)
    yield exchange
    exchange.close()


@pytest.fixture(scope="session")
def web(loaded: Exchange) -> FlaskClient:
    """The web over the loaded gateway, without a token."""
    return create_app(loaded, ISSUER).test_client()


@pytest.fixture(scope="session")
def bearer(loaded: Exchange, web: FlaskClient) -> dict[str, str]:
    """The header of a client that may read data."""
    id, secret = loaded.clients.add("tests", SCOPES, loaded.clock())
    return {"Authorization": f"Bearer {token(web, id, secret)}"}


def basic(id: str, secret: str) -> dict[str, str]:
    """The header by which a client authenticates itself."""
    return {"Authorization": "Basic " + base64.b64encode(f"{id}:{secret}".encode()).decode()}


def token(web: FlaskClient, id: str, secret: str) -> str:
    """An access token, asked for as any client does."""
    form = {"grant_type": "client_credentials"}
    answer = web.post("/oauth/token", data=form, headers=basic(id, secret))
    assert answer.status_code == 200, answer.text
    return str(answer.json["access_token"]) if answer.json else ""
