"""The database: its tables, the revisions that build them, and the transactions on them."""

from gateway.database.database import Database
from gateway.database.tables import (
    artefacts,
    as_text,
    changes,
    client_scopes,
    clients,
    failed_attempts,
    metadata,
    organisations,
    parts,
    provisions,
    releases,
    revoked_tokens,
    signing_keys,
    stamps,
    submissions,
    used_ids,
)

__all__ = [
    "Database",
    "artefacts",
    "as_text",
    "changes",
    "client_scopes",
    "clients",
    "failed_attempts",
    "metadata",
    "organisations",
    "parts",
    "provisions",
    "releases",
    "revoked_tokens",
    "signing_keys",
    "stamps",
    "submissions",
    "used_ids",
]
