"""SQLite: one file in WAL mode, many readers beside one writer."""

import os
import sqlite3
import time
from pathlib import Path
from threading import Lock

from sqlalchemy import URL, Connection, Engine, create_engine, event

from gateway.errors import StorageFault


def sqlite(path: Path) -> tuple[Engine, Engine]:
    """The engine that reads and the engine that writes, over the same connections.

    The file is made, for its owner only, where it is not there.
    """
    try:
        # Before SQLite makes it: its other files take their permissions from this one.
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as error:
        raise StorageFault(
            f"The database {path} cannot be opened ({error.strerror}).",
            spanish=f"No se puede abrir la base de datos {path} ({error.strerror}).",
            subject=str(path),
        ) from error
    engine = create_engine(URL.create("sqlite", database=str(path)), hide_parameters=True)
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine, engine.execution_options(writes=True)


def _prepare(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # SQLAlchemy's own BEGIN below, not the driver's
    connection.execute("PRAGMA busy_timeout=10000")
    # Of several that make a file at once SQLite lets none wait here.
    _soon(connection, "PRAGMA journal_mode=WAL")
    for pragma in ("synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    options = connection.get_execution_options()
    if options.get("upgrades"):
        # A revision may copy a table and put the copy in its place: meanwhile what refers to it
        # refers to nothing. SQLite hears this only between transactions.
        connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
    if not options.get("writes"):
        connection.exec_driver_sql("BEGIN")
        return
    # Writers queue at the start of their transaction rather than fail in the middle of it.
    connection.exec_driver_sql("BEGIN IMMEDIATE")


class Glance:
    """Reads a row of a file in microseconds, on a connection of its own."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = Lock()
        self._connection: sqlite3.Connection | None = None

    def row(self, statement: str) -> tuple[object, ...] | None:
        """The first row as it is now; None where there is none, or the file cannot be asked."""
        with self._lock:
            try:
                if self._connection is None:
                    address = f"{self._path.resolve().as_uri()}?mode=ro"
                    self._connection = sqlite3.connect(address, uri=True, check_same_thread=False)
                found: tuple[object, ...] | None = self._connection.execute(statement).fetchone()
            except sqlite3.Error:
                return None
            return found

    def close(self) -> None:
        """Give the connection back; the next question opens another."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
            self._connection = None


def _soon(connection: sqlite3.Connection, statement: str) -> None:
    """Do what nobody else may be in the midst of, once nobody is, within ten seconds."""
    until = time.monotonic() + 10
    while True:
        try:
            connection.execute(statement)
        except sqlite3.OperationalError as error:
            kind = error.sqlite_errorcode & 0xFF  # the rest says more of how it is busy
            if kind != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
            time.sleep(0.0001)
        else:
            return
