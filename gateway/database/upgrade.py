"""Brings the tables of a database up to date, by Alembic, in the transaction that it is given."""

from pathlib import Path

from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from gateway.database.revisions import refuse_newer


def upgrade(connection: Connection, migrations: Path, name: str) -> None:
    """Run the revisions that a database lacks: all of them, or by its transaction none.

    `name` is what people know the database by. Raises StorageFault for one made by a newer
    gateway.
    """
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
