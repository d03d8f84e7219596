"""Guesses: whoever guesses has to wait, longer each time; nobody else does.

What is slowed down is one who tries together with what is tried: an account from one address, or
from a browser that signed in to it before. So whoever guesses at somebody's password slows down
nobody but themselves. A second factor is asked for only behind a password that was right: there the
account itself is slowed down, whatever it is tried from.
"""

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import delete, insert, select, update

from gateway.database import Database, as_text, guesses
from gateway.errors import TooMany

FREE = 5
"""So many attempts are looked at without a wait."""

_LONGEST = timedelta(minutes=15)
_FORGOTTEN = timedelta(hours=24)


class Guesses:
    """The failed attempts of the last day."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    def begin(self, *what: str) -> None:
        """Note an attempt before it is looked at, so that many at once gain nothing.

        Raises TooMany for one that comes too early; it is not counted.
        """
        now = self._clock()
        key = _key(what)
        with self._database.writing() as connection:
            connection.execute(delete(guesses).where(guesses.c.last_at < as_text(now - _FORGOTTEN)))
            known = connection.execute(select(guesses).where(guesses.c.sha256 == key)).first()
            if known is None:
                row = {"sha256": key, "failures": 1, "last_at": as_text(now)}
                connection.execute(insert(guesses).values(row))
                return
            free_at = datetime.fromisoformat(known.last_at) + _wait(known.failures)
            if now < free_at:
                raise TooMany(int((free_at - now).total_seconds()) + 1)
            noted = {"failures": known.failures + 1, "last_at": as_text(now)}
            connection.execute(update(guesses).where(guesses.c.sha256 == key).values(noted))

    def succeeded(self, *what: str) -> None:
        """Forget what went wrong before."""
        with self._database.writing() as connection:
            connection.execute(delete(guesses).where(guesses.c.sha256 == _key(what)))


def _wait(failures: int) -> timedelta:
    """How long after so many failures the next attempt is not looked at."""
    if failures < FREE:
        return timedelta()
    return min(timedelta(seconds=2 ** min(failures - FREE + 2, 20)), _LONGEST)


def _key(what: tuple[str, ...]) -> str:
    return hashlib.sha256("\n".join(what).encode(errors="replace")).hexdigest()
