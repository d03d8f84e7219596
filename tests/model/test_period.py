"""Periods as spans of days, and what a bound on time lets through."""

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import BadSyntax
from gateway.model.period import span

YEARS = st.integers(1900, 2100)


@pytest.mark.parametrize(
    ("period", "first", "last"),
    [
        ("2023", date(2023, 1, 1), date(2023, 12, 31)),
        ("2023-A1", date(2023, 1, 1), date(2023, 12, 31)),
        ("2023-02", date(2023, 2, 1), date(2023, 2, 28)),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29)),
        ("2023-M02", date(2023, 2, 1), date(2023, 2, 28)),
        ("2023-S2", date(2023, 7, 1), date(2023, 12, 31)),
        ("2023-T2", date(2023, 5, 1), date(2023, 8, 31)),
        ("2023-Q4", date(2023, 10, 1), date(2023, 12, 31)),
        ("2021-W01", date(2021, 1, 4), date(2021, 1, 10)),
        ("2020-W53", date(2020, 12, 28), date(2021, 1, 3)),
        ("2024-D366", date(2024, 12, 31), date(2024, 12, 31)),
        ("2023-05-17", date(2023, 5, 17), date(2023, 5, 17)),
        ("2023-05-17T08:00:00", date(2023, 5, 17), date(2023, 5, 17)),
        ("2023-05-17T08:00:00Z", date(2023, 5, 17), date(2023, 5, 17)),
        ("2023-05-17T08:00:00-06:00", date(2023, 5, 17), date(2023, 5, 17)),
    ],
)
def test_a_period_spans_days(period: str, first: date, last: date) -> None:
    """Both ends belong to it. Source: SDMX Technical Notes, time formats."""
    assert span(period) == (first, last)


@pytest.mark.parametrize(
    "text",
    [
        *("", "x", "23", "2023-", "2023-13", "2023-00", "2023-02-30", "2023-Q5", "2023-Q0"),
        *("2023-S3", "2023-T4", "2023-A2", "2023-M13", "2023-W54", "2021-W53", "2023-D366"),
        *("2023-D0", "2023-X1", "0000", "0000-01", "2023-1", "2023/05", " 2023", "2023\n", "٢٠٢٣"),
    ],
)
def test_what_is_no_period_is_refused(text: str) -> None:
    """By name, and never as an error that nobody foresaw."""
    with pytest.raises(BadSyntax):
        span(text)


@given(st.from_regex(r"[0-9]{4}(-[ASTQMWD]?[0-9]{1,3})?(-[0-9]{2})?", fullmatch=True))
def test_a_span_never_ends_before_it_starts(text: str) -> None:
    """Whatever looks like a period is one, or is refused as none."""
    try:
        first, last = span(text)
    except BadSyntax:
        return

    assert first <= last


@given(YEARS, st.integers(1, 12))
def test_a_month_is_the_same_month_in_both_spellings(year: int, month: int) -> None:
    """Gregorian and reporting months coincide, for reporting years start on 1 January."""
    assert span(f"{year}-{month:02d}") == span(f"{year}-M{month:02d}")


@given(YEARS)
@pytest.mark.parametrize(
    "parts",
    [
        pytest.param([f"S{n}" for n in (1, 2)], id="semesters"),
        pytest.param([f"T{n}" for n in (1, 2, 3)], id="trimesters"),
        pytest.param([f"Q{n}" for n in range(1, 5)], id="quarters"),
        pytest.param([f"M{n:02d}" for n in range(1, 13)], id="months"),
    ],
)
def test_the_parts_of_a_year_cover_it_without_a_gap(parts: list[str], year: int) -> None:
    """Each starts on the day after the one before ended."""
    spans = [span(f"{year}-{part}") for part in parts]

    assert (spans[0][0], spans[-1][1]) == span(str(year))
    for one, other in pairwise(spans):
        assert (other[0] - one[1]).days == 1
