"""The way to the tables: transactions that read, and transactions that write one after another."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError, IntegrityError

from gateway.database.revisions import MIGRATIONS, current, known
from gateway.database.sqlite import sqlite
from gateway.errors import StorageFault


class Database:
    """One database; its tables are brought up to date when it is opened."""

    def __init__(self, path: Path, migrations: Path = MIGRATIONS) -> None:
        """Open a database, which is made where it is not there.

        Raises StorageFault where it cannot be used, or was made by a newer gateway.
        """
        self._name = str(path)
        self._engine = sqlite(path)
        self._bring_up_to_date(migrations)

    def _bring_up_to_date(self, migrations: Path) -> None:
        with self.reading() as connection:
            version = current(connection)
        if version == known(migrations)[-1]:
            return
        # Alembic takes longer to import (120 ms) than the gateway to open a home: it is imported
        # only where there is something to do.
        upgrade = import_module("gateway.database.upgrade").upgrade
        with self._transaction(writes=True, upgrades=True) as connection:
            upgrade(connection, migrations, self._name)
        self.close()  # a connection that has upgraded does not watch foreign keys any more

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A consistent view that no writer disturbs, and that holds up none."""
        with self._transaction() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction: all of it is kept, or none of it."""
        with self._transaction(writes=True) as connection:
            yield connection

    @contextmanager
    def _transaction(self, **options: bool) -> Iterator[Connection]:
        with self._translated(), self._engine.connect() as connection:
            chosen = connection.execution_options(**options)
            with chosen.begin():
                yield chosen

    @contextmanager
    def _translated(self) -> Iterator[None]:
        """Raise what the database refuses as StorageFault; a broken rule of ours stays as it is."""
        try:
            yield
        except IntegrityError:
            raise
        except DBAPIError as error:
            raise StorageFault(
                f"The database {self._name} cannot be used ({error.orig}).",
                spanish=f"No se puede usar la base de datos {self._name} ({error.orig}).",
                subject=self._name,
            ) from error

    def close(self) -> None:
        """Give back every connection."""
        self._engine.dispose()
