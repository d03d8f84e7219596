"""Nothing hidden is recoverable from the overviews: worlds that differ in it look alike.

By brute force over a small side: for a total and a part, and every way of hiding it, each value
that it could have gives the very same matrix, coverage and reconciliation.
"""

import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest

from gateway.errors import NoResults
from gateway.exchange import Exchange
from gateway.exchange.mirror import Mirror
from gateway.exchange.overview import Asked, Found, Overview
from gateway.model.visibility import Embargo, Region, Sight, View, Visibility
from gateway.rest import grammar
from tests.figures import NOON
from tests.mirror.stating import GUATEMALA, MEXICO, Row
from tests.releases.publishing import opened, publish

GT, MX = "GT_IGM_RETURNS", "MX_UPMRIP_RETURNS"
VALUES = ("0", "41", None)
"""What a hidden cell may be; zero says of a table that it states its zeros."""

PERIODS = ("2023-01", "2023-02", "2023-Q1")
LATER = NOON + timedelta(hours=1)


def cells(usual: Row, values: Sequence[str], **parts: Sequence[str]) -> list[Row]:
    """A row for each part and month, with the values in turn."""
    ((dimension, codes),) = parts.items()
    keys = [(code, month) for code in codes for month in ("2023-01", "2023-02", "2023-03")]
    return [
        {**usual, dimension: code, "TIME_PERIOD": month, "OBS_VALUE": value}
        for (code, month), value in zip(keys, values, strict=True)
    ]


MEXICANS = cells(MEXICO, "5 6 7 8 9 10".split(), STATUS_TYPE=("ASSIST", "DEPORT"))
SIDES: dict[str, list[Row]] = {
    "all and each country": cells(
        GUATEMALA, "9 9 9 4 4 4 5 5 5".split(), COUNTERPART_AREA=("_T", "MX", "US")
    ),
    "the same with zeros": cells(
        GUATEMALA, "9 9 9 9 0 4 0 9 5".split(), COUNTERPART_AREA=("_T", "MX", "US")
    ),
    "both sexes and each": cells(GUATEMALA, "9 9 9 4 4 4 5 5 5".split(), SEX=("_T", "F", "M")),
}
"""What Guatemala states."""


def region(row: Row) -> Region:
    """The region of a single cell."""
    names = ("COUNTERPART_AREA", "SEX", "STATUS_TYPE", "TIME_PERIOD")
    return tuple(grammar.component_filter(f"c[{each}]", str(row[each])) for each in names)


Way = tuple[Row, Callable[[Row], View]]
NOT_FREE = (Sight(statuses=frozenset()),)
WAYS: dict[str, Way] = {
    "confidential": ({"CONF_STATUS": "C"}, lambda _: View(NOT_FREE)),
    "shown blank": ({"CONF_STATUS": "C"}, lambda _: View(NOT_FREE, blanked=frozenset("C"))),
    "under embargo": (
        {"CONF_STATUS": "E", "EMBARGO_TIME": LATER.isoformat()},
        lambda _: View(NOT_FREE),
    ),
    "a region under embargo": ({}, lambda row: View(embargoes=(Embargo(region(row), LATER),))),
    "a region denied": ({}, lambda row: View(denied=(region(row),))),
}


@pytest.fixture(scope="module")
def mexico(loaded: Exchange, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home in which Mexico has released, to be copied: its side is the same in every world."""
    folder = tmp_path_factory.mktemp("mexico") / "home"
    release(loaded, folder, MX, [MEXICANS])
    return folder


@pytest.fixture
def homes(mexico: Path, tmp_path: Path) -> Iterator[Path]:
    """Copies of it that were never used."""
    return (Path(shutil.copytree(mexico, tmp_path / str(number))) for number in count())


def release(loaded: Exchange, home: Path, provision: str, states: Sequence[Sequence[Row]]) -> None:
    """Release one state after the other, an hour apart; the last one an hour ago."""
    store, database = opened(home)
    structure = loaded.provision(provision).structure
    for number, rows in enumerate(states):
        publish(store, [*rows], now=NOON - timedelta(hours=len(states) - number),
                provision=provision, structure=structure, source=str(number).encode())  # fmt: skip
    database.close()


Answers = list[Found | str]


def told(
    loaded: Exchange, home: Path, states: Sequence[Sequence[Row]], seen: Visibility
) -> Answers:
    """All that a caller can ask, once Guatemala has released these states too."""
    release(loaded, home, GT, states)
    store, database = opened(home)
    provisions = {each: loaded.provision(each) for each in (GT, MX)}
    overview = Overview(loaded.registry, Mirror(loaded.registry, provisions, store), store)
    questions = (overview.corridors, overview.reconciled)
    found = [_asked(each, Asked(period), seen) for each in questions for period in PERIODS]
    found.append(_asked(overview.coverage, Asked(), seen))
    database.close()
    return found


def _asked(
    question: Callable[[Asked, Visibility], Found], asked: Asked, seen: Visibility
) -> Found | str:
    try:
        return question(asked, seen)
    except NoResults as refusal:
        return f"{refusal} {refusal.withheld}"


HIDDEN = [
    pytest.param(
        *(sides, place, way),
        id=f"{sides}, {way}, {place}",
        marks=() if (turn + number) % 2 == at else pytest.mark.slow,
    )
    for turn, sides in enumerate(SIDES)
    for number, way in enumerate(WAYS)
    for at, place in enumerate((0, 4))
]
"""Each way with each side is tried at once, of a total or of a part in turn."""


@pytest.mark.parametrize(("sides", "place", "way"), HIDDEN)
def test_no_value_of_a_hidden_cell_changes_anything(
    loaded: Exchange, homes: Iterator[Path], sides: str, place: int, way: str
) -> None:
    """Not a figure, a sum, a missing part, nor a period that is covered; of a total or a part."""
    content, (said, view) = SIDES[sides], WAYS[way]
    cell = content[place]
    seen = Visibility(NOON, {GT: view(cell), MX: View()})

    answers = []
    for value in VALUES:
        changed = [*content]
        changed[place] = {**cell, **said, "OBS_VALUE": value}
        answers.append(told(loaded, next(homes), [changed], seen))

    assert answers[1:] == [answers[0]] * (len(VALUES) - 1)


@pytest.mark.parametrize("way", WAYS)
def test_coverage_is_as_if_a_hidden_cell_were_not_there(
    loaded: Exchange, homes: Iterator[Path], way: str
) -> None:
    """The only figure of February: neither the month is told, nor how late it came."""
    said, view = WAYS[way]
    one, two, three = cells(GUATEMALA, "1 2 3".split(), SEX=("_T",))
    hidden = {**two, **said}
    seen = Visibility(NOON, {GT: view(two)})

    with_it = told(loaded, next(homes), [[one], [one, hidden], [one, hidden, three]], seen)[-1]
    without = told(loaded, next(homes), [[one], [one], [one, three]], seen)[-1]

    assert isinstance(with_it, Found)
    assert isinstance(without, Found)
    (covered,) = with_it.covered
    assert covered.gaps == ("2023-02",)
    assert covered.late is not None
    assert covered.late.periods == 1
    assert [replace(each, release=0) for each in without.covered] == [replace(covered, release=0)]


def test_a_side_that_is_not_seen_is_as_if_it_were_not_there(
    loaded: Exchange, homes: Iterator[Path], tmp_path: Path
) -> None:
    """Nothing that Mexico says is told to who sees Guatemala alone, nor that it says anything."""
    both, alone = SIDES["all and each country"], tmp_path / "alone"
    one = Visibility(NOON, {GT: View()})

    assert told(loaded, next(homes), [both], one) == told(loaded, alone, [both], Visibility(NOON))


def test_who_sees_nothing_is_told_of_nothing(loaded: Exchange, homes: Iterator[Path]) -> None:
    content = SIDES["all and each country"]

    found = told(loaded, next(homes), [content], Visibility(NOON, {}))

    assert {*map(str, found)} == {
        *(f"Nobody states anything of that in {period}. 0" for period in PERIODS),
        "Nobody states anything of that. 0",
    }
