"""Turns a table's figures into coded rows, each beside the cell that it came from."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from gateway.intake import rules
from gateway.intake.adding import added
from gateway.intake.clean import among
from gateway.intake.figures import Figures
from gateway.intake.frame import Frame, coded_by, constant
from gateway.intake.headings import Column
from gateway.intake.language import Place
from gateway.intake.lookup import UNTIL, Label, Looked, look_up
from gateway.intake.notes import footnotes, with_attributes
from gateway.intake.periods import with_periods
from gateway.intake.provision import NESTED_IN, Provision
from gateway.intake.sheet import Sheet, address
from gateway.intake.table import Row, SourceTable
from gateway.model.finding import Finding
from gateway.model.selection import Coded

Labelled = dict[str, tuple[Place, Sequence[Label | None]]]
"""The label of each row or column, by the component or part of the period that reads it."""


@dataclass(frozen=True, slots=True)
class Mapped:
    """The coded rows of one table, what was wrong with its labels, and the empty cells left out.

    `added` counts the figures that were added to another one; `observed` are the positions of the
    rows and columns that rows come from.
    """

    frame: Frame
    findings: tuple[Finding, ...]
    empty: int
    added: int
    observed: tuple[list[int], list[int]]


def observe(figures: Figures, provision: Provision) -> Mapped:
    """The observations of a table, in reading order."""
    table = figures.table
    rows = _observed(table.rows, provision.rows.observe)
    columns = _observed(table.columns, provision.columns.observe)
    labelled = _row_labels(table, rows, provision)
    down = look_up(table.sheet.name, labelled, provision)
    across = look_up(table.sheet.name, _column_labels(table, columns, provision), provision)
    whole, missing = of_sheet(table.sheet, table.titles(), provision)
    frame, cells = _cells(figures, rows, columns)
    kept = _stated(figures)[cells]
    codes = {
        **dict(_spread(down, cells[0], rows)),
        **dict(_spread(across, cells[1], columns)),
        **{name: constant(code, len(kept)) for name, code in whole.items()},
    }
    frame = frame.having(codes).only(kept)
    parts = {name: each for name, each in frame.codes.items() if name.startswith("time.")}
    frame = with_attributes(frame, table.titles(), table.remarks, provision)
    frame = with_periods(_with_statuses(frame, figures, cells, kept), parts, provision)
    frame = footnotes(frame, table, (cells[0][kept], cells[1][kept]), provision)
    adding = np.array([among(row.path[-1], provision.rows.add) for row in table.rows], bool)
    frame, more = added(frame, adding[cells[0][kept]], provision)
    mine = frozenset(rows), frozenset(columns)
    faulty = sum(i in mine[0] and j in mine[1] for i, j in figures.unreadable)
    findings = (*missing, *_too_shallow(table, rows, labelled), *down.findings, *across.findings)
    return Mapped(frame, findings, len(kept) - int(kept.sum()) - faulty, more, (rows, columns))


def _observed(lines: Sequence[Row | Column], totals: tuple[str, ...]) -> list[int]:
    """The positions of the rows or columns of detail, and of the totals that are asked for."""
    return [
        position
        for position, line in enumerate(lines)
        if not line.total or among(next(filter(None, reversed(line.path)), ""), totals)
    ]


Cells = tuple[np.ndarray, np.ndarray]
"""For each row of the frame, the positions of its row and its column in the table."""


def _cells(figures: Figures, rows: list[int], columns: list[int]) -> tuple[Frame, Cells]:
    table = figures.table
    down = np.repeat(np.array(rows, np.int64), len(columns))
    across = np.tile(np.array(columns, np.int64), len(rows))
    indexes = np.array([row.index for row in table.rows], np.int64)
    pages = np.array([row.page for row in table.rows], np.int64)
    at = np.array([[-1 if a is None else a for a in each.at] for each in table.columns], np.int64)
    at = at.reshape(len(table.columns), len(table.pages))
    labels = np.array([row.spots[-1][1] for row in table.rows], np.int64)
    headers = np.array([page.header for page in table.pages], np.int64)
    frame = Frame(
        (table.sheet.name,),
        np.zeros(len(down), np.int64),
        indexes[down],
        at[across, pages[down]],
        labels[down],
        headers[pages[down]],
        {},
        figures.values[down, across],
        figures.reported(rows, columns),
    )
    return frame, (down, across)


def _stated(figures: Figures) -> np.ndarray:
    """The cells that are observations: a number, or a word for a missing one."""
    found = figures.stated.copy()
    for cell in figures.statuses:
        found[cell] = True
    return found


def _spread(looked: Looked, at: np.ndarray, chosen: list[int]) -> Iterator[tuple[str, Coded]]:
    place = np.zeros(max(chosen, default=-1) + 1, np.int64)
    place[chosen] = np.arange(len(chosen))
    for name, codes in looked.codes.items():
        yield name, coded_by(codes, place[at])


def _row_labels(table: SourceTable, rows: list[int], provision: Provision) -> Labelled:
    return {
        name: (place, [_row_label(table.rows[i], place.row) for i in rows])
        for name, place in provision.places().items()
        if place.row is not None
    }


def _row_label(row: Row, level: int | str) -> Label | None:
    """The label at a level of a row's path; None for a row that is not that deep."""
    if level == "path":
        return Label(NESTED_IN.join(row.path), row.spots[-1])
    if level == "last":
        deepest = max(n for n, each in enumerate(row.path) if each)
        return Label(row.path[deepest], row.spots[deepest])
    position = int(level) - 1
    return Label(row.path[position], row.spots[position]) if position < len(row.path) else None


def _too_shallow(table: SourceTable, rows: list[int], labelled: Labelled) -> Iterator[Finding]:
    """One finding for each row that lacks a level, for the outermost level that it lacks."""
    for position, i in enumerate(rows):
        lacking = [place.row for place, labels in labelled.values() if labels[position] is None]
        if lacking:
            row = table.rows[i]
            level = min(int(each) for each in lacking if each is not None)
            spot = address(*row.spots[-1])
            yield rules.level_missing(table.sheet.name, spot, row.path[-1], level)


def _column_labels(table: SourceTable, columns: list[int], provision: Provision) -> Labelled:
    return {
        name: (place, [_column_label(table, j, place.column) for j in columns])
        for name, place in provision.places().items()
        if place.column is not None
    }


def _column_label(table: SourceTable, j: int, level: int | str) -> Label:
    """A heading, at the first page that has the column."""
    column = table.columns[j]
    page, at = next((n, at) for n, at in enumerate(column.at) if at is not None)
    given = [n for n, each in enumerate(column.path) if each]
    position = given[-1] if level == "last" else int(level) - 1
    return Label(column.path[position], (table.pages[page].header + position, at))


def of_sheet(
    sheet: Sheet, titles: list[str], provision: Provision
) -> tuple[dict[str, str], list[Finding]]:
    """What the title or the name of a sheet says: one code for all of it."""
    codes: dict[str, str] = {}
    findings: list[Finding] = []
    for name, place in provision.places().items():
        texts = titles if place.title is not None else [sheet.name]
        pattern = place.title if place.title is not None else place.sheet
        if pattern is None:
            continue
        found = {match[1] for text in texts if (match := re.search(pattern, text, re.IGNORECASE))}
        spot = (0, 0)
        one = Label(found.pop(), spot) if len(found) == 1 else None
        looked = look_up(sheet.name, {name: (place, [one])}, provision)
        code = looked.codes[name][0]
        if code is None and name == UNTIL and one is None:
            continue  # a title that names no month speaks of the whole year
        if code is None:
            said = " / ".join(texts)
            findings.append(_of_sheet_fault(sheet.name, said, name, one, looked))
        else:
            codes[name] = code
    return codes, findings


def _of_sheet_fault(sheet: str, said: str, name: str, one: Label | None, looked: Looked) -> Finding:
    if one is not None and looked.findings and not name.startswith("time."):
        return replace(looked.findings[0], cell="*")
    if name.startswith("time."):
        return rules.period_not_found(sheet, "*", said)
    return rules.title_without(sheet, said, name)


def _with_statuses(frame: Frame, figures: Figures, cells: Cells, kept: np.ndarray) -> Frame:
    """The status of a missing value instead of the one that all have."""
    if not figures.statuses:
        return frame
    spots = zip(cells[0][kept].tolist(), cells[1][kept].tolist(), strict=True)
    own = [figures.statuses.get(spot) for spot in spots]
    column = frame.codes["OBS_STATUS"]
    both = [each or column.value(at) for at, each in enumerate(own)]
    return frame.having({"OBS_STATUS": coded_by(both, np.arange(len(both)))})
