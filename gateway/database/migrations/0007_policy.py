"""Grants, groups, embargoes of regions and the audit; who had rights gets them as grants."""

from datetime import UTC, datetime
from secrets import token_hex

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

_ACTIONS = {"data.read": "read", "data.submit": "submit", "data.approve": "approve"}


def upgrade() -> None:
    """Make the tables, and put on record as grants what clients could do without any.

    Of figures that are not free only those of a status that a grant names are read from now on:
    to whom they are due is not known here.
    """
    op.create_table(
        "grants",
        sa.Column("grant_id", sa.String(64), primary_key=True),
        sa.Column("subject", sa.String(300), nullable=False),
        sa.Column("actions", sa.String(100), nullable=False),
        sa.Column("provider", sa.String(64), nullable=False),
        sa.Column("dataflow", sa.String(200), nullable=False),
        sa.Column("region", sa.Text, nullable=False),
        sa.Column("statuses", sa.String(100), nullable=False),
        sa.Column("embargoed", sa.Boolean, nullable=False),
        sa.Column("denies", sa.Boolean, nullable=False),
        sa.Column("valid_from", sa.String(32)),
        sa.Column("valid_to", sa.String(32)),
        sa.Column("agreement", sa.String(200), nullable=False),
        sa.Column("created_by", sa.String(200), nullable=False),
        sa.Column("created_at", sa.String(32), nullable=False),
        sa.Column("approved_by", sa.String(200), nullable=False),
        sa.Column("revoked_by", sa.String(200)),
        sa.Column("revoked_at", sa.String(32)),
    )
    op.create_table(
        "group_members",
        sa.Column("group_id", sa.String(64), primary_key=True),
        sa.Column("member", sa.String(300), primary_key=True),
    )
    op.create_table(
        "embargoes",
        sa.Column("embargo_id", sa.String(64), primary_key=True),
        sa.Column("provision", sa.String(64), nullable=False),
        sa.Column("region", sa.Text, nullable=False),
        sa.Column("until", sa.String(32), nullable=False),
        sa.Column("created_by", sa.String(200), nullable=False),
        sa.Column("created_at", sa.String(32), nullable=False),
    )
    op.create_table(
        "policy",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("version", sa.String(64), nullable=False),
    )
    op.create_table(
        "audit",
        sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("at", sa.String(32), nullable=False),
        sa.Column("client_id", sa.String(300), nullable=False),
        sa.Column("organisation", sa.String(64), nullable=False),
        sa.Column("action", sa.String(40), nullable=False),
        sa.Column("flow", sa.String(300), nullable=False),
        sa.Column("providers", sa.String(1000), nullable=False),
        sa.Column("entry", sa.Text, nullable=False),
        sa.Column("previous_digest", sa.String(64), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False, unique=True),
    )
    _put_on_record()


def _put_on_record() -> None:
    connection = op.get_bind()
    version = sa.table("policy", sa.column("id"), sa.column("version"))
    op.bulk_insert(version, [{"id": 1, "version": f"1-{token_hex(4)}"}])
    scopes = connection.execute(sa.text("SELECT client_id, scope FROM client_scopes")).all()
    now = datetime.now(UTC).isoformat(timespec="microseconds")
    rows = [
        {
            "grant_id": f"grant-{token_hex(4)}",
            "subject": f"client:{each.client_id}",
            "actions": _ACTIONS[each.scope],
            "provider": "*",
            "dataflow": "*",
            "region": "",
            "statuses": "",
            "embargoed": False,
            "denies": False,
            "agreement": "",
            "created_by": "revision 0007",
            "created_at": now,
            "approved_by": "",
        }
        for each in scopes
        if each.scope in _ACTIONS
    ]
    plain = ("region", "agreement", "created_by", "created_at", "approved_by", "statuses")
    names = ("grant_id", "subject", "actions", "provider", "dataflow", *plain)
    columns = [sa.column(name, sa.String) for name in names]
    flags = [sa.column(name, sa.Boolean) for name in ("embargoed", "denies")]
    if rows:
        op.bulk_insert(sa.table("grants", *columns, *flags), rows)
