"""The stamp: whether anything changed on which the check of a token rests.

Every change puts another stamp in its place, in its own transaction. Whoever remembers what was
checked compares stamps: looked up once a second, so that remembering costs next to nothing and yet
no process goes on for longer than that with what another one has withdrawn.
"""

import secrets
import time
from collections.abc import Callable

from sqlalchemy import Connection, delete, insert, select

from gateway.database import Database, stamps

_ACCESS = "access"

PAUSE = 1.0
"""Seconds between two looks."""


def touch(connection: Connection) -> None:
    """Say that access has changed, in the transaction of the change."""
    connection.execute(delete(stamps).where(stamps.c.name == _ACCESS))
    connection.execute(insert(stamps).values(name=_ACCESS, stamp=secrets.token_hex(16)))


class Stamp:
    """The stamp of one database. Safe to share between threads: at worst two look at once."""

    def __init__(self, database: Database, timer: Callable[[], float] = time.monotonic) -> None:
        self._database = database
        self._timer = timer
        self._known = ("", -1, 0.0)  # what it was, after how many writes of our own, when

    def now(self) -> str:
        """The stamp, at most a second old; what this process changed counts at once."""
        stamp, writes, looked_at = self._known
        if writes == self._database.writes and self._timer() - looked_at < PAUSE:
            return stamp
        return self.look()

    def look(self) -> str:
        """The stamp as it is."""
        known = self._database.writes, self._timer()  # before the look: what comes meanwhile counts
        wanted = select(stamps.c.stamp).where(stamps.c.name == _ACCESS)
        with self._database.reading() as connection:
            stamp: str = connection.execute(wanted).scalar() or ""
        self._known = (stamp, *known)
        return stamp
