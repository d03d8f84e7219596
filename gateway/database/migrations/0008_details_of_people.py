"""What people narrow programs to: authorization details of families and of programs that wait."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Add the columns; what was agreed to before was narrowed to nothing less than its scope."""
    for table in ("families", "device_codes"):
        op.add_column(table, sa.Column("details", sa.Text))
