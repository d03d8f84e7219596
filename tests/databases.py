"""The databases that the tests run on: SQLite, and a PostgreSQL of the test session's own."""

import os
import pwd
import secrets
import shutil
import socket
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import cached_property
from itertools import count
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

from gateway.database import Database
from gateway.settings import Home

USER = "gateway"
PASSWORD = secrets.token_urlsafe(12)


class Cluster:
    """A running PostgreSQL: open to all on its socket, by password only on its port."""

    def __init__(self, programs: Path, folder: Path) -> None:
        self._programs = programs
        self._folder = folder
        self._numbers = count()
        self.port = free_port()
        self._run("initdb", "--auth-local=trust", "--auth-host=scram-sha-256", *_INITDB)
        settings = f"-c port={self.port} -c listen_addresses=127.0.0.1 -k {folder} {_FAST}"
        self._run("pg_ctl", "--wait", "--log", folder / "log", "--options", settings, "start")
        # It ends when its input does: also where the tests are killed and say no more.
        self._keeper = subprocess.Popen(
            ["sh", "-c", 'read -r _; "$@" >"$0/log"; rm -r "$0"', folder, *self._command(*_STOP)],
            cwd=folder,
            stdin=subprocess.PIPE,
            start_new_session=True,
        )
        self.execute(f"CREATE ROLE {USER} LOGIN PASSWORD '{PASSWORD}'")

    def _command(self, program: str, *arguments: object) -> list[str]:
        """One of PostgreSQL's programs on this cluster; as root they all refuse to run."""
        as_other = ["runuser", "-u", _other_user(), "--"] if os.geteuid() == 0 else []
        own = (self._programs / program, "-D", self._folder / "data", *arguments)
        return [*as_other, *map(str, own)]

    def _run(self, program: str, *arguments: object) -> None:
        done = subprocess.run(
            self._command(program, *arguments),
            cwd=self._folder,
            stdout=subprocess.DEVNULL,  # a pipe would stay open as long as the server runs
            stderr=subprocess.DEVNULL,
            check=False,
        )
        assert done.returncode == 0, f"{program} failed; its folder is {self._folder}"

    def execute(self, statement: str, database: str = "postgres") -> None:
        """Do as the database's administrator, to whom no foreign key means anything."""
        with psycopg.connect(
            host=str(self._folder), port=self.port, dbname=database, user="postgres"
        ) as connection:
            connection.autocommit = True
            connection.execute("SET session_replication_role = replica")
            connection.execute(statement.encode())

    @contextmanager
    def database(self, options: str = "", *, made: bool = False) -> Iterator[str]:
        """The URL of an empty database, which is gone afterwards; `made` has its tables already."""
        name = f"test_{next(self._numbers)}"
        like = f"TEMPLATE {self._made}" if made else ""
        self.execute(f"CREATE DATABASE {name} OWNER {USER} {like} {options}")
        try:
            yield self._url(name)
        finally:
            self.execute(f"DROP DATABASE {name} WITH (FORCE)")

    @cached_property
    def _made(self) -> str:
        """The name of a database with empty tables, made once and copied by the others."""
        self.execute(f"CREATE DATABASE made OWNER {USER}")
        Database(self._url("made")).close()
        return "made"

    def _url(self, name: str) -> str:
        return f"postgresql+psycopg://{USER}@/{name}?host={self._folder}&port={self.port}"

    def over_tcp(self, url: str) -> str:
        """The same database by host and port, where the password is asked for."""
        return f"postgresql+psycopg://{USER}@127.0.0.1:{self.port}/{make_url(url).database}"

    def end_connections(self, url: str) -> None:
        """Cut off whoever is connected to a database."""
        self.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "  # noqa: S608 - our own name
            f"WHERE datname = '{make_url(url).database}'"
        )

    def stop(self) -> None:
        """End it, and remove its folder."""
        self._keeper.communicate()


_STOP = ("pg_ctl", "--mode", "immediate", "stop")
_INITDB = ("--username=postgres", "--encoding=UTF8", "--locale=C", "--no-sync")
_FAST = "-c fsync=off -c full_page_writes=off"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _other_user() -> str:
    known = {each.pw_name for each in pwd.getpwall()}
    return "postgres" if "postgres" in known else "nobody"


def _programs() -> Path | None:
    """Where PostgreSQL's programs are; Debian leaves them out of the PATH."""
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    installed = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    newest = max(installed, key=lambda path: int(path.parts[-3]), default=None)
    return None if newest is None else newest.parent


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A PostgreSQL in a temporary folder, which ends with the tests."""
    programs = _programs()
    if programs is None:
        absent = "PostgreSQL is not installed: apt-get install postgresql"
        if os.environ.get("CI") == "true":
            pytest.fail(absent)
        pytest.skip(absent)
    # Not pytest's own folder: that is closed to the user that PostgreSQL runs as.
    folder = Path(tempfile.mkdtemp(prefix="gateway-postgresql-"))
    if os.geteuid() == 0:
        shutil.chown(folder, _other_user())
    cluster = Cluster(programs, folder)
    yield cluster
    cluster.stop()


def by_hand(home: Home, statement: str) -> None:
    """Do to a home's database what the gateway never does."""
    url = home.settings().database
    if url:
        address = make_url(url)
        with psycopg.connect(
            host=str(address.query["host"]),
            port=str(address.query["port"]),
            dbname=address.database,
            user="postgres",
        ) as connection:
            connection.execute("SET session_replication_role = replica")
            connection.execute(statement.encode())
        return
    with closing(sqlite3.connect(home.database)) as connection, connection:
        connection.execute("PRAGMA foreign_keys=OFF")
        connection.execute(statement)
