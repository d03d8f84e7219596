"""SQLite: one file in WAL mode, many readers beside one writer."""

import os
import sqlite3
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
    for pragma in ("busy_timeout=10000", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
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
    # What is only noted does not wait for the disk; SQLite hears that between transactions too.
    connection.exec_driver_sql(f"PRAGMA synchronous={'NORMAL' if options.get('notes') else 'FULL'}")
    # Writers queue at the start of their transaction rather than fail in the middle of it.
    connection.exec_driver_sql("BEGIN IMMEDIATE")


class Changes:
    """Tells whether anybody has written to a file, in microseconds.

    Source: SQLite, PRAGMA data_version: another number once another connection has written.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = Lock()
        self._connection: sqlite3.Connection | None = None
        self._opened = 0

    def number(self) -> tuple[int, int] | None:
        """Two numbers of which one is another then; None where the file cannot be asked."""
        with self._lock:
            try:
                if self._connection is None:
                    address = f"{self._path.resolve().as_uri()}?mode=ro"
                    self._connection = sqlite3.connect(address, uri=True, check_same_thread=False)
                    self._opened += 1  # each connection counts for itself
                (found,) = self._connection.execute("PRAGMA data_version").fetchone()
                return self._opened, int(found)
            except sqlite3.Error:
                return None

    def close(self) -> None:
        """Give the connection back; the next question opens another."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
            self._connection = None
