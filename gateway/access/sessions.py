"""Sessions: who is signed in, in which browser; and browsers that are known.

A browser holds a random cookie, the database its hash. Source: OWASP, Session Management.
"""

import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, delete, insert, or_, select, update

from gateway.access.families import AT_ONCE, FORGOTTEN, digest
from gateway.access.people import People, Person, sign_out_everywhere
from gateway.database import Database, as_text, known_browsers, sessions

IDLE_LIFE = timedelta(hours=2)
WHOLE_LIFE = timedelta(hours=12)
KNOWN_LIFE = timedelta(days=180)

_NOTED_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Session:
    """A browser in which somebody is signed in; `id` names it, and opens nothing."""

    id: str
    agent: str
    created_at: datetime
    seen_at: datetime

    @property
    def browser(self) -> str:
        """The browser and its system in a few words, as far as it says them."""
        named = (re.search(rf"{name}/?(\d*)", self.agent) for name in _BROWSERS)
        system = next((name for name in _SYSTEMS if name in self.agent), "")
        browser = next((found[0].replace("/", " ") for found in named if found), self.agent[:40])
        return f"{browser}, {system}" if system else browser


_BROWSERS = ("Firefox", "Edg", "OPR", "Chrome", "Safari")
_SYSTEMS = ("Android", "iPhone", "iPad", "Windows", "Macintosh", "Linux")
"""In this order: who comes later is named by those before it too."""


class Sessions:
    """The sessions of one home."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock
        self._people = People(database)

    def begin(self, person: str, agent: str) -> str:
        """Sign a person in; the cookie's value, which no one had before."""
        token, now = secrets.token_urlsafe(32), as_text(self._clock())
        row = {
            "sha256": digest(token),
            "person": person,
            "agent": agent[:200],
            "created_at": now,
            "seen_at": now,
        }
        with self._database.writing() as connection:
            sweep_sessions(connection, self._clock())
            connection.execute(insert(sessions).values(row))
        return token

    def person(self, token: str) -> Person | None:
        """Who is signed in by a cookie; None where nobody is, or not any more."""
        if not token:
            return None
        key = sessions.c.sha256 == digest(token)
        with self._database.reading() as connection:
            row = connection.execute(select(sessions).where(key, self._open())).first()
        person = None if row is None else self._people.get(row.person)
        if row is None or person is None or person.revoked_at is not None:
            return None
        now = self._clock()
        if datetime.fromisoformat(row.seen_at) < now - _NOTED_EVERY:
            with self._database.writing() as connection:
                connection.execute(update(sessions).where(key).values(seen_at=as_text(now)))
        return person

    def of(self, person: str) -> list[Session]:
        """Where a person is signed in, newest first."""
        wanted = select(sessions).where(sessions.c.person == person, self._open())
        with self._database.reading() as connection:
            rows = connection.execute(wanted.order_by(sessions.c.created_at.desc())).all()
        return [
            Session(
                row.sha256,
                row.agent,
                datetime.fromisoformat(row.created_at),
                datetime.fromisoformat(row.seen_at),
            )
            for row in rows
        ]

    def end(self, token: str) -> None:
        """Sign out of one browser."""
        ended = update(sessions).where(sessions.c.sha256 == digest(token))
        with self._database.writing() as connection:
            connection.execute(ended.values(ended_at=as_text(self._clock())))

    def end_all(self, person: str) -> None:
        """Sign a person out everywhere, and end what clients do for it."""
        with self._database.writing() as connection:
            sign_out_everywhere(connection, person, self._clock())

    def _open(self) -> ColumnElement[bool]:
        now = self._clock()
        return (
            sessions.c.ended_at.is_(None)
            & (sessions.c.created_at > as_text(now - WHOLE_LIFE))
            & (sessions.c.seen_at > as_text(now - IDLE_LIFE))
        )

    def know(self, person: str) -> str:
        """The value of a cookie by which a browser is known again where its person signs in."""
        token = secrets.token_urlsafe(32)
        row = {
            "sha256": digest(token),
            "person": person,
            "created_at": as_text(self._clock()),
        }
        with self._database.writing() as connection:
            connection.execute(insert(known_browsers).values(row))
        return token

    def knows(self, person: str, token: str) -> bool:
        """Whether a person signed in with this browser before."""
        if not token:
            return False
        wanted = select(known_browsers.c.person).where(
            known_browsers.c.sha256 == digest(token),
            known_browsers.c.person == person.strip().casefold(),
            known_browsers.c.created_at > as_text(self._clock() - KNOWN_LIFE),
        )
        with self._database.reading() as connection:
            return connection.execute(wanted).first() is not None


def sweep_sessions(connection: Connection, now: datetime) -> int:
    """Forget some sessions that were over a day ago, as `sweep_families` does; how many."""
    past = or_(
        sessions.c.ended_at < as_text(now - FORGOTTEN),
        sessions.c.created_at < as_text(now - FORGOTTEN - WHOLE_LIFE),
        sessions.c.seen_at < as_text(now - FORGOTTEN - IDLE_LIFE),
    )
    found = select(sessions.c.sha256).where(past).limit(AT_ONCE)
    return connection.execute(delete(sessions).where(sessions.c.sha256.in_(found))).rowcount
