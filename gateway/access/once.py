"""What may come once: the ids of assertions and proofs, kept until they could not come anyway."""

import hashlib
from datetime import datetime

from sqlalchemy import delete, insert
from sqlalchemy.exc import IntegrityError

from gateway.database import Database, as_text, used_ids


class Once:
    """The ids that came, for every process on one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def first(self, whose: str, id: str, until: datetime, now: datetime) -> bool:
        """Whether an id comes for the first time from whom it names; of many at once, to one."""
        row = {"sha256": digest(whose, id), "expires_at": as_text(until)}
        try:
            with self._database.writing() as connection:
                connection.execute(delete(used_ids).where(used_ids.c.expires_at < as_text(now)))
                connection.execute(insert(used_ids).values(row))
        except IntegrityError:
            return False
        return True


def digest(*parts: str) -> str:
    """The SHA-256 of texts of any length; other parts that read the same together differ."""
    whole = hashlib.sha256()
    for part in parts:
        text = part.encode("utf-8", "surrogatepass")
        whole.update(len(text).to_bytes(8) + text)
    return whole.hexdigest()
