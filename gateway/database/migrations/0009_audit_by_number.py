"""The audit by its number alone: an entry is one page to write, where it was three."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

_COPY = """
INSERT INTO audit
    (number, at, client_id, organisation, action, flow, providers, entry, previous_digest, digest)
SELECT
    number, at, client_id, organisation, action, flow, providers, entry, previous_digest, digest
FROM audit_before
ORDER BY number
"""


def upgrade() -> None:
    """Make the table anew with every entry as it stands, and no index on digests.

    No two entries have one digest, for each states the digest before: the chain says so better
    than an index, which cost every question more than anything else that is written.
    """
    if op.get_bind().dialect.name != "sqlite":
        op.drop_constraint("audit_digest_key", "audit", type_="unique")
        return
    op.rename_table("audit", "audit_before")
    op.create_table(
        "audit",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("at", sa.String(32), nullable=False),
        sa.Column("client_id", sa.String(300), nullable=False),
        sa.Column("organisation", sa.String(64), nullable=False),
        sa.Column("action", sa.String(40), nullable=False),
        sa.Column("flow", sa.String(300), nullable=False),
        sa.Column("providers", sa.String(1000), nullable=False),
        sa.Column("entry", sa.Text, nullable=False),
        sa.Column("previous_digest", sa.String(64), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
    )
    op.execute(_COPY)
    op.drop_table("audit_before")
