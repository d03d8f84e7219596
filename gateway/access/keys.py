"""The keys that sign access tokens: one signs, the next is known already, older ones are trusted.

A key is published a while before it signs, so that whoever keeps our keys has it by then, and
trusted until the last token that it signed has ended. What a key is follows from the clock alone:
nothing has to happen at the turn. Every process on a database knows all of them; it signs with
those that its home can open (`gateway.access.sealing`).
"""

import json
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet
from sqlalchemy import Connection, Row, insert, select, update

from gateway.access.sealing import Seal, Unopened
from gateway.access.stamp import Stamp, touch
from gateway.database import Database, as_text, signing_keys
from gateway.errors import NotFound, SemanticError, StorageFault

ALGORITHM = "ES256"

KEPT = timedelta(minutes=5)
"""How long others may keep the published keys without asking again."""

AHEAD = 2 * KEPT
"""How long before its first signature a key is published."""

AT_ONCE = timedelta(seconds=2)
"""The same in a hurry: by then every process of ours knows it."""

LINGER = timedelta(minutes=15)
"""How long a key is trusted after its last signature: longer than any token lives."""

_YEAR = timedelta(days=365)

_GLANCE = 0.2
"""Seconds between two looks for a key that is unknown: whoever makes ids up costs no more."""


class State(StrEnum):
    """What a key is at a moment."""

    NEXT = "next"
    ACTIVE = "active"
    RETIRED = "retired"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class SigningKey:
    """One key; without `private` it was sealed elsewhere, and is only trusted here."""

    kid: str
    public: ECKey
    private: ECKey | None
    published_at: datetime
    signs_from: datetime
    trusted_until: datetime | None

    def is_trusted(self, now: datetime) -> bool:
        """Whether a token that it signed holds."""
        return self.trusted_until is None or now < self.trusted_until


class KeyRing:
    """The signing keys of one home. Safe to share between threads."""

    def __init__(self, database: Database, stamp: Stamp, seal: Seal) -> None:
        self._database = database
        self._stamp = stamp
        self._seal = seal
        self._known: tuple[str, tuple[SigningKey, ...]] | None = None
        self._looked_at = float("-inf")

    def all(self) -> tuple[SigningKey, ...]:
        """Every key that ever was, oldest first."""
        stamp = self._stamp.now()
        if self._known is None or self._known[0] != stamp:
            self._known = (stamp, self._read())
        return self._known[1]

    def _read(self) -> tuple[SigningKey, ...]:
        wanted = select(signing_keys).order_by(signing_keys.c.signs_from, signing_keys.c.kid)
        with self._database.reading() as connection:
            rows = connection.execute(wanted).all()
        return tuple(self._opened(row) for row in rows)

    def _opened(self, row: Row[tuple[str, ...]]) -> SigningKey:
        try:
            private = ECKey.import_key(json.loads(self._seal.open(row.sealed)))
        except Unopened:
            private = None
        return SigningKey(
            row.kid,
            ECKey.import_key(json.loads(row.public)),
            private,
            datetime.fromisoformat(row.published_at),
            datetime.fromisoformat(row.signs_from),
            None if row.trusted_until is None else datetime.fromisoformat(row.trusted_until),
        )

    def trusted(self, now: datetime) -> list[ECKey]:
        """The public keys that tokens may be signed with, and soon will be; newest first."""
        return [key.public for key in reversed(self.all()) if key.is_trusted(now)]

    def named(self, kid: str | None, now: datetime) -> list[ECKey]:
        """The trusted key of an id; one that is unknown is looked for where it may be new."""
        found = [key for key in self.trusted(now) if key.kid == kid]
        if found or time.monotonic() - self._looked_at < _GLANCE:
            return found
        self._looked_at = time.monotonic()
        self._stamp.look()
        return [key for key in self.trusted(now) if key.kid == kid]

    def signing(self, now: datetime) -> KeySet:
        """The one key to sign with, as a set: a bare key would leave ``kid`` out of a header.

        Made where there is none.
        """
        active = self._active(now) or self._first(now)
        if active.private is None:
            raise StorageFault("No key to sign with can be opened.", subject=active.kid)
        return KeySet([active.private])

    def _active(self, now: datetime) -> SigningKey | None:
        fit = (key for key in self.all() if key.signs_from <= now and key.is_trusted(now))
        own = [key for key in fit if key.private is not None]
        return own[-1] if own else None

    def state(self, key: SigningKey, now: datetime) -> State:
        """What one of these keys is now."""
        if not key.is_trusted(now):
            return State.GONE
        if key.signs_from > now:
            return State.NEXT
        newer = (each for each in self.all() if key.signs_from < each.signs_from <= now)
        superseded = any((each.private is None) == (key.private is None) for each in newer)
        return State.RETIRED if superseded else State.ACTIVE

    def ensure(self, now: datetime) -> None:
        """Make a key where this home can open none."""
        if self._active(now) is None:
            self._first(now)

    def is_old(self, now: datetime) -> bool:
        """Whether the key that signs has done so for longer than a year."""
        active = self._active(now)
        return active is not None and now - active.signs_from > _YEAR

    def _first(self, now: datetime) -> SigningKey:
        with self._database.writing() as connection:
            self._known = None
            rows = connection.execute(select(signing_keys)).all()
            opened = [self._opened(row) for row in rows]
            fit = [key for key in opened if key.private and key.is_trusted(now)]
            if not any(key.signs_from <= now for key in fit):  # else another process was faster
                self._insert(connection, _made(), now, now)
        active = self._active(now)
        if active is None:
            raise StorageFault("No key to sign with could be made.")
        return active

    def rotate(self, now: datetime, ahead: timedelta = AHEAD) -> SigningKey:
        """Publish the next key; it signs after a while, and those before it retire then.

        Raises SemanticError where a next key waits already.
        """
        waiting = [key.kid for key in self.all() if key.private and key.signs_from > now]
        if waiting:
            raise SemanticError(
                f"The key {waiting[0]} is the next already; it has yet to sign.",
                spanish=f"La clave {waiting[0]} ya es la siguiente; todavía no firma.",
                subject=waiting[0],
            )
        own = [key.kid for key in self.all() if key.private and key.trusted_until is None]
        made, turn = _made(), now + ahead
        retired = update(signing_keys).where(signing_keys.c.kid.in_(own))
        with self._database.writing() as connection:
            connection.execute(retired.values(trusted_until=as_text(turn + LINGER)))
            self._insert(connection, made, now, turn)
        return self._key(str(made.kid))

    def retire(self, kid: str, now: datetime) -> None:
        """Trust a key no longer, at once: every token that it signed stops.

        Raises NotFound for a key that is not there; SemanticError for the one that signs now,
        unless another one can.
        """
        key = self._key(kid)
        others = [each for each in self.all() if each.kid != kid]
        signs = key.private is not None and key.is_trusted(now)
        if signs and not any(
            each.private and each.signs_from <= now and each.is_trusted(now) for each in others
        ):
            raise SemanticError(
                f"{kid} is the only key that can sign: gateway keys rotate --now, then retire it.",
                spanish=f"{kid} es la única clave que puede firmar: gateway keys rotate --now, y "
                "después retírela.",
                subject=kid,
            )
        gone = update(signing_keys).where(signing_keys.c.kid == kid)
        with self._database.writing() as connection:
            connection.execute(gone.values(trusted_until=as_text(now)))
            touch(connection)

    def _key(self, kid: str) -> SigningKey:
        for key in self.all():
            if key.kid == kid:
                return key
        raise NotFound(
            f"There is no key {kid}.",
            spanish=f"No hay ninguna clave {kid}.",
            subject=kid,
            allowed=[key.kid for key in self.all()],
        )

    def _insert(
        self, connection: Connection, key: ECKey, published: datetime, signs_from: datetime
    ) -> None:
        row = {
            "kid": str(key.kid),
            "public": json.dumps(key.as_dict(private=False)),
            "sealed": self._seal.close(json.dumps(key.as_dict(private=True)).encode()),
            "published_at": as_text(published),
            "signs_from": as_text(signs_from),
        }
        connection.execute(insert(signing_keys).values(row))
        touch(connection)

    def adopt(self, path: Path, now: datetime) -> None:
        """Take over the key file of an older gateway, which is then removed.

        Raises StorageFault for one that others can read, or that holds no key.
        """
        if not path.exists():
            return
        key = _from_file(path)
        with self._database.writing() as connection:
            known = select(signing_keys.c.kid).where(signing_keys.c.kid == str(key.kid))
            if connection.execute(known).first() is None:
                self._insert(connection, key, now, now)
        path.unlink(missing_ok=True)


def published(keys: Iterable[ECKey]) -> dict[str, list[dict[str, str | list[str]]]]:
    """A key set for all to read: public parts alone."""
    return {"keys": [key.as_dict(private=False) for key in keys]}


def _made() -> ECKey:
    return ECKey.generate_key("P-256", {"use": "sig", "alg": ALGORITHM}, auto_kid=True)


def _from_file(path: Path) -> ECKey:
    if path.stat().st_mode & 0o077:
        raise StorageFault(
            f"{path} can be read by others: chmod 600 it, or delete it to have a new key made.",
            spanish=f"Otros pueden leer {path}: ejecute chmod 600, o bórrelo para que se cree una "
            "clave nueva.",
            subject=str(path),
        )
    try:
        return ECKey.import_key(json.loads(path.read_text()))
    except (ValueError, TypeError, KeyError, AttributeError, JoseError) as error:
        raise StorageFault(
            f"{path} holds no signing key: restore it, or delete it to have a new one made.",
            spanish=f"{path} no contiene ninguna clave de firma: recupérelo, o bórrelo para que se "
            "cree una nueva.",
            subject=str(path),
        ) from error
