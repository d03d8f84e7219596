"""Apps: clients that people sign in by; where each may send a person back to, and what was agreed.

Addresses are compared letter by letter (RFC 9700, section 2.1), but for the port of a native app on
the person's own machine, which takes whichever is free (RFC 8252, section 7.3).
"""

import re
from datetime import datetime
from urllib.parse import urlsplit

from sqlalchemy import delete, insert, select

from gateway.database import Database, as_text, consents, redirect_uris
from gateway.errors import SemanticError

_LOOPBACK = re.compile(r"http://(127\.0\.0\.1|\[::1\])(:[0-9]{1,5})?(/[^\s?#\\]*)?")
_PRIVATE = re.compile(r"[a-z][a-z0-9+-]*(\.[a-z0-9+-]+)+:/[^\s#\\]*")
_LONGEST = 255


class Apps:
    """What is known of clients that people sign in by."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def allow(self, client_id: str, uris: tuple[str, ...]) -> None:
        """Let a client send people back to these addresses. Raises SemanticError."""
        for uri in uris:
            refuse_unfit(uri)
        with self._database.writing() as connection:
            connection.execute(delete(redirect_uris).where(redirect_uris.c.client_id == client_id))
            if rows := [{"client_id": client_id, "uri": uri} for uri in sorted(set(uris))]:
                connection.execute(insert(redirect_uris), rows)

    def uris(self, client_id: str) -> tuple[str, ...]:
        """Where a client may send people back to."""
        wanted = select(redirect_uris.c.uri).where(redirect_uris.c.client_id == client_id)
        with self._database.reading() as connection:
            return tuple(connection.execute(wanted.order_by(redirect_uris.c.uri)).scalars())

    def fits(self, client_id: str, uri: str) -> bool:
        """Whether a client may send a person back to an address."""
        return any(_same(uri, registered) for registered in self.uris(client_id))

    def remember(self, person: str, client_id: str, scope: str, now: datetime) -> None:
        """Remember what a person agreed to, so as not to ask again."""
        row = {"person": person, "client_id": client_id, "scope": scope, "given_at": as_text(now)}
        self.forget(person, client_id)
        with self._database.writing() as connection:
            connection.execute(insert(consents).values(row))

    def forget(self, person: str, client_id: str) -> None:
        """Ask the person again next time."""
        known = (consents.c.person == person, consents.c.client_id == client_id)
        with self._database.writing() as connection:
            connection.execute(delete(consents).where(*known))

    def agreed(self, person: str, client_id: str, scope: str) -> bool:
        """Whether a person agreed to all of a scope for good."""
        wanted = select(consents.c.scope).where(
            consents.c.person == person, consents.c.client_id == client_id
        )
        with self._database.reading() as connection:
            given = connection.execute(wanted).scalar()
        return given is not None and set(scope.split()) <= set(given.split())


def refuse_unfit(uri: str) -> None:
    """Raise SemanticError for an address that people must not be sent back to.

    Good are https, a native app's own scheme with a full stop in it (``mx.gob.app:/back``), and
    http on this machine by number: with no port it means whichever the app found free.
    """
    if len(uri) <= _LONGEST and (
        _LOOPBACK.fullmatch(uri) or _PRIVATE.fullmatch(uri) or _is_https(uri)
    ):
        return
    raise SemanticError(
        f"{uri!r} is no address to send people back to: https://… with no fragment, "
        "http://127.0.0.1/… for a program on the person's machine, or a scheme of the app's own.",
        spanish=f"{uri!r} no es una dirección de regreso: https://… sin fragmento, "
        "http://127.0.0.1/… para un programa de la propia máquina, o un esquema propio.",
        subject="redirect_uri",
    )


def _is_https(uri: str) -> bool:
    if re.search(r"[\s#\\*\x00-\x1f]", uri):
        return False
    try:
        parts = urlsplit(uri)
        return parts.scheme == "https" and bool(parts.hostname) and "@" not in parts.netloc
    except ValueError:
        return False


def _same(uri: str, registered: str) -> bool:
    if uri == registered:
        return True
    asked, known = _LOOPBACK.fullmatch(uri), _LOOPBACK.fullmatch(registered)
    return bool(
        asked
        and known
        and known[2] is None
        and (asked[1], asked[3]) == (known[1], known[3])
        and int((asked[2] or ":1")[1:]) in range(1, 65536)
    )
