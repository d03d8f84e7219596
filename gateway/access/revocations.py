"""Tokens that were given back or taken back before their time."""

from datetime import datetime

from sqlalchemy import delete, insert, select

from gateway.access.once import digest
from gateway.access.stamp import touch
from gateway.database import Database, as_text, revoked_tokens


class Revocations:
    """The revoked tokens of one database, each until it would have ended anyway."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def revoke(self, token: str, ends: datetime, now: datetime) -> None:
        """Let a token, by its id (``jti``), hold no longer; again does no harm."""
        with self._database.writing() as connection:
            known = revoked_tokens.c.token == digest(token)
            past = revoked_tokens.c.expires_at < as_text(now)
            connection.execute(delete(revoked_tokens).where(past | known))
            row = {"token": digest(token), "expires_at": as_text(ends)}
            connection.execute(insert(revoked_tokens).values(row))
            touch(connection)

    def holds(self, token: str) -> bool:
        """Whether a token was not revoked."""
        wanted = select(revoked_tokens.c.token).where(revoked_tokens.c.token == digest(token))
        with self._database.reading() as connection:
            return connection.execute(wanted).first() is None
