"""Which revision a database is at, and which ones this program knows, without Alembic."""

from pathlib import Path

from sqlalchemy import Connection, text
from sqlalchemy.exc import OperationalError, ProgrammingError

from gateway.errors import StorageFault

MIGRATIONS = Path(__file__).parent / "migrations"
"""The revisions of this program: `NUMBER_what_it_brings.py`, each after the one before."""

_CURRENT = text("SELECT version_num FROM alembic_version")


def known(migrations: Path) -> list[str]:
    """The revisions in a folder, oldest first."""
    return sorted(path.name.split("_")[0] for path in migrations.glob("[0-9]*.py"))


def current(connection: Connection) -> str | None:
    """The revision that a database is at; None for an empty one, and for one made before any."""
    try:
        version: str | None = connection.execute(_CURRENT).scalar()
    except (OperationalError, ProgrammingError):
        return None  # no such table; of any other cause whoever goes on will hear
    return version


def refuse_newer(version: str | None, migrations: Path, name: str) -> None:
    """Raise StorageFault for a database at a revision that this program does not know."""
    ours = known(migrations)
    if version is not None and version not in ours:
        raise StorageFault(
            f"The database {name} was made by a newer gateway (its tables are at {version}, this "
            f"program knows them up to {ours[-1]}): install the newer gateway.",
            spanish=f"La base de datos {name} es de una versión más nueva del programa (sus tablas "
            f"están en {version}; este programa las conoce hasta {ours[-1]}): instale la versión "
            "más nueva.",
            subject=name,
        )
