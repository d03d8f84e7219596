"""The SQL tables as they are now; `gateway.database.migrations` says how they came to be so."""

from datetime import UTC, datetime

from sqlalchemy import (
    JSON,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Integer,
    MetaData,
    String,
    Table,
)

metadata = MetaData()

releases = Table(
    "releases",
    metadata,
    Column("provision", String(64), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("dataflow", String(200), nullable=False),
    Column("released_at", String(32), nullable=False),  # by `as_text`, like every time here
    Column("visible_from", String(32), nullable=False),
    Column("source_name", String(255), nullable=False),
    Column("source_sha256", String(64), nullable=False),
    Column("observations", Integer, nullable=False),
    Column("findings", JSON, nullable=False),
    Column("previous_digest", String(64), nullable=False),
    Column("digest", String(64), nullable=False, unique=True),
)

parts = Table(
    "parts",
    metadata,
    Column("provision", String(64), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("year", Integer, primary_key=True),
    Column("sha256", String(64), nullable=False),
    Column("observations", Integer, nullable=False),
    ForeignKeyConstraint(["provision", "number"], ["releases.provision", "releases.number"]),
)

artefacts = Table(
    "artefacts",
    metadata,
    Column("urn", String(255), primary_key=True),
    Column("sha256", String(64), nullable=False),
    Column("seen_at", String(32), nullable=False),
)

clients = Table(
    "clients",
    metadata,
    Column("client_id", String(64), primary_key=True),
    Column("name", String(200), nullable=False),
    Column("secret_sha256", String(64), nullable=False),  # 256 random bits need no slow hash
    Column("created_at", String(32), nullable=False),
    Column("revoked_at", String(32)),
)

client_scopes = Table(
    "client_scopes",
    metadata,
    Column("client_id", String(64), ForeignKey("clients.client_id"), primary_key=True),
    Column("scope", String(64), primary_key=True),
)


def as_text(moment: datetime) -> str:
    """A moment as the tables hold it: ISO 8601 in UTC to the microsecond, so that text sorts."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")
