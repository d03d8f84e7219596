"""Devices: programs without a browser, which somebody lets in by a code typed elsewhere.

Source: RFC 8628.
"""

import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import delete, insert, select, update

from gateway.access.caller import Detail
from gateway.access.details import as_text as details_as_text
from gateway.access.details import of_text
from gateway.access.families import Family, begin_family, digest, family_of
from gateway.database import Database, as_text, device_codes, families

LIFE = timedelta(minutes=10)
INTERVAL = 5
"""Seconds between two questions of a device; 5 more whenever it asks sooner (RFC 8628, 3.5)."""

_LETTERS = "BCDFGHJKLMNPQRSTVWXZ"
_USER_CODE = re.compile(f"[{_LETTERS}]{{8}}")


class Standing(StrEnum):
    """How the request of a device stands, in the words of RFC 8628, 3.5."""

    PENDING = "authorization_pending"
    SLOW_DOWN = "slow_down"
    DENIED = "access_denied"
    EXPIRED = "expired_token"
    UNKNOWN = "invalid_grant"


@dataclass(frozen=True, slots=True)
class Wish:
    """What a device asks of a person; `details` are what it asks to be narrowed to."""

    client_id: str
    scope: str
    details: tuple[Detail, ...] = ()


class Devices:
    """The requests of devices in one home."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def ask(
        self, client_id: str, scope: str, now: datetime, details: tuple[Detail, ...] = ()
    ) -> tuple[str, str]:
        """A device code, which the device keeps, and a user code, which somebody types."""
        device_code = secrets.token_urlsafe(32)
        letters = "".join(secrets.choice(_LETTERS) for _ in range(8))
        row = {
            "sha256": digest(device_code),
            "user_code": digest(letters),
            "client_id": client_id,
            "scope": scope,
            "expires_at": as_text(now + LIFE),
            "interval": INTERVAL,
            "details": details_as_text(details),
        }
        old = device_codes.c.expires_at < as_text(now - timedelta(days=1))
        with self._database.writing() as connection:
            connection.execute(delete(device_codes).where(old))
            connection.execute(insert(device_codes).values(row))
        return device_code, f"{letters[:4]}-{letters[4:]}"

    def wish(self, user_code: str, now: datetime) -> Wish | None:
        """What a device with a user code asks for; None where none does."""
        letters = plain(user_code)
        if letters is None:
            return None
        wanted = select(device_codes).where(
            device_codes.c.user_code == digest(letters),
            device_codes.c.refused.is_(None),
            device_codes.c.expires_at > as_text(now),
        )
        with self._database.reading() as connection:
            row = connection.execute(wanted).first()
        return None if row is None else Wish(row.client_id, row.scope, of_text(row.details))

    def decide(
        self, user_code: str, person: str, scope: str | None, now: datetime,
        details: tuple[Detail, ...] = (),
    ) -> bool:  # fmt: skip
        """Let a device in with a scope, or with None refuse it; whether it still waited."""
        waits = (
            device_codes.c.user_code == digest(plain(user_code) or ""),
            device_codes.c.refused.is_(None),
            device_codes.c.expires_at > as_text(now),
        )
        with self._database.writing() as connection:
            row = connection.execute(select(device_codes).where(*waits)).first()
            if row is None:
                return False
            family = None
            if scope is not None:
                client_id = row.client_id
                family = begin_family(connection, person, client_id, scope, now, details).id
            decided = {"refused": scope is None, "family": family}
            connection.execute(update(device_codes).where(*waits).values(decided))
        return True

    def redeem(self, device_code: str, client_id: str, now: datetime) -> Family | Standing:
        """The family that a device begins, this once; or how its request stands."""
        key = device_codes.c.sha256 == digest(device_code)
        with self._database.writing() as connection:
            row = connection.execute(select(device_codes).where(key)).first()
            if row is None or row.client_id != client_id or row.used_at is not None:
                return Standing.UNKNOWN
            if row.expires_at <= as_text(now):
                return Standing.EXPIRED
            if row.refused is None:
                soonest = as_text(now - timedelta(seconds=row.interval))
                hasty = row.asked_at is not None and row.asked_at > soonest
                asked = {"asked_at": as_text(now), "interval": row.interval + 5 * hasty}
                connection.execute(update(device_codes).where(key).values(asked))
                return Standing.SLOW_DOWN if hasty else Standing.PENDING
            connection.execute(update(device_codes).where(key).values(used_at=as_text(now)))
            if row.refused:
                return Standing.DENIED
            wanted = select(families).where(
                families.c.family == row.family, families.c.ended_at.is_(None)
            )
            begun = connection.execute(wanted).first()
        return Standing.DENIED if begun is None else family_of(begun)


def plain(user_code: str) -> str | None:
    """The letters of a user code, however it is typed; None for what is none."""
    letters = re.sub(r"[\s-]", "", user_code).upper()
    return letters if _USER_CODE.fullmatch(letters) else None
