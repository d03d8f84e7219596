"""PostgreSQL: one database for many copies of the gateway, reached by a URL."""

import time
from collections.abc import Callable
from threading import Lock

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from gateway.errors import BadConfiguration

_DRIVER = "postgresql+psycopg"

_PATIENCE = {
    "connect_timeout": "10",  # seconds, like every figure here but the last
    "keepalives_idle": "30",
    "keepalives_interval": "10",
    "keepalives_count": "3",
    "tcp_user_timeout": "60000",  # milliseconds
    "application_name": "gateway",
}
"""How long to wait for a server that is gone, as libpq names it; the URL may say otherwise."""

_QUEUE = """
SET LOCAL lock_timeout = '10s';
SET LOCAL idle_in_transaction_session_timeout = '5min';
SELECT pg_advisory_xact_lock(4731209355018627)
"""
"""One writer after another. Any number will do as long as every gateway takes the same; a writer
whose machine is gone gives way to the others after five minutes."""


def postgresql(url: str, password: str) -> tuple[Engine, Engine]:
    """The engine that reads and the engine that writes, over the same connections.

    An empty password leaves it to libpq's own ways. Raises BadConfiguration for another kind of
    URL, and where the driver is not installed. Connects to nothing yet.
    """
    address = _address(url)
    given = {name: value for name, value in _PATIENCE.items() if name not in address.query}
    try:
        engine = create_engine(
            address.set(drivername=_DRIVER, password=password or None),
            isolation_level="REPEATABLE READ",
            pool_pre_ping=True,
            hide_parameters=True,
            connect_args=given,
        )
    except ImportError as error:
        raise BadConfiguration(
            "database names PostgreSQL, but its driver is not installed: "
            "pip install 'migration-statistics-gateway[postgres]'.",
            spanish="database indica PostgreSQL, pero falta su controlador: "
            "pip install 'migration-statistics-gateway[postgres]'.",
            subject="database",
        ) from error
    event.listen(engine, "begin", _begin)
    reads = engine.execution_options(postgresql_readonly=True)
    return reads, engine.execution_options(isolation_level="READ COMMITTED", writes=True)


def _address(url: str) -> URL:
    """The parts of a URL, which itself is in no message: a secret may have slipped into it."""
    try:
        address = make_url(url)
    except (ArgumentError, ValueError):
        address = URL.create("unreadable")
    if address.drivername not in ("postgresql", _DRIVER):
        raise BadConfiguration(
            "database in gateway.toml is neither empty nor the URL of a PostgreSQL database.",
            spanish="database en gateway.toml no está vacío ni es el URL de una base de datos "
            "PostgreSQL.",
            subject="database",
            allowed=[f"{_DRIVER}://USER@HOST/DATABASE"],
        ) from None
    return address


def _begin(connection: Connection) -> None:
    """Let writers queue at the start of their transaction, and not for ever."""
    options = connection.get_execution_options()
    if options.get("writes"):
        connection.exec_driver_sql(_QUEUE)


PAUSE = 10.0
"""Seconds in which a server that could not be asked is not asked at a glance again."""


class ServerGlance:
    """Reads a row in one round trip, on a connection of its own that is in no transaction."""

    def __init__(self, engine: Engine, timer: Callable[[], float] = time.monotonic) -> None:
        self._engine = engine.execution_options(isolation_level="AUTOCOMMIT")
        self._timer = timer
        self._not_before = 0.0
        self._lock = Lock()
        self._connection: Connection | None = None

    def row(self, statement: str) -> tuple[object, ...] | None:
        """The first row as it is now; None where there is none, or the server cannot be asked."""
        with self._lock:
            if self._timer() < self._not_before:
                return None
            try:
                if self._connection is None:
                    self._connection = self._engine.connect()
                found = self._connection.exec_driver_sql(statement).first()
            except SQLAlchemyError:  # who reads in earnest is told what is wrong
                self._not_before = self._timer() + PAUSE
                self._give_back()
                return None
            return None if found is None else tuple(found)

    def close(self) -> None:
        """Give the connection back; the next question takes another."""
        with self._lock:
            self._give_back()

    def _give_back(self) -> None:
        if self._connection is not None:
            self._connection.invalidate()
            self._connection.close()
        self._connection = None
