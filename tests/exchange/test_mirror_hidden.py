"""Nothing hidden is recoverable from the mirror: worlds that differ in what is hidden look alike.

By brute force over small sides: for every cell, several at once, on one side or both, and every way
of hiding them, each value that they could have gives the very same answers.
"""

import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import NamedTuple

import pytest

from gateway.errors import NoResults, NotFound
from gateway.exchange import Exchange
from gateway.exchange.availability import Availabilities
from gateway.exchange.bounds import Bounds
from gateway.exchange.data import Data
from gateway.exchange.mirror import Mirror
from gateway.mirror.comparison import Measure, Status
from gateway.model.query import AvailabilityQuery, DataQuery
from gateway.model.structure import AvailabilityConstraint
from gateway.model.visibility import Embargo, Region, Sight, View, Visibility
from gateway.rest import grammar
from gateway.rest.service import DIALECTS, question
from tests.figures import NOON, rows
from tests.mirror.stating import GUATEMALA, MEXICO, Row, months
from tests.releases.publishing import opened, publish

GT, MX = "GT_IGM_RETURNS", "MX_UPMRIP_RETURNS"
FLOW = "data/dataflow/LMIG/DF_MIRROR/1.0.0"
VALUES = ("0", "41", None)
"""What a hidden cell may be; zero says of a table that it states its zeros."""

FOUND = (Status.MISSING_MIRROR, Status.NOT_COMPARABLE, Status.OUTLIER)

TELLING = (Measure.CHANGE, Measure.LAG, Measure.RANK)
"""Measures by which one period or pair may tell of another."""

Sides = dict[str, list[Row]]


def cells(usual: Row, values: Sequence[str], **parts: Sequence[str]) -> list[Row]:
    """A row for each part and month, with the values in turn."""
    ((dimension, codes),) = parts.items()
    keys = [(code, month) for code in codes for month in ("2023-01", "2023-02")]
    return [
        {**usual, dimension: code, "TIME_PERIOD": month, "OBS_VALUE": value}
        for (code, month), value in zip(keys, values, strict=True)
    ]


PLAIN: Sides = {
    GT: cells(GUATEMALA, "1 2 3 4".split(), SEX=("F", "M")),
    MX: cells(MEXICO, "5 6 7 8".split(), STATUS_TYPE=("ASSIST", "DEPORT")),
}
ZEROS: Sides = {
    GT: cells(GUATEMALA, "1 0 3 4".split(), SEX=("F", "M")),
    MX: cells(MEXICO, "5 6 0 8".split(), STATUS_TYPE=("ASSIST", "DEPORT")),
}
LIKE: Sides = {
    GT: cells(GUATEMALA, "1 2 3 4".split(), SEX=("F", "M")),
    MX: cells(MEXICO, "5 6 7 8".split(), SEX=("F", "M")),
}
WHOLES: Sides = {
    GT: [*PLAIN[GT], *cells(GUATEMALA, ["4", "6"], SEX=("_T",))],
    MX: [*PLAIN[MX], *cells(MEXICO, ["12", "14"], STATUS_TYPE=("_T",))],
}
SIDES = {"no zeros": PLAIN, "zeros": ZEROS, "the same parts": LIKE, "with totals": WHOLES}


class Way(NamedTuple):
    """A way of hiding a cell: what the row says, and what a caller sees of its provision."""

    said: Row
    view: Callable[[Row], View]


def region(row: Row) -> Region:
    """The region of a single cell."""
    names = ("SEX", "STATUS_TYPE", "TIME_PERIOD")
    return tuple(grammar.component_filter(f"c[{each}]", str(row[each])) for each in names)


LATER = NOON + timedelta(hours=1)
WAYS = {
    "confidential": Way({"CONF_STATUS": "C"}, lambda _: View((Sight(statuses=frozenset()),))),
    "shown blank": Way(
        {"CONF_STATUS": "C"},
        lambda _: View((Sight(statuses=frozenset()),), blanked=frozenset("C")),
    ),
    "under embargo": Way(
        {"CONF_STATUS": "E", "EMBARGO_TIME": LATER.isoformat()},
        lambda _: View((Sight(statuses=frozenset()),)),
    ),
    "a region under embargo": Way({}, lambda row: View(embargoes=(Embargo(region(row), LATER),))),
    "a region denied": Way({}, lambda row: View(denied=(region(row),))),
}


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with nothing in it, to be copied: making one takes longer than asking it."""
    folder = tmp_path_factory.mktemp("empty") / "home"
    _, database = opened(folder)
    database.close()
    return folder


@pytest.fixture
def homes(empty: Path, tmp_path: Path) -> Iterator[Path]:
    """Homes that were never used."""
    return (Path(shutil.copytree(empty, tmp_path / str(number))) for number in count())


class World:
    """A gateway in which two sides state something, of which one caller sees a part."""

    def __init__(self, loaded: Exchange, home: Path, sides: Sides, seen: Visibility) -> None:
        self._store, self._database = opened(home)
        for provision, content in sides.items():
            structure = loaded.provision(provision).structure
            publish(self._store, content, now=NOON - timedelta(hours=1), provision=provision,
                    structure=structure)  # fmt: skip
        provisions = {each: loaded.provision(each) for each in (GT, MX)}
        mirror = Mirror(loaded.registry, provisions, self._store)
        self._data = Data(loaded.registry, provisions, self._store, mirror)
        self._found = Availabilities(self._data, loaded.registry, self._store)
        self._seen = seen

    def told(self) -> list[object]:
        """All that the caller can ask of the mirror: figures, counts, availability, history."""
        found = [
            self._data_of(FLOW),
            self._data_of(FLOW, includeHistory="true"),
            self._data_of(FLOW, updatedAfter=(NOON - timedelta(hours=2)).isoformat()),
            self._data_of(FLOW, asOf=(NOON - timedelta(minutes=1)).isoformat()),
            self._data_of(FLOW, attributes="none", measures="none"),
            self._data_of(FLOW, lastNObservations="1"),
            self._data_of(FLOW, **{"c[OBS_VALUE]": "ge:0"}),
            *(self._data_of(FLOW, **{"c[MIRROR_MEASURE]": each}) for each in TELLING),
            *(self._data_of(FLOW, **{"c[MIRROR_STATUS]": each}) for each in FOUND),
            self._availability("exact"),
            self._availability("available"),
        ]
        self._database.close()
        return found

    def _data_of(self, path: str, **parameters: str) -> object:
        asked = question(DIALECTS["v2"], path, [*parameters.items()])
        assert isinstance(asked, DataQuery)
        try:
            found = self._data.answer(asked, self._seen, Bounds())
        except (NoResults, NotFound) as refusal:
            return str(refusal), getattr(refusal, "withheld", None)
        return [
            (each.action, each.valid_from, rows(one), one.withheld)
            for each in found
            for one in each.selections
        ]

    def _availability(self, mode: str) -> object:
        path = FLOW.replace("data/", "availability/", 1) + "/*/*"
        asked = question(DIALECTS["v2"], path, [("mode", mode)])
        assert isinstance(asked, AvailabilityQuery)
        try:
            constraints, _ = self._found.answer(asked, self._seen)
        except (NoResults, NotFound) as refusal:
            return str(refusal)
        (one,) = constraints
        assert isinstance(one, AvailabilityConstraint)
        return one.region, one.periods, one.series, one.observations


def quick(sides: str, way: str, provision: str) -> bool:
    """Whether a case is tried at once: each way with each pair of sides, on either side in turn."""
    turn = [*SIDES].index(sides) + [*WAYS].index(way)
    return sides == "with totals" or (GT, MX)[turn % 2] == provision


HIDDEN = [
    pytest.param(
        *(SIDES[sides], provision, row, WAYS[way]),
        id=f"{sides}, {way}, {provision} {row}",
        marks=() if quick(sides, way, provision) else pytest.mark.slow,
    )
    for sides in SIDES
    for way in WAYS
    for provision, row in ((GT, 0), (MX, 3))
    if provision == GT or sides != "with totals"
]


@pytest.mark.parametrize(("sides", "provision", "row", "way"), HIDDEN)
def test_no_value_of_a_hidden_cell_changes_anything(
    loaded: Exchange, homes: Iterator[Path], sides: Sides, provision: str, row: int, way: Way
) -> None:
    """Not a figure, a status, a reason, a count, an available value, nor a line of history."""
    hidden = {(provision, row): way}

    assert told_alike([told_of(loaded, next(homes), sides, hidden, value) for value in VALUES])


def told_of(
    loaded: Exchange,
    home: Path,
    sides: Sides,
    hidden: Mapping[tuple[str, int], Way],
    values: str | Sequence[str | None] | None,
) -> list[object]:
    """All that is told of sides of which some cells are hidden, whatever is in them."""
    changed = {provision: [*content] for provision, content in sides.items()}
    every = values if isinstance(values, tuple) else [values] * len(hidden)
    for ((provision, row), way), value in zip(hidden.items(), every, strict=True):
        cell = sides[provision][row]
        changed[provision][row] = {**cell, **way.said, "OBS_VALUE": value}
    views = {
        provision: together(
            way.view(content[row]) for (of, row), way in hidden.items() if of == provision
        )
        for provision, content in sides.items()
    }
    return World(loaded, home, changed, Visibility(NOON, views)).told()


def together(views: Iterable[View]) -> View:
    """What is left where several views hide something each."""
    found = [*views]
    return View(
        next((each.sights for each in found if each.sights != View().sights), View().sights),
        tuple(region for each in found for region in each.denied),
        tuple(embargo for each in found for embargo in each.embargoes),
        frozenset(status for each in found for status in each.blanked),
    )


def told_alike(answers: Sequence[list[object]]) -> bool:
    """Whether all worlds tell the very same; something is told in each."""
    assert any(isinstance(each, list) for each in answers[0])
    return all(each == answers[0] for each in answers[1:])


BOTH_SIDES = [
    pytest.param(SIDES[sides], cells_, WAYS[way], id=f"{sides}, {way}, {name}")
    for sides in SIDES
    for way in WAYS
    for name, cells_ in {
        "two of one side": ((GT, 0), (GT, 3)),
        "one of each side": ((GT, 1), (MX, 2)),
        "a period of both": ((GT, 0), (GT, 2), (MX, 0), (MX, 2)),
    }.items()
    if sides != "with totals" or name != "two of one side"
]


@pytest.mark.slow
@pytest.mark.parametrize(("sides", "cells_", "way"), BOTH_SIDES)
def test_no_values_of_several_hidden_cells_change_anything(
    loaded: Exchange,
    homes: Iterator[Path],
    sides: Sides,
    cells_: Sequence[tuple[str, int]],
    way: Way,
) -> None:
    """At once, on one side or on both; equal values and different ones."""
    several = [("0", "41", "41", "0"), ("41", "0", "3", None), (None, None, "7", "9")]
    hidden = dict.fromkeys(cells_, way)

    answers = [told_of(loaded, next(homes), sides, hidden, each[: len(hidden)]) for each in several]

    assert told_alike(answers)


LONG = 26
"""Months: so many that outliers, changes and lags are told."""


def long(usual: Row, start: int, **parts: Sequence[str]) -> list[Row]:
    ((dimension, codes),) = parts.items()
    return [
        {**usual, **row, dimension: code}
        for number, code in enumerate(codes)
        for row in months([start + number + month * 7 % 11 for month in range(LONG)])
    ]


HISTORIES: dict[str, Sides] = {
    "the same parts": {
        GT: long(GUATEMALA, 100, SEX=("F", "M")), MX: long(MEXICO, 120, SEX=("F", "M")),
    },
    "a whole and parts": {
        GT: [*long(GUATEMALA, 100, SEX=("F", "M")), *long(GUATEMALA, 300, SEX=("_T",))],
        MX: long(MEXICO, 120, SEX=("F", "M")),
    },
    "two sources in a table": {
        GT: long(GUATEMALA, 100, SEX=("F", "M")),
        MX: [*long(MEXICO, 120, SEX=("F", "M")),
             *long({**MEXICO, "DATA_SOURCE": "MX_INM"}, 110, SEX=("F", "M"))],
    },
}  # fmt: skip


@pytest.mark.parametrize(
    ("sides", "way"),
    [
        pytest.param(sides, way, marks=() if (turn + number) % 3 else pytest.mark.slow)
        for turn, sides in enumerate(HISTORIES)
        for number, way in enumerate(WAYS)
    ],
)
def test_no_hidden_month_shows_in_what_is_told_by_the_others(
    loaded: Exchange, homes: Iterator[Path], sides: str, way: str
) -> None:
    """Neither by a rank, a change, a lag nor an outlier, in its month or in a later one."""
    hidden = {(GT, 13): WAYS[way], (GT, 24): WAYS[way], (MX, LONG + 13): WAYS[way]}

    answers = [
        told_of(loaded, next(homes), HISTORIES[sides], hidden, values)
        for values in (("0", "9999", None), ("9999", None, "0"))
    ]

    assert told_alike(answers)


@pytest.mark.parametrize("hidden", ["nothing", "a source"])
def test_what_is_told_by_a_source_that_is_not_seen(
    loaded: Exchange, homes: Iterator[Path], hidden: str
) -> None:
    """Its figures change nothing where it is hidden; where it is not, they do."""
    sides = HISTORIES["two sources in a table"]
    inm = grammar.component_filter("c[DATA_SOURCE]", "MX_INM")
    views = {GT: View(), MX: View(denied=((inm,),) if hidden == "a source" else ())}

    answers = []
    for value in ("0", "9999"):
        changed = [
            {**row, "OBS_VALUE": value} if row["DATA_SOURCE"] == "MX_INM" else row
            for row in sides[MX]
        ]
        seen = Visibility(NOON, views)
        answers.append(World(loaded, next(homes), {**sides, MX: changed}, seen).told())

    assert told_alike(answers) == (hidden == "a source")


@pytest.mark.parametrize("side", [GT, MX])
def test_a_provision_that_is_not_seen_is_as_if_it_were_not_there(
    loaded: Exchange, homes: Iterator[Path], side: str
) -> None:
    """Not even that there is a mirror to be missed."""
    sides = HISTORIES["the same parts"]
    other = {each: content for each, content in sides.items() if each != side}
    seen = Visibility(NOON, {each: View() for each in other})

    with_it = World(loaded, next(homes), sides, seen).told()

    assert with_it == World(loaded, next(homes), other, seen).told()


def test_the_brute_force_sees_what_is_not_hidden(loaded: Exchange, homes: Iterator[Path]) -> None:
    """Else it would prove nothing: a value that is seen changes every kind of answer."""
    seen = Way({}, lambda _: View())
    hidden = {(GT, 13): seen}

    one, other = (
        told_of(loaded, next(homes), HISTORIES["the same parts"], hidden, value)
        for value in ("101", "9999")
    )

    differing = sum(this != that for this, that in zip(one, other, strict=True))
    assert differing >= len(one) - len(FOUND) - 3  # an availability may be the same
