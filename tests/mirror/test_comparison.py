"""What is told of two statements of one flow: values as stated, measures, statuses, reasons."""

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.mirror.comparison import Measure
from gateway.mirror.comparisons import Comparisons
from gateway.mirror.ledger import Sums
from gateway.mirror.remarks import Remark
from gateway.mirror.sides import Statement
from tests.conftest import often
from tests.mirror.stating import (
    GUATEMALA,
    MEXICO,
    Row,
    compared,
    lists,
    months,
    observations,
    statement,
    told,
)

VALUE, MIRROR, DIFF, RATIO, INDEX, CHANGE, RANK, LAG = (
    Measure.VALUE,
    Measure.MIRROR_VALUE,
    Measure.DIFF,
    Measure.RATIO,
    Measure.ASYMMETRY,
    Measure.CHANGE,
    Measure.RANK,
    Measure.LAG,
)


def pair(left: list[Row], right: list[Row]) -> list[Row]:
    return compared(statement(GUATEMALA, left), statement(MEXICO, right))


def test_a_pair_is_told_by_every_measure() -> None:
    """Both values as stated; the formulas of the code list; the releases that they are from."""
    found = pair(months([3419]), months([7075]))

    assert {measure: [*told(found, measure).values()] for measure in Measure} == {
        VALUE: [("3419", "COMPARED", None)],
        MIRROR: [("7075", "COMPARED", None)],
        DIFF: [("-3656", "COMPARED", None)],
        RATIO: [("0.4833", "COMPARED", None)],
        INDEX: [("69.68", "COMPARED", None)],
        RANK: [("1", "COMPARED", None)],
        CHANGE: [],
        LAG: [],
    }
    one = next(each for each in found if (each["REF_AREA"], each["FREQ"]) == ("GT", "M"))
    assert (one["REF_RELEASE"], one["MIRROR_RELEASE"]) == ("GT_IGM 1", "MX_UPMRIP 1")
    assert one["BREAKDOWN"] == "_T"


MISSING: list[tuple[str, list[Row], list[Row], str, str | None]] = [
    ("the mirror says nothing", months([5, 6]), months([5]), "MISSING_MIRROR", None),
    ("the reference says nothing", months([5]), months([5, 6]), "MISSING_REF", None),
    ("the mirror is missing, not zero", months([5, 6]), months([5, None]), "MISSING_MIRROR",
     "COVERAGE"),
    ("both are zero", months([5, 0]), months([5, 0]), "UNDEFINED", None),
    ("one is zero", months([5, 6]), months([5, 0]), "COMPARED", None),
]  # fmt: skip


@pytest.mark.parametrize(
    ("left", "right", "status", "reason"), [pytest.param(*case[1:], id=case[0]) for case in MISSING]
)
def test_a_missing_mirror_is_a_result(
    left: list[Row], right: list[Row], status: str, reason: str | None
) -> None:
    """Missing is said, zero is a value, and an index that cannot be computed says so."""
    _, last = told(pair(left, right), INDEX).values()

    assert last[1:] == (status, reason)
    assert (last[0] is None) == (status != "COMPARED")


def test_kinds_sexes_and_ages_are_added_up() -> None:
    """Mexico divides by kind, Guatemala by sex and age: compared is what both add up to."""
    left = [
        *months([10], SEX="F", AGE="Y_GE18"),
        *months([20], SEX="M", AGE="Y_GE18"),
        *months([3], SEX="F", AGE="Y0T17", STATUS_TYPE="ACC"),
        *months([4], SEX="M", AGE="Y0T17", STATUS_TYPE="UNACC"),
    ]
    right = [*months([7], STATUS_TYPE="DEPORT"), *months([30], STATUS_TYPE="ASSIST")]

    found = pair(left, right)

    assert told(found, VALUE) == {"2023-01": ("37", "COMPARED", None)}
    assert told(found, MIRROR) == {"2023-01": ("37", "COMPARED", None)}


def test_months_make_quarters_and_years() -> None:
    """Only whole ones: of a year of which four months are stated there is no sum."""
    found = pair(months([1] * 16), months([2] * 16))

    assert told(found, VALUE, FREQ="A") == {
        "2023": ("12", "COMPARED", None),
        "2024": (None, "MISSING_REF", "COVERAGE"),
    }
    assert [*told(found, VALUE, FREQ="Q").values()][-2:] == [
        ("3", "COMPARED", None),
        (None, "MISSING_REF", "COVERAGE"),
    ]


def test_persons_do_not_add_up_over_time() -> None:
    """Who came in January and in March is one person in the year."""
    persons = {**GUATEMALA, "COUNT_BASIS": "PER", "UNIT_MEASURE": "PERSON"}
    yearly = {**MEXICO, "COUNT_BASIS": "PER", "UNIT_MEASURE": "PERSON", "FREQ": "A"}

    found = compared(
        statement(persons, months([1] * 12)),
        statement(yearly, [{"TIME_PERIOD": "2023", "OBS_VALUE": "9"}]),
    )

    assert not told(found, INDEX, FREQ="A")


APART: list[tuple[str, Row, str]] = [
    ("persons against events", {"COUNT_BASIS": "PER"}, "COUNT_BASIS"),
    ("marked as not comparable", {"COMPARABILITY": "NONE"}, "DEF"),
    ("adults only", {"AGE": "Y_GE15"}, "COVERAGE"),
]


@pytest.mark.parametrize(
    ("other", "reason"), [pytest.param(*case[1:], id=case[0]) for case in APART]
)
def test_what_measures_something_else_is_not_compared(other: Row, reason: str) -> None:
    """Both values stand side by side, and the row says why there is no more."""
    found = compared(statement(GUATEMALA, months([5])), statement({**MEXICO, **other}, months([6])))

    assert told(found, INDEX) == {"2023-01": (None, "NOT_COMPARABLE", reason)}
    assert told(found, VALUE) == {"2023-01": ("5", "NOT_COMPARABLE", reason)}
    assert told(found, MIRROR) == {"2023-01": ("6", "NOT_COMPARABLE", reason)}


def test_what_is_seen_in_part_is_not_added_up() -> None:
    """Who sees one sex only is not told that it is all."""
    left = [*months([5], SEX="F"), *months([6], SEX="M")]

    found = compared(statement(GUATEMALA, left, in_part=True), statement(MEXICO, months([11])))

    assert [status for _, status, _ in told(found, INDEX).values()] == ["NOT_COMPARABLE"]


def test_a_year_is_no_sum_of_the_months_that_one_sees() -> None:
    """A month that a table without zeros leaves out did not occur, unless it may be hidden."""
    seen = [row for row in months([10] * 12) if row["TIME_PERIOD"] != "2023-05"]
    other = {"COUNTERPART_AREA": "US", "TIME_PERIOD": "2023-05", "OBS_VALUE": "3"}
    mirror = statement(MEXICO, months([10] * 12))

    whole, part = (
        told(
            compared(statement(GUATEMALA, [*seen, other], in_part=in_part), mirror),
            VALUE,
            FREQ="A",
            COUNTERPART_AREA="MX",
        )
        for in_part in (False, True)
    )

    assert whole == {"2023": ("110", "COMPARED", None)}
    assert part == {"2023": (None, "MISSING_REF", "COVERAGE")}


FLOWS: list[tuple[str, list[Row], dict[str, str]]] = [
    ("a country that states another flow", [{"INDICATOR": "ENTRIES", "OBS_VALUE": "1"}],
     {"_Z": "MISSING_MIRROR"}),
    ("a country that states nothing", [], {}),
    ("a country of which only stocks are known", [{"DIRECTION": "_Z", "OBS_VALUE": "1"}], {}),
    ("a source that leaves this country out", [{"COUNTERPART_AREA": "SV", "OBS_VALUE": "1"}],
     {"MX_UPMRIP": "MISSING_MIRROR"}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("there", "expected"), [pytest.param(*case[1:], id=case[0]) for case in FLOWS]
)
def test_a_mirror_is_missed_in_countries_that_state_flows(
    there: list[Row], expected: dict[str, str]
) -> None:
    """That no source of theirs states this one is a result too, and of others nothing is expected.

    `_Z` stands for no source.
    """
    rows = compared(statement(GUATEMALA, months([5])), statement(MEXICO, there))
    of_pair = [row for row in rows if row["REF_AREA"] == "GT" and row["FREQ"] == "M"]

    found = {row["MIRROR_SOURCE"]: row["MIRROR_STATUS"] for row in of_pair}

    assert found == expected


def test_two_sources_of_one_country_are_compared() -> None:
    """The same movement as the registry and as the ministry count it."""
    inm = {**MEXICO, "DATA_SOURCE": "MX_INM"}

    found = compared(statement(MEXICO, months([42])), statement(inm, months([100])))

    of = {"REF_AREA": "MX", "DATA_SOURCE": "MX_INM", "MIRROR_SOURCE": "MX_UPMRIP"}
    assert told(found, RATIO, **of) == {"2023-01": ("2.3810", "COMPARED", None)}


def test_a_gap_in_a_table_that_states_its_zeros_is_a_gap() -> None:
    """The other parts are not told as the whole."""
    left = [*months([5, 5, 0], SEX="F"), *months([5, 5], SEX="M")]

    found = pair(left, months([10, 10, 10]))

    assert told(found, VALUE)["2023-03"] == (None, "MISSING_REF", "COVERAGE")


def test_a_table_without_zeros_leaves_out_what_did_not_occur() -> None:
    left = [*months([5, 5, 4], SEX="F"), *months([5, 5], SEX="M")]

    found = pair(left, months([10, 10, 10]))

    assert told(found, VALUE)["2023-03"] == ("4", "COMPARED", None)


def test_a_shift_that_explains_the_gap_is_named() -> None:
    """What the mirror records a month later: the lag of the year, and the reason of the month."""
    flow = [100, 20, 300, 40, 500, 60, 700, 80, 900, 100, 1100, 120, 1300, 140]

    found = pair(months(flow), months([50, *flow[:-1]]))

    assert {value for value, _, _ in told(found, LAG).values()} == {"1"}
    assert {value for value, _, _ in told(found, LAG, REF_AREA="MX").values()} == {"-1"}


@pytest.mark.parametrize("shift", [-3, -2, -1, 0, 1, 2, 3])
def test_every_shift_up_to_three_is_found(shift: int) -> None:
    """Figures of a year and a half, as one side tells them so much later than the other.

    At the beginning of both, where a shifted year is not there yet, none is claimed.
    """
    told_by_mexico = [3213, 3011, 4102, 2520, 4077, 3419, 6805, 7075, 5102, 2377, 3120, 4911,
                      1202, 5190, 6003, 2811, 3304, 4702, 2090, 3999, 1503, 6122]  # fmt: skip
    left, right = told_by_mexico[3:-3], told_by_mexico[3 - shift : len(told_by_mexico) - 3 - shift]

    found = told(pair(months(left), months(right)), LAG)

    values = [value for value, _, _ in found.values()]
    assert values[-1] == str(shift)
    assert {*values} <= {"0", str(shift)}


def test_a_remark_is_no_reason_for_what_is_missing() -> None:
    """Its words stand there; why there is no mirror they do not tell."""
    remark = Remark(frozenset({"GT_IGM", "MX_UPMRIP"}), "RETURNS", "REF_PER", "salida y llegada")

    found = compared(statement(GUATEMALA, months([5, 6])), statement(MEXICO, months([5])),
                     remarks=[remark])  # fmt: skip

    assert told(found, INDEX)["2023-01"][2] == "REF_PER"
    assert told(found, INDEX)["2023-02"] == (None, "MISSING_MIRROR", None)
    assert {row["COMMENT_OBS"] for row in found} == {"salida y llegada"}


def test_an_event_dated_over_the_month_s_end_is_a_lag() -> None:
    """The neighbours make up for it."""
    left, right = [100, 160, 40, 100], [100, 100, 100, 100]

    found = told(pair(months(left), months(right)), INDEX)

    assert found["2023-02"][2] == "LAG"
    assert found["2023-04"][2] is None


def test_an_outlier_is_one_for_what_went_before() -> None:
    """A lasting shift shows from its beginning, and the first year is not judged."""
    usual = [100 + 3 * (month % 5) for month in range(24)]

    found = told(pair(months([*usual, 300, 300]), months([*([100] * 26)])), INDEX)

    unusual = [period for period, (_, status, _) in found.items() if status == "OUTLIER"]
    assert unusual == ["2025-01", "2025-02"]


def test_the_pairs_of_a_period_are_ranked() -> None:
    """The widest apart is first, seen from either side."""
    salvador = {**GUATEMALA, "REF_AREA": "SV", "CITIZENSHIP": "SV", "DATA_SOURCE": "SV_DGME"}
    to_salvador = {**MEXICO, "COUNTERPART_AREA": "SV", "CITIZENSHIP": "SV"}
    both = [{**MEXICO, **row} for row in months([10])]
    both += [{**to_salvador, **row} for row in months([40])]

    found = compared(
        statement(GUATEMALA, months([11])), statement(salvador, months([80])),
        statement(MEXICO, both),
    )  # fmt: skip

    assert [*told(found, RANK).values()] == [("2", "COMPARED", None)]
    assert [*told(found, RANK, REF_AREA="SV").values()] == [("1", "COMPARED", None)]


def test_analysts_attach_a_reason_in_words() -> None:
    """For two sources, an indicator and a time; it goes before what was found."""
    remark = Remark(
        frozenset({"GT_IGM", "MX_UPMRIP"}), "RETURNS", "REF_PER", "salida y llegada",
        "2023-02", "2023-02",
    )  # fmt: skip

    found = compared(
        statement(GUATEMALA, months([1, 2, 3])), statement(MEXICO, months([1, 2, 3])),
        remarks=[remark],
    )  # fmt: skip

    assert [reason for _, _, reason in told(found, INDEX).values()] == [None, "REF_PER", None]
    assert {row["COMMENT_OBS"] for row in found} == {None, "salida y llegada"}


def test_a_remark_on_all_periods_hides_no_reason_that_was_found() -> None:
    """It fills what is open, and its words stand in every row."""
    remark = Remark(frozenset({"GT_IGM", "MX_UPMRIP"}), "RETURNS", "REF_PER", "salida y llegada")

    found = compared(
        statement(GUATEMALA, months([100, 160, 40, 100])),
        statement(MEXICO, months([100, 100, 100, 100])),
        remarks=[remark],
    )

    reasons = [reason for _, _, reason in told(found, INDEX).values()]
    assert reasons == ["REF_PER", "LAG", "LAG", "REF_PER"]
    assert {row["COMMENT_OBS"] for row in found} == {"salida y llegada"}


APART_BY_NOTE = Remark(
    frozenset({"GT_IGM", "MX_UPMRIP"}), "RETURNS", "DEF", "otra definición", "2023-02", "2023-02",
    comparable=False,
)  # fmt: skip


def test_definitions_that_do_not_fit_together_are_not_compared() -> None:
    """In the periods that the note is about: both values stand, and the row says why.

    As with another count basis. A quarter or a year of which some month is not comparable is not.
    """
    found = compared(
        statement(GUATEMALA, months([10, 20, 30, *([5] * 9)])),
        statement(MEXICO, months([11, 80, 31, *([5] * 9)])),
        remarks=[APART_BY_NOTE],
    )

    apart = ("NOT_COMPARABLE", "DEF")
    assert told(found, VALUE)["2023-02"] == ("20", *apart)
    assert told(found, MIRROR)["2023-02"] == ("80", *apart)
    assert {told(found, each)["2023-02"] for each in (DIFF, RATIO, INDEX)} == {(None, *apart)}
    assert "2023-02" not in told(found, RANK)
    assert told(found, INDEX)["2023-01"] == ("9.52", "COMPARED", None)
    assert told(found, INDEX, FREQ="Q")["2023-Q1"] == (None, *apart)
    assert told(found, INDEX, FREQ="Q")["2023-Q2"] == ("0.00", "COMPARED", None)
    assert told(found, INDEX, FREQ="A")["2023"] == (None, *apart)
    assert told(found, INDEX, REF_AREA="MX")["2023-02"] == (None, *apart)
    words = {row["COMMENT_OBS"] for row in found if row["TIME_PERIOD"] in ("2023-02", "2023")}
    assert words == {"otra definición"}


def test_what_is_not_comparable_judges_nothing_else() -> None:
    """It is no part of the history that outliers are told by, nor of what a shift makes up for."""
    usual = [100 + 3 * (month % 5) for month in range(24)]
    left, right = months([*usual, 9999, 300]), months([100] * 26)
    note = replace(APART_BY_NOTE, first="2025-01", last="2025-01")

    found = told(compared(statement(GUATEMALA, left), statement(MEXICO, right), remarks=[note]),
                 INDEX)  # fmt: skip

    assert found["2025-01"] == (None, "NOT_COMPARABLE", "DEF")
    assert found["2025-02"][1:] == ("OUTLIER", None)


SCOPES: list[tuple[str, Remark, bool]] = [
    ("of two sources", replace(APART_BY_NOTE, first="", last="9999"), True),
    ("between the countries", replace(APART_BY_NOTE, sources=frozenset(), first="", last="9999",
                                      countries=frozenset({"GT", "MX"})), True),
    ("of one of the countries", replace(APART_BY_NOTE, first="", last="9999",
                                        countries=frozenset({"MX"})), True),
    ("of another country", replace(APART_BY_NOTE, first="", last="9999",
                                   countries=frozenset({"MX", "SV"})), False),
    ("of another source", replace(APART_BY_NOTE, first="", last="9999",
                                  sources=frozenset({"GT_IGM", "MX_INM"})), False),
    ("of another phenomenon", replace(APART_BY_NOTE, first="", last="9999",
                                      indicator="ENTRIES"), False),
    ("of another time", replace(APART_BY_NOTE, first="2024", last="2024"), False),
]  # fmt: skip


@pytest.mark.parametrize(
    ("note", "apart"), [pytest.param(*case[1:], id=case[0]) for case in SCOPES]
)
def test_a_note_is_about_what_it_names(note: Remark, apart: bool) -> None:
    """And about nothing else; two countries are meant from whichever side."""
    found = compared(
        statement(GUATEMALA, months([10])), statement(MEXICO, months([11])), remarks=[note]
    )

    for area in ("GT", "MX"):
        (one,) = told(found, INDEX, REF_AREA=area).values()
        assert (one[1] == "NOT_COMPARABLE") == apart


@pytest.mark.parametrize("turn", [1, -1])
def test_of_several_notes_the_weightier_stands(turn: int) -> None:
    """In whichever order they are written down: the one that says why there is no comparison."""
    usual = replace(APART_BY_NOTE, first="", last="9999", comparable=True, reason="REF_PER",
                    words="salida y llegada")  # fmt: skip

    found = compared(
        statement(GUATEMALA, months([10, 20])), statement(MEXICO, months([11, 21])),
        remarks=[usual, APART_BY_NOTE][::turn],
    )  # fmt: skip

    said = {(row["TIME_PERIOD"], row["MIRROR_REASON"], row["COMMENT_OBS"])
            for row in found if row["FREQ"] == "M"}  # fmt: skip
    assert said == {
        ("2023-01", "REF_PER", "salida y llegada"), ("2023-02", "DEF", "otra definición"),
    }  # fmt: skip


def test_categories_that_do_not_fit_together_leave_the_whole_comparable() -> None:
    """Who is a child may be told otherwise; how many there were in all is not."""
    rows = [*months([5], AGE="Y0T17"), *months([6], AGE="Y_GE18")]
    children = (("AGE", frozenset({"Y0T17"})),)
    note = replace(APART_BY_NOTE, first="", last="9999", categories=children)

    found = compared(statement(GUATEMALA, rows), statement(MEXICO, rows), remarks=[note])

    assert told(found, INDEX, AGE="Y0T17") == {"2023-01": (None, "NOT_COMPARABLE", "DEF")}
    assert told(found, INDEX, AGE="Y_GE18") == {"2023-01": ("0.00", "COMPARED", None)}
    assert told(found, INDEX, AGE="_T") == {"2023-01": ("0.00", "COMPARED", None)}


def test_statuses_and_breaks_of_both_sides_are_carried_along() -> None:
    """Each value has its own side's, each measure the graver of the two."""
    left = [{**row, "OBS_STATUS": "P"} for row in months([5])]
    right = [{**row, "OBS_STATUS": "B", "BREAK_REASON": "METH"} for row in months([6])]

    found = [each for each in pair(left, right) if each["REF_AREA"] == "GT" and each["FREQ"] == "M"]

    by_measure = {
        each["MIRROR_MEASURE"]: (each["OBS_STATUS"], each["BREAK_REASON"]) for each in found
    }
    assert by_measure["VALUE"] == ("P", None)
    assert by_measure["MIRROR_VALUE"] == ("B", "METH")
    assert by_measure["ASYMMETRY"] == ("B", "METH")


def test_a_release_that_touches_one_month_adds_up_its_year_again_and_no_other() -> None:
    """The years are named by their content; what comes out is what a fresh start gives."""
    values = [*range(1, 37)]
    before = statement(GUATEMALA, months(values), years={2023: "a", 2024: "b", 2025: "c"})
    mirror = statement(MEXICO, months(values), years={2023: "x", 2024: "y", 2025: "z"})
    revised = months([*values[:20], 99, *values[21:]])
    after = statement(GUATEMALA, revised, years={2023: "a", 2024: "revised", 2025: "c"})
    sums = Sums()
    compared(before, mirror, sums=sums)
    first = sums.added

    found = compared(after, mirror, sums=sums)

    assert first == 2 * 36
    assert sums.added - first == 12
    assert found == compared(after, mirror)


def revised(
    values: Iterable[int | None], month: int, to: int | None
) -> tuple[Statement, Statement, Statement]:
    """Guatemala before and after one month is revised, and Mexico; years named by content."""
    left = [*values]
    right = [*(each and each + 1 for each in left)]
    after = [*left[:month], to, *left[month + 1 :]]
    return (
        statement(GUATEMALA, months(left), years=by_year(left)),
        statement(GUATEMALA, months(after), years=by_year(after)),
        statement(MEXICO, months(right), years=by_year(right)),
    )


def by_year(values: list[int | None]) -> dict[int, str]:
    return {2023 + n // 12: repr(values[n : n + 12]) for n in range(0, len(values), 12)}


def measured_again(
    before: Statement, after: Statement, mirror: Statement, mirror_before: Statement | None = None
) -> tuple[dict[str, int], list[Row]]:
    """By frequency of how many periods measures are computed again, and what is told then."""
    sums = Sums()
    first = Comparisons([before, mirror_before or mirror], lists(), sums)
    assert [*first]
    second = Comparisons([after, mirror], lists(), sums, before=first)
    work = {}
    for frequency in second.frequencies:
        already = sums.measured
        second.at(frequency)
        work[frequency] = sums.measured - already
    return work, observations(second)


def test_a_release_that_touches_the_last_month_measures_what_it_reaches() -> None:
    """Its month, quarter, half and year, and what looks ahead by a lag of three; no more.

    Of three years: 36 months, 12 quarters, 6 halves, 3 years, of one pair.
    """
    work, found = measured_again(*(all_three := revised(range(1, 37), 35, 99)))

    lag = 3
    assert work == {"M": 1 + lag, "Q": 1 + lag, "S": 1 + lag, "A": 3}
    assert found == compared(*all_three[1:])


def test_pairs_that_a_release_does_not_touch_are_not_measured_again() -> None:
    """Of two sexes and both together, one and the whole; whichever way."""
    women, men = months([*range(1, 25)], SEX="F"), months([*range(2, 26)], SEX="M")
    mirror = statement(MEXICO, [*women, *men], years={2023: "x", 2024: "y"})
    before = statement(GUATEMALA, [*women, *men], years={2023: "a", 2024: "b"})
    after = statement(
        GUATEMALA,
        [*women[:-1], {**women[-1], "OBS_VALUE": "77"}, *men],
        years={2023: "a", 2024: "c"},
    )

    work, found = measured_again(before, after, mirror)

    touched, reached = 2, 4
    assert work["M"] == touched * reached
    assert found == compared(after, mirror)


def test_a_new_series_is_measured_and_the_others_stay() -> None:
    """A citizenship that was on neither side: of it everything, of the whole what it adds to."""
    known = [*months([*range(1, 25)], CITIZENSHIP="GT"), *months([7] * 24, CITIZENSHIP="HN")]
    new = months([3, 4], year=2024, CITIZENSHIP="NI")
    before, after = (statement(GUATEMALA, rows) for rows in (known, [*known, *new]))
    mirrors = [statement(MEXICO, rows) for rows in ([*known, *new], known)]

    work, found = measured_again(before, after, *mirrors)

    whole_and_new, every_month = 2, 24
    assert work["M"] == whole_and_new * every_month
    assert found == compared(after, mirrors[0])


REVISED = st.tuples(
    st.lists(st.one_of(st.none(), st.integers(0, 50)), min_size=1, max_size=40),
    st.integers(0, 39),
    st.one_of(st.none(), st.integers(0, 500)),
)


@settings(max_examples=often(60), deadline=None)
@given(REVISED)
def test_what_is_measured_again_is_what_a_fresh_start_gives(
    change: tuple[list[int | None], int, int | None],
) -> None:
    """To the last figure, whatever was revised."""
    values, month, to = change
    before, after, mirror = revised(values, min(month, len(values) - 1), to)

    _, found = measured_again(before, after, mirror)

    assert found == compared(after, mirror)


@settings(max_examples=often(30), deadline=None)
@given(st.lists(st.integers(0, 50), min_size=1, max_size=40), st.integers(1, 40))
def test_periods_that_come_or_go_are_measured_as_from_a_fresh_start(
    values: list[int], count: int
) -> None:
    """A state of the past may have fewer of them, the next one more."""
    some = values[:count]
    states = [statement(GUATEMALA, months(of), years=by_year([*of])) for of in (values, some)]
    mirror = statement(MEXICO, months([each + 1 for each in values]))

    for before, after in (states, states[::-1]):
        assert measured_again(before, after, mirror)[1] == compared(after, mirror)


VALUES = st.lists(st.one_of(st.none(), st.integers(0, 50)), min_size=1, max_size=30)


def by_view(found: list[Row], area: str) -> dict[tuple[str | None, ...], Row]:
    """The observations of one view, by frequency, measure and period."""
    keys = ("FREQ", "MIRROR_MEASURE", "TIME_PERIOD")
    return {tuple(row[key] for key in keys): row for row in found if row["REF_AREA"] == area}


_TURNED = {"VALUE": "MIRROR_VALUE", "MIRROR_VALUE": "VALUE"}
_SIDES = {"MISSING_REF": "MISSING_MIRROR", "MISSING_MIRROR": "MISSING_REF"}


@settings(max_examples=often(60), deadline=None)
@given(VALUES, VALUES)
def test_swapping_the_sides_mirrors_every_measure(
    left: list[int | None], right: list[int | None]
) -> None:
    """Values change places, differences and lags their sign, ratios are inverse; the rest stays."""
    found = pair(months(left), months(right))
    there, back = by_view(found, "GT"), by_view(found, "MX")

    assert len(there) == len(back)
    for (frequency, measure, period), row in there.items():
        other = back[frequency, _TURNED.get(str(measure), measure), period]
        if row["MIRROR_STATUS"] != "UNDEFINED" and other["MIRROR_STATUS"] != "UNDEFINED":
            assert other["MIRROR_STATUS"] == _SIDES.get(
                str(row["MIRROR_STATUS"]), row["MIRROR_STATUS"]
            )
        value, opposite = row["OBS_VALUE"], other["OBS_VALUE"]
        if measure in ("DIFF", "LAG"):
            assert value is None or float(value) == -float(opposite or "nan")
        elif measure == "RATIO":
            if value is not None and opposite is not None:
                assert float(value) == 0 or abs(float(value) * float(opposite) - 1) < 0.01
        else:
            assert value == opposite


@settings(max_examples=often(40), deadline=None)
@given(st.lists(st.lists(st.integers(0, 99), min_size=4, max_size=4), min_size=12, max_size=12))
def test_the_parts_add_up_to_the_whole(table: list[list[int]]) -> None:
    """By sex and age, in every month and in the year; on either side."""
    cells = [(sex, age) for sex in "FM" for age in ("Y0T17", "Y_GE18")]
    rows = [
        row
        for place, (sex, age) in enumerate(cells)
        for row in months([month[place] for month in table], SEX=sex, AGE=age)
    ]

    found = pair(rows, rows)

    for frequency in ("M", "Q", "A"):
        whole = told(found, VALUE, FREQ=frequency, SEX="_T", AGE="_T")
        parts = [told(found, VALUE, FREQ=frequency, SEX=sex, AGE=age) for sex, age in cells]
        for period, (value, _, _) in whole.items():
            assert float(value or "nan") == sum(float(each[period][0] or "nan") for each in parts)
    assert told(found, VALUE, FREQ="A", SEX="_T", AGE="_T")["2023"][0] == str(np.sum(table))
