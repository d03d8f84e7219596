"""Failed attempts: how often somebody was wrong lately, and from where.

Whoever is right is let in all the same, so that nobody is locked out by another's attempts: a
secret of 256 bits is not found by trying, and what is to be kept off is the noise.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, insert, select, update

from gateway.access.once import digest
from gateway.database import Database, as_text, failed_attempts

WINDOW = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Limit:
    """So many failures a minute are borne with; `of` says what is counted: who, and from where."""

    times: int
    of: tuple[str, ...]


class Attempts:
    """The failures of the last minute, for every process on one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def failed(self, limits: Sequence[Limit], now: datetime) -> int:
        """Count a failure; the seconds until the next one is borne with, 0 where it still is.

        Once a limit is reached nothing more is written: a flood costs reads alone.
        """
        with self._database.reading() as connection:
            wait = max(_wait(connection, limit, now) for limit in limits)
        if wait:
            return wait
        with self._database.writing() as connection:
            past = failed_attempts.c.until <= as_text(now)
            connection.execute(delete(failed_attempts).where(past))
            for limit in limits:
                _count(connection, digest(*limit.of), now)
        return 0


def _wait(connection: Connection, limit: Limit, now: datetime) -> int:
    known = failed_attempts.c.sha256 == digest(*limit.of)
    row = connection.execute(select(failed_attempts).where(known)).first()
    if row is None or row.times < limit.times:
        return 0
    left = datetime.fromisoformat(row.until) - now
    return max(0, -(-left // timedelta(seconds=1)))


def _count(connection: Connection, sha256: str, now: datetime) -> None:
    known = failed_attempts.c.sha256 == sha256
    again = update(failed_attempts).where(known).values(times=failed_attempts.c.times + 1)
    if connection.execute(again).rowcount == 0:
        row = {"sha256": sha256, "times": 1, "until": as_text(now + WINDOW)}
        connection.execute(insert(failed_attempts).values(row))
