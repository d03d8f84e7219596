"""Homes with settings of their own: one on each kind of database, and one on each kind of place."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.settings import Home, defaults
from tests.databases import Cluster


@pytest.fixture(params=["sqlite", "postgresql"])
def on_each_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Home]:
    """A home that was never opened, once with each kind of database."""
    yield from _home(request, tmp_path)


@pytest.fixture(params=["sqlite", "postgresql", "s3"])
def on_each_storage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Home]:
    """The same, and once with its files in a bucket."""
    yield from _home(request, tmp_path)


def _home(request: pytest.FixtureRequest, folder: Path) -> Iterator[Home]:
    home = Home(folder / "home")
    if request.param == "postgresql":
        cluster: Cluster = request.getfixturevalue("cluster")
        with cluster.database() as url:
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
