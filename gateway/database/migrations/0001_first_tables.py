"""Releases and their parts, definitions that were served, and clients."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the tables; a home made before revisions were counted has some or all of them."""
    # Only such homes, all of them in SQLite: elsewhere a table of that name is somebody else's.
    made_before = op.get_bind().dialect.name == "sqlite"
    op.create_table(
        "releases",
        sa.Column("provision", sa.String(64), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("dataflow", sa.String(200), nullable=False),
        sa.Column("released_at", sa.String(32), nullable=False),
        sa.Column("visible_from", sa.String(32), nullable=False),
        sa.Column("source_name", sa.String(255), nullable=False),
        sa.Column("source_sha256", sa.String(64), nullable=False),
        sa.Column("observations", sa.Integer, nullable=False),
        sa.Column("findings", sa.JSON, nullable=False),
        sa.Column("previous_digest", sa.String(64), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False, unique=True),
        if_not_exists=made_before,
    )
    op.create_table(
        "parts",
        sa.Column("provision", sa.String(64), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("year", sa.Integer, primary_key=True),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("observations", sa.Integer, nullable=False),
        sa.ForeignKeyConstraint(["provision", "number"], ["releases.provision", "releases.number"]),
        if_not_exists=made_before,
    )
    op.create_table(
        "artefacts",
        sa.Column("urn", sa.String(255), primary_key=True),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("seen_at", sa.String(32), nullable=False),
        if_not_exists=made_before,
    )
    op.create_table(
        "clients",
        sa.Column("client_id", sa.String(64), primary_key=True),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("secret_sha256", sa.String(64), nullable=False),
        sa.Column("created_at", sa.String(32), nullable=False),
        sa.Column("revoked_at", sa.String(32)),
        if_not_exists=made_before,
    )
    op.create_table(
        "client_scopes",
        sa.Column("client_id", sa.String(64), sa.ForeignKey("clients.client_id"), primary_key=True),
        sa.Column("scope", sa.String(64), primary_key=True),
        if_not_exists=made_before,
    )
