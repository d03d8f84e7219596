"""Homes with settings of their own: one on each kind of database, and one on each kind of place."""

import atexit
import json
import shutil
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from gateway.database import Database
from gateway.model.artefact import Artefact
from gateway.registry import definitions
from gateway.settings import Home, defaults
from tests.databases import Cluster


def fresh(root: Path) -> Home:
    """A home without anything in it, but for what takes a second to make.

    These are empty tables, and the region's definitions as a home keeps them once they were read.
    """
    shutil.copytree(_opened_once(), root, dirs_exist_ok=True)
    return Home(root)


@cache
def _opened_once() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="gateway-home-"))
    atexit.register(shutil.rmtree, folder)
    home = Home(folder / "home")
    home.root.mkdir(mode=0o700)
    prepare(home)
    return home.root


@cache
def region() -> tuple[Artefact, ...]:
    """The region's own definitions, which take a second to read."""
    home = Home(_opened_once())
    return definitions(home.dsd, home.cache)


def prepare(home: Home) -> None:
    """Make what is made when a home is opened for the first time: its tables, and a cache."""
    Database(home.database).close()
    definitions(home.dsd, home.cache)


@pytest.fixture(params=["sqlite", "postgresql"])
def on_each_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Home]:
    """A home with nothing in it, once with each kind of database."""
    yield from _home(request, fresh(tmp_path / "home"), made=True)


@pytest.fixture(params=["sqlite", "postgresql"])
def unopened_on_each_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Home]:
    """A home that was never opened, nor its database, once with each kind of database."""
    yield from _home(request, Home(tmp_path / "home"), made=False)


@pytest.fixture(params=["sqlite", "postgresql", pytest.param("s3", marks=pytest.mark.slow)])
def on_each_storage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Home]:
    """A home with nothing in it on each, and once with its files in a bucket.

    Its service takes ten times as long here as a folder; what is quick of it tries each thing that
    is done with files (tests/releases/test_files.py) and copies of a gateway that share a bucket
    (tests/exchange/test_copies.py).
    """
    yield from _home(request, fresh(tmp_path / "home"), made=True)


def _home(request: pytest.FixtureRequest, home: Home, *, made: bool) -> Iterator[Home]:
    if request.param == "postgresql":
        cluster: Cluster = request.getfixturevalue("cluster")
        with cluster.database(made=made) as url:
            configure(home, database=url)
            yield home
        return
    if request.param == "s3":
        configure(home, files=request.getfixturevalue("bucket"))
    yield home


def configure(home: Home, **settings: str) -> None:
    """Give a home a configuration of its own: these settings, and every provision there is."""
    if not home.root.exists():
        home.root.mkdir(mode=0o700, parents=True)
    shutil.copytree(defaults() / "config", home.root / "config")
    lines = [f"{name} = {json.dumps(value)}\n" for name, value in settings.items()]
    (home.root / "config" / "gateway.toml").write_text("".join(lines), encoding="utf-8")
