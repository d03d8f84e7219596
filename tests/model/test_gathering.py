"""Each series told once: whoever supplies it, and in whatever order its observations were asked."""

from collections import Counter
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.model.gathering import gathered
from gateway.model.joining import ordered
from gateway.model.query import Sort
from gateway.model.selection import Selection
from tests.figures import Row, everything, observations, rows

GT: list[Row] = [{"AREA": "GT", "TIME_PERIOD": f"2023-0{month}"} for month in (1, 2)]
MX: list[Row] = [{**row, "AREA": "MX"} for row in GT]
LATER: list[Row] = [{"AREA": "GT", "TIME_PERIOD": "2023-03", "TITLE": "other"}]


def series(selections: Sequence[Selection]) -> list[tuple[str | None, ...]]:
    """The key of each run of observations of one series."""
    return [
        tuple(column.value(int(each.chunk().series[start])) for column in each.keys.values())
        for each in selections
        for start in np.flatnonzero(np.diff(each.chunk().series, prepend=-1))
    ]


def counted(selections: Sequence[Selection]) -> Counter[tuple[str | None, ...]]:
    """The observations by key, value and their own attributes."""
    names = ("FREQ", "AREA", "SEX", "TIME_PERIOD", "OBS_VALUE", "OBS_STATUS")
    return Counter(tuple(row[name] for name in names) for each in selections for row in rows(each))


def test_what_stands_together_is_left_as_it_is() -> None:
    """Nothing is read into memory for it."""
    selections = [everything(observations(GT)), everything(observations(MX))]

    found = gathered(selections)

    assert all(one is other for one, other in zip(found, selections, strict=True))


def test_an_order_of_the_caller_s_own_is_kept_within_a_series() -> None:
    """The latest first, series by series."""
    latest = ordered(everything(observations([*GT, *MX])), [Sort("TIME_PERIOD", True)])

    (found,) = gathered([latest])

    periods = [found.periods[code] for code in found.chunk().periods]
    assert periods == ["2023-02", "2023-01"] * 2
    assert len(series([found])) == 2


def test_a_series_of_two_selections_is_told_once() -> None:
    """With the attributes that the first states of it."""
    (found,) = gathered([everything(observations(each)) for each in (GT, LATER)])

    assert series([found]) == [("M", "GT", "_T")]
    assert [row["TIME_PERIOD"] for row in rows(found)] == ["2023-01", "2023-02", "2023-03"]
    assert {row["TITLE"] for row in rows(found)} == {None}


@pytest.mark.parametrize("selections", [[], [everything(observations([]))]], ids=["none", "empty"])
def test_nothing_stays_nothing(selections: list[Selection]) -> None:
    """As changes may be."""
    assert sum(map(len, gathered(selections))) == 0


tables = st.lists(
    st.lists(
        st.tuples(st.sampled_from(["GT", "MX", "SV"]), st.sampled_from(["2022", "2023-01"])),
        unique=True,
        min_size=1,
        max_size=5,
    ),
    min_size=1,
    max_size=3,
)


@settings(max_examples=30, deadline=None)
@given(tables=tables, descending=st.booleans())
def test_no_observation_is_lost_and_no_series_comes_twice(
    tables: list[list[tuple[str, str]]], descending: bool
) -> None:
    """Whatever the selections and their order."""
    selections = [
        ordered(
            everything(observations({"AREA": area, "TIME_PERIOD": time} for area, time in table)),
            [Sort("TIME_PERIOD", descending)],
        )
        for table in tables
    ]

    found = gathered(selections)

    assert counted(found) == counted(selections)
    assert len({*series(found)}) == len(series(found))
