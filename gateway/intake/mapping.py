"""Turns a table's figures into coded rows, each beside the cell that it came from.

A pandas frame with one row for each observation: `sheet`, `cell`, `shown`, one column for each
dimension, time, measure, reported spelling and attribute. A code is missing (None) where its label
has none; the findings say which label.
"""

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from gateway.intake import rules
from gateway.intake.clean import label, month
from gateway.intake.figures import Figures
from gateway.intake.provision import Place, Provision
from gateway.intake.table import Column, Row, SourceTable
from gateway.intake.workbook import address
from gateway.model.finding import Finding
from gateway.model.observations import REPORTED

SHEET, CELL, SHOWN = "sheet", "cell", "shown"


@dataclass(frozen=True, slots=True)
class Mapped:
    """The coded rows of one table, what was wrong with its labels, and the empty cells left out."""

    frame: pd.DataFrame
    findings: tuple[Finding, ...]
    skipped: int


@dataclass(frozen=True, slots=True)
class _Axis:
    """The codes that one side of the table gives: a component, and its code at each position."""

    values: dict[str, list[str | None]]
    findings: tuple[Finding, ...]


def observe(figures: Figures, provision: Provision) -> Mapped:
    """The observations of a table, in reading order."""
    table = figures.table
    rows = _observed(table.rows, provision.rows.observe)
    columns = _observed(table.columns, provision.columns.observe)
    down = _row_axis(table, rows, provision)
    across = _column_axis(table, columns, provision)
    year, year_findings = _title_year(table, provision)
    frame = _cells(figures, rows, columns)
    for name, values in down.values.items():
        frame[name] = np.repeat(np.array(values, dtype=object), len(columns))
    for name, values in across.values.items():
        frame[name] = np.tile(np.array(values, dtype=object), len(rows))
    if year is not None:
        frame["year"] = year
    frame = frame[frame["stated"].astype(bool)]  # of no rows pandas does not know the type
    return Mapped(
        _complete(frame, table, provision),
        (*year_findings, *down.findings, *across.findings),
        len(rows) * len(columns) - len(frame) - len(_faulty(figures, rows, columns)),
    )


def _observed(lines: Sequence[Row | Column], totals: Sequence[str]) -> list[int]:
    """The positions of the rows or columns of detail, and of the totals that are asked for."""
    wanted = {label(each) for each in totals}
    return [
        position
        for position, line in enumerate(lines)
        if not line.parts or label(line.path[-1]) in wanted
    ]


def _faulty(figures: Figures, rows: list[int], columns: list[int]) -> list[tuple[int, int]]:
    """The cells that are neither observed nor empty: they have a finding of their own."""
    down, across = frozenset(rows), frozenset(columns)
    return [(i, j) for i, j in figures.unreadable if i in down and j in across]


def _cells(figures: Figures, rows: list[int], columns: list[int]) -> pd.DataFrame:
    table = figures.table
    reported = [figures.reported[i][j] for i in rows for j in columns]
    statuses = [figures.statuses.get((i, j)) for i in rows for j in columns]
    places = [(table.rows[i].index, table.columns[j].index) for i in rows for j in columns]
    return pd.DataFrame(
        {
            SHEET: table.sheet.name,
            CELL: [address(*place) for place in places],
            SHOWN: [table.sheet.text(*place) for place in places],
            "OBS_VALUE": figures.values[np.ix_(rows, columns)].ravel(),
            REPORTED: np.array(reported, dtype=object),
            "missing": np.array(statuses, dtype=object),
            "stated": [
                value is not None or status is not None
                for value, status in zip(reported, statuses, strict=True)
            ],
        }
    )


Label = tuple[str, tuple[int, int]]
"""What a label says, and the cell where it stands."""


def _row_axis(table: SourceTable, rows: list[int], provision: Provision) -> _Axis:
    chosen = [table.rows[i] for i in rows]
    labelled = {
        name: (place, [_row_label(table, row, place.row) for row in chosen])
        for name, place in _places(provision)
        if place.row is not None
    }
    axis = _axis(table, labelled, provision)
    return _Axis(axis.values, (*_too_shallow(table, chosen, labelled), *axis.findings))


def _row_label(table: SourceTable, row: Row, level: int | str) -> Label | None:
    """The label at a level of a row's path; None for a row that is not that deep."""
    position = len(row.path) - 1 if level == "last" else int(level) - 1
    if position >= len(row.path):
        return None
    return row.path[position], (row.places[position], table.labels)


def _too_shallow(
    table: SourceTable,
    rows: Sequence[Row],
    labelled: Mapping[str, tuple[Place, list[Label | None]]],
) -> Iterator[Finding]:
    """One finding for each row that lacks a level, for the outermost level that it lacks."""
    for position, row in enumerate(rows):
        lacking = [place.row for place, labels in labelled.values() if labels[position] is None]
        if lacking:
            level = min(int(each) for each in lacking if each is not None)
            cell = address(row.index, table.labels)
            yield rules.level_missing(table.sheet.name, cell, row.path[-1], level)


def _column_axis(table: SourceTable, columns: list[int], provision: Provision) -> _Axis:
    chosen = [table.columns[j] for j in columns]
    labelled: dict[str, tuple[Place, list[Label | None]]] = {}
    for name, place in _places(provision):
        if (level := place.column) is not None:
            row = table.header + level - 1
            labels: list[Label | None] = [
                (column.path[level - 1], (row, column.index)) for column in chosen
            ]
            labelled[name] = place, labels
    return _axis(table, labelled, provision)


def _axis(
    table: SourceTable,
    labelled: Mapping[str, tuple[Place, list[Label | None]]],
    provision: Provision,
) -> _Axis:
    """The code of each label, and one finding for each cell whose label has none."""
    values: dict[str, list[str | None]] = {}
    uncoded: dict[Label, list[Place]] = {}
    for name, (place, labels) in labelled.items():
        values[name] = [
            None if each is None else _code(name, each[0], place, provision) for each in labels
        ]
        for each in dict.fromkeys(
            each for each, code in zip(labels, values[name], strict=True) if code is None
        ):
            if each is not None:
                uncoded.setdefault(each, []).append(place)
    return _Axis(
        values,
        tuple(
            _fault(table.sheet.name, address(*cell), text, places, provision)
            for (text, cell), places in uncoded.items()
        ),
    )


def _places(provision: Provision) -> Iterator[tuple[str, Place]]:
    yield from (
        (name, place) for name, place in provision.components.items() if isinstance(place, Place)
    )
    yield "year", provision.time.year
    if provision.time.month is not None:
        yield "month", provision.time.month


def _code(component: str, text: str, place: Place, provision: Provision) -> str | None:
    if component == "year":
        return text if _is_year(text) else None
    if component == "month":
        number = month(text)
        return None if number is None else f"{number:02d}"
    return provision.code(place, text) if place.codes else text


def _is_year(text: str) -> bool:
    return bool(re.fullmatch(r"[1-9]\d{3}", text))


def _fault(
    sheet: str, cell: str, text: str, places: Sequence[Place], provision: Provision
) -> Finding:
    """What is wrong with a label that has no code at some places; one finding for all of them."""
    coded = [place for place in places if place.codes]
    if not coded:
        return rules.period_not_found(sheet, cell, text)
    names = [name for place in coded for name in place.codes]
    known = {key: entry for name in names for key, entry in provision.code_maps[name].items()}
    near = difflib.get_close_matches(label(text), known, n=3)
    maps = tuple(dict.fromkeys(place.codes[-1] for place in coded))
    return rules.unmapped_label(sheet, cell, text, maps, tuple(known[key].label for key in near))


def _title_year(table: SourceTable, provision: Provision) -> tuple[str | None, list[Finding]]:
    pattern = provision.time.year.title
    if pattern is None:
        return None, []
    found = {match[1] for title in table.titles() if (match := re.search(pattern, title))}
    if len(found) == 1 and all(_is_year(each) for each in found):
        return found.pop(), []
    said = " / ".join(table.titles())
    return None, [rules.period_not_found(table.sheet.name, "*", said)]


def _complete(frame: pd.DataFrame, table: SourceTable, provision: Provision) -> pd.DataFrame:
    """Constants, time and attributes beside what the cells gave."""
    frame = frame.reset_index(drop=True)
    structure = provision.structure
    constants = {name: code for name, code in provision.components.items() if isinstance(code, str)}
    for name, value in {**constants, **_attributes(table, provision)}.items():
        frame[name] = value
    frame.loc[frame["missing"].notna(), "OBS_STATUS"] = frame["missing"]
    frame[structure.time.id] = _periods(frame, provision)
    return frame


def _attributes(table: SourceTable, provision: Provision) -> dict[str, str]:
    """The provision's attributes, changed by the remarks that this sheet makes."""
    said = label(" / ".join((*table.titles(), *table.remarks)))
    found = dict(provision.attributes)
    for note in provision.notes:
        if label(note.says) in said:
            found.update(note.sets)
    return found


def _periods(frame: pd.DataFrame, provision: Provision) -> "pd.Series[str]":
    if "year" not in frame:
        return pd.Series([None] * len(frame), dtype=object)
    if provision.time.month is None:
        return frame["year"]
    return (frame["year"] + "-" + frame["month"]).where(frame["month"].notna(), None)
