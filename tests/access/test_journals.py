"""Journals: on record at once, chained once, whatever becomes of processes, files and the disk."""

import resource
import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.access.audit import Audit
from gateway.access.decision import UNREADABLE, Decision
from gateway.access.journals import Journal, Journals
from gateway.errors import StorageFault
from gateway.settings import Home
from tests.database.opening import opened
from tests.figures import NOON
from tests.homes import fresh

READ = Decision(NOON, "read", 200)


@pytest.fixture
def audit(home: Home) -> Iterator[Audit]:
    """An audit with nothing in it."""
    with standing(home) as audit:
        yield audit


@contextmanager
def standing(home: Home) -> Iterator[Audit]:
    """An audit on a database of its own, as another process has it."""
    home.create()
    with closing(opened(home)) as database, closing(Audit(database, home.journals)) as audit:
        yield audit


def asked(audit: Audit) -> list[str]:
    """What the entries state, in their order."""
    return [each.decision.query for each in audit.entries(limit=10_000)]


def written(home: Home) -> int:
    return sum(path.stat().st_size for path in home.journals.glob("*"))


def test_an_entry_is_in_a_file_before_it_is_chained(home: Home, audit: Audit) -> None:
    """For its owner only; it is chained by whoever reads, and the file goes with its process."""
    audit.record(READ)

    assert written(home) > 0
    assert {path.stat().st_mode & 0o777 for path in home.journals.iterdir()} == {0o600}
    assert home.journals.stat().st_mode & 0o777 == 0o700
    with standing(home) as other:
        assert other.head()[0] == 1
    audit.close()
    assert [*home.journals.iterdir()] == []


def test_what_several_processes_decide_is_chained_by_its_moments(home: Home) -> None:
    """As far as it is chained together; each one's entries stay in their order."""
    with standing(home) as one, standing(home) as other:
        for number in range(20):
            at = NOON + timedelta(seconds=number)
            (one, other)[number % 2].record(replace(READ, at=at, query=f"{number}"))

        assert asked(one) == asked(other) == [f"{number}" for number in range(20)]


EVENTS = st.lists(
    st.tuples(st.integers(0, 2), st.sampled_from(["record", "record", "settle", "leave", "close"])),
    max_size=40,
)


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(EVENTS)
def test_each_entry_is_chained_once(
    tmp_path_factory: pytest.TempPathFactory, events: list[tuple[int, str]]
) -> None:
    """Whoever writes, chains, ends or is killed, in whatever order."""
    home = fresh(tmp_path_factory.mktemp("home"))
    home.create()
    with closing(opened(home)) as database:
        audits = [Audit(database, home.journals) for _ in range(3)]
        told: list[list[str]] = [[] for _ in audits]
        for moment, (which, event) in enumerate(events):
            if event == "record":
                told[which].append(f"{which} {moment}")
                at = NOON + timedelta(seconds=moment)
                audits[which].record(replace(READ, at=at, query=f"{which} {moment}"))
            elif event == "settle":
                audits[which].settle()
            elif event == "close":
                audits[which].close()
            else:  # as a process that is killed: the file stays, and nobody holds it
                audits[which] = Audit(database, home.journals)

        found = asked(audits[0])

        assert sorted(found) == sorted(each for one in told for each in one)
        for which, one in enumerate(told):
            assert [each for each in found if each.startswith(f"{which} ")] == one
        assert [*audits[1].faults()] == []
        for audit in audits:
            audit.close()


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        pytest.param(b'{"at":"2026-11-23T12:00:00.000000+00:00","req', "45 bytes", id="cut off"),
        pytest.param(b"\x00" * 300 + b"\n", "300 bytes", id="never written"),
        pytest.param(b'{"at":"2026"}\n', "13 bytes", id="not an entry"),
        pytest.param(b"\xff\n", "1 bytes", id="no text"),
    ],
)
def test_what_a_machine_broke_off_is_told(
    home: Home, audit: Audit, broken: bytes, said: str
) -> None:
    """An entry stands for it, and those before it are whole."""
    audit.record(replace(READ, query="whole"))
    (file,) = home.journals.iterdir()
    left = home.journals / f"{'0' * 32}.journal"
    left.write_bytes(file.read_bytes() + broken)

    found = [(each.decision.action, each.decision.query) for each in audit.entries()]

    assert sorted(found) == [("read", "whole"), ("read", "whole"), (UNREADABLE, said)]
    assert [*audit.faults()] == []
    assert not left.exists()


def test_what_is_not_whole_yet_waits_for_its_rest(home: Home, audit: Audit) -> None:
    """Its process is there and writes it now."""
    journal = Journal(home.journals)
    audit.record(READ)
    (file,) = home.journals.iterdir()
    whole = file.read_bytes()
    audit.settle()
    journal.append(whole[:-1])
    (other,) = {*home.journals.iterdir()} - {file}
    with other.open("ab") as more:
        more.write(whole[:20])
    assert audit.head()[0] == 2
    with other.open("ab") as more:
        more.write(whole[20:])

    assert audit.head()[0] == 3
    assert {each.decision for each in audit.entries()} == {READ}
    journal.close()


def test_what_was_removed_is_written_anew(home: Home, audit: Audit) -> None:
    """Whoever takes the folder for a cache, while its process is there, loses nothing."""
    audit.record(replace(READ, query="chained"))
    audit.settle()
    audit.record(replace(READ, query="one"))
    shutil.rmtree(home.journals)
    audit.record(replace(READ, query="two"))

    assert asked(audit) == ["chained", "one", "two"]
    audit.record(replace(READ, query="three"))
    with standing(home) as other:
        assert asked(other) == ["chained", "one", "two", "three"]


def test_where_nothing_can_be_written_nothing_is_decided(home: Home, audit: Audit) -> None:
    """The fault names the folder, and holds nothing of what was asked."""
    home.journals.write_bytes(b"")

    with pytest.raises(StorageFault, match="journals") as caught:
        audit.record(replace(READ, query="secret"))

    assert "asentar" in caught.value.sentence("es")
    assert "secret" not in caught.value.sentence("en")
    home.journals.unlink()
    audit.record(READ)
    assert audit.head()[0] == 1


def test_half_an_entry_is_taken_back(home: Home) -> None:
    """The disk is full in the middle of it: what was on record is, what follows will be."""
    journal, entry = Journal(home.root / "journals"), b"x" * 1000
    home.create()
    journal.append(entry)

    with _files_of_at_most(1500), pytest.raises(StorageFault):
        journal.append(entry)

    assert written(home) == 1001
    journal.append(entry)
    assert written(home) == 2002
    journal.close()


@contextmanager
def _files_of_at_most(size: int) -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_file_that_is_large_is_followed_by_another(tmp_path: Path) -> None:
    """One that is chained whole is removed, but not the one that is written to."""
    journal, journals = Journal(tmp_path, largest=100), Journals(tmp_path)
    for number in range(7):
        journal.append(b"%d" % number * 40)
    sizes = journals.sizes()

    pieces = [*journals.pieces({}, sizes)]

    assert sorted(sizes.values()) == [41, 123, 123]
    assert sorted(b"".join(line[:1] for line in each.entries) for each in pieces) == [
        b"012", b"345", b"6",
    ]  # fmt: skip
    assert {each.name: each.upto for each in pieces} == sizes
    assert {sizes[each] for each in journals.drop(sizes)} == {123}
    assert [*journals.sizes().values()] == [41]
    assert [*journals.drop({})] == []
    journal.close()


def test_an_entry_that_is_long_is_read_whole(tmp_path: Path) -> None:
    """Longer than what is read at once, as one decided by very many rules."""
    journal, journals = Journal(tmp_path), Journals(tmp_path)
    journal.append(b"x" * (3 << 20))
    journal.append(b"y")

    taken: dict[str, int] = {}
    found = []
    while pieces := [*journals.pieces(taken, journals.sizes())]:
        taken = {each.name: each.upto for each in pieces}
        found += [len(entry) for each in pieces for entry in each.entries]

    assert found == [3 << 20, 1]
    journal.close()
    assert len([*journals.drop(taken)]) == 1
