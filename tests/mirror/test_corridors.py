"""The corridor matrix: what each source says of each corridor in a period, and no more."""

from collections.abc import Sequence

import pytest

from gateway.mirror.corridors import Flow, corridors
from gateway.mirror.ledger import Sums
from gateway.mirror.periods import period
from gateway.mirror.sides import Statement
from tests.mirror.stating import GUATEMALA, MEXICO, Row, lists, months, statement

YEARLY = {"FREQ": "A", "TIME_PERIOD": "2023"}


def matrix(at: str, *statements: Statement) -> dict[tuple[str, str, str], float | None]:
    """By origin, destination and reporter, what is stated."""
    return {
        (each.origin, each.destination, each.corridor.reporter): each.value
        for each in flows(at, *statements)
    }


def flows(at: str, *statements: Statement) -> list[Flow]:
    return corridors(statements, lists(), Sums(), period(at))


def test_both_ends_say_the_same_corridor() -> None:
    """Turned so that origin and destination are the same, whoever reports it."""
    found = matrix(
        "2023", statement(GUATEMALA, months([10] * 12)), statement(MEXICO, months([11] * 12))
    )

    assert found == {("MX", "GT", "GT"): 120, ("MX", "GT", "MX"): 132}


CASES: list[tuple[str, str, Sequence[Row], float | None]] = [
    ("a month as stated", "2023-02", months([1, 2, 3]), 2),
    ("months make a quarter", "2023-Q1", months([1, 2, 3]), 6),
    ("and half a year", "2023-S1", months([1, 2, 3, 4, 5, 6]), 21),
    ("a year as stated, not added up", "2023", [*months([1] * 12), {**YEARLY, "OBS_VALUE": "13"}],
     13),
    ("a year added up where it is not stated", "2024",
     [{**YEARLY, "OBS_VALUE": "13"}, *months([2] * 12, 2024)], 24),
    ("a year added up where it is stated as missing", "2023",
     [*months([1] * 12), {**YEARLY, "OBS_VALUE": None}], 12),
    ("zero is a value", "2023-01", months([0, 1]), 0),
    ("missing is not zero", "2023-01", months([None, 1]), None),
    ("a part of the year is not the year", "2023", months([1] * 4), None),
    ("a year with a month that is missing", "2023", months([*([1] * 11), None]), None),
    ("by sex", "2023-01", [*months([3], SEX="F"), *months([4], SEX="M")], 7),
    ("by sex, one of them missing", "2023-01", [*months([3], SEX="F"), *months([None], SEX="M")],
     None),
    ("a total beside its parts is taken as stated", "2023-01",
     [*months([8]), *months([3], SEX="F"), *months([4], SEX="M")], 8),
]  # fmt: skip


@pytest.mark.parametrize(
    ("at", "rows", "value"), [pytest.param(*case[1:], id=case[0]) for case in CASES]
)
def test_a_corridor_has_what_is_stated_of_it(
    at: str, rows: Sequence[Row], value: float | None
) -> None:
    """Added up over time and over an office's own categories; None where it is stated in part."""
    assert matrix(at, statement(GUATEMALA, rows)) == {("MX", "GT", "GT"): value}


ABSENT: list[tuple[str, str, Row, Sequence[Row]]] = [
    ("another period", "2024", {}, months([1] * 12)),
    ("a month after the last of a table with zeros", "2023-03", {}, months([0, 1])),
    ("a month of a year", "2023-01", {}, [{**YEARLY, "OBS_VALUE": "5"}]),
    ("all countries", "2023-01", {"COUNTERPART_AREA": "_T"}, months([1])),
    ("all other countries", "2023-01", {"COUNTERPART_AREA": "_O"}, months([1])),
    ("no country", "2023-01", {"COUNTERPART_AREA": "_Z"}, months([1])),
    ("no direction", "2023-01", {"DIRECTION": "_Z"}, months([1])),
    ("persons over a year", "2023", {"COUNT_BASIS": "PER"}, months([1] * 12)),
]


@pytest.mark.parametrize(
    ("at", "usual", "rows"), [pytest.param(*case[1:], id=case[0]) for case in ABSENT]
)
def test_what_is_not_stated_is_not_there(at: str, usual: Row, rows: Sequence[Row]) -> None:
    assert matrix(at, statement({**GUATEMALA, **usual}, rows)) == {}


def test_a_month_that_is_left_out_beside_zeros_is_missing() -> None:
    """The table has that month, of another country; where it states no zeros, none returned."""
    other = months([7, 8], COUNTERPART_AREA="US")

    with_zeros = matrix("2023-02", statement(GUATEMALA, [*months([0]), *other]))
    without = matrix("2023-02", statement(GUATEMALA, [*months([1]), *other]))

    assert with_zeros == {("MX", "GT", "GT"): None, ("US", "GT", "GT"): 8}
    assert without == {("US", "GT", "GT"): 8}


def test_what_is_not_the_whole_says_of_whom_it_is() -> None:
    """Adults alone are told of as such, and never as all."""
    (found,) = flows("2023-01", statement(GUATEMALA, months([5], AGE="Y_GE18")))

    assert (found.value, found.codes) == (5, {"CITIZENSHIP": "GT", "AGE": "Y_GE18"})


def test_a_figure_has_its_release_and_its_gravest_status() -> None:
    rows = [{**row, "OBS_STATUS": "P"} for row in months([5], SEX="F")] + months([6], SEX="M")

    (found,) = flows("2023-01", statement(GUATEMALA, rows))

    assert (found.value, found.status, found.release) == (11, "P", 1)


def test_of_what_is_seen_in_part_nothing_is_added_up() -> None:
    """Neither over categories nor over time: what one sees is not taken for all there is."""
    by_sex = [*months([3], SEX="F"), *months([4], SEX="M")]

    assert matrix("2023-01", statement(GUATEMALA, by_sex, in_part=True)) == {}
    assert matrix("2023-Q1", statement(GUATEMALA, months([1, 2, 3]), in_part=True)) == {}
    assert matrix("2023-01", statement(GUATEMALA, months([1]), in_part=True)) == {
        ("MX", "GT", "GT"): 1
    }
