"""Who handed a file in, who decided on it, what its checks said, and how far the work on it is."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add the columns; of what was handed in before, nobody noted them."""
    for column in (
        sa.Column("size", sa.BigInteger),
        sa.Column("submitted_by", sa.String(200)),
        sa.Column("four_eyes", sa.Boolean),
        sa.Column("visible_from", sa.String(40)),
        sa.Column("decided_by", sa.String(200)),
        sa.Column("decided_at", sa.String(32)),
        sa.Column("because", sa.Text),
        sa.Column("receipt", sa.Text),
        sa.Column("bytes_read", sa.BigInteger),
        sa.Column("rows_read", sa.BigInteger),
        sa.Column("seen_at", sa.String(32)),
    ):
        op.add_column("submissions", column)
