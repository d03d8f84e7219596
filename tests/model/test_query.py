"""Conditions on codes and on time, alone and in a filter."""

import pytest

from gateway.errors import BadSyntax
from gateway.model.query import Condition, Filter, Operator


@pytest.mark.parametrize(
    ("operator", "value", "passes", "fails"),
    [
        ("eq", "MX", ["MX"], ["M", "MXX", "mx", ""]),
        ("ne", "MX", ["M", "mx"], ["MX"]),
        ("gt", "M", ["MX", "N"], ["M", "GT"]),
        ("ge", "M", ["MX", "M"], ["GT"]),
        ("lt", "M", ["GT"], ["M", "MX"]),
        ("le", "M", ["GT", "M"], ["MX"]),
        ("co", "_T", ["_T", "A_TB"], ["T", "_"]),
        ("nc", "_T", ["T", "_"], ["_T", "A_TB"]),
        ("sw", "M", ["M", "MX"], ["XM"]),
        ("ew", "M", ["M", "XM"], ["MX"]),
    ],
)
def test_codes_compare_as_text(
    operator: str, value: str, passes: list[str], fails: list[str]
) -> None:
    """Every operator of SDMX-REST 2.2.2."""
    condition = Condition(Operator(operator), value)

    assert [each for each in passes + fails if condition.holds(each)] == passes


@pytest.mark.parametrize(
    ("operator", "value", "passes", "fails"),
    [
        ("eq", "2023-01", ["2023-01", "2023-M01"], ["2023", "2023-02", "2023-Q1"]),
        ("ne", "2023-01", ["2023", "2023-02"], ["2023-01", "2023-M01"]),
        ("ge", "2023", ["2023", "2023-01", "2024-Q1"], ["2022", "2022-12"]),
        ("gt", "2023", ["2024", "2024-01"], ["2023", "2023-12"]),
        ("le", "2023", ["2023", "2023-12", "2023-Q4"], ["2024", "2024-01"]),
        ("lt", "2023", ["2022", "2022-12"], ["2023", "2023-01"]),
        ("le", "2023-06", ["2023-Q2", "2023-06"], ["2023", "2023-Q3"]),
        ("ge", "2023-06", ["2023-Q3", "2024"], ["2023", "2023-Q2"]),
        ("sw", "2023", ["2023", "2023-12"], ["2022"]),
        ("co", "-M", ["2023-M01"], ["2023-01"]),
    ],
)
def test_periods_compare_as_spans(
    operator: str, value: str, passes: list[str], fails: list[str]
) -> None:
    """A year's bound holds for its months, and both bounds are inclusive."""
    condition = Condition(Operator(operator), value)

    assert [each for each in passes + fails if condition.holds_in_time(each)] == passes


def test_a_bound_that_is_no_period_is_refused() -> None:
    """It would otherwise let everything through, or nothing."""
    with pytest.raises(BadSyntax):
        Condition(Operator.GE, "soon").holds_in_time("2023")


@pytest.mark.parametrize(
    ("alternatives", "passes"),
    [
        pytest.param(["eq:A"], "A", id="one"),
        pytest.param(["eq:A", "eq:C"], "AC", id="or"),
        pytest.param(["ge:B le:C"], "BC", id="and"),
        pytest.param(["ne:A ne:C"], "BD", id="not in"),
        pytest.param(["eq:A", "ge:C ne:D"], "AC", id="or of ands"),
        pytest.param(["eq:A eq:B"], "", id="nothing is both"),
    ],
)
def test_one_group_of_conditions_must_hold_whole(alternatives: list[str], passes: str) -> None:
    """OR of ANDs."""
    groups = tuple(
        tuple(
            Condition(Operator(part.partition(":")[0]), part.partition(":")[2])
            for part in group.split()
        )
        for group in alternatives
    )
    wanted = Filter("SEX", groups)

    assert "".join(each for each in "ABCD" if wanted.matches(each, in_time=False)) == passes


def test_a_filter_names_the_whole_codes_that_it_asks_for() -> None:
    """Parts of codes are in no code list; whole ones can be looked up there."""
    wanted = Filter(
        "SEX",
        (
            (Condition(Operator.EQ, "F"),),
            (Condition(Operator.NE, "M"),),
            (Condition(Operator.SW, "_"),),
        ),
    )

    assert wanted.codes() == {"F", "M"}
