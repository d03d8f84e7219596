"""The engine under every format of data: brackets, and what stands between rows and series."""

from dataclasses import replace

import pytest

from gateway.formats.fragments import Grammar, Group, rows, series
from gateway.model.shapes import shown
from tests.figures import Row, everything, observations

TABLE: list[Row] = [
    {"AREA": "GT", "TITLE": "t", "COMMENT": "c", "UNIT": None, "OBS_STATUS": None},
    {"AREA": "GT", "TITLE": "t", "TIME_PERIOD": "2023-02", "UNIT": None, "OBS_STATUS": None},
    {"AREA": "MX", "COMMENT": "d", "UNIT": None, "OBS_STATUS": None, "OBS_VALUE": None},
    {"AREA": "SV", "UNIT": None, "OBS_STATUS": None, "OBS_VALUE": "0"},
]


def said(id: str, value: str | None) -> str:
    return "" if value is None else f"{id}={value} "


SERIES = Grammar(
    opens="{",
    dimension=lambda id, code: code if id == "AREA" else "",
    key_closes="|",
    series_attributes=Group(said, "<", ">"),
    head=lambda period, missing: f"{period[-1]}:{'-' if missing else ''}",
    value_closes=lambda _: " ",
    attributes=Group(said, "(", ")"),
    row_closes="",
    between="},",
    between_rows=",",
)
FLAT = replace(
    SERIES,
    opens="",
    series_attributes=None,
    between_rows="; ",
    attributes=Group(said, "(", ")"),
    suffix=Group(said, "(", ")"),
    suffix_closes="!",
    every_row=True,
    one_group=True,
)


def joined(grammar: Grammar, *tables: list[Row]) -> str:
    return b"".join(rows(grammar, [everything(observations(each)) for each in tables])).decode()


def test_signs_stand_between_rows_and_between_series() -> None:
    """And neither before the first nor after the last."""
    assert joined(SERIES, TABLE) == (
        "{GT|<TITLE=t >1:1 (COMMENT=c ),2:1 },{MX|1:- (COMMENT=d )},{SV|1:0 "
    )


def test_attributes_of_row_and_series_can_share_their_brackets() -> None:
    """Which are there where either has one."""
    assert joined(FLAT, TABLE) == (
        "GT|1:1 (COMMENT=c TITLE=t )!; GT|2:1 (TITLE=t )!; MX|1:- (COMMENT=d )!; SV|1:0 !"
    )


def test_selections_follow_one_another_like_chunks() -> None:
    one, two = TABLE[:2], TABLE[2:]

    assert joined(SERIES, one, two) == joined(SERIES, TABLE)
    assert joined(FLAT, one, two) == joined(FLAT, TABLE)


def test_series_can_be_told_alone() -> None:
    """With their attributes; the last one is left open as that of rows is."""
    tables = [everything(observations(each)) for each in (TABLE[:2], TABLE[2:])]

    assert b"".join(series(SERIES, tables)) == b"{GT|<TITLE=t >},{MX|},{SV|"


@pytest.mark.parametrize("measure", [True, False])
def test_what_is_not_shown_is_not_spelled(*, measure: bool) -> None:
    """Without its value an observation is like one whose value is missing."""
    less = shown(everything(observations(TABLE)), frozenset({"TITLE"}), measure=measure)

    values = ("1", "1", "-", "0") if measure else ("-", "-", "-", "-")
    assert b"".join(rows(FLAT, [less])).decode() == (
        "GT|1:{} (TITLE=t )!; GT|2:{} (TITLE=t )!; MX|1:{} !; SV|1:{} !".format(*values)
    )
