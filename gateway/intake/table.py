"""Finds a provision's table in a sheet: labels with their nesting, headings, cells and totals."""

from dataclasses import dataclass, field

from gateway.intake.clean import label
from gateway.intake.provision import Provision
from gateway.intake.workbook import Sheet


@dataclass(frozen=True, slots=True)
class Row:
    """One labelled row: `path` names it from the outermost label inwards, itself last.

    `places` are the rows where those labels stand; `parts` the rows of the detail that a total
    is made of, empty for a row of detail.
    """

    index: int
    path: tuple[str, ...]
    places: tuple[int, ...]
    parts: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Column:
    """One headed column: `path` names it from the top heading down.

    `parts` are the columns of detail that a total is made of, empty for a column of detail.
    """

    index: int
    path: tuple[str, ...]
    parts: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class SourceTable:
    """One sheet's table. `header` is the row and `labels` the column of its first heading."""

    sheet: Sheet
    header: int
    labels: int
    rows: tuple[Row, ...]
    columns: tuple[Column, ...]
    remarks: tuple[str, ...] = field(default=())

    def titles(self) -> list[str]:
        """The texts above the table."""
        cells = (self.sheet.text(row, column) for row in range(self.header)
                 for column in range(len(self.sheet.values[row])))  # fmt: skip
        return list(dict.fromkeys(text for text in cells if text))


def find_table(sheet: Sheet, provision: Provision) -> SourceTable | None:
    """The table in a sheet, or None where its first heading is not there."""
    start = _find_heading(sheet, provision.table.heading)
    if start is None:
        return None
    header, labels = start
    first = header + provision.table.header_rows
    last = _end(sheet, first, labels, provision.table.ends)
    columns = _columns(sheet, header, first, labels, provision)
    rows = _rows(sheet, first, last, labels, provision)
    remarks = [sheet.text(row, labels) for row in range(last, len(sheet.values))]
    return SourceTable(sheet, header, labels, rows, columns, tuple(filter(None, remarks)))


def _find_heading(sheet: Sheet, heading: str) -> tuple[int, int] | None:
    wanted = label(heading)
    for row, values in enumerate(sheet.values):
        for column in range(len(values)):
            if label(sheet.text(row, column)) == wanted:
                return row, column
    return None


def _end(sheet: Sheet, first: int, labels: int, ends: tuple[str, ...]) -> int:
    starts = tuple(label(each) for each in ends)
    for row in range(first, len(sheet.values)):
        if label(sheet.text(row, labels)).startswith(starts):
            return row
    return len(sheet.values)


def _columns(
    sheet: Sheet, header: int, first: int, labels: int, provision: Provision
) -> tuple[Column, ...]:
    """Columns to the right of the labels; one without any heading is a spacer and is left out."""
    totals = {label(each) for each in provision.columns.totals}
    width = len(sheet.values[header])
    headed = {
        column: tuple(sheet.text(row, column) for row in range(header, first))
        for column in range(labels + 1, width)
    }
    headed = {column: path for column, path in headed.items() if any(path)}
    detail = {
        column: path
        for column, path in headed.items()
        if not any(label(part) in totals for part in path)
    }
    return tuple(
        Column(column, path, () if column in detail else _matching(path, detail, totals))
        for column, path in headed.items()
    )


def _matching(
    path: tuple[str, ...], detail: dict[int, tuple[str, ...]], totals: set[str]
) -> tuple[int, ...]:
    """The columns of detail that a total adds up: its total headings stand for every heading."""
    return tuple(
        column
        for column, other in detail.items()
        if all(
            label(mine) in totals or label(mine) == label(theirs)
            for mine, theirs in zip(path, other, strict=True)
        )
    )


def _rows(
    sheet: Sheet, first: int, last: int, labels: int, provision: Provision
) -> tuple[Row, ...]:
    """Rows with a label; deeper rows that follow a row are the detail that it totals."""
    indexes = [row for row in range(first, last) if sheet.text(row, labels)]
    if provision.rows.hierarchy == "flat":
        return tuple(Row(row, (sheet.text(row, labels),), (row,)) for row in indexes)
    depths = [sheet.indent(row, labels) for row in indexes]
    return tuple(
        _nested(sheet, labels, indexes, depths, position) for position in range(len(indexes))
    )


def _nested(sheet: Sheet, labels: int, indexes: list[int], depths: list[int], position: int) -> Row:
    lineage: list[int] = [position]
    for earlier in range(position - 1, -1, -1):
        if depths[earlier] < depths[lineage[-1]]:
            lineage.append(earlier)
    places = tuple(indexes[each] for each in reversed(lineage))
    end = position + 1
    while end < len(depths) and depths[end] > depths[position]:
        end += 1
    below = range(position + 1, end)
    depths = [*depths, -1]  # the last row has nothing below it
    parts = (indexes[each] for each in below if depths[each + 1] <= depths[each])
    return Row(
        indexes[position],
        tuple(sheet.text(row, labels) for row in places),
        places,
        tuple(parts),
    )
