"""The pages of a table: the same heading, again and again down one sheet."""

from collections.abc import Iterator
from dataclasses import dataclass

from gateway.intake.clean import label
from gateway.intake.labels import Cleaner
from gateway.intake.language import Table
from gateway.intake.sheet import Spot


@dataclass(frozen=True, slots=True)
class Page:
    """Rows from `first` up to but not including `last`, below the headings that start at `header`.

    `labels` is the column of the first heading.
    """

    header: int
    first: int
    last: int
    labels: int


def pages_of(cleaner: Cleaner, table: Table) -> tuple[Page, ...]:
    """The pages of a table in a sheet; none where its heading is not there."""
    starts = [*_headings(cleaner, table)]
    return tuple(_pages(cleaner, table, starts))


def _headings(cleaner: Cleaner, table: Table) -> Iterator[Spot]:
    """Where the heading stands, once a row, and not within the headings that it begins."""
    wanted = {label(each) for each in table.headings}
    sheet, free_from, known = cleaner.sheet, 0, dict[str, bool]()
    for row, values in enumerate(sheet.values):
        if row < free_from:
            continue
        for column, value in enumerate(values):
            if not isinstance(value, str) or (row, column) in sheet.merged:
                continue
            if value not in known:
                known[value] = label(cleaner.said(row, column).text) in wanted
            if known[value]:
                yield row, column
                free_from = row + table.header_rows
                break


def _pages(cleaner: Cleaner, table: Table, starts: list[Spot]) -> Iterator[Page]:
    sheet = cleaner.sheet
    if not starts:
        return
    top = starts[0][0]
    titles = {label(sheet.text(row, column)) for row in range(top)
              for column in range(len(sheet.values[row]))} - {""}  # fmt: skip
    headers = [*(header for header, _ in starts[1:]), len(sheet.values)]
    for (header, labels), following in zip(starts, headers, strict=True):
        first = min(header + table.header_rows, following)
        yield Page(header, first, _end(cleaner, table, (first, following), labels, titles), labels)


def _end(
    cleaner: Cleaner, table: Table, rows: tuple[int, int], labels: int, titles: set[str]
) -> int:
    """The first row that is not the table's: it starts with an ending, or is a title again."""
    starts = tuple(label(each) for each in table.ends)
    for row in range(*rows):
        said = label(cleaner.sheet.text(row, labels))
        if said and (said.startswith(starts) or said in titles):
            return row
    return rows[1]
