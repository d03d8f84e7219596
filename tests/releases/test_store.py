"""Releases: all or nothing, never changed, and nothing unnoticed."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from upath import UPath

from gateway.errors import NoResults, StorageFault
from gateway.exchange import Exchange
from gateway.exchange.submission import submit
from gateway.model.query import Wanted
from gateway.model.release import State
from gateway.model.visibility import View, Visibility
from gateway.releases.statement import FIRST
from gateway.releases.store import Store
from gateway.settings import Home
from tests.asking import FLOW as RETURNS
from tests.asking import asked
from tests.buckets import kept
from tests.conftest import Clock
from tests.databases import by_hand
from tests.figures import STRUCTURE, Row, rows
from tests.intake.books import GT, edited, sample
from tests.releases.publishing import PROVISION, opened, publish

START = datetime(2026, 11, 23, 12, tzinfo=UTC)
TWO_YEARS: list[Row] = [{"TIME_PERIOD": "2022-01"}, {"TIME_PERIOD": "2023-01"}]
REVISED: list[Row] = [{"TIME_PERIOD": "2023-01", "OBS_VALUE": "2"}]


@pytest.fixture
def store(home: Home) -> Iterator[Store]:
    """An empty store."""
    store, database = opened(home.root)
    yield store
    database.close()


def values(store: Store) -> list[tuple[str | None, str | None]]:
    """Period and value of what the provision states now."""
    release = store.catalogue.current(PROVISION)
    assert release is not None
    found = rows(store.cube(release, STRUCTURE).select(Wanted(), Visibility(START)))
    return [(row["TIME_PERIOD"], row["OBS_VALUE"] or "") for row in found]


def test_a_release_states_what_was_published(store: Store) -> None:
    """With the source's digest and a part for each year."""
    release, changed = publish(store, TWO_YEARS, now=START)

    assert changed
    assert (release.number, release.observations) == (1, 2)
    assert release.released_at == release.visible_from == START
    assert release.previous_digest == FIRST
    assert [part.year for part in release.parts] == [2022, 2023]
    assert store.catalogue.all() == [release]
    assert values(store) == [("2022-01", "1"), ("2023-01", "1")]
    assert list(store.faults()) == []


@pytest.mark.parametrize(
    ("again_rows", "years"),
    [
        pytest.param(TWO_YEARS, True, id="everything again"),
        pytest.param(TWO_YEARS[::-1], True, id="in another order"),
        pytest.param(TWO_YEARS[1:], True, id="one year again"),
        pytest.param(TWO_YEARS, False, id="where everything is replaced"),
    ],
)
def test_an_unchanged_submission_makes_no_release(
    store: Store,
    again_rows: list[Row],
    years: bool,
) -> None:
    """What is stated already is recognised, whatever the file is called and looks like."""
    first, _ = publish(store, TWO_YEARS)

    again, changed = publish(store, again_rows, years=years, source=b"another file")

    assert not changed
    assert again == first
    assert store.catalogue.all() == [first]
    assert list(store.faults()) == []


@pytest.mark.parametrize(
    ("years", "expected"),
    [
        pytest.param(True, [("2022-01", "1"), ("2023-01", "2")], id="years"),
        pytest.param(False, [("2023-01", "2")], id="everything"),
    ],
)
def test_a_submission_replaces_its_years_or_everything(
    store: Store,
    years: bool,
    expected: list[tuple[str, str]],
) -> None:
    """As `replaces` in the provision says; other years stay as they were, or go."""
    publish(store, TWO_YEARS)

    release, _ = publish(store, REVISED, years=years)

    assert release.number == 2
    assert values(store) == expected
    assert release.observations == len(expected)


def test_a_revised_year_shares_the_parts_of_the_others(store: Store, home: Home) -> None:
    """Nothing that did not change is written a second time."""
    first, _ = publish(store, TWO_YEARS)

    second, _ = publish(store, REVISED)

    assert second.parts[0] == first.parts[0]
    assert second.parts[1] != first.parts[1]
    assert len(list((kept(home) / "parts").iterdir())) == 3


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param({"OBS_VALUE": "0"}, id="zero"),
        pytest.param({"OBS_VALUE": None}, id="missing"),
        pytest.param({"OBS_VALUE": "1.0"}, id="spelling"),
        pytest.param({"OBS_STATUS": "P"}, id="status"),
        pytest.param({"COMMENT": ""}, id="empty comment for none"),
    ],
)
def test_any_change_is_a_release(store: Store, changed: Row) -> None:
    """Even where only a status or the spelling of a value differs."""
    publish(store, [{}])

    release, made = publish(store, [changed])

    assert made
    assert release.number == 2


def test_releases_are_chained(store: Store) -> None:
    """Each names the digest of the one before."""
    releases = [
        publish(store, [{"OBS_VALUE": str(number)}], now=START + timedelta(days=number))[0]
        for number in range(4)
    ]

    assert [each.previous_digest for each in releases] == [
        FIRST,
        *(each.digest for each in releases[:-1]),
    ]
    assert len({each.digest for each in releases}) == 4
    assert store.catalogue.all(PROVISION) == releases


def first_file(home: Home, folder: str) -> UPath:
    return next(iter((kept(home) / folder).iterdir()))


@pytest.mark.parametrize("folder", ["parts", "sources"])
@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        pytest.param(lambda path: path.write_bytes(path.read_bytes() + b"x"), "changed", id="more"),
        pytest.param(lambda path: path.write_bytes(b""), "changed", id="emptied"),
        pytest.param(lambda path: path.unlink(), "missing", id="deleted"),
    ],
)
def test_a_spoiled_file_is_named(store: Store, home: Home, folder: str, spoil, said: str) -> None:  # type: ignore[no-untyped-def]
    """Which file, and what became of it."""
    publish(store, [{}])
    path = first_file(home, folder)
    spoil(path)

    (fault,) = store.faults()

    assert str(path) in fault
    assert said in fault


@pytest.mark.parametrize("folder", ["parts", "sources"])
def test_a_file_of_nobody_s_is_named_and_removed(store: Store, home: Home, folder: str) -> None:
    """What a stopped process left; the files of releases stay."""
    publish(store, [{}])
    orphan = kept(home) / folder / ".new-abc"
    orphan.write_bytes(b"half")

    (fault,) = store.faults()
    removed = store.remove_orphans()

    assert str(orphan) in fault
    assert removed == [str(orphan)]
    assert list(store.faults()) == []


def test_a_changed_part_is_not_served(store: Store, home: Home) -> None:
    """Figures that were tampered with never reach a client."""
    release, _ = publish(store, [{}])
    path = first_file(home, "parts")
    path.write_bytes(path.read_bytes()[:-1] + b"x")

    shutil.rmtree(home.indexes)
    store.indexes.forget()

    with pytest.raises(StorageFault, match="changed"):
        store.cube(release, STRUCTURE)


def test_a_spoiled_part_is_written_anew_when_its_figures_come_again(
    store: Store, home: Home
) -> None:
    """A release never names a file only because one of that name is there."""
    first, _ = publish(store, [{"OBS_VALUE": "1"}])
    path = first_file(home, "parts")
    publish(store, [{"OBS_VALUE": "2"}])
    path.write_bytes(b"")

    again, _ = publish(store, [{"OBS_VALUE": "1"}])

    assert again.parts == first.parts
    assert values(store) == [("2023-01", "1")]
    assert list(store.faults()) == []


@pytest.mark.parametrize("home", ["sqlite", "postgresql"], indirect=True)
@pytest.mark.parametrize(
    ("statement", "said"),
    [
        (
            "UPDATE releases SET observations = 7 WHERE number = 1",
            "release 1 of SMALL_SUPPLY: observations was changed in the catalogue from 1 to 7",
        ),
        (
            "UPDATE releases SET released_at = '2020-01-01T00:00:00.000000+00:00' WHERE number = 1",
            "release 1 of SMALL_SUPPLY: released_at was changed in the catalogue",
        ),
        (
            "UPDATE releases SET source_name = 'other.csv' WHERE number = 2",
            'release 2 of SMALL_SUPPLY: source_name was changed in the catalogue from "source.csv"',
        ),
        (
            "UPDATE releases SET dataflow = 'X:OTHER(1.0)' WHERE number = 1",
            "release 1 of SMALL_SUPPLY: dataflow was changed",
        ),
        (
            "UPDATE releases SET findings = '[{}]' WHERE number = 2",
            "release 2 of SMALL_SUPPLY: findings was changed",
        ),
        (
            "UPDATE releases SET statement = statement || ' ' WHERE number = 2",
            "release 2 of SMALL_SUPPLY: its statement is not the one that its digest was taken of",
        ),
        (
            "UPDATE releases SET statement = '', digest = 'e3b0' WHERE number = 1",
            "release 2 of SMALL_SUPPLY: it does not follow on the release before it",
        ),
        (
            "UPDATE parts SET observations = 7 WHERE number = 1",
            "release 1 of SMALL_SUPPLY: parts was changed in the catalogue",
        ),
        (
            "UPDATE parts SET year = 1999 WHERE number = 1",
            "release 1 of SMALL_SUPPLY: parts was changed in the catalogue",
        ),
        (
            "UPDATE changes SET revised = 9 WHERE number = 2",
            "release 2 of SMALL_SUPPLY: changes was changed in the catalogue",
        ),
        (
            "DELETE FROM releases WHERE number = 1",
            "release 2 of SMALL_SUPPLY: it does not follow on the release before it",
        ),
    ],
)
def test_an_edited_catalogue_is_noticed(
    store: Store, home: Home, statement: str, said: str
) -> None:
    """Whoever writes to the database by hand breaks the chain; what was touched is named."""
    publish(store, [{}], now=START)
    publish(store, [{"OBS_VALUE": "2"}], now=START)
    by_hand(home, statement)

    found = [fault for fault in store.faults() if "belongs to no release" not in fault]

    assert any(said in fault for fault in found), found


def test_a_release_that_is_not_visible_yet_is_not_seen(store: Store) -> None:
    """Until its hour, callers read the release before; with none before, nothing."""
    first, _ = publish(store, [{}], now=START)
    second, _ = publish(store, REVISED, now=START + timedelta(hours=2))

    seen = [
        store.catalogue.visible(PROVISION, Visibility(START + timedelta(hours=hours)))
        for hours in (-1, 0, 1, 2, 3)
    ]

    assert seen == [None, first, first, second, second]


def test_a_caller_sees_only_the_provisions_it_may(store: Store) -> None:
    """An empty set of provisions sees nothing; none named sees all."""
    release, _ = publish(store, [{}], now=START)

    def seen(*provisions: str) -> object:
        allowed = Visibility(START, dict.fromkeys(provisions, View()))
        return store.catalogue.visible(PROVISION, allowed)

    assert store.catalogue.visible(PROVISION, Visibility(START)) == release
    assert seen(PROVISION) == release
    assert seen("OTHER") is None
    assert seen() is None


def test_data_are_answered_as_of_the_caller_s_clock(home: Home, tmp_path: Path) -> None:
    """From submission to answer: what is released later is not in an earlier answer."""
    clock = Clock()
    exchange = Exchange(home, clock)
    before = exchange.everything()
    clock.move(hours=1)
    path = exchange.provision(GT).sample
    assert path is not None
    submit(exchange, path, GT)

    with pytest.raises(NoResults):
        exchange.data(asked(f"{RETURNS}/M.GT"), before)
    found = exchange.data(asked(f"{RETURNS}/M.GT"), exchange.everything())
    exchange.close()

    assert found.selections


def test_a_second_identical_submission_is_recognised(exchange: Exchange, tmp_path: Path) -> None:
    """Also when the same figures come in a file with another name and other bytes."""
    path = exchange.provision(GT).sample
    assert path is not None
    other = tmp_path / "other.xlsx"
    other.write_bytes(edited(sample(exchange, GT), {}))

    states = [submit(exchange, each, GT).state for each in (path, path, other)]

    assert states == [State.RELEASED, State.UNCHANGED, State.UNCHANGED]
    assert len(exchange.releases()) == 1


def test_a_refused_or_only_checked_file_is_no_release(exchange: Exchange, tmp_path: Path) -> None:
    """No part of either; only the refused one is on record, with its file."""
    wrong = tmp_path / "wrong.xlsx"
    wrong.write_bytes(edited(sample(exchange, GT), {"2023!A6": "Méjico"}))
    path = exchange.provision(GT).sample
    assert path is not None

    states = [
        submit(exchange, wrong, GT).state,
        submit(exchange, path, GT, check_only=True).state,
    ]

    assert states == [State.REFUSED, State.CHECKED]
    assert exchange.releases() == []
    assert len([each for each in kept(exchange.home).rglob("*") if each.is_file()]) == 1
    assert [each.state for each in exchange.store.catalogue.submissions.all()] == [State.REFUSED]
    assert [*exchange.store.faults()] == []
