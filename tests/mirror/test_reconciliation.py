"""Reconciliation: totals beside the sums of their parts, of one source and across sources."""

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.mirror.ledger import Sums
from gateway.mirror.periods import period
from gateway.mirror.reconciliation import reconciled
from gateway.mirror.sides import Statement
from gateway.mirror.totals import Outcome, Reconciled
from tests.mirror.stating import GUATEMALA, MEXICO, Row, lists, months, statement

AGREES, INCOMPLETE, DIFFERS = Outcome.AGREES, Outcome.INCOMPLETE, Outcome.DIFFERS


def rows(*statements: Statement, at: str = "2023-01") -> list[Reconciled]:
    return reconciled(statements, lists(), Sums(), period(at))


def every(dimension: str, **values: float | None) -> list[Row]:
    """A row of January for each code of a dimension."""
    return [row for code, value in values.items() for row in months([value], **{dimension: code})]


Told = tuple[str, str, float, float | None, tuple[str, ...], Outcome]


def told(found: Sequence[Reconciled]) -> list[Told]:
    return [(e.dimension, e.whole, e.total, e.sum, e.missing, e.outcome) for e in found]


PARTNER = "COUNTERPART_AREA"
OWN: list[tuple[str, list[Row], list[Told]]] = [
    ("countries that add up", every(PARTNER, _T=9, MX=4, US=5),
     [(PARTNER, "_T", 9, 9, (), AGREES)]),
    ("others among them", every(PARTNER, _T=9, MX=4, US=4, _O=1),
     [(PARTNER, "_T", 9, 9, (), AGREES)]),
    ("countries that do not", every(PARTNER, _T=10, MX=4, US=5),
     [(PARTNER, "_T", 10, 9, (), DIFFERS)]),
    ("one that is missing", every(PARTNER, _T=9, MX=4, US=None),
     [(PARTNER, "_T", 9, 4, ("US",), INCOMPLETE)]),
    ("all of them missing", every(PARTNER, _T=9, MX=None, US=None),
     [(PARTNER, "_T", 9, None, ("MX", "US"), INCOMPLETE)]),
    ("missing, and nothing left for it", every(PARTNER, _T=4, MX=4, US=None),
     [(PARTNER, "_T", 4, 4, ("US",), AGREES)]),
    ("zero is a part", every(PARTNER, _T=4, MX=4, US=0), [(PARTNER, "_T", 4, 4, (), AGREES)]),
    ("no total", every(PARTNER, MX=4, US=5), []),
    ("a total that is missing", every(PARTNER, _T=None, MX=4, US=5), []),
    ("no parts", every(PARTNER, _T=4), []),
    ("sexes", every("SEX", _T=9, F=4, M=5), [("SEX", "_T", 9, 9, (), AGREES)]),
    ("one sex alone", every("SEX", _T=9, F=4), [("SEX", "_T", 9, 4, ("M",), INCOMPLETE)]),
    ("ages", every("AGE", _T=9, Y0T17=4, Y_GE18=5), [("AGE", "_T", 9, 9, (), AGREES)]),
    ("a gap between ages", every("AGE", _T=9, Y0T11=4, Y_GE18=4),
     [("AGE", "_T", 9, 8, ("Y12T17",), INCOMPLETE)]),
    ("a broader age and its parts", every("AGE", Y_GE18=9, Y0T17=5, Y0T11=3, Y12T17=1),
     [("AGE", "Y0T17", 5, 4, (), DIFFERS)]),
    ("all, a broader age and its parts", every("AGE", _T=14, Y_GE18=9, Y0T17=5, Y0T11=3, Y12T17=2),
     [("AGE", "Y0T17", 5, 5, (), AGREES), ("AGE", "_T", 14, 14, (), AGREES)]),
    ("parts of the country", [*months([5]), *every("REF_AREA", **{"GT-01": 2, "GT-02": 3})],
     [("REF_AREA", "_T", 5, 5, (), AGREES)]),
    ("adults of whom the rest is broken down are no total",
     [*months([5], AGE="Y_GE18"), *months([2], AGE="Y0T17", STATUS_TYPE="ACC"),
      *months([1], AGE="Y0T17", STATUS_TYPE="UNACC")], []),
    ("a total by sex, and by sex and age",
     [*every("SEX", F=4, M=5),
      *months([1], SEX="F", AGE="Y0T17"), *months([3], SEX="F", AGE="Y_GE18"),
      *months([2], SEX="M", AGE="Y0T17"), *months([3], SEX="M", AGE="Y_GE18")],
     [("AGE", "_T", 9, 9, (), AGREES)]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("content", "expected"), [pytest.param(*case[1:], id=case[0]) for case in OWN]
)
def test_a_source_s_own_total_is_set_beside_its_parts(
    content: list[Row], expected: list[Told]
) -> None:
    """Along whichever dimension it is divided; what is left out is named."""
    assert told(rows(statement({**GUATEMALA, "CITIZENSHIP": "_T"}, content))) == expected


def test_a_gap_in_a_table_with_zeros_is_missing() -> None:
    """It states its zeros: what it leaves out is a gap. In one without zeros it did not occur."""
    usual = {**GUATEMALA, "CITIZENSHIP": "_T"}
    total, mexico = months([4, 4], COUNTERPART_AREA="_T"), months([4, 4], COUNTERPART_AREA="MX")
    gap = months([0], COUNTERPART_AREA="US")  # nothing of February
    none = months([1], COUNTERPART_AREA="US")

    with_zeros = rows(statement(usual, [*total, *mexico, *gap]), at="2023-02")
    without = rows(statement(usual, [*total, *mexico, *none]), at="2023-02")

    assert [each.missing for each in with_zeros] == [("US",)]
    assert [each.missing for each in without] == [()]


def across(total: list[Row], parts: list[Row], **other: str) -> list[Reconciled]:
    """What two sources of one country say: one the total, the other the parts."""
    usual = {**GUATEMALA, "CITIZENSHIP": "_T"}
    one = statement(usual, total, name="ONE")
    return rows(one, statement({**usual, "DATA_SOURCE": "GT_MINEX", **other}, parts, name="TWO"))


def test_a_total_of_one_source_is_set_beside_the_parts_of_another() -> None:
    """And each row says whose they are."""
    (found,) = across(every(PARTNER, _T=9), every(PARTNER, MX=4, US=6))

    assert (found.total_of, found.parts_of) == ("GT_IGM ONE", ("GT_MINEX TWO",))
    assert (found.sum, found.difference, found.outcome) == (10, -1, DIFFERS)


def test_a_part_that_another_source_has_is_named_as_missing() -> None:
    """The source of the total divides it itself, and knows a country that the other does not."""
    found = across(every(PARTNER, _T=9, MX=4, US=5), every(PARTNER, MX=4))

    assert [(each.parts_of, each.missing, each.outcome) for each in found] == [
        (("GT_IGM ONE",), (), AGREES),
        (("GT_MINEX TWO",), ("US",), INCOMPLETE),
    ]


def test_two_tables_of_one_source_are_set_beside_each_other() -> None:
    """One by kind, the other by sex: neither states the total, both add up to it."""
    found = across(
        every("STATUS_TYPE", ASSIST=4, DEPORT=5), every("SEX", F=4, M=6), DATA_SOURCE="GT_IGM"
    )

    assert told(found) == [
        ("STATUS_TYPE", "_T", 10, 9, (), DIFFERS),
        ("SEX", "_T", 9, 10, (), DIFFERS),
    ]


APART: list[tuple[str, dict[str, str]]] = [
    ("another count basis", {"COUNT_BASIS": "PER"}),
    ("another direction", {"DIRECTION": "OUT"}),
    ("another indicator", {"INDICATOR": "DETECTIONS"}),
    ("another reporter", {"REF_AREA": "SV"}),
    ("marked as not comparable", {"COMPARABILITY": "NONE"}),
]


@pytest.mark.parametrize("other", [pytest.param(each, id=id) for id, each in APART])
def test_what_measures_something_else_is_not_reconciled(other: dict[str, str]) -> None:
    assert across(every(PARTNER, _T=9), every(PARTNER, MX=4, US=6), **other) == []


def test_of_what_is_seen_in_part_nothing_is_added_up() -> None:
    """Its total may be seen; whose sum would lack what is hidden is not told of."""
    usual = {**GUATEMALA, "CITIZENSHIP": "_T"}
    parts = statement(usual, every(PARTNER, _T=9, MX=4), in_part=True)

    assert rows(parts) == []


def test_a_total_is_set_beside_what_the_other_ends_say() -> None:
    """El Salvador says how many came back; Mexico says how many it sent; nobody else says any."""
    salvador = {**GUATEMALA, "REF_AREA": "SV", "CITIZENSHIP": "SV", "DATA_SOURCE": "SV_DGME"}
    mexico = {**MEXICO, "COUNTERPART_AREA": "SV", "CITIZENSHIP": "SV"}

    found = rows(
        statement(salvador, every(PARTNER, _T=15, MX=6, US=8, _O=1)),
        statement(mexico, months([4])),
    )

    assert [(each.parts_of, each.sum, each.missing, each.outcome) for each in found] == [
        (("SV_DGME SV_DGME",), 15, (), AGREES),
        (("MX_UPMRIP MX_UPMRIP",), 4, ("US", "_O"), INCOMPLETE),
    ]


def test_who_does_not_divide_a_total_may_lack_any_other_country() -> None:
    salvador = {**GUATEMALA, "REF_AREA": "SV", "CITIZENSHIP": "SV", "DATA_SOURCE": "SV_DGME"}
    mexico = {**MEXICO, "COUNTERPART_AREA": "SV", "CITIZENSHIP": "SV"}

    (found,) = rows(statement(salvador, every(PARTNER, _T=15)), statement(mexico, months([4])))

    assert (found.sum, found.missing, found.outcome) == (4, ("_O",), INCOMPLETE)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 99), min_size=4, max_size=4))
def test_a_total_that_is_made_of_its_parts_agrees(table: list[int]) -> None:
    """By sex, by age and by both; in the month and in the quarter, where all of it is stated."""
    cells = [(sex, age) for sex in "FM" for age in ("Y0T17", "Y_GE18")]
    content = [
        row
        for (sex, age), value in zip(cells, table, strict=True)
        for row in months([value] * 3, SEX=sex, AGE=age)
    ]
    content += months([sum(table)] * 3)

    for at, times in (("2023-01", 1), ("2023-Q1", 3)):
        found = rows(statement(GUATEMALA, content), at=at)

        assert found
        assert {each.outcome for each in found} == {AGREES}
        assert {each.total for each in found} == {sum(table) * times}
