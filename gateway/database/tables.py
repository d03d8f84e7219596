"""The SQL tables as they are now; `gateway.database.migrations` says how they came to be so."""

from datetime import UTC, datetime
from functools import lru_cache

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Integer,
    MetaData,
    String,
    Table,
    Text,
)

metadata = MetaData()

provisions = Table(
    "provisions",
    metadata,
    Column("provision", String(64), primary_key=True),
    Column("dataflow", String(200), nullable=False),
    Column("first_released_at", String(32), nullable=False),
)

submissions = Table(
    "submissions",
    metadata,
    Column("submission", String(36), primary_key=True),
    Column("provision", String(64), nullable=False, index=True),
    Column("received_at", String(32), nullable=False),
    Column("source_name", String(255), nullable=False),
    Column("source_sha256", String(64), nullable=False),
    Column("state", String(16), nullable=False),
    Column("release", Integer),  # the one that it became, or that states the same already
    Column("size", BigInteger),
    Column("submitted_by", String(200)),  # none: its file was kept only where it was released
    Column("four_eyes", Boolean),
    Column("visible_from", String(40)),  # with the offset that it was given with
    Column("decided_by", String(200)),
    Column("decided_at", String(32)),
    Column("because", Text),
    Column("receipt", Text),  # JSON, whose numbers a database could not all hold
    Column("bytes_read", BigInteger),
    Column("rows_read", BigInteger),
    Column("seen_at", String(32)),  # the last sign of life of whoever works on it
)

releases = Table(
    "releases",
    metadata,
    Column("provision", String(64), ForeignKey("provisions.provision"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("dataflow", String(200), nullable=False),
    Column("released_at", String(32), nullable=False),  # by `as_text`, like every time here
    Column("visible_from", String(32), nullable=False),
    Column("source_name", String(255), nullable=False),
    Column("source_sha256", String(64), nullable=False),
    Column("observations", Integer, nullable=False),
    Column("findings", JSON, nullable=False),
    Column("withdraws", Integer),  # the release that this one takes back
    Column("because", Text),
    Column("content", String(64), nullable=False),  # names the index of its parts
    Column("statement", Text, nullable=False),  # all that it states, as its digest was taken
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

changes = Table(
    "changes",
    metadata,
    Column("provision", String(64), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("year", Integer, primary_key=True),
    Column("inserted", Integer, nullable=False),
    Column("revised", Integer, nullable=False),
    Column("deleted", Integer, nullable=False),
    Column("sha256", String(64)),  # the file; none where a whole year came or went
    ForeignKeyConstraint(["provision", "number"], ["releases.provision", "releases.number"]),
)

artefacts = Table(
    "artefacts",
    metadata,
    Column("urn", String(255), primary_key=True),
    Column("sha256", String(64), nullable=False),
    Column("seen_at", String(32), nullable=False),
)

organisations = Table(
    "organisations",
    metadata,
    Column("organisation", String(64), primary_key=True),
    Column("name_es", String(200), nullable=False),
    Column("name_en", String(200), nullable=False),
    Column("created_at", String(32), nullable=False),
    Column("revoked_at", String(32)),
)

clients = Table(
    "clients",
    metadata,
    Column("client_id", String(64), primary_key=True),
    Column("name", String(200), nullable=False),
    Column("secret_sha256", String(64)),  # 256 random bits need no slow hash
    Column("created_at", String(32), nullable=False),
    Column("revoked_at", String(32)),
    Column("organisation", String(64), ForeignKey("organisations.organisation")),
    Column("jwks", Text),  # public keys alone
    Column("jwks_url", String(2000)),
    Column("algorithm", String(16)),  # none: whatever fits its keys
    Column("dpop", Boolean),  # whether its tokens must be bound to a key
    Column("strict_audience", Boolean),
    Column("device", Boolean),  # whether people may let it in by a code typed elsewhere
)

client_scopes = Table(
    "client_scopes",
    metadata,
    Column("client_id", String(64), ForeignKey("clients.client_id"), primary_key=True),
    Column("scope", String(64), primary_key=True),
)

grants = Table(
    "grants",
    metadata,
    Column("grant_id", String(64), primary_key=True),
    Column("subject", String(300), nullable=False),  # "*", or a kind and an id: "client:ine-gt"
    Column("actions", String(100), nullable=False),  # words between blanks, like the statuses
    Column("provider", String(64), nullable=False),
    Column("dataflow", String(200), nullable=False),
    Column("region", Text, nullable=False),
    Column("statuses", String(100), nullable=False),
    Column("embargoed", Boolean, nullable=False),
    Column("denies", Boolean, nullable=False),
    Column("valid_from", String(32)),
    Column("valid_to", String(32)),
    Column("agreement", String(200), nullable=False),
    Column("created_by", String(200), nullable=False),
    Column("created_at", String(32), nullable=False),
    Column("approved_by", String(200), nullable=False),
    Column("revoked_by", String(200)),
    Column("revoked_at", String(32)),
)

groups = Table(
    "group_members",
    metadata,
    Column("group_id", String(64), primary_key=True),
    Column("member", String(300), primary_key=True),  # "client:…" or "person:…"
)

embargoes = Table(
    "embargoes",
    metadata,
    Column("embargo_id", String(64), primary_key=True),
    Column("provision", String(64), nullable=False),
    Column("region", Text, nullable=False),
    Column("until", String(32), nullable=False),
    Column("created_by", String(200), nullable=False),
    Column("created_at", String(32), nullable=False),
)

policy = Table(
    "policy",
    metadata,
    Column("id", Integer, primary_key=True),  # there is one row
    Column("version", String(64), nullable=False),  # another one after every change of rights
)

audit = Table(
    "audit",
    metadata,
    # SQLite files rows by a plain integer, and whatever else has an index is a page more to write.
    Column(
        "number",
        BigInteger().with_variant(Integer, "sqlite"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("at", String(32), nullable=False),
    Column("client_id", String(300), nullable=False),
    Column("organisation", String(64), nullable=False),
    Column("action", String(40), nullable=False),
    Column("flow", String(300), nullable=False),
    Column("providers", String(1000), nullable=False),  # between blanks, with one at either end
    Column("entry", Text, nullable=False),  # all that it states, as its digest was taken
    Column("previous_digest", String(64), nullable=False),
    Column("digest", String(64), nullable=False),
)

journals = Table(
    "journals",
    metadata,
    Column("journal", String(64), primary_key=True),
    Column("taken", BigInteger, nullable=False),  # so many bytes of it are chained in the audit
)

signing_keys = Table(
    "signing_keys",
    metadata,
    Column("kid", String(64), primary_key=True),
    Column("public", Text, nullable=False),  # a JWK
    Column("sealed", Text, nullable=False),  # the private JWK, as only its home can open it
    Column("published_at", String(32), nullable=False),
    Column("signs_from", String(32), nullable=False),
    Column("trusted_until", String(32)),  # none: until another one signs
)

used_ids = Table(
    "used_ids",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("expires_at", String(32), nullable=False, index=True),
)

revoked_tokens = Table(
    "revoked_tokens",
    metadata,
    Column("token", String(64), primary_key=True),  # the SHA-256 of its jti
    Column("expires_at", String(32), nullable=False, index=True),
)

failed_attempts = Table(
    "failed_attempts",
    metadata,
    Column("sha256", String(64), primary_key=True),  # of who tried, and from where
    Column("times", Integer, nullable=False),
    Column("until", String(32), nullable=False, index=True),
)

stamps = Table(
    "stamps",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("stamp", String(32), nullable=False),  # another one after every change
)


@lru_cache(maxsize=64)
def as_text(moment: datetime) -> str:
    """A moment as the tables hold it: ISO 8601 in UTC to the microsecond, so that text sorts.

    A request asks of its own moment again and again.
    """
    return moment.astimezone(UTC).isoformat(timespec="microseconds")
