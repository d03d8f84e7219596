"""At what two offices are compared: the finest cells that both reach by adding up."""

from collections.abc import Iterable

import pytest

from gateway.mirror.breakdown import Cell, Stated, common
from gateway.mirror.sides import BROKEN_DOWN
from tests.mirror.stating import lists

ALL = dict.fromkeys(BROKEN_DOWN, "_T")


def cell(**codes: str) -> Cell:
    return tuple({**ALL, **codes}.values())


def cells(*rows: dict[str, str]) -> Stated:
    return Stated([cell(**row) for row in rows], lists())


def ages(*codes: str) -> list[dict[str, str]]:
    return [{"AGE": code} for code in codes]


SEXES = [{"SEX": "F"}, {"SEX": "M"}]
KINDS = [{"STATUS_TYPE": code} for code in ("DEPORT", "ASSIST", "ASSIST_MIN")]
IGM = [
    {"SEX": sex, "AGE": age, "STATUS_TYPE": kind}
    for sex in ("F", "M")
    for age, kind in (("Y_GE18", "_T"), ("Y0T17", "ACC"), ("Y0T17", "UNACC"))
]

Rows = list[dict[str, str]]

CASES: list[tuple[str, Rows, Rows, list[dict[str, str]]]] = [
    ("both the whole", [{}], [{}], [{}]),
    ("kinds against sexes and ages", KINDS, IGM, [{}]),
    ("sexes against sexes", SEXES, SEXES, [{}, *SEXES]),
    ("sexes against all", SEXES, [{}], [{}]),
    ("a total stated beside its parts", [{}, *SEXES], SEXES, [{}, *SEXES]),
    (
        "age bands that nest",
        ages("Y0T11", "Y12T17", "Y_GE18"),
        ages("Y0T17", "Y_GE18"),
        [{}, *ages("Y0T17", "Y_GE18")],
    ),
    (
        "age bands that cross: only the whole",
        ages("Y0T17", "Y_GE18"),
        ages("Y0T14", "Y_GE15"),
        [{}],
    ),
    (
        "both in two dimensions",
        [{"SEX": sex, "AGE": age} for sex in "FM" for age in ("Y0T17", "Y_GE18")],
        IGM,
        [{}, *({"SEX": sex, "AGE": age} for sex in "FM" for age in ("Y0T17", "Y_GE18"))],
    ),
    (
        "not known stands beside",
        [*SEXES, {"SEX": "_U"}],
        SEXES,
        [{}, *SEXES],
    ),
    (
        "one citizenship in both",
        [{"CITIZENSHIP": "GT", **each} for each in KINDS],
        [{"CITIZENSHIP": "GT"}],
        [{"CITIZENSHIP": "GT"}],
    ),
    (
        "a citizenship that only one of them has",
        [{"CITIZENSHIP": code} for code in ("GT", "HN", "NI")],
        [{"CITIZENSHIP": code} for code in ("GT", "HN")],
        [{}, *({"CITIZENSHIP": code} for code in ("GT", "HN", "NI"))],
    ),
    (
        "parts of a country roll up to it",
        [{"REF_AREA": "MX-07"}, {"REF_AREA": "MX-27"}],
        [{}],
        [{}],
    ),
]


@pytest.mark.parametrize(
    ("left", "right", "expected"), [pytest.param(*case[1:], id=case[0]) for case in CASES]
)
def test_two_offices_meet_at_the_finest_cells_that_both_reach(
    left: Rows, right: Rows, expected: Rows
) -> None:
    """Whichever of them is asked first."""
    for one, other in ((left, right), (right, left)):
        found = common(cells(*one), cells(*other), lists())

        assert found is not None
        assert {*found.cells} == {cell(**each) for each in expected}


NOTHING: list[tuple[str, Rows, Rows]] = [
    ("adults only, and all", ages("Y_GE15"), [{}]),
    ("women only, and all", [{"SEX": "F"}], [{}]),
    ("one citizenship, and all", [{"CITIZENSHIP": "GT"}], [{}]),
    ("a gap between the ages", ages("Y0T17", "Y_GE65"), [{}]),
    ("ages that overlap", ages("Y0T17", "Y_GE15"), [{}]),
]


@pytest.mark.parametrize(
    ("left", "right"), [pytest.param(*case[1:], id=case[0]) for case in NOTHING]
)
def test_what_is_no_whole_is_not_taken_for_one(left: Rows, right: Rows) -> None:
    """Nothing is split, and no part stands for all."""
    assert common(cells(*left), cells(*right), lists()) is None


def parts(found: Iterable[frozenset[Cell] | None]) -> list[int]:
    return [0 if each is None else len(each) for each in found]


def test_each_cell_names_what_adds_up_to_it() -> None:
    """A stated total is taken as stated, not added up again from parts beside it."""
    found = common(cells({}, *SEXES), cells(*IGM), lists())

    assert found is not None
    assert found.cells[0] == cell()
    assert parts(found.left) == [1, 1, 1]
    assert parts(found.right) == [6, 3, 3]


def test_no_stated_cell_is_added_twice() -> None:
    """A band stated whole and in its parts is taken whole."""
    both = cells(*ages("Y0T17", "Y0T11", "Y12T17", "Y_GE18"))

    assert both.sum_of(cell()) == {cell(AGE="Y0T17"), cell(AGE="Y_GE18")}
