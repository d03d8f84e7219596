"""The database: its tables, the revisions that build them, and the transactions on them."""

from gateway.database.database import Database
from gateway.database.tables import (
    artefacts,
    as_text,
    changes,
    client_scopes,
    clients,
    metadata,
    organisations,
    parts,
    provisions,
    releases,
    submissions,
)

__all__ = [
    "Database",
    "artefacts",
    "as_text",
    "changes",
    "client_scopes",
    "clients",
    "metadata",
    "organisations",
    "parts",
    "provisions",
    "releases",
    "submissions",
]
