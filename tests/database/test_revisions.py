"""Revisions: a database is brought up to date when it is opened, wholly or not at all."""

import shutil
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, insert, inspect, select, text
from sqlalchemy.exc import IntegrityError

from gateway.access.audit import Audit
from gateway.access.decision import Decision
from gateway.database import Database, metadata
from gateway.database import audit as entries
from gateway.database.revisions import MIGRATIONS, known
from gateway.errors import StorageFault
from gateway.settings import Home
from tests.database.opening import opened
from tests.databases import Cluster, by_hand
from tests.figures import NOON
from tests.homes import configure
from tests.process import run, start

PROGRAM = ("-m", "tests.database.opening")

NEXT = f"{int(known(MIGRATIONS)[-1]) + 1:04}"

FIRST_TABLES = """
CREATE TABLE releases (
    provision VARCHAR(64) NOT NULL, number INTEGER NOT NULL, dataflow VARCHAR(200) NOT NULL,
    released_at VARCHAR(32) NOT NULL, visible_from VARCHAR(32) NOT NULL,
    source_name VARCHAR(255) NOT NULL, source_sha256 VARCHAR(64) NOT NULL,
    observations INTEGER NOT NULL, findings JSON NOT NULL,
    previous_digest VARCHAR(64) NOT NULL, digest VARCHAR(64) NOT NULL,
    PRIMARY KEY (provision, number), UNIQUE (digest)
);
CREATE TABLE parts (
    provision VARCHAR(64) NOT NULL, number INTEGER NOT NULL, year INTEGER NOT NULL,
    sha256 VARCHAR(64) NOT NULL, observations INTEGER NOT NULL,
    PRIMARY KEY (provision, number, year),
    FOREIGN KEY(provision, number) REFERENCES releases (provision, number)
);
CREATE TABLE clients (
    client_id VARCHAR(64) NOT NULL, name VARCHAR(200) NOT NULL,
    secret_sha256 VARCHAR(64) NOT NULL, created_at VARCHAR(32) NOT NULL, revoked_at VARCHAR(32),
    PRIMARY KEY (client_id)
);
CREATE TABLE client_scopes (
    client_id VARCHAR(64) NOT NULL, scope VARCHAR(64) NOT NULL,
    PRIMARY KEY (client_id, scope),
    FOREIGN KEY(client_id) REFERENCES clients (client_id)
);
"""
"""What the first homes were made of."""

RELEASES = """
INSERT INTO releases (provision, number, dataflow, released_at, visible_from, source_name, \
source_sha256, observations, findings, previous_digest, digest) \
VALUES ('A', 1, 'X:F(1.0)', '2026', '2026', 'a.csv', 's', 1, '[]', '0', 'd');
INSERT INTO parts (provision, number, year, sha256, observations) VALUES ('A', 1, 2026, 's', 1);
"""
"""A release with one part, in the columns that the first tables had."""

ARTEFACTS = """
CREATE TABLE artefacts (
    urn VARCHAR(255) NOT NULL, sha256 VARCHAR(64) NOT NULL, seen_at VARCHAR(32) NOT NULL,
    PRIMARY KEY (urn)
);
"""


@pytest.fixture(autouse=True)
def made(home: Home) -> None:
    """The home's folders are there; its database is not."""
    home.create()


@pytest.fixture
def first(tmp_path: Path) -> Path:
    """The revisions of the first gateway that had any."""
    folder = tmp_path / "first"
    folder.mkdir()
    (oldest,) = MIGRATIONS.glob(f"{known(MIGRATIONS)[0]}_*.py")
    shutil.copy(oldest, folder)
    return folder


@pytest.fixture
def longer(tmp_path: Path) -> Path:
    """The revisions of a gateway that is one ahead: it replaces a table that others refer to."""
    folder = tmp_path / "migrations"
    shutil.copytree(MIGRATIONS, folder, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / f"{NEXT}_remarks.py").write_text(f"""
import sqlalchemy as sa
from alembic import op

revision = "{NEXT}"
down_revision = "{known(MIGRATIONS)[-1]}"


def upgrade() -> None:
    op.create_table("remarks", sa.Column("remark", sa.String(64), primary_key=True))
    copied = "always" if op.get_bind().dialect.name == "sqlite" else "never"
    with op.batch_alter_table("releases", recreate=copied) as releases:
        releases.add_column(sa.Column("remark", sa.String(64)))
    pause()


def pause() -> None:
    pass
""")
    return folder


def version(database: Database) -> str:
    with database.reading() as connection:
        return str(connection.execute(text("SELECT version_num FROM alembic_version")).scalar())


def tables(home: Home) -> set[str]:
    url = home.settings().database or f"sqlite:///{home.database}"
    engine = create_engine(url)
    found = set(inspect(engine).get_table_names())
    engine.dispose()
    return found


def differences(database: Database) -> list[object]:
    with database.reading() as connection:
        return list(compare_metadata(MigrationContext.configure(connection), metadata))


def test_the_revisions_build_the_tables_that_the_program_uses(home: Home) -> None:
    """Whoever changes a table adds a revision that changes it likewise."""
    database = opened(home)

    assert differences(database) == []
    assert version(database) == known(MIGRATIONS)[-1]
    database.close()


def test_the_revisions_follow_one_another_by_their_numbers() -> None:
    """A file's name begins with its revision; the last name is the newest revision."""
    walked = ScriptDirectory(MIGRATIONS, version_locations=[MIGRATIONS]).walk_revisions()

    assert [each.revision for each in walked][::-1] == known(MIGRATIONS)


@pytest.mark.parametrize(
    "script",
    [FIRST_TABLES + RELEASES + ARTEFACTS, FIRST_TABLES + RELEASES],
    ids=["as the last one before revisions", "older, with no table of definitions"],
)
def test_a_home_made_before_revisions_is_taken_over(tmp_path: Path, script: str) -> None:
    """Its releases stay, and its tables are those of a new home."""
    path = tmp_path / "gateway.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(script)

    database = Database(path)

    assert differences(database) == []
    with database.reading() as connection:
        assert connection.execute(text("SELECT count(*) FROM parts")).scalar() == 1
    database.close()


def test_somebody_else_s_tables_are_not_taken_over(home: Home, cluster: Cluster) -> None:
    """A PostgreSQL database with other tables of our names is refused, and left as it is."""
    with cluster.database() as url:
        configure(Home(home.root / "other"), database=url)
        by_hand(Home(home.root / "other"), "CREATE TABLE clients (name text)")

        with pytest.raises(StorageFault, match="clients"):
            Database(url)

        assert tables(Home(home.root / "other")) == {"clients"}


def test_a_newer_program_brings_the_tables_up_to_date(
    home: Home, first: Path, longer: Path
) -> None:
    """What was there stays, also where a table had to be copied; foreign keys hold afterwards."""
    opened(home, first).close()
    for statement in RELEASES.strip().splitlines():
        by_hand(home, statement)

    database = opened(home, longer)

    assert version(database) == NEXT
    with database.reading() as connection:
        columns = {each["name"] for each in inspect(connection).get_columns("releases")}
        assert connection.execute(text("SELECT count(*) FROM parts")).scalar() == 1
    assert "remark" in columns
    with pytest.raises(IntegrityError), database.writing() as connection:
        connection.execute(text("INSERT INTO client_scopes VALUES ('nobody', 'data.read')"))
    database.close()


def test_entries_of_an_older_program_stay_chained(home: Home, tmp_path: Path) -> None:
    """Their table is made anew by a revision; the next entry follows on the last of them."""
    read = Decision(NOON, "read", 200, providers=("GT_IGM",))
    newest, older = Home(tmp_path / "newest"), tmp_path / "older"
    newest.create()
    with closing(Database(newest.database)) as database:
        audit = Audit(database, newest.journals)
        for _ in range(3):
            audit.record(read)
        before = audit.entries()
        with database.reading() as connection:
            rows = [dict(row._mapping) for row in connection.execute(select(entries))]
    ignored = shutil.ignore_patterns("0009*", "0010*", "__pycache__")
    shutil.copytree(MIGRATIONS, older, ignore=ignored)
    with closing(opened(home, older)) as database, database.writing() as connection:
        connection.execute(insert(entries), rows)

    with closing(opened(home)) as database:
        audit = Audit(database, home.journals)
        assert audit.entries() == before
        audit.record(read)
        assert audit.head()[0] == 4
        assert [*audit.faults(noted=before[-1].digest)] == []


def test_a_database_of_a_newer_program_is_refused(home: Home, longer: Path) -> None:
    """With both versions named; the older program would read it wrongly."""
    opened(home, longer).close()

    with pytest.raises(StorageFault) as caught:
        opened(home)

    for sentence in (caught.value.sentence("es"), caught.value.sentence("en")):
        assert str(caught.value.subject) in sentence
        assert NEXT in sentence
        assert known(MIGRATIONS)[-1] in sentence
    assert "más nueva" in caught.value.sentence("es")


def test_an_upgrade_that_is_killed_leaves_the_old_tables(home: Home, longer: Path) -> None:
    """It happens wholly when the program is started again."""
    opened(home).close()
    before = tables(home)
    waiting = longer.parent / "waiting"
    (revision,) = longer.glob(f"{NEXT}_*.py")
    whole = revision.read_text()
    pause = f"open({str(waiting)!r}, 'w').close(); import time; time.sleep(60)"
    revision.write_text(whole.replace("    pass", f"    {pause}"))

    with start([*PROGRAM, home.root, longer, longer]) as process:
        until = time.monotonic() + 20
        while not waiting.exists() and time.monotonic() < until:
            time.sleep(0.01)
        process.kill()

    assert waiting.exists()
    assert tables(home) == before
    revision.write_text(whole)
    database = opened(home, longer)
    assert version(database) == NEXT
    database.close()


def test_processes_that_open_at_once_upgrade_once(home: Home, tmp_path: Path) -> None:
    """Each finds the tables whole; none fails because another was faster."""
    go = tmp_path / "go"
    processes = [start([*PROGRAM, home.root, MIGRATIONS, go]) for _ in range(3)]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"

    go.touch()
    ends = [process.communicate(timeout=30)[1] for process in processes]

    assert [process.returncode for process in processes] == [0] * 3, ends
    database = opened(home)
    assert differences(database) == []
    database.close()


def test_a_database_that_is_up_to_date_opens_without_alembic(home: Home) -> None:
    """Its import takes longer than a command."""
    opened(home).close()
    code = (
        "import sys, pathlib; from gateway.settings import Home;"
        "from tests.database.opening import opened;"
        f"opened(Home(pathlib.Path({str(home.root)!r}))).close(); print('alembic' in sys.modules)"
    )

    done = run(["-c", code])

    assert (done.stdout, done.stderr) == ("False\n", "")


def test_a_database_that_is_a_folder_is_told(tmp_path: Path) -> None:
    """One sentence that names it."""
    path = tmp_path / "gateway.db"
    path.mkdir()

    with pytest.raises(StorageFault, match=path.name):
        Database(path)
