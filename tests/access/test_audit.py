"""The audit: nothing altered unnoticed, nothing lost with a process, nothing told to the wrong."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace

import pytest
from sqlalchemy import text

from gateway.access.audit import Audit
from gateway.access.chain import FIRST
from gateway.access.decision import Decision
from gateway.database import Database
from gateway.settings import Home
from tests.database.opening import opened
from tests.figures import NOON
from tests.process import start

READ = Decision(NOON, "read", 200, "ine-gt", query="data/x", providers=("GT_IGM",), rows=3)


@pytest.fixture
def database(home: Home) -> Iterator[Database]:
    """A database with tables and nothing in them."""
    home.create()
    with closing(opened(home)) as database:
        yield database


@pytest.fixture
def audit(database: Database, home: Home) -> Audit:
    """An audit with three entries."""
    audit = Audit(database, home.journals)
    for client in ("a", "b", "c"):
        audit.record(replace(READ, client_id=client))
    audit.settle()
    return audit


def test_entries_come_in_order_each_chained_to_the_one_before(audit: Audit) -> None:
    """All that was stated is there again."""
    found = audit.entries()

    assert [(each.number, each.decision) for each in found] == [
        (number, replace(READ, client_id=client))
        for number, client in ((1, "a"), (2, "b"), (3, "c"))
    ]
    assert len({each.digest for each in found} | {FIRST}) == 4
    assert audit.head() == (3, found[-1].digest)
    assert [*audit.faults()] == []


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        pytest.param("UPDATE audit SET entry = replace(entry, 'data/x', 'data/y') WHERE number = 2",
                     "2 was altered", id="an entry altered"),
        pytest.param("UPDATE audit SET client_id = 'x' WHERE number = 2",
                     "2 is filed under something else", id="filed under another client"),
        pytest.param("UPDATE audit SET providers = ' ' WHERE number = 1",
                     "1 is filed under something else", id="hidden from its provider"),
        pytest.param("DELETE FROM audit WHERE number = 2", "2 is missing", id="one left out"),
        pytest.param("DELETE FROM audit WHERE number = 1", "1 is missing", id="the first left out"),
        pytest.param("UPDATE audit SET number = 9 WHERE number = 3", "3 is missing", id="moved"),
    ],
)  # fmt: skip
def test_whoever_touches_it_is_found_out(
    audit: Audit, database: Database, statement: str, said: str
) -> None:
    """By where it no longer holds."""
    with database.writing() as connection:
        connection.execute(text(statement))

    assert any(said in fault for fault in audit.faults())


def test_a_digest_that_was_noted_down_shows_what_was_cut_off(
    audit: Audit, database: Database
) -> None:
    """The end of a chain cannot hold itself."""
    _, noted = audit.head()
    assert [*audit.faults(noted)] == []

    with database.writing() as connection:
        connection.execute(text("DELETE FROM audit WHERE number = 3"))

    assert [*audit.faults()] == []
    assert ["cut off" in fault for fault in audit.faults(noted)] == [True]


def test_entries_are_found_by_who_and_whose(database: Database, home: Home) -> None:
    """A provider's id is found whole, and is no pattern."""
    audit = Audit(database, home.journals)
    audit.record(replace(READ, client_id="one", providers=("GT_IGM", "SV_DGME")))
    audit.record(replace(READ, client_id="two", providers=("GT_IGMX",), organisation="IOM"))

    def clients(**what: object) -> list[str]:
        return [each.decision.client_id for each in audit.entries(**what)]  # type: ignore[arg-type]

    assert clients(providers=frozenset({"GT_IGM"})) == ["one"]
    assert clients(providers=frozenset({"SV_DGME", "GT_IGMX"})) == ["one", "two"]
    assert clients(providers=frozenset({"GT%", "_", "GT"})) == []
    assert clients(providers=frozenset()) == []
    assert clients(organisation="IOM") == clients(client="two") == ["two"]
    assert clients(until=NOON) == []
    assert clients(limit=1) == ["two"]


def test_whatever_is_sent_is_kept_and_does_no_harm(database: Database, home: Home) -> None:
    """Long, with signs that no database takes or that end a line."""
    audit = Audit(database, home.journals)
    odd = "x\x00\n\x1b[2J\u202e" + "y" * 9000
    audit.record(replace(READ, client_id=odd, query=odd, organisation=odd, flow=odd))

    (entry,) = audit.entries()

    assert entry.decision.query == odd[:4000]
    assert [*audit.faults()] == []


def test_many_processes_make_one_chain(home: Home) -> None:
    """No number twice, none left out."""
    home.create()
    opened(home).close()
    program = ("-m", "tests.access.auditing", home.root)

    processes = [start([*program, f"p{number}", 20]) for number in range(3)]
    ends = [process.communicate(timeout=60) for process in processes]

    assert [process.returncode for process in processes] == [0, 0, 0], ends
    with closing(opened(home)) as database:
        assert [*Audit(database, home.journals).faults()] == []
        assert Audit(database, home.journals).head()[0] == 60


def test_what_was_on_record_outlives_its_process(home: Home) -> None:
    """Killed outright in the middle: every decision that was answered is there, and all holds."""
    home.create()
    opened(home).close()

    with start(["-m", "tests.access.auditing", home.root, "killed", 100_000]) as process:
        assert process.stdout is not None
        answered = [process.stdout.readline() for _ in range(30)]
        process.kill()

    with closing(opened(home)) as database:
        audit = Audit(database, home.journals)
        assert [*audit.faults()] == []
        assert audit.head()[0] >= len(answered)
        audit.record(READ)
        assert [*audit.faults()] == []
