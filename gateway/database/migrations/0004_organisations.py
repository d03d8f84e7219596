"""Organisations: whom a client or a person acts for, and to whom rights are granted."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add them; the clients that there are belong to none until they are told to."""
    op.create_table(
        "organisations",
        sa.Column("organisation", sa.String(64), primary_key=True),
        sa.Column("name_es", sa.String(200), nullable=False),
        sa.Column("name_en", sa.String(200), nullable=False),
        sa.Column("created_at", sa.String(32), nullable=False),
    )
    with op.batch_alter_table("clients") as clients:
        clients.add_column(sa.Column("organisation", sa.String(64)))
        clients.create_foreign_key(
            "clients_organisation", "organisations", ["organisation"], ["organisation"]
        )
