"""What a database refuses, as a sentence that names the database and holds no secret."""

import sqlite3

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from gateway.errors import StorageFault

_LOCK_NOT_AVAILABLE = "55P03"


def fault(name: str, error: SQLAlchemyError) -> StorageFault:
    """The fault of a database that people know by a name."""
    if _is_busy(error):
        return StorageFault(
            f"Others write to the database {name} without a pause: try again later.",
            spanish=f"Otros escriben sin pausa en la base de datos {name}: inténtelo más tarde.",
            subject=name,
        )
    reason = _reason(error)
    return StorageFault(
        f"The database {name} cannot be used ({reason}).",
        spanish=f"No se puede usar la base de datos {name} ({reason}).",
        subject=name,
    )


def _is_busy(error: SQLAlchemyError) -> bool:
    """Whether a writer waited in vain for the others."""
    cause = error.orig if isinstance(error, DBAPIError) else None
    if isinstance(cause, sqlite3.Error):
        return getattr(cause, "sqlite_errorcode", None) == sqlite3.SQLITE_BUSY
    return getattr(cause, "sqlstate", None) == _LOCK_NOT_AVAILABLE


def _reason(error: SQLAlchemyError) -> str:
    """What the driver says, in one line; what SQLAlchemy adds may show values."""
    said = str(error.orig) if isinstance(error, DBAPIError) else str(error)
    lines = said.splitlines()
    return lines[0].strip() if lines else type(error).__name__
