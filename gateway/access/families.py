"""Families: all that one consent of one person to one client gave rise to.

A code begins a family, refresh tokens carry it on, access tokens name it. Every code and refresh
token is good once; one that comes a second time was stolen from somebody, so that the family ends
with all its tokens. Source: RFC 9700, sections 2.1.1, 4.14.2; RFC 6749, 4.1.2.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Table,
    delete,
    exists,
    insert,
    or_,
    select,
    update,
)

from gateway.access.caller import Detail
from gateway.access.details import as_text as details_as_text
from gateway.access.details import of_text
from gateway.access.stamp import touch
from gateway.database import (
    Database,
    as_text,
    codes,
    device_codes,
    families,
    people,
    refresh_tokens,
)

CODE_LIFE = timedelta(seconds=60)
IDLE_LIFE = timedelta(days=14)
"""A refresh token that nobody uses is good for so long."""

WHOLE_LIFE = timedelta(days=90)
"""After so long the person signs in again, however often the client refreshed."""

LIFE_ELSEWHERE = timedelta(days=1)
"""Likewise for a person whom another issuer vouches for: it may close the account any day, and we
hear of that when the person signs in."""

FORGOTTEN = timedelta(days=1)
"""What is over is kept for so long: whoever asks why still finds it."""

AT_ONCE = 100
"""So many rows are swept away beside a new one."""


@dataclass(frozen=True, slots=True)
class Family:
    """What a person let a client do, and since when; `key` is what its tokens are bound to.

    `details` are what every token of it is narrowed to; none narrow nothing.
    """

    id: str
    person: str
    client_id: str
    scope: str
    created_at: datetime
    key: str | None = None
    details: tuple[Detail, ...] = ()


@dataclass(frozen=True, slots=True)
class Redemption:
    """A code that was redeemed: what must fit it, and the family that it begins."""

    family: Family
    redirect_uri: str
    challenge: str


class Families:
    """The families of one home."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(
        self, person: str, client_id: str, scope: str, redirect_uri: str, challenge: str,
        now: datetime, details: tuple[Detail, ...] = (),
    ) -> str:  # fmt: skip
        """A code, good once and for a minute, by which a client begins a family."""
        code = secrets.token_urlsafe(32)
        with self._database.writing() as connection:
            _sweep(connection, now)
            family = begin_family(connection, person, client_id, scope, now, details)
            row = {
                "sha256": digest(code),
                "family": family.id,
                "redirect_uri": redirect_uri,
                "challenge": challenge,
                "expires_at": as_text(now + CODE_LIFE),
            }
            connection.execute(insert(codes).values(row))
        return code

    def redeem(self, code: str, client_id: str, now: datetime) -> Redemption | None:
        """What a code stands for, this once; None where it does not hold.

        Of many who redeem it at once one succeeds, and the family ends. So it does where another
        client presents it.
        """
        with self._database.writing() as connection:
            row = _used(connection, codes, code, client_id, now)
            if row is None:
                return None
            wanted = select(codes.c.redirect_uri, codes.c.challenge)
            kept = connection.execute(wanted.where(codes.c.sha256 == digest(code))).one()
            return Redemption(row, kept.redirect_uri, kept.challenge)

    def bind(self, family: Family, key: str | None, now: datetime) -> bool:
        """Bind a family to the key of its first token; whether this is its key.

        A client that keeps no secret has none to prove that a refresh token is its own: where it
        began with a key, the key does (RFC 9449, section 5). Another one ends the family.
        """
        if family.key == key:
            return True
        own = families.c.family == family.id
        with self._database.writing() as connection:
            used = refresh_tokens.c.family == family.id
            if connection.execute(select(refresh_tokens.c.sha256).where(used)).first() is None:
                connection.execute(update(families).where(own).values(key=key))
                return True
            if family.key is not None:
                end_families(connection, own, now, "another key")
        return family.key is None

    def refreshable(self, family: Family, now: datetime) -> str:
        """A refresh token by which a family goes on."""
        token = secrets.token_urlsafe(32)
        with self._database.writing() as connection:
            row = {
                "sha256": digest(token),
                "family": family.id,
                "expires_at": as_text(now + IDLE_LIFE),
            }
            connection.execute(insert(refresh_tokens).values(row))
        return token

    def refresh(self, token: str, client_id: str, now: datetime) -> Family | None:
        """The family of a refresh token, this once; None where it does not hold.

        One that was used before, or by another client, ends the family: either of the two who
        have it is a thief, and nobody can tell which. There is no grace for a client that lost
        the answer: it signs in again.
        """
        with self._database.writing() as connection:
            return _used(connection, refresh_tokens, token, client_id, now)

    def peek(self, token: str) -> Family | None:
        """The family of a refresh token, used or not; nothing is used up."""
        wanted = select(families).join(refresh_tokens)
        with self._database.reading() as connection:
            row = connection.execute(wanted.where(refresh_tokens.c.sha256 == digest(token))).first()
        return None if row is None else family_of(row)

    def goes_on(self, id: str, now: datetime) -> bool:
        """Whether a family has not ended."""
        wanted = select(families.c.family).where(families.c.family == id, _open(now))
        with self._database.reading() as connection:
            return connection.execute(wanted).first() is not None

    def of(self, person: str, now: datetime) -> list[Family]:
        """What a person lets clients do today, newest first."""
        redeemed = select(refresh_tokens.c.family)
        wanted = select(families).where(
            families.c.person == person, _open(now), families.c.family.in_(redeemed)
        )
        with self._database.reading() as connection:
            rows = connection.execute(wanted.order_by(families.c.created_at.desc())).all()
        return [family_of(row) for row in rows]

    def end(self, id: str, now: datetime, because: str) -> None:
        """End a family and with it every token of it."""
        with self._database.writing() as connection:
            end_families(connection, families.c.family == id, now, because)


def begin_family(
    connection: Connection, person: str, client_id: str, scope: str, now: datetime,
    details: tuple[Detail, ...] = (),
) -> Family:  # fmt: skip
    """Write a family down, in somebody's transaction."""
    vouched = select(people.c.issuer).where(people.c.person == person)
    life = WHOLE_LIFE if connection.execute(vouched).scalar() is None else LIFE_ELSEWHERE
    family = Family(secrets.token_hex(16), person, client_id, scope, now, details=details)
    row = {
        "family": family.id,
        "person": person,
        "client_id": client_id,
        "scope": scope,
        "created_at": as_text(now),
        "expires_at": as_text(now + life),
        "details": details_as_text(details),
    }
    connection.execute(insert(families).values(row))
    return family


def end_families(
    connection: Connection, which: ColumnElement[bool], now: datetime, because: str
) -> None:
    """End those families that are still open."""
    ended = update(families).where(which, families.c.ended_at.is_(None))
    connection.execute(ended.values(ended_at=as_text(now), because=because))
    touch(connection)


def digest(secret: str) -> str:
    """What is kept of a code or token: 256 random bits need no slow hash."""
    return hashlib.sha256(secret.encode(errors="replace")).hexdigest()


def _used(
    connection: Connection, table: Table, secret: str, client_id: str, now: datetime
) -> Family | None:
    """Use a code or refresh token up; None, and the family's end, where that may not be."""
    key = table.c.sha256 == digest(secret)
    row = connection.execute(select(families).join(table).where(key)).first()
    if row is None:
        return None
    fresh = update(table).where(key, table.c.used_at.is_(None), table.c.expires_at > as_text(now))
    used = connection.execute(fresh.values(used_at=as_text(now))).rowcount
    expired = select(table.c.used_at).where(key)
    if row.client_id != client_id or (
        not used and connection.execute(expired).scalar() is not None
    ):
        end_families(connection, families.c.family == row.family, now, "used twice")
        return None
    goes_on = select(families.c.family).where(families.c.family == row.family, _open(now))
    if not used or connection.execute(goes_on).first() is None:
        return None
    return family_of(row)


def _open(now: datetime) -> ColumnElement[bool]:
    return families.c.ended_at.is_(None) & (families.c.expires_at > as_text(now))


def family_of(row: Row[tuple[str, ...]]) -> Family:
    """A family by its row."""
    return Family(
        row.family,
        row.person,
        row.client_id,
        row.scope,
        datetime.fromisoformat(row.created_at),
        row.key,
        of_text(row.details),
    )


def sweep_families(connection: Connection, now: datetime) -> int:
    """Forget some families that ended or expired over a day ago, with all of them; how many.

    So go those that nobody took up within a day. What an open family used up stays as long as it:
    it shows a thief. Few go at once, so that nobody who signs in waits for it.
    """
    old = as_text(now - FORGOTTEN)
    taken_up = select(refresh_tokens.c.sha256).where(refresh_tokens.c.family == families.c.family)
    past = or_(
        families.c.ended_at < old,
        families.c.expires_at < old,
        (families.c.created_at < old) & ~exists(taken_up),
    )
    found = [*connection.execute(select(families.c.family).where(past).limit(AT_ONCE)).scalars()]
    for table in (codes, refresh_tokens, device_codes, families):
        connection.execute(delete(table).where(table.c.family.in_(found)))
    return len(found)


def _sweep(connection: Connection, now: datetime) -> None:
    """Forget codes of yesterday, and families that are over."""
    connection.execute(delete(codes).where(codes.c.expires_at < as_text(now - FORGOTTEN)))
    sweep_families(connection, now)
