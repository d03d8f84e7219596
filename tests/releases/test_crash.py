"""What is left when the machine, the disk or another process gets in between."""

from datetime import UTC, datetime

import pytest
from upath import UPath

from gateway.releases.store import Store
from gateway.settings import Home
from tests.buckets import kept
from tests.databases import USER, by_hand
from tests.figures import STRUCTURE, observations
from tests.process import run, start
from tests.releases.publishing import PROVISION, many, opened, publish

PROGRAM = ("-m", "tests.releases.publishing")


def assert_whole(store: Store, least: int) -> None:
    """Every release is complete and in the chain; at most files of nobody's are too many."""
    releases = store.catalogue.all(PROVISION)
    assert [each.number for each in releases] == list(range(1, len(releases) + 1))
    assert len(releases) >= least
    assert [fault for fault in store.faults() if "belongs to no release" not in fault] == []
    for each in releases:
        assert len(store.index(each, STRUCTURE)) == each.observations == len(many(""))


def stressed(home: Home, *arguments: object) -> str:
    """What the last line of the program says that kills, crowds or shuts out publishers."""
    store, database = opened(home.root)
    publish(store, many("first"))
    database.close()

    done = run(["-m", "tests.releases.stress", home.root, *arguments], timeout=900)

    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.splitlines()[-1]


@pytest.mark.slow
def test_a_publisher_killed_at_any_step_leaves_whole_releases(on_each_database: Home) -> None:
    """SIGKILL before every file opened to write, renamed or removed, every statement and commit.

    What is left is the old release or the new one, whole; what is left over can be tidied away.
    """
    count, said = stressed(on_each_database, "steps").split()

    assert said == "steps"
    assert int(count) > 30


@pytest.mark.slow
def test_a_publisher_killed_a_hundred_times_leaves_whole_releases(home: Home) -> None:
    """At moments that nobody chose; thirty times where what is looked at is not on this disk."""
    times = 30 if home.settings().files or home.settings().database else 100

    assert stressed(home, "random", times) == f"{times} killed"


@pytest.mark.slow
def test_no_reader_sees_a_mixture(home: Home) -> None:
    """Eight processes publish and sixteen read: one release at a time, all of it.

    Half as many in a bucket, whose service here is one process that has to serve them all.
    """
    publishers, readers = (4, 8) if home.settings().files else (8, 16)

    said = stressed(home, "crowd", publishers, readers, 2)

    assert said == f"{publishers + readers} processes"


def test_a_home_that_may_not_be_written_releases_nothing(home: Home) -> None:
    """One sentence; the old release as it was, and nothing that cannot be tidied away."""
    assert stressed(home, "closed") == "closed"


@pytest.mark.parametrize(
    "on_each_database",
    ["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)],
    indirect=True,
)
def test_two_processes_publish_at_once(on_each_database: Home) -> None:
    """Each release of either gets a number of its own, and the chain holds.

    Where the files are makes no difference to that; a crowd at a bucket is among the slow tests.
    """
    home = on_each_database
    store, database = opened(home.root)

    with (
        start([*PROGRAM, home.root, "one", 4, 0]) as one,
        start([*PROGRAM, home.root, "two", 4, 0]) as two,
    ):
        numbers = [
            int(line) for each in (one, two) for line in each.communicate()[0].splitlines()[1:]
        ]

    assert sorted(numbers) == list(range(1, 9))
    assert_whole(store, 8)
    database.close()


def test_a_full_disk_releases_nothing(home: Home) -> None:
    """One sentence, the old release as it was, and no half file under a good name."""
    store, database = opened(home.root)
    before, _ = publish(store, many("before"), now=datetime.now(UTC))

    done = run([*PROGRAM, home.root, "after", 1, 1024])

    assert done.returncode == 1
    assert done.stderr.startswith("StorageFault: ")
    assert "Traceback" not in done.stderr
    assert store.catalogue.all() == [before]
    if home.settings().files:
        store.remove_orphans()  # the bucket had room, the catalogue had not
    assert list(store.faults()) == []
    database.close()


def test_a_catalogue_that_cannot_be_written_leaves_only_orphans(home: Home) -> None:
    """The parts are there, the release is not: the order of writing is the right one."""
    store, database = opened(home.root)
    before, _ = publish(store, many("before"))
    largest = spoil_catalogue(home)

    done = run([*PROGRAM, home.root, "after", 1, largest])

    assert done.returncode == 1, done.stderr
    assert store.catalogue.all() == [before]
    assert_whole(store, 1)
    store.remove_orphans()
    assert list(store.faults()) == []
    database.close()


def spoil_catalogue(home: Home) -> int:
    """Let the catalogue refuse the second of its tables; the size at which a disk is full."""
    if home.settings().database:
        by_hand(home, f"REVOKE INSERT ON parts FROM {USER}")
        return 0
    return max(path.stat().st_size for path in parts(home)) + 200


def parts(home: Home) -> list[UPath]:
    return [*(kept(home) / "parts").iterdir()]


def test_publishing_again_after_a_crash_uses_what_is_there(home: Home) -> None:
    """A part that was written before the crash is the same part after it."""
    store, database = opened(home.root)
    publish(store, [{}])
    with_orphan = [{"TIME_PERIOD": "2022-01"}]
    publish(store, with_orphan, provision="OTHER")
    found = {path.name for path in parts(home)}

    release, _ = publish(store, with_orphan)

    assert {path.name for path in parts(home)} == found
    assert release.observations == len(observations([{}, *with_orphan]))
    database.close()
