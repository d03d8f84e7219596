"""Brings the tables of a database up to date, by Alembic, in the transaction that it is given."""

from pathlib import Path

from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from gateway.database.revisions import refuse_newer
from gateway.errors import StorageFault


def upgrade(connection: Connection, migrations: Path, name: str) -> None:
    """Run the revisions that a database lacks: all of them, or by its transaction none.

    `name` is what people know the database by. Raises StorageFault for one made by a newer
    gateway, and for one that cannot hold every letter.
    """
    _refuse_other_letters(connection, name)
    context = MigrationContext.configure(connection)
    # Read here, behind the lock that writers wait for: another process may have done it all.
    version = context.get_current_revision()
    refuse_newer(version, migrations, name)
    scripts = ScriptDirectory(migrations, version_locations=[migrations])
    lacking = list(scripts.iterate_revisions("head", version or "base"))
    with Operations.context(context):
        for each in reversed(lacking):
            each.module.upgrade()
            context.stamp(scripts, each.revision)


def _refuse_other_letters(connection: Connection, name: str) -> None:
    if connection.dialect.name != "postgresql":
        return  # SQLite knows no other letters than Unicode's
    encoding = connection.execute(text("SHOW server_encoding")).scalar()
    if encoding != "UTF8":
        raise StorageFault(
            f"The database {name} is in {encoding}, which lacks letters that are needed: make it "
            "anew in UTF8.",
            spanish=f"La base de datos {name} está en {encoding}, que no tiene todas las letras "
            "necesarias: créela de nuevo en UTF8.",
            subject=name,
        )
