"""What was stated at any moment, against a plain dictionary of everything that happened."""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import groupby
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.errors import NotFound, SemanticError
from gateway.model.availability import Mode
from gateway.model.query import Wanted
from gateway.model.release import Release
from gateway.model.visibility import Region, Visibility
from gateway.releases.available import availability
from gateway.releases.history import Dissemination, History
from gateway.releases.publishing import Publisher
from gateway.releases.store import Store
from tests.figures import NOON, STRUCTURE, Row, rows
from tests.releases import asking
from tests.releases.publishing import PROVISION, opened, publish

Key = tuple[str | None, ...]
State = dict[Key, Row]


def hour(number: float) -> datetime:
    """A moment counted from the start of the story; embargoes of observations end within it."""
    return NOON + timedelta(hours=number - 4)


@dataclass(frozen=True)
class Submit:
    """Observations handed in; `embargo` is in how many hours they may be seen."""

    table: list[Row]
    years: bool
    embargo: int | None


@dataclass(frozen=True)
class Withdraw:
    """The release whose content stands is taken back."""


Action = Submit | Withdraw

actions = st.lists(
    st.builds(
        Submit,
        st.dictionaries(asking.full_keys, asking.contents, min_size=1, max_size=6).map(
            lambda table: [asking.whole(key, content) for key, content in table.items()]
        ),
        st.booleans(),
        st.sampled_from((None, None, None, 0, 2, 5)),
    )
    | st.just(Withdraw()),
    min_size=1,
    max_size=6,
)


@dataclass
class Told:
    """One release as the model has it."""

    number: int
    visible_from: datetime
    content: State
    stands: bool = True


@dataclass
class Model:
    """A provision as a list of whole contents."""

    releases: list[Told] = field(default_factory=list)

    def submit(self, action: Submit, now: datetime) -> bool:
        """Whether a release came of it."""
        last = self.releases[-1] if self.releases else None
        content = {key(row): row for row in action.table}
        if last is not None and action.years:
            years = {str(row["TIME_PERIOD"])[:4] for row in action.table}
            kept = {at: row for at, row in last.content.items() if str(at[-1])[:4] not in years}
            content = kept | content
        asked = None if action.embargo is None else now + timedelta(hours=action.embargo)
        same_time = last is not None and asked in (None, last.visible_from)
        if last is not None and content == last.content and same_time:
            return False
        waits = now if last is None else max(now, last.visible_from)
        self.releases.append(Told(len(self.releases) + 1, asked or waits, content))
        return True

    def withdraw(self, now: datetime) -> bool:
        """Whether there was something that could be withdrawn."""
        standing = [each for each in self.releases if each.stands]
        if not standing or (len(standing) > 1 and standing[-2].visible_from > now):
            return False
        standing[-1].stands = False
        content = standing[-2].content if len(standing) > 1 else {}
        self.releases.append(Told(len(self.releases) + 1, now, content, stands=False))
        return True

    def state(self, at: datetime, regions: Sequence[Region] | None) -> list[Row]:
        """What a caller sees at a moment."""
        visible = [each for each in self.releases if each.visible_from <= at]
        if not visible:
            return []
        newest = max(visible, key=lambda each: each.number)
        return asking.seen([*newest.content.values()], regions, at)


def key(row: Row) -> Key:
    return tuple(row[name] for name in asking.KEY)


def changes(before: list[Row], after: list[Row], wanted: Wanted) -> tuple[list[Row], list[Row]]:
    """What came or became different, and what went."""
    whole = replace(wanted, first=None, last=None)
    old = {key(row): row for row in asking.answer(before, whole)}
    new = {key(row): row for row in asking.answer(after, whole)}
    changed = [row for at, row in new.items() if old.get(at) != row]
    deleted = [row for at, row in old.items() if at not in new]
    return asking.ends(changed, wanted), asking.ends(deleted, wanted)


@contextmanager
def story(told: Sequence[Action]) -> Iterator[tuple[Store, Model, datetime]]:
    """A store and a model to which the same has happened, an hour apart, and the time then."""
    with tempfile.TemporaryDirectory() as folder:
        store, database = opened(Path(folder) / "home")
        model = Model()
        for number, action in enumerate(told):
            happened(store, model, action, hour(number))
        yield store, model, hour(len(told) + 3)
        database.close()


def happened(store: Store, model: Model, action: Action, now: datetime) -> None:
    if isinstance(action, Submit):
        visible = None if action.embargo is None else now + timedelta(hours=action.embargo)
        _, made = publish(store, action.table, now=now, years=action.years, visible_from=visible)
        assert made == model.submit(action, now)
        return
    last = [each.number for each in model.releases if each.stands]
    try:
        withdraw(store, last[-1] if last else 1, now)
    except (NotFound, SemanticError):
        assert not model.withdraw(now)
    else:
        assert model.withdraw(now)


def withdraw(store: Store, number: int, now: datetime) -> Release:
    return Publisher(store).withdraw(PROVISION, number, STRUCTURE, "by mistake", now)


def moments(until: datetime) -> list[datetime]:
    """Every half hour of the story, from before it began."""
    count = int((until - hour(-1)) / timedelta(minutes=30))
    return [hour(-1) + timedelta(minutes=30 * each) for each in range(count + 1)]


@settings(max_examples=60, deadline=None)
@given(actions, asking.wanted, asking.regions, st.data())
@pytest.mark.slow
def test_every_question_agrees_with_the_model_at_every_moment(
    told: list[Action], wanted: Wanted, regions: tuple[Region, ...] | None, data: st.DataObject
) -> None:
    """States, availability, changes since, disseminations: whatever happened, whoever asks."""
    with story(told) as (store, model, now):
        history = History(store, PROVISION, STRUCTURE)
        caller = replace(asking.within(regions), at=now)
        for at in moments(now):
            then = caller.as_of(at)
            expected = asking.answer(model.state(at, regions), wanted)
            assert rows(history.state(wanted, then)) == expected, at
            cube = store.visible(PROVISION, STRUCTURE, then)
            if cube is not None:
                counted = availability(cube, wanted, then, Mode.EXACT)
                assert counted.whole.observations == len(expected)
        for _ in range(8):
            one = data.draw(st.sampled_from(moments(now)))
            other = data.draw(st.sampled_from([each for each in moments(now) if each >= one]))
            found = history.since(one, wanted, caller.as_of(other))
            states = (model.state(one, regions), model.state(other, regions))
            assert (rows(found.changed), rows(found.deleted)) == changes(*states, wanted)
        assert_told_in_order(history, model, wanted, caller, regions)
        assert list(store.faults()) == []


def assert_told_in_order(
    history: History,
    model: Model,
    wanted: Wanted,
    caller: Visibility,
    regions: tuple[Region, ...] | None,
) -> None:
    """Disseminations are the changes of the model, moment by moment; replayed they are the end."""
    wanted = replace(wanted, first=None, last=None)
    found = {each.at: (rows(each.changed), rows(each.deleted)) for each in
             history.disseminations(wanted, caller)}  # fmt: skip
    expected = {}
    before: list[Row] = []
    for at in moments(caller.at):
        after = model.state(at, regions)
        if any(difference := changes(before, after, wanted)):
            expected[at] = difference
        before = after
    assert found == expected
    assert_versions(history, wanted, caller, expected)


def assert_versions(
    history: History,
    wanted: Wanted,
    caller: Visibility,
    expected: dict[datetime, tuple[list[Row], list[Row]]],
) -> None:
    """Each observation holds from the moment that it came until it changed again or went."""
    found = history.versions(wanted, caller)
    events = [
        (key(row), at, row if kind == 0 else None)
        for at, both in expected.items()
        for kind, part in enumerate(both)
        for row in part
    ]
    told = []
    for at, group in groupby(sorted(events, key=lambda each: (each[0], each[1])), lambda e: e[0]):
        assert at
        steps = [*group]
        for place, (_, since, row) in enumerate(steps):
            until = steps[place + 1][1] if place + 1 < len(steps) else None
            if row is not None:
                told.append((key(row), since, until, row))
    stated = zip(rows(found.selection), found.valid_from, found.valid_to, strict=True)
    by_time = sorted(((key(row), since, until, row) for row, since, until in stated),
                     key=lambda each: (each[0], each[1]))  # fmt: skip
    assert by_time == told


GT: Row = {"AREA": "GT", "TIME_PERIOD": "2023-01", "OBS_VALUE": "1"}
MX: Row = {"AREA": "MX", "TIME_PERIOD": "2023-01", "OBS_VALUE": "2"}
SV: Row = {"AREA": "SV", "TIME_PERIOD": "2024-01", "OBS_VALUE": "3"}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A store with nothing in it."""
    store, database = opened(tmp_path / "home")
    yield store
    database.close()


@pytest.fixture
def history(store: Store) -> History:
    """The history of the one provision."""
    return History(store, PROVISION, STRUCTURE)


def told(found: Dissemination) -> tuple[list[str], list[str]]:
    """Area and value of what changed, area of what went."""
    return (
        [f"{row['AREA']} {row['OBS_VALUE']}" for row in rows(found.changed)],
        [str(row["AREA"]) for row in rows(found.deleted)],
    )


def test_three_disseminations_of_which_one_deletes(store: Store, history: History) -> None:
    """Three releases give four data sets. Source: SDMX-REST 1.5, data queries, includeHistory."""
    publish(store, [GT, MX], now=hour(0))
    publish(store, [GT, {**MX, "OBS_VALUE": "2.5"}], now=hour(1))
    publish(store, [{**GT, "OBS_VALUE": "9"}], now=hour(2))

    found = [*history.disseminations(Wanted(), Visibility(hour(5)))]

    assert [each.at for each in found] == [hour(0), hour(1), hour(2)]
    assert [told(each) for each in found] == [
        (["GT 1", "MX 2"], []),
        (["MX 2.5"], []),
        (["GT 9"], ["MX"]),
    ]


def test_what_changed_and_changed_back_has_not_changed(store: Store, history: History) -> None:
    publish(store, [GT], now=hour(0))
    publish(store, [{**GT, "OBS_VALUE": "5"}], now=hour(1))
    publish(store, [GT], now=hour(2))

    assert told(history.since(hour(0), Wanted(), Visibility(hour(3)))) == ([], [])
    assert told(history.since(hour(1), Wanted(), Visibility(hour(3)))) == (["GT 1"], [])


def test_an_embargoed_release_goes_public_at_its_second(store: Store, history: History) -> None:
    """Without anyone acting; until then it is neither seen nor a change."""
    publish(store, [GT], now=hour(0))
    publish(store, [MX], now=hour(1), visible_from=hour(3))

    def seen(at: datetime) -> list[str]:
        return [str(row["AREA"]) for row in rows(history.state(Wanted(), Visibility(at)))]

    instant = timedelta(microseconds=1)
    assert [seen(hour(1)), seen(hour(3) - instant), seen(hour(3))] == [["GT"], ["GT"], ["MX"]]
    assert told(history.since(hour(2), Wanted(), Visibility(hour(3)))) == (["MX 2"], ["GT"])


def test_what_builds_on_an_embargoed_release_waits_for_it(store: Store) -> None:
    """It holds years of that release: seen earlier, it would lift the embargo."""
    publish(store, [GT], now=hour(0), visible_from=hour(6))

    later, _ = publish(store, [SV], now=hour(1))
    at_once, _ = publish(store, [SV, {**SV, "AREA": "MX"}], now=hour(2), visible_from=hour(2))

    assert later.visible_from == hour(6)
    assert at_once.visible_from == hour(2)  # somebody said so


def test_visibility_in_the_past_is_refused(store: Store) -> None:
    """What could be seen then is on record."""
    with pytest.raises(SemanticError, match="past"):
        publish(store, [GT], now=hour(1), visible_from=hour(0))


def test_a_withdrawn_release_stays_on_record(store: Store, history: History) -> None:
    """What was stated before it is stated again; what it stated can still be asked for."""
    publish(store, [GT], now=hour(0))
    publish(store, [MX], now=hour(1))
    taken = withdraw(store, 2, hour(2))

    states = [rows(history.state(Wanted(), Visibility(hour(at)))) for at in (1, 2)]

    assert [[row["AREA"] for row in state] for state in states] == [["MX"], ["GT"]]
    assert (taken.number, taken.withdraws, taken.because) == (3, 2, "by mistake")
    assert [each.number for each in store.catalogue.all()] == [1, 2, 3]
    assert list(store.faults()) == []


def test_withdrawing_goes_back_release_by_release(store: Store, history: History) -> None:
    """Only what stands can be withdrawn; after the first nothing stands, and nothing is left."""
    publish(store, [GT], now=hour(0))
    publish(store, [MX], now=hour(1))

    with pytest.raises(SemanticError, match="stands in place of 1"):
        withdraw(store, 1, hour(2))
    withdraw(store, 2, hour(2))
    withdraw(store, 1, hour(3))
    with pytest.raises(NotFound):
        withdraw(store, 1, hour(4))

    assert rows(history.state(Wanted(), Visibility(hour(4)))) == []
    assert told(history.since(hour(1), Wanted(), Visibility(hour(4)))) == ([], ["MX"])


def test_history_is_in_order_though_a_clock_goes_back(store: Store) -> None:
    """The next release is later than the one before, whatever the machine's time."""
    first, _ = publish(store, [GT], now=hour(2))

    second, _ = publish(store, [MX], now=hour(1))

    assert second.released_at > first.released_at
    assert second.visible_from >= second.released_at


def test_what_each_release_changed_is_counted(store: Store) -> None:
    """By year: inserted, revised, deleted; whole years that came or went have no file."""
    publish(store, [GT, MX, SV], now=hour(0))
    publish(store, [{**GT, "OBS_VALUE": "7"}, {**GT, "AREA": "_T"}], years=False, now=hour(1))

    counted = [
        [(each.year, each.inserted, each.revised, each.deleted, each.sha256 is not None)
         for each in record.changes]
        for record in store.catalogue.records()
    ]  # fmt: skip

    assert counted == [
        [(2023, 2, 0, 0, False), (2024, 1, 0, 0, False)],
        [(2023, 1, 1, 1, True), (2024, 0, 0, 1, False)],
    ]
