"""Clients with keys of their own, the keys that sign tokens, and what must not come twice."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add them; the clients that there are go on with their secrets."""
    with op.batch_alter_table("clients") as clients:
        clients.alter_column("secret_sha256", existing_type=sa.String(64), nullable=True)
        clients.add_column(sa.Column("jwks", sa.Text))
        clients.add_column(sa.Column("jwks_url", sa.String(2000)))
        clients.add_column(sa.Column("algorithm", sa.String(16)))
        clients.add_column(sa.Column("dpop", sa.Boolean))
        clients.add_column(sa.Column("strict_audience", sa.Boolean))
    with op.batch_alter_table("organisations") as organisations:
        organisations.add_column(sa.Column("revoked_at", sa.String(32)))
    op.create_table(
        "signing_keys",
        sa.Column("kid", sa.String(64), primary_key=True),
        sa.Column("public", sa.Text, nullable=False),
        sa.Column("sealed", sa.Text, nullable=False),
        sa.Column("published_at", sa.String(32), nullable=False),
        sa.Column("signs_from", sa.String(32), nullable=False),
        sa.Column("trusted_until", sa.String(32)),
    )
    op.create_table(
        "used_ids",
        sa.Column("sha256", sa.String(64), primary_key=True),
        sa.Column("expires_at", sa.String(32), nullable=False, index=True),
    )
    op.create_table(
        "revoked_tokens",
        sa.Column("token", sa.String(64), primary_key=True),
        sa.Column("expires_at", sa.String(32), nullable=False, index=True),
    )
    op.create_table(
        "failed_attempts",
        sa.Column("sha256", sa.String(64), primary_key=True),
        sa.Column("times", sa.Integer, nullable=False),
        sa.Column("until", sa.String(32), nullable=False, index=True),
    )
    op.create_table(
        "stamps",
        sa.Column("name", sa.String(32), primary_key=True),
        sa.Column("stamp", sa.String(32), nullable=False),
    )
