"""How much of each journal is chained in the audit."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Add the table; what is in the audit already was never in a journal."""
    op.create_table(
        "journals",
        sa.Column("journal", sa.String(64), primary_key=True),
        sa.Column("taken", sa.BigInteger, nullable=False),
    )
