"""The way to the tables: transactions that read, and transactions that write one after another."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from gateway.database.fault import fault
from gateway.database.postgresql import ServerGlance, postgresql
from gateway.database.revisions import MIGRATIONS, current, known
from gateway.database.sqlite import Glance, sqlite


class Database:
    """One database; its tables are brought up to date when it is opened."""

    def __init__(
        self, where: Path | str, password: str = "", migrations: Path = MIGRATIONS
    ) -> None:
        """Open an SQLite file, which is made where it is not there, or PostgreSQL by its URL.

        The password of a URL stands beside it, not in it; empty, libpq looks for one. Raises
        BadConfiguration for a URL that is none, StorageFault where the database cannot be used
        or was made by a newer gateway.
        """
        self._reads, self._writes = (
            sqlite(where) if isinstance(where, Path) else postgresql(where, password)
        )
        self._glance = Glance(where) if isinstance(where, Path) else ServerGlance(self._reads)
        self.name = _name(self._reads)
        self.writes = 0
        """How often this process has written: what it remembers of the tables may be old."""
        try:
            self._bring_up_to_date(migrations)
        except BaseException:
            self.close()
            raise

    def _bring_up_to_date(self, migrations: Path) -> None:
        with self.reading() as connection:
            version = current(connection)
        if version == known(migrations)[-1]:
            return
        # Alembic takes longer to import (120 ms) than the gateway to open a home: it is imported
        # only where there is something to do.
        upgrade = import_module("gateway.database.upgrade").upgrade
        with self._transaction(self._writes.execution_options(upgrades=True)) as connection:
            upgrade(connection, migrations, self.name)
        self.close()  # a connection that has upgraded does not watch foreign keys any more

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A consistent view that no writer disturbs, and that holds up none."""
        with self._transaction(self._reads) as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction: all of it is kept, or none of it.

        Writers queue at its start, at most ten seconds.
        """
        with self.appending() as connection:
            yield connection
        self.writes += 1

    @contextmanager
    def appending(self) -> Iterator[Connection]:
        """The same for what no process remembers: `writes` stays as it is."""
        with self._transaction(self._writes) as connection:
            yield connection

    @contextmanager
    def _transaction(self, engine: Engine) -> Iterator[Connection]:
        """Raise what the database refuses as StorageFault; a broken rule of ours stays as it is."""
        try:
            with engine.begin() as connection:
                yield connection
        except IntegrityError:
            raise
        except (DBAPIError, NoConnectionFree) as error:
            raise fault(self.name, error) from error

    def check(self) -> None:
        """Raise StorageFault where nothing can be read."""
        with self.reading() as connection:
            current(connection)

    def glance(self, statement: str) -> tuple[object, ...] | None:
        """One row as it is now, for what every question asks; None where only `reading` tells.

        It costs microseconds in a file, where a transaction costs a tenth of a millisecond, and one
        round trip to a server, where a transaction costs several.
        """
        return self._glance.row(statement)

    def close(self) -> None:
        """Give back every connection."""
        self._glance.close()
        self._reads.dispose()


def _name(engine: Engine) -> str:
    """What people know a database by: its path, or its host and name without user and password."""
    url = engine.url
    if url.get_backend_name() == "sqlite":
        return str(url.database)
    host = url.host or url.query.get("host") or "localhost"
    return f"{host}/{url.database or url.username}"
