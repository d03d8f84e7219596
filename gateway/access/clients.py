"""Clients: machines with an id and a secret, of which only the SHA-256 is kept."""

import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, delete, insert, select, true, update

from gateway.access.organisations import refuse_unknown
from gateway.database import Database, as_text, client_scopes, clients
from gateway.errors import NotFound, SemanticError

DATA_READ, DATA_SUBMIT, DATA_APPROVE = "data.read", "data.submit", "data.approve"
DATA_EMBARGOED, DATA_CONFIDENTIAL = "data.embargoed", "data.confidential"
AUDIT_READ = "audit.read"
SCOPES = (AUDIT_READ, DATA_APPROVE, DATA_CONFIDENTIAL, DATA_EMBARGOED, DATA_READ, DATA_SUBMIT)
"""What a token can carry: the most that may be done with it, of what its caller is granted."""

_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


@dataclass(frozen=True, slots=True)
class Client:
    """A registered client; `revoked_at` is None while it may ask for tokens."""

    id: str
    name: str
    secret_sha256: str
    scopes: tuple[str, ...]
    created_at: datetime
    revoked_at: datetime | None
    organisation: str | None = None

    def has_secret(self, secret: str) -> bool:
        """Whether this is its secret, in a time that does not depend on where they differ."""
        return hmac.compare_digest(self.secret_sha256, _digest(secret))


class Clients:
    """The clients of one home."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(
        self,
        name: str,
        scopes: Iterable[str],
        now: datetime,
        id: str = "",
        organisation: str | None = None,
    ) -> tuple[str, str]:
        """Register a client; its id and its secret, which is shown this once.

        Both are random where no id is given. Raises SemanticError for an id that is taken or has
        other signs than letters, figures, ``_`` and ``-``, and for an unknown scope; NotFound for
        an organisation that is not there.
        """
        scopes = tuple(scopes)
        _refuse_unknown_scopes(scopes)
        id = id or f"client-{secrets.token_hex(8)}"
        if not _ID.fullmatch(id):
            raise SemanticError(f"{id!r} is no client id: letters, figures, _ and - only.")
        if self.get(id) is not None:
            raise SemanticError(f"The client {id} is there already.", subject=id)
        secret = secrets.token_urlsafe(32)
        row = {
            "client_id": id,
            "name": name,
            "secret_sha256": _digest(secret),
            "created_at": as_text(now),
            "organisation": organisation,
        }
        with self._database.writing() as connection:
            if organisation is not None:
                refuse_unknown(connection, organisation)
            connection.execute(insert(clients).values(row))
            if pairs := [{"client_id": id, "scope": scope} for scope in scopes]:
                connection.execute(insert(client_scopes), pairs)
        return id, secret

    def get(self, id: str) -> Client | None:
        """One client, revoked or not; None where there is none."""
        if not _ID.fullmatch(id):
            return None  # a visitor may send anything, also what no database takes
        found = self._read(clients.c.client_id == id)
        return found[0] if found else None

    def all(self) -> list[Client]:
        """Every client, oldest first."""
        return self._read(true())

    def _read(self, condition: ColumnElement[bool]) -> list[Client]:
        wanted = select(clients).where(condition).order_by(clients.c.created_at)
        granted = select(client_scopes).join(clients).where(condition)
        with self._database.reading() as connection:
            rows = connection.execute(wanted).all()
            scopes = connection.execute(granted.order_by(client_scopes.c.scope)).all()
        return [
            Client(
                row.client_id,
                row.name,
                row.secret_sha256,
                tuple(each.scope for each in scopes if each.client_id == row.client_id),
                datetime.fromisoformat(row.created_at),
                None if row.revoked_at is None else datetime.fromisoformat(row.revoked_at),
                row.organisation,
            )
            for row in rows
        ]

    def change(self, id: str, name: str, scopes: Iterable[str], organisation: str | None) -> None:
        """Say anew what a client is called, what its tokens carry and whom it acts for.

        Raises SemanticError for an unknown scope, NotFound for an organisation that is not there.
        """
        scopes = tuple(scopes)
        _refuse_unknown_scopes(scopes)
        said = {"name": name, "organisation": organisation}
        with self._database.writing() as connection:
            if organisation is not None:
                refuse_unknown(connection, organisation)
            connection.execute(update(clients).where(clients.c.client_id == id).values(said))
            connection.execute(delete(client_scopes).where(client_scopes.c.client_id == id))
            if pairs := [{"client_id": id, "scope": scope} for scope in scopes]:
                connection.execute(insert(client_scopes), pairs)

    def revoke(self, id: str, now: datetime) -> None:
        """Let a client ask for nothing more, its running tokens included. Raises NotFound."""
        revoked = update(clients).where(clients.c.client_id == id, clients.c.revoked_at.is_(None))
        with self._database.writing() as connection:
            changed = connection.execute(revoked.values(revoked_at=as_text(now))).rowcount
        if not changed:
            raise NotFound(f"There is no client {id} that could be revoked.", subject=id)


def _refuse_unknown_scopes(scopes: Iterable[str]) -> None:
    if unknown := set(scopes) - set(SCOPES):
        raise SemanticError(f"There is no scope {', '.join(sorted(unknown))}.", allowed=SCOPES)


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
