"""What each release changed and states as a whole; submissions; withdrawals."""

import hashlib
import json
from collections import defaultdict

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add the tables and columns, and write down what the releases that are there state."""
    op.create_table(
        "provisions",
        sa.Column("provision", sa.String(64), primary_key=True),
        sa.Column("dataflow", sa.String(200), nullable=False),
        sa.Column("first_released_at", sa.String(32), nullable=False),
    )
    op.create_table(
        "submissions",
        sa.Column("submission", sa.String(36), primary_key=True),
        sa.Column("provision", sa.String(64), nullable=False),
        sa.Column("received_at", sa.String(32), nullable=False),
        sa.Column("source_name", sa.String(255), nullable=False),
        sa.Column("source_sha256", sa.String(64), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("release", sa.Integer),
    )
    op.create_index("ix_submissions_provision", "submissions", ["provision"])
    op.create_table(
        "changes",
        sa.Column("provision", sa.String(64), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("year", sa.Integer, primary_key=True),
        sa.Column("inserted", sa.Integer, nullable=False),
        sa.Column("revised", sa.Integer, nullable=False),
        sa.Column("deleted", sa.Integer, nullable=False),
        sa.Column("sha256", sa.String(64)),
        sa.ForeignKeyConstraint(["provision", "number"], ["releases.provision", "releases.number"]),
    )
    op.add_column("releases", sa.Column("withdraws", sa.Integer))
    op.add_column("releases", sa.Column("because", sa.Text))
    op.add_column("releases", sa.Column("content", sa.String(64)))
    op.add_column("releases", sa.Column("statement", sa.Text))
    _write_down()
    with op.batch_alter_table("releases") as releases:
        releases.alter_column("content", existing_type=sa.String(64), nullable=False)
        releases.alter_column("statement", existing_type=sa.Text, nullable=False)
        releases.create_foreign_key(
            "fk_releases_provision", "provisions", ["provision"], ["provision"]
        )


def _write_down() -> None:
    connection = op.get_bind()
    parts = defaultdict(list)
    for part in connection.execute(
        sa.text("SELECT provision, number, year, sha256, observations FROM parts ORDER BY year")
    ):
        stated = {"year": part.year, "sha256": part.sha256, "observations": part.observations}
        parts[part.provision, part.number].append(stated)
    rows = connection.execute(sa.text("SELECT * FROM releases ORDER BY number")).mappings().all()
    for row in rows:
        made_of = parts[row["provision"], row["number"]]
        if row["number"] == 1:
            connection.execute(
                sa.text("INSERT INTO provisions VALUES (:provision, :dataflow, :released_at)"),
                {name: row[name] for name in ("provision", "dataflow", "released_at")},
            )
        connection.execute(
            sa.text(
                "UPDATE releases SET content = :content, statement = :statement "
                "WHERE provision = :provision AND number = :number"
            ),
            {
                "content": hashlib.sha256(_text([each["sha256"] for each in made_of])).hexdigest(),
                "statement": _text(_stated(row, made_of)).decode(),
                "provision": row["provision"],
                "number": row["number"],
            },
        )


def _stated(row: sa.RowMapping, made_of: list[dict[str, object]]) -> dict[str, object]:
    """What a release's digest was taken over before its statement was kept."""
    names = (
        *("provision", "number", "dataflow", "released_at", "visible_from", "source_name"),
        *("source_sha256", "observations", "previous_digest"),
    )
    return {**{name: row[name] for name in names}, "parts": made_of, "digest": ""}


def _text(value: object) -> bytes:
    return json.dumps(value, sort_keys=True, ensure_ascii=False).encode()
