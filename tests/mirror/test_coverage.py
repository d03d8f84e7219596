"""Coverage: of which periods and countries a source has values, how fine, and how late."""

from collections.abc import Sequence
from datetime import date

import pytest

from gateway.mirror.coverage import Coverage, coverage, last_period, lateness, stated
from gateway.mirror.periods import period
from gateway.mirror.sides import Statement
from tests.mirror.stating import GUATEMALA, MEXICO, Row, lists, months, statement

KEY = ("RETURNS", "GT", "IN", "GT_IGM", "EVT", "M")


def covered(*statements: Statement) -> list[Coverage]:
    return coverage(statements, lists(), {})


def test_a_source_covers_what_it_has_values_of() -> None:
    """Countries, all in one, the periods from first to last with their gaps, the breakdown."""
    rows = [
        *months([1, None, 3], SEX="F"),
        *months([1, None, 3], SEX="M"),
        *months([9], COUNTERPART_AREA="_T"),
        *months([None], COUNTERPART_AREA="US"),
    ]

    (found,) = covered(statement(GUATEMALA, rows))

    assert (found.partners, found.total) == (("MX",), True)
    assert (found.first, found.last, found.gaps) == ("2023-01", "2023-03", ("2023-02",))
    assert found.broken_down == {"SEX": ("F", "M")}
    assert found.late is None


def test_each_frequency_indicator_and_basis_is_told_apart() -> None:
    """In the order of indicator, reporter and source."""
    yearly = {"FREQ": "A", "TIME_PERIOD": "2022", "OBS_VALUE": "5"}
    rows = [*months([1]), yearly, {**yearly, "INDICATOR": "DETECTIONS"}]

    found = covered(statement(MEXICO, months([1])), statement(GUATEMALA, rows))

    assert [(e.indicator, e.reporter, e.frequency, e.first) for e in found] == [
        ("DETECTIONS", "GT", "A", "2022"),
        ("RETURNS", "GT", "A", "2022"),
        ("RETURNS", "GT", "M", "2023-01"),
        ("RETURNS", "MX", "M", "2023-01"),
    ]


def test_parts_of_a_country_are_a_breakdown_of_it() -> None:
    rows = [*months([1], REF_AREA="MX-CHP"), *months([2], REF_AREA="MX-TAB")]

    (found,) = covered(statement(MEXICO, rows))

    assert found.reporter == "MX"
    assert found.broken_down == {"REF_AREA": ("MX-CHP", "MX-TAB")}


Releases = Sequence[tuple[str, Sequence[str]]]

LATE: list[tuple[str, Releases, dict[str, int]]] = [
    ("one release says nothing", [("2023-03-01", ["2023-01"])], {}),
    (
        "month by month",
        [("2023-02-20", ["2023-01"]), ("2023-03-10", ["2023-02"]), ("2023-05-01", ["2023-03"])],
        {"2023-02": 10, "2023-03": 31},
    ),
    (
        "three months at once, each by its own end",
        [("2023-02-20", ["2023-01"]), ("2023-05-10", ["2023-02", "2023-03", "2023-04"])],
        {"2023-02": 71, "2023-03": 40, "2023-04": 10},
    ),
    (
        "back data loaded afterwards say nothing",
        [("2023-02-20", ["2023-01"]), ("2023-03-10", ["2022-11", "2022-12", "2023-02"])],
        {"2023-02": 10},
    ),
    (
        "a gap filled later was late",
        [("2023-02-20", ["2023-01"]), ("2023-04-10", ["2023-03"]), ("2023-06-01", ["2023-02"])],
        {"2023-03": 10, "2023-02": 93},
    ),
    (
        "a revision is no first statement",
        [("2023-02-20", ["2023-01"]), ("2023-03-10", ["2023-02"]), ("2023-09-01", ["2023-02"])],
        {"2023-02": 10},
    ),
]


@pytest.mark.parametrize(
    ("releases", "days"), [pytest.param(*case[1:], id=case[0]) for case in LATE]
)
def test_how_late_is_told_by_what_came_after_the_first_load(
    releases: Releases, days: dict[str, int]
) -> None:
    """From the end of the period to the release that first stated it."""
    changes = [
        (date.fromisoformat(day), {KEY: frozenset(map(period, periods))})
        for day, periods in releases
    ]

    found = lateness(changes)

    assert {str(each): late for each, late in found.get(KEY, {}).items()} == days


def test_the_median_and_the_longest_are_told() -> None:
    """Of the periods that the source states still."""
    source = statement(GUATEMALA, months([1, 2, 3, 4]))
    days = {"2023-02": 10, "2023-03": 20, "2023-04": 60, "2023-05": 500}
    late = {"GT_IGM": {KEY: {period(each): of for each, of in days.items()}}}

    (found,) = coverage([source], lists(), late)

    assert found.late is not None
    assert (found.late.median, found.late.longest, found.late.periods) == (20, 60, 3)


def test_a_missing_value_states_no_period() -> None:
    source = statement(GUATEMALA, months([1, None]))

    assert stated(source.selection, lists()) == {KEY: frozenset({period("2023-01")})}


LAST: list[tuple[str, list[Row], str]] = [
    ("a whole year of months", months([1] * 14), "2023"),
    ("a year", [{"FREQ": "A", "TIME_PERIOD": "2022", "OBS_VALUE": "1"}], "2022"),
    ("half a year is none", [{"FREQ": "S", "TIME_PERIOD": "2024-S1", "OBS_VALUE": "1"}], "2023"),
]


@pytest.mark.parametrize(("rows", "year"), [pytest.param(*case[1:], id=case[0]) for case in LAST])
def test_the_last_year_that_is_stated_to_its_end(rows: list[Row], year: str) -> None:
    assert str(last_period(covered(statement(GUATEMALA, rows)), "A")) == year
