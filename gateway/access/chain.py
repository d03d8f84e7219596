"""The chain of entries: each holds the digest of the one before, and is found by what it states."""

import hashlib
from collections.abc import Iterable

from sqlalchemy import Connection, Row, func, insert, select

from gateway.access.decision import filed, in_place_of
from gateway.database import audit

FIRST = "0" * 64
"""What stands in place of a digest before the first entry."""

_APPEND = insert(audit)
_LAST = select(audit.c.number, audit.c.digest).where(
    audit.c.number == select(func.max(audit.c.number)).scalar_subquery()
)


def head(connection: Connection) -> tuple[int, str]:
    """The number and the digest of the last entry."""
    row = connection.execute(_LAST).first()
    return (0, FIRST) if row is None else (int(row.number), str(row.digest))


def lengthen(connection: Connection, entries: Iterable[bytes]) -> None:
    """Chain entries, in a transaction that writes."""
    number, before = head(connection)
    rows = []
    for entry in entries:
        number += 1
        row = _row(entry) | {"number": number, "previous_digest": before}
        row["digest"] = before = digest(before, str(row["entry"]))
        rows.append(row)
    if rows:
        connection.execute(_APPEND, rows)


def _row(entry: bytes) -> dict[str, object]:
    """What an entry states and is found by, but for its place in the chain."""
    try:
        return {"entry": entry.decode("ascii"), **filed(entry)}
    except ValueError:
        return _row(in_place_of(entry))


def digest(before: str, entry: str) -> str:
    """The digest of an entry that follows on another."""
    return hashlib.sha256(f"{before}\n{entry}".encode()).hexdigest()


def is_unaltered(row: Row[*tuple[object, ...]]) -> bool:
    """Whether an entry is what its digest was taken of."""
    return bool(row.digest == digest(row.previous_digest, row.entry))


def tells_alike(row: Row[*tuple[object, ...]]) -> bool:
    """Whether an entry is filed under what it states."""
    return all(getattr(row, name) == value for name, value in filed(row.entry).items())
