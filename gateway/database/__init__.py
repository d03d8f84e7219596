"""The database: its tables, the revisions that build them, and the transactions on them."""

from gateway.database.database import Database
from gateway.database.tables import (
    artefacts,
    as_text,
    client_scopes,
    clients,
    metadata,
    parts,
    releases,
)

__all__ = [
    "Database",
    "artefacts",
    "as_text",
    "client_scopes",
    "clients",
    "metadata",
    "parts",
    "releases",
]
