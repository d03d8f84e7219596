"""People: accounts, sign-in, and what they let clients do for them."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Make the tables; there is nobody yet."""
    _accounts()
    _sign_in()
    _clients()


def _accounts() -> None:
    op.create_table(
        "people",
        sa.Column("person", sa.String(64), primary_key=True),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("organisation", sa.String(64), sa.ForeignKey("organisations.organisation")),
        sa.Column("issuer", sa.String(255)),
        sa.Column("password", sa.String(255)),
        sa.Column("second_factor", sa.Text),
        sa.Column("second_factor_step", sa.BigInteger),
        sa.Column("created_at", sa.String(32), nullable=False),
        sa.Column("revoked_at", sa.String(32)),
    )
    op.create_table(
        "person_scopes",
        sa.Column("person", sa.String(64), sa.ForeignKey("people.person"), primary_key=True),
        sa.Column("scope", sa.String(64), primary_key=True),
    )
    op.create_table(
        "person_groups",
        sa.Column("person", sa.String(64), sa.ForeignKey("people.person"), primary_key=True),
        sa.Column("member_of", sa.String(64), primary_key=True),
    )


def _of_person() -> sa.Column[str]:
    return sa.Column("person", sa.String(64), sa.ForeignKey("people.person"), nullable=False)


def _of_client() -> sa.Column[str]:
    return sa.Column("client_id", sa.String(64), sa.ForeignKey("clients.client_id"), nullable=False)


def _digest() -> sa.Column[str]:
    return sa.Column("sha256", sa.String(64), primary_key=True)


def _time(name: str, *, known: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(32), nullable=not known)


def _sign_in() -> None:
    op.create_table("recovery_codes", _digest(), _of_person(), _time("used_at"))
    op.create_table(
        "invitations",
        _digest(),
        sa.Column("person", sa.String(64), sa.ForeignKey("people.person")),
        sa.Column("asks", sa.String(16), nullable=False),
        _time("expires_at", known=True),
        _time("used_at"),
    )
    op.create_table(
        "sessions",
        _digest(),
        _of_person(),
        sa.Column("agent", sa.String(200), nullable=False),
        _time("created_at", known=True),
        _time("seen_at", known=True),
        _time("ended_at"),
    )
    op.create_table("known_browsers", _digest(), _of_person(), _time("created_at", known=True))
    op.create_table(
        "guesses",
        _digest(),
        sa.Column("failures", sa.Integer, nullable=False),
        _time("last_at", known=True),
    )
    for table in ("recovery_codes", "invitations", "sessions", "known_browsers"):
        op.create_index(f"ix_{table}_person", table, ["person"])


def _clients() -> None:
    op.add_column("clients", sa.Column("device", sa.Boolean))
    op.create_table(
        "redirect_uris",
        sa.Column("client_id", sa.String(64), sa.ForeignKey("clients.client_id"), primary_key=True),
        sa.Column("uri", sa.String(255), primary_key=True),
    )
    op.create_table(
        "consents",
        sa.Column("person", sa.String(64), sa.ForeignKey("people.person"), primary_key=True),
        sa.Column("client_id", sa.String(64), sa.ForeignKey("clients.client_id"), primary_key=True),
        sa.Column("scope", sa.String(400), nullable=False),
        _time("given_at", known=True),
    )
    op.create_table(
        "families",
        sa.Column("family", sa.String(32), primary_key=True),
        _of_person(),
        _of_client(),
        sa.Column("scope", sa.String(400), nullable=False),
        _time("created_at", known=True),
        _time("expires_at", known=True),
        _time("ended_at"),
        sa.Column("because", sa.String(32)),
        sa.Column("key", sa.String(64)),
    )
    op.create_index("ix_families_person", "families", ["person"])
    op.create_table(
        "codes",
        _digest(),
        sa.Column("family", sa.String(32), sa.ForeignKey("families.family"), nullable=False),
        sa.Column("redirect_uri", sa.String(400), nullable=False),
        sa.Column("challenge", sa.String(128), nullable=False),
        _time("expires_at", known=True),
        _time("used_at"),
    )
    op.create_table(
        "refresh_tokens",
        _digest(),
        sa.Column("family", sa.String(32), sa.ForeignKey("families.family"), nullable=False),
        _time("expires_at", known=True),
        _time("used_at"),
    )
    op.create_index("ix_refresh_tokens_family", "refresh_tokens", ["family"])
    op.create_table(
        "device_codes",
        _digest(),
        sa.Column("user_code", sa.String(64), nullable=False, unique=True),
        _of_client(),
        sa.Column("scope", sa.String(400), nullable=False),
        _time("expires_at", known=True),
        sa.Column("interval", sa.Integer, nullable=False),
        _time("asked_at"),
        sa.Column("refused", sa.Boolean),
        sa.Column("family", sa.String(32), sa.ForeignKey("families.family")),
        _time("used_at"),
    )
