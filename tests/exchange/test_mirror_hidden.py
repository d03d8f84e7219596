"""Nothing hidden is recoverable from the mirror: worlds that differ in what is hidden look alike.

By brute force over a small pair of sides: for every cell, and every way of hiding it, each value
that the cell could have gives the very same answers.
"""

import shutil
from collections.abc import Callable, Iterator, Sequence
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
from gateway.model.query import AvailabilityQuery, DataQuery
from gateway.model.structure import AvailabilityConstraint
from gateway.model.visibility import Embargo, Region, Sight, View, Visibility
from gateway.rest import grammar
from gateway.rest.service import DIALECTS, question
from tests.figures import NOON, rows
from tests.mirror.stating import GUATEMALA, MEXICO, Row
from tests.releases.publishing import opened, publish

GT, MX = "GT_IGM_RETURNS", "MX_UPMRIP_RETURNS"
FLOW = "data/dataflow/LMIG/DF_MIRROR/1.0.0"
VALUES = ("0", "41", None)
"""What a hidden cell may be; zero says of a table that it states its zeros."""

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
            self._data_of(FLOW, **{"c[MIRROR_STATUS]": "NOT_COMPARABLE"}),
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
    cell = sides[provision][row]
    views = {each: View() for each in sides} | {provision: way.view(cell)}
    seen = Visibility(NOON, views)

    answers = []
    for value in VALUES:
        changed = [*sides[provision]]
        changed[row] = {**cell, **way.said, "OBS_VALUE": value}
        world = World(loaded, next(homes), {**sides, provision: changed}, seen)
        answers.append(world.told())

    for each in answers[1:]:
        assert each == answers[0]
