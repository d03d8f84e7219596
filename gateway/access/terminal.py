"""The terminal as a client: what ``gateway login`` signs in by."""

from datetime import datetime

from sqlalchemy import Connection, insert, select

from gateway.access.clients import SCOPES
from gateway.database import as_text, client_scopes, clients

TERMINAL = "gateway-cli"
"""The id of a public client that every gateway with people knows."""


def add_terminal(connection: Connection, now: datetime) -> None:
    """Register it where it is not there: once there is somebody who could sign in by it.

    It has no secret, so that no gateway has a default one; whoever wants none revokes it, and it
    stays revoked.
    """
    known = select(clients.c.client_id).where(clients.c.client_id == TERMINAL)
    if connection.execute(known).first() is not None:
        return
    row = {
        "client_id": TERMINAL,
        "name": "gateway login",
        "created_at": as_text(now),
        "device": True,
    }
    connection.execute(insert(clients).values(row))
    scopes = [{"client_id": TERMINAL, "scope": scope} for scope in SCOPES]
    connection.execute(insert(client_scopes), scopes)
