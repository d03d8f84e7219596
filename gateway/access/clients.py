"""Clients: machines that prove who they are by a key of their own, or by a secret.

Of a key the public part is kept, of a secret the SHA-256.
"""

import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, delete, insert, select, true, update

from gateway.access.keysets import Keys, as_text
from gateway.access.organisations import refuse_unknown
from gateway.access.signed import ALGORITHMS
from gateway.access.stamp import touch
from gateway.database import Database, client_scopes, clients, organisations
from gateway.database import as_text as moment_as_text
from gateway.errors import NotFound, SemanticError
from gateway.fetch import refuse_unfit
from gateway.model.text import Text

DATA_READ, DATA_SUBMIT, DATA_APPROVE = "data.read", "data.submit", "data.approve"
DATA_EMBARGOED, DATA_CONFIDENTIAL = "data.embargoed", "data.confidential"
AUDIT_READ, METRICS_READ = "audit.read", "metrics.read"
SCOPES = (
    *(AUDIT_READ, DATA_APPROVE, DATA_CONFIDENTIAL, DATA_EMBARGOED, DATA_READ, DATA_SUBMIT),
    METRICS_READ,
)
"""What a token can carry: the most that may be done with it, of what its caller is granted."""

BY_KEY, BY_SECRET, BY_NOTHING = "private_key_jwt", "client_secret_basic", "none"
"""How a client proves who it is: each in one way only, and a program on people's own machines not
at all. Source: RFC 7591, 2; OpenID Core, 9.
"""

_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


@dataclass(frozen=True, slots=True)
class Proof:
    """How a client is to prove who it is: by keys, in hand or at an address; else by a secret.

    `algorithm` pins one to sign with. `dpop` binds its tokens to a key (RFC 9449). With
    `strict_audience` its assertions must name the issuer, not the token endpoint. One that is
    `public` runs where it can keep no secret. People may let one for `device`s in by a code that
    they type elsewhere (RFC 8628).
    """

    keys: Keys = ()
    keys_url: str = ""
    algorithm: str | None = None
    dpop: bool = False
    strict_audience: bool = False
    public: bool = False
    device: bool = False

    @property
    def has_no_secret(self) -> bool:
        """Whether it goes by keys, or by nothing."""
        return bool(self.keys or self.keys_url or self.public)


SECRET = Proof()


@dataclass(frozen=True, slots=True)
class Client:
    """A registered client; `revoked_at` is None while it, and its organisation, may ask."""

    id: str
    name: str
    secret_sha256: str | None
    scopes: tuple[str, ...]
    created_at: datetime
    revoked_at: datetime | None
    organisation: str | None = None
    jwks: str | None = None
    jwks_url: str | None = None
    algorithm: str | None = None
    dpop: bool = False
    strict_audience: bool = False
    device: bool = False

    @property
    def method(self) -> str:
        """How it proves who it is."""
        if self.jwks or self.jwks_url:
            return BY_KEY
        return BY_NOTHING if self.secret_sha256 is None else BY_SECRET

    @property
    def is_confidential(self) -> bool:
        """Whether it can prove that it is itself."""
        return self.method != BY_NOTHING

    def has_secret(self, secret: str) -> bool:
        """Whether this is its secret, in a time that does not depend on where they differ."""
        right = hmac.compare_digest(self.secret_sha256 or "", _digest(secret))
        return right and self.method == BY_SECRET


class Clients:
    """The clients of one home."""

    def __init__(self, database: Database, *, loopback: bool = False) -> None:
        """Over a database; `loopback` lets keys be published on this machine, without https."""
        self._database = database
        self._loopback = loopback

    def add(
        self,
        name: str,
        scopes: Iterable[str],
        now: datetime,
        id: str = "",
        organisation: str | None = None,
        proof: Proof = SECRET,
    ) -> tuple[str, str]:
        """Register a client; its id and its secret, which is shown this once.

        Both are random where no id is given; one with keys, or public, has no secret. Raises
        SemanticError for an id that is taken or has other signs than letters, figures, ``_`` and
        ``-``, and for an unknown scope or algorithm; NotFound for an organisation that is not
        there.
        """
        scopes = tuple(scopes)
        _refuse_unknown(_SCOPE, set(scopes) - set(SCOPES), SCOPES)
        self._refuse_unfit(proof)
        id = id or f"client-{secrets.token_hex(8)}"
        if not _ID.fullmatch(id):
            raise SemanticError(
                f"{id!r} is no client id: letters, figures, _ and - only.",
                spanish=f"{id!r} no es un identificador de cliente: solo letras, cifras, _ y -.",
            )
        if self.get(id) is not None:
            raise SemanticError(
                f"The client {id} is there already.",
                spanish=f"El cliente {id} ya existe.",
                subject=id,
            )
        by_secret = not proof.has_no_secret
        secret = secrets.token_urlsafe(32) if by_secret else ""
        row = {
            "client_id": id,
            "name": name,
            "secret_sha256": _digest(secret) if by_secret else None,
            "created_at": moment_as_text(now),
            "organisation": organisation,
            **_columns(proof),
        }
        with self._database.writing() as connection:
            if organisation is not None:
                refuse_unknown(connection, organisation)
            connection.execute(insert(clients).values(row))
            if pairs := [{"client_id": id, "scope": scope} for scope in scopes]:
                connection.execute(insert(client_scopes), pairs)
        return id, secret

    def _refuse_unfit(self, proof: Proof) -> None:
        """Raise SemanticError or BadConfiguration for keys that could never be asked for."""
        _refuse_unknown(_ALGORITHM, {proof.algorithm} - {None, *ALGORITHMS}, ALGORITHMS)
        if proof.keys_url:
            refuse_unfit(proof.keys_url, loopback=self._loopback)

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
        withdrawn = organisations.c.revoked_at.label("withdrawn_at")
        of = clients.outerjoin(organisations)
        wanted = select(clients, withdrawn).select_from(of).where(condition)
        granted = select(client_scopes).join(clients).where(condition)
        with self._database.reading() as connection:
            rows = connection.execute(wanted.order_by(clients.c.created_at)).all()
            scopes = connection.execute(granted.order_by(client_scopes.c.scope)).all()
        return [
            Client(
                row.client_id,
                row.name,
                row.secret_sha256,
                tuple(each.scope for each in scopes if each.client_id == row.client_id),
                datetime.fromisoformat(row.created_at),
                _moment(row.revoked_at or row.withdrawn_at),
                row.organisation,
                row.jwks,
                row.jwks_url,
                row.algorithm,
                bool(row.dpop),
                bool(row.strict_audience),
                bool(row.device),
            )
            for row in rows
        ]

    def change(
        self,
        id: str,
        name: str,
        scopes: Iterable[str],
        organisation: str | None,
        proof: Proof | None = None,
    ) -> None:
        """Say anew what a client is called, what its tokens carry and whom it acts for.

        With a proof, by keys or none, also how it proves who it is: a secret that it had is
        forgotten then. Raises SemanticError for an unknown scope or algorithm, NotFound for an
        organisation that is not there.
        """
        scopes = tuple(scopes)
        _refuse_unknown(_SCOPE, set(scopes) - set(SCOPES), SCOPES)
        said: dict[str, object] = {"name": name, "organisation": organisation}
        if proof is not None:
            self._refuse_unfit(proof)
            forgotten = {"secret_sha256": None} if proof.has_no_secret else {}
            said |= {**_columns(proof), **forgotten}
        with self._database.writing() as connection:
            if organisation is not None:
                refuse_unknown(connection, organisation)
            connection.execute(update(clients).where(clients.c.client_id == id).values(said))
            connection.execute(delete(client_scopes).where(client_scopes.c.client_id == id))
            if pairs := [{"client_id": id, "scope": scope} for scope in scopes]:
                connection.execute(insert(client_scopes), pairs)
            touch(connection)

    def revoke(self, id: str, now: datetime) -> None:
        """Let a client ask for nothing more, its running tokens included. Raises NotFound."""
        revoked = update(clients).where(clients.c.client_id == id, clients.c.revoked_at.is_(None))
        with self._database.writing() as connection:
            row = {"revoked_at": moment_as_text(now)}
            changed = connection.execute(revoked.values(row)).rowcount
            touch(connection)
        if not changed:
            raise NotFound(
                f"There is no client {id} that could be revoked.",
                spanish=f"No hay ningún cliente {id} que se pueda revocar.",
                subject=id,
            )


def _columns(proof: Proof) -> Mapping[str, object]:
    """How a client proves who it is, as the table has it."""
    return {
        "jwks": as_text(proof.keys) if proof.keys else None,
        "jwks_url": proof.keys_url or None,
        "algorithm": proof.algorithm,
        "dpop": proof.dpop,
        "strict_audience": proof.strict_audience,
        "device": proof.device,
    }


_SCOPE, _ALGORITHM = Text("alcance", "scope"), Text("algoritmo", "algorithm")


def _refuse_unknown(what: Text, unknown: Iterable[str | None], known: tuple[str, ...]) -> None:
    if names := ", ".join(sorted(map(str, unknown))):
        raise SemanticError(
            f"There is no {what.en} {names}.",
            spanish=f"No hay ningún {what.es} {names}.",
            allowed=known,
        )


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
