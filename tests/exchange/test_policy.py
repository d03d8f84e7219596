"""The matrix: callers, dataflows, confidentiality, embargo, and every kind of question.

No cell that the gateway shows differs from what a plain model of the policy says, in no question.
"""

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from gateway.access.caller import Caller, Detail
from gateway.access.clients import SCOPES
from gateway.access.grants import Grant, RegionEmbargo, Rules, checked
from gateway.access.rights import Provided, Realm, nameless
from gateway.exchange.standing import Standing, Standings, asked_of, of_supplies
from gateway.exchange.states import page
from gateway.formats.message import DataSet, Subject
from gateway.model.availability import Counts, Mode
from gateway.model.query import (
    ArtefactPattern,
    Condition,
    DataQuery,
    Filter,
    Operator,
    Page,
    Wanted,
)
from gateway.model.selection import Selection
from gateway.model.structure import Attachment, DataStructure
from gateway.model.visibility import Visibility
from gateway.releases.available import availability
from gateway.releases.cube import Cube
from gateway.releases.history import History
from gateway.releases.index import index_of
from gateway.releases.store import Store
from tests.exchange import rights
from tests.exchange.rights import Held, Supply, Told, World
from tests.figures import FLOW, LABELS, NOON, RESTRICTED, Row, observations, rows
from tests.releases import asking
from tests.releases.publishing import opened, publish

SUPPLIES = (
    Supply("GT_SUPPLY", "GT", "X:DF_SMALL(1.0.0)", ("C", "D")),
    Supply("MX_SUPPLY", "MX", "X:DF_OTHER(1.0.0)"),
)
Story = list[tuple[list[Row], int | None]]
"""What was handed in, one after the other, and in how many hours each goes public."""

FLOWS = {
    "X:DF_SMALL(1.0.0)": FLOW.reference,
    "X:DF_OTHER(1.0.0)": replace(FLOW.reference, id="DF_OTHER"),
}
PROVIDED = tuple(
    Provided(each.id, each.provider, FLOWS[each.flow], RESTRICTED, frozenset(each.blanked))
    for each in SUPPLIES
)
SUBJECT = Subject(FLOW.reference, RESTRICTED, LABELS)
REALM = Realm(PROVIDED, tuple(FLOWS.values()))
EVERYTHING = DataQuery("dataflow", ArtefactPattern(("X",), ("DF_SMALL",), ()))
REGIONS = ("", "", "key=M.GT", "key=.MX+SV.F", "c[SEX]=F,M", "c[OBS_STATUS]=A",
           "c[TIME_PERIOD]=ge:2023", "c[COMMENT]=note", "c[OBS_VALUE]=gt:0")  # fmt: skip


def hour(number: float) -> datetime:
    """A moment of the story; embargoes of observations end within it."""
    return NOON + timedelta(hours=number - 4)


NOW = hour(6)
"""Embargoes of observations and of regions, releases and grants turn at this very moment too."""

contents = st.fixed_dictionaries(
    {
        "OBS_VALUE": st.none() | st.sampled_from(["0", "1", "1.50", "-2"]),
        "OBS_STATUS": st.sampled_from(["A", "O"]),
        "COMMENT": st.none() | st.just("note"),
        "EMBARGO_TIME": st.sampled_from((None, None, None, *asking.EMBARGOES)),
        "CONF_STATUS": st.sampled_from((None, "F", "F", "N", "C", "D", "E", "E")),
        "CONF_REDIST": st.sampled_from((None, None, "GT", "MX, SV", "SV")),
    }
)
tables = st.dictionaries(asking.full_keys, contents, min_size=5, max_size=14).map(
    lambda table: [asking.whole(key, content) for key, content in table.items()]
)
_statuses = st.frozensets(st.sampled_from("NCDE"), max_size=3)
_turns = st.sampled_from((None, None, None, None, hour(2), NOW, hour(9)))


@st.composite
def grant(draw: st.DrawFn) -> Grant:
    """One that means something."""
    denies = draw(st.integers(0, 9)) == 0
    embargoed = not denies and draw(st.booleans())
    begins, ends = draw(_turns), draw(_turns)
    if begins and ends and ends <= begins:
        ends = None
    return Grant(
        draw(st.sampled_from(("*", "client:c", "organisation:GT", "organisation:MX", "group:g"))),
        ("read",),
        draw(st.sampled_from(("*", "*", "GT", "M*"))),
        draw(
            st.sampled_from(
                ("*", "*", "X:DF_SMALL(*)", "X:DF_SMALL(2.*)", "X:DF_*(1.*)", "X:DF_OTHER(1.0.0)")
            )
        ),
        "" if embargoed else draw(st.sampled_from(REGIONS)),
        frozenset() if denies else draw(_statuses),
        embargoed=embargoed,
        denies=denies,
        valid_from=begins,
        valid_to=ends,
    )


details = st.builds(
    Detail,
    st.sampled_from(((), ("read",), ("submit",))),
    st.sampled_from(((), ("X:DF_SMALL(1.0.0)",), ("X:DF_*(*)",))),
    st.sampled_from(("", "", "M.GT", ".MX")),
    st.sampled_from(((), ("N", "C"), ("F",))),
)
callers = st.builds(
    Caller,
    st.just("c"),
    st.sampled_from(
        (*[frozenset(SCOPES)] * 4, frozenset({"data.read"}), frozenset({"data.submit"}))
    ),
    st.sampled_from(("c", "ana")),
    organisation=st.sampled_from((None, "GT", "MX", "SV")),
    groups=st.sampled_from((frozenset(), frozenset({"g"}))),
    details=st.just(()) | st.lists(details, max_size=2).map(tuple),
)
_held = st.builds(
    Held,
    st.sampled_from([each.id for each in SUPPLIES]),
    st.sampled_from(REGIONS[2:]),
    st.sampled_from((hour(3), NOW, hour(8), hour(8))),
)
helds = st.just([]) | st.lists(_held, min_size=1, max_size=4)
_FIRST = (
    [],
    [Grant("*", ("read",))],
    [Grant("*", ("read",), statuses=frozenset("NE"))],
    [Grant("client:c", ("read",), statuses=frozenset("C"), embargoed=True)],
    [
        Grant("*", ("read",), embargoed=True),
        Grant("client:c", ("read",), statuses=frozenset("NCD")),
    ],
)
"""Else most worlds would be closed to most callers, and there would be little to compare."""

worlds = st.builds(
    World,
    st.builds(
        lambda first, more: [*first, *more], st.sampled_from(_FIRST), st.lists(grant(), max_size=3)
    ),
    st.sampled_from(({}, {"g": {"client:c"}}, {"g": {"person:ana"}})),
    helds,
)
_on_kept_back = st.sampled_from(
    [
        Filter(name, ((Condition(operator, value),),))
        for name, operator, value in (
            ("CONF_STATUS", Operator.EQ, "F"),
            ("CONF_STATUS", Operator.NE, "N"),
            ("CONF_STATUS", Operator.EQ, "C"),
            ("OBS_VALUE", Operator.GE, "0"),
            ("OBS_VALUE", Operator.NE, "7"),
            ("COMMENT", Operator.EQ, "note"),
            ("CONF_REDIST", Operator.NE, "GT"),
        )
    ]
)
"""What a caller may ask of, though some of it is kept back."""

wanted = st.just(Wanted()) | st.builds(
    lambda asked, more: replace(asked, filters=(*asked.filters, *more)),
    asking.wanted,
    st.lists(_on_kept_back, max_size=1),
)


def rules(world: World) -> Rules:
    """The rules of a world as the database would give them."""
    return Rules(
        "1-test",
        tuple(replace(checked(each), id=f"{n}") for n, each in enumerate(world.grants)),
        {group: frozenset(members) for group, members in world.members.items()},
        tuple(
            RegionEmbargo(f"{n}", each.supply, each.region, each.until, "tests")
            for n, each in enumerate(world.held)
        ),
    )


def seen_by(caller: Caller, world: World) -> Visibility:
    """What the gateway lets a caller see."""
    return REALM.visibility(rules(world), caller, NOW)


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with nothing in it, to be copied: making one takes longer than asking it."""
    folder = tmp_path_factory.mktemp("empty") / "home"
    _, database = opened(folder)
    database.close()
    return folder


def keyed(found: Sequence[Row], name: str) -> dict[str, Counts]:
    """For each value of a component, how many series and observations have it."""
    counted: dict[str, Counts] = {}
    for value in {str(row[name]) for row in found}:
        with_it = [row for row in found if row[name] == value]
        series = {tuple(row[each] for each in asking.DIMENSIONS) for row in with_it}
        counted[value] = Counts(len(series), len(with_it))
    return counted


COMMON = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


@settings(COMMON, max_examples=200)
@given(
    worlds,
    callers,
    tables,
    wanted,
    st.integers(0, 3),
    st.integers(1, 4),
    st.sampled_from((hour(0), hour(0), NOW, hour(9))),
)
def test_no_cell_differs_from_the_plain_model(
    world: World,
    caller: Caller,
    table: list[Row],
    asked: Wanted,
    offset: int,
    limit: int,
    public: datetime,
) -> None:
    """Figures, order, pages, series keys, counts in both modes, and not a word beside them.

    And how much is kept back, for the record.
    """
    index = index_of(observations(table, RESTRICTED))

    visibility = seen_by(caller, world)

    for supply in SUPPLIES:
        if public > NOW and not visibility.view(supply.id).ahead:
            continue  # the catalogue gives no such release to who does not read ahead
        told = [Told(hour(0), public, table)]
        seen = rights.state(told, caller, world, supply, NOW, NOW)
        expected = asking.answer(seen, asked)
        cube = Cube(supply.id, index, public)
        found = cube.select(asked, visibility)
        assert rows(found) == expected
        assert series_of(rows(found)) == series_of(expected)
        whole = asking.answer(table, replace(asked, first=None, last=None))
        kept_back = rights.withheld(whole, caller, world, supply, NOW, public=public <= NOW)
        assert found.withheld == kept_back
        pages = page([DataSet(SUBJECT, (found,))], Page((), offset, limit))
        on_page = [row for each in pages for one in each.selections for row in rows(one)]
        assert on_page == expected[offset : offset + limit]
        if len(found) < len(asking.answer(table, asked)):
            assert words(found) <= spoken(expected)
        for mode in Mode:
            assert_counts(cube, seen, asked, visibility, mode)


BY_SERIES = replace(
    RESTRICTED,
    attributes=tuple(
        replace(each, attachment=Attachment.SERIES, dimensions=("AREA",))
        if each.id == "CONF_STATUS"
        else each
        for each in RESTRICTED.attributes
    ),
)
_STATUS_OF = {"MX": "N", "SV": "C"}


@settings(COMMON, max_examples=30)
@given(worlds, callers, tables)
def test_a_status_of_whole_series_is_kept_to(
    world: World, caller: Caller, table: list[Row]
) -> None:
    """Where a structure states the confidentiality of series rather than of observations."""
    supply, provided = SUPPLIES[1], replace(PROVIDED[1], structure=BY_SERIES)
    table = [
        {**row, "CONF_STATUS": _STATUS_OF.get(row["AREA"] or ""), "CONF_REDIST": None}
        for row in table
    ]
    index = index_of(observations(table, BY_SERIES))

    visibility = Realm((provided,), ()).visibility(rules(world), caller, NOW)
    found = Cube(supply.id, index, hour(0)).select(Wanted(), visibility)

    seen = rights.state([Told(hour(0), hour(0), table)], caller, world, supply, NOW, NOW)
    assert rows(found) == asking.answer(seen, Wanted())


@settings(COMMON, max_examples=200)
@given(worlds, callers)
def test_who_is_not_named_sees_as_much(world: World, caller: Caller) -> None:
    """What is remembered of a caller tells no name that the rules do not, and changes nothing."""
    caller = replace(caller, issuer="https://login.example", token=caller.client_id)
    other = nameless(caller, rules(world))

    assert seen_by(other, world) == seen_by(caller, world)
    assert nameless(other, rules(world)) == other
    named = {each.subject for each in world.grants}
    assert other.client_id == ("c" if "client:c" in named else "")
    assert (other.subject, other.issuer, other.token) == ("", "", "")


def series_of(found: Sequence[Row]) -> list[tuple[str | None, ...]]:
    return [*dict.fromkeys(tuple(row[name] for name in asking.DIMENSIONS) for row in found)]


def words(found: Selection) -> set[str]:
    """Every word that a selection holds, whether one of its rows has it or not."""
    columns = [*found.keys.values(), *found.series_attributes.values(), *found.attributes.values()]
    return {word for column in columns for word in column.values} | {*found.periods}


def spoken(expected: Sequence[Row]) -> set[str]:
    return {value for row in expected for value in row.values() if value is not None}


def assert_counts(
    cube: Cube, seen: Sequence[Row], asked: Wanted, visibility: Visibility, mode: Mode
) -> None:
    """Availability tells of what would be answered, and of nothing else."""
    found = availability(cube, asked, visibility, mode)

    answer = asking.answer(seen, asked)
    assert found.whole.observations == len(answer)
    assert found.whole.series == len(series_of(answer))
    for place, name in enumerate(asking.KEY):
        freer = asked
        if mode is Mode.AVAILABLE:
            freer = replace(
                asked,
                keys=tuple((*key[:place], None, *key[place + 1 :]) for key in asked.keys)
                if name != "TIME_PERIOD"
                else asked.keys,
                filters=tuple(each for each in asked.filters if each.component != name),
            )
        assert dict(found.values[name]) == keyed(asking.answer(seen, freer), name)


releases = st.lists(
    st.tuples(tables.filter(bool), st.sampled_from((None, None, 1, 2, 3, 9))),
    min_size=1,
    max_size=3,
)


@contextmanager
def told_in(empty: Path, story: Story) -> Iterator[tuple[Store, list[Told]]]:
    """A store in which a supply has told its story, two hours apart; and the story."""
    with TemporaryDirectory() as folder:
        shutil.copytree(empty, Path(folder) / "home")
        store, database = opened(Path(folder) / "home")
        told: list[Told] = []
        for number, (table, waits) in enumerate(story):
            made = hour(2 * number)
            public = None if waits is None else made + timedelta(hours=waits)
            release, new = publish(
                store,
                table,
                now=made,
                years=False,
                provision=SUPPLIES[0].id,
                visible_from=public,
                structure=RESTRICTED,
            )
            if new:
                told.append(Told(release.released_at, release.visible_from, table))
        yield store, told
        database.close()


def moments() -> list[datetime]:
    return [hour(each / 2) for each in range(-2, 13)]


def changes(
    before: Sequence[Row], after: Sequence[Row], asked: Wanted
) -> tuple[list[Row], list[Row]]:
    """What came or became different, and what went, in the eyes of a caller."""
    old, new = (
        {tuple(row[name] for name in asking.KEY): row for row in asking.answer(each, asked)}
        for each in (before, after)
    )
    return (
        [row for key, row in new.items() if old.get(key) != row],
        [row for key, row in old.items() if key not in new],
    )


def known(
    remembered: Standings,
    who: Caller,
    then: Visibility,
    feeds: dict[str, DataStructure],
    stands: Standing,
) -> Standing:
    """How a question stands by memory, which takes no other turn than the standing itself."""
    return remembered.get(who, then, lambda: feeds, lambda _: stands)


def tags_agree(store: Store, world: World, callers: Sequence[Caller], asked: Wanted) -> None:
    """What has the same tag is the same: at every moment, and of whoever asks."""
    tags: dict[str, tuple[list[Row], int]] = {}
    remembered, feeds = Standings(store), {SUPPLIES[0].id: RESTRICTED}
    history = History(store, SUPPLIES[0].id, RESTRICTED)
    for who in callers:
        for at in moments():
            then = seen_by(who, world).as_of(at)
            stands = asked_of(of_supplies(store, feeds, None, then, ("", NOON)), EVERYTHING)
            found = history.state(asked, then)
            answer = rows(found), found.withheld
            assert known(remembered, who, then, feeds, stands) == stands
            assert tags.setdefault(stands.digest, answer) == answer


def story_agrees(
    empty: Path, world: World, callers: Sequence[Caller], story: Story, asked: Wanted
) -> None:
    """What the first of some callers sees is as the plain model says; of all, the tags agree."""
    caller = callers[0]
    supply, asked = SUPPLIES[0], replace(asked, first=None, last=None)
    visibility = seen_by(caller, world)
    with told_in(empty, story) as (store, told):
        history = History(store, supply.id, RESTRICTED)
        states = {at: rights.state(told, caller, world, supply, at, NOW) for at in moments()}
        for at, seen in states.items():
            assert rows(history.state(asked, visibility.as_of(at))) == asking.answer(seen, asked)
        for one, other in ((hour(0), hour(2)), (hour(1), NOW), (hour(4.5), NOW)):
            found = history.since(one, asked, visibility.as_of(other))
            expected = changes(states[one], states[other], asked)
            assert (rows(found.changed), rows(found.deleted)) == expected
        tags_agree(store, world, callers, asked)
        stated = {
            each.at: (rows(each.changed), rows(each.deleted))
            for each in history.disseminations(asked, visibility)
        }
        before: list[Row] = []
        for at, seen in states.items():
            difference = changes(before, seen, asked)
            assert stated.pop(at, ([], [])) == difference
            before = seen
        assert stated == {}


def _row(key: str, **content: str | None) -> Row:
    usual = {"OBS_VALUE": "1", "OBS_STATUS": "A", "COMMENT": None}
    none = dict.fromkeys(("EMBARGO_TIME", "CONF_STATUS", "CONF_REDIST"))
    return asking.whole(tuple(key.split(".")), {**usual, **none, **content})


_TABLE = [
    _row("A.GT.M.2024", CONF_STATUS="N"),
    _row("A.MX.F.2022", CONF_STATUS="N", CONF_REDIST="MX, SV"),
    _row("A.SV.M.2022", CONF_STATUS="E", EMBARGO_TIME="2026-11-23T14:00:00Z"),
    _row("A.SV._T.2022", CONF_STATUS="C"),
    _row("M.GT.F.2023-01"),
    _row("M.GT.M.2023-01", EMBARGO_TIME="2026-11-23T10:00:00Z"),
    _row("M.MX.M.2024", EMBARGO_TIME="2026-11-23T14:00:00Z"),
]
_WORLD = World(
    [Grant("*", ("read",)), Grant("organisation:MX", ("read",), statuses=frozenset("N"))],
    {},
    [Held("GT_SUPPLY", "key=M.GT.F", hour(3)), Held("GT_SUPPLY", "key=A.GT", hour(5)),
     Held("GT_SUPPLY", "key=A.SV._T", hour(8))],
)  # fmt: skip
_CALLER = Caller("c", frozenset(SCOPES), "c", organisation="MX")
_OTHER = Caller("d", frozenset({"data.read"}), "d")
_STORY: Story = [
    (_TABLE, None),
    ([*_TABLE[:4], _row("M.GT.F.2023-01", OBS_VALUE="2"), *_TABLE[5:]], None),
    ([*_TABLE[1:4], *_TABLE[5:]], 2),
]
"""Three embargoes of regions at once, others of observations, and releases between them: of what
comes at random not every run has as much."""


_AHEAD_IN_PART = World(
    [Grant("*", ("read",), embargoed=True), Grant("*", ("read",), statuses=frozenset("N"))], {}, []
)
_COMING: Story = [(_TABLE[:1], None), ([*_TABLE[:1], _row("M.GT.F.2023-01")], 2)]
"""What its reader reads ahead is in the second release from its beginning; the row that he does not
read ahead goes with the first and comes again when the second is out, though it is the same."""


@settings(COMMON, max_examples=8)
@example(_AHEAD_IN_PART, [_CALLER, _OTHER], _COMING, Wanted())
@example(_WORLD, [_CALLER, _OTHER], _STORY, Wanted())
@example(_WORLD, [_OTHER, _CALLER], _STORY[:1], Wanted())
@given(worlds, st.lists(callers, min_size=2, max_size=2), releases, wanted)
def test_no_state_of_the_past_differs_either(
    empty: Path, world: World, who: Sequence[Caller], releases: Story, wanted: Wanted
) -> None:
    """asOf, updatedAfter and history, over embargoes, readers ahead and changes of status."""
    story_agrees(empty, world, who, releases, wanted)


@settings(COMMON, max_examples=150)
@given(worlds, st.lists(callers, min_size=2, max_size=2), releases, wanted)
@pytest.mark.slow
def test_no_state_of_the_past_differs_in_many_worlds(
    empty: Path, world: World, who: Sequence[Caller], releases: Story, wanted: Wanted
) -> None:
    """The same, many times over."""
    story_agrees(empty, world, who, releases, wanted)


@settings(COMMON, max_examples=30)
@given(worlds, callers, callers, tables)
def test_who_shares_a_digest_shares_every_cell(
    world: World, one: Caller, other: Caller, table: list[Row]
) -> None:
    """An ETag is made from it: of two who see different figures it must never be the same."""
    seen = [seen_by(each, world) for each in (one, other)]

    for supply in SUPPLIES:
        told = [Told(hour(0), hour(0), table)]
        states = [rights.state(told, each, world, supply, NOW, NOW) for each in (one, other)]
        assert states[0] == states[1] or seen[0].digest != seen[1].digest
