"""The database: its tables, the revisions that build them, and the transactions on them."""

from gateway.database.database import Database
from gateway.database.tables import (
    artefacts,
    as_text,
    audit,
    changes,
    client_scopes,
    clients,
    embargoes,
    grants,
    groups,
    metadata,
    organisations,
    parts,
    policy,
    provisions,
    releases,
    submissions,
)

__all__ = [
    "Database",
    "artefacts",
    "as_text",
    "audit",
    "changes",
    "client_scopes",
    "clients",
    "embargoes",
    "grants",
    "groups",
    "metadata",
    "organisations",
    "parts",
    "policy",
    "provisions",
    "releases",
    "submissions",
]
