"""The SQL tables, and the way to them: SQLite in WAL mode, one writer at a time."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import (
    JSON,
    Column,
    Connection,
    ForeignKey,
    ForeignKeyConstraint,
    Integer,
    MetaData,
    String,
    Table,
    create_engine,
    event,
)
from sqlalchemy.exc import DatabaseError, IntegrityError

from gateway.errors import StorageFault

metadata = MetaData()

releases = Table(
    "releases",
    metadata,
    Column("provision", String(64), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("dataflow", String(200), nullable=False),
    Column("released_at", String(32), nullable=False),  # by `as_text`, like every time here
    Column("visible_from", String(32), nullable=False),
    Column("source_name", String(255), nullable=False),
    Column("source_sha256", String(64), nullable=False),
    Column("observations", Integer, nullable=False),
    Column("findings", JSON, nullable=False),
    Column("previous_digest", String(64), nullable=False),
    Column("digest", String(64), nullable=False, unique=True),
)

parts = Table(
    "parts",
    metadata,
    Column("provision", String(64), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("year", Integer, primary_key=True),
    Column("sha256", String(64), nullable=False),
    Column("observations", Integer, nullable=False),
    ForeignKeyConstraint(["provision", "number"], ["releases.provision", "releases.number"]),
)

artefacts = Table(
    "artefacts",
    metadata,
    Column("urn", String(255), primary_key=True),
    Column("sha256", String(64), nullable=False),
    Column("seen_at", String(32), nullable=False),
)

clients = Table(
    "clients",
    metadata,
    Column("client_id", String(64), primary_key=True),
    Column("name", String(200), nullable=False),
    Column("secret_sha256", String(64), nullable=False),  # 256 random bits need no slow hash
    Column("created_at", String(32), nullable=False),
    Column("revoked_at", String(32)),
)

client_scopes = Table(
    "client_scopes",
    metadata,
    Column("client_id", String(64), ForeignKey("clients.client_id"), primary_key=True),
    Column("scope", String(64), primary_key=True),
)


def as_text(moment: datetime) -> str:
    """A moment as the tables hold it: ISO 8601 in UTC to the microsecond, so that text sorts."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


class Database:
    """One database; tables are made when it is opened."""

    def __init__(self, path: Path) -> None:
        self._path = path
        # Before SQLite makes it: its other files take their permissions from this one.
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        self._engine = create_engine(f"sqlite:///{path}")
        event.listen(self._engine, "connect", _prepare)
        event.listen(self._engine, "begin", _begin)
        with self.writing() as connection:
            metadata.create_all(connection)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A consistent view that no writer disturbs, and that holds up none."""
        with self._translated(), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction: all of it is kept, or none of it."""
        with self._translated(), self._engine.connect() as connection:
            writer = connection.execution_options(**{_WRITES: True})
            with writer.begin():
                yield writer

    @contextmanager
    def _translated(self) -> Iterator[None]:
        """Raise what the database refuses as StorageFault; a broken rule of ours stays as it is."""
        try:
            yield
        except IntegrityError:
            raise
        except DatabaseError as error:
            raise StorageFault(
                f"The database {self._path} cannot be used ({error.orig}).",
                spanish=f"No se puede usar la base de datos {self._path} ({error.orig}).",
                subject=str(self._path),
            ) from error

    def close(self) -> None:
        """Give back every connection."""
        self._engine.dispose()


_WRITES = "gateway_writes"


def _prepare(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # SQLAlchemy's own BEGIN below, not the driver's
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=10000", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    # Writers queue at the start of their transaction rather than fail in the middle of it.
    writes = connection.get_execution_options().get(_WRITES)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
