"""Finds a provision's table in a sheet: labels with their nesting, headings, cells and totals.

A sheet may repeat the heading further down: its pages are one table, whose columns go by what
their headings say and not by where they stand.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from gateway.intake.clean import among
from gateway.intake.headings import Column, columns_of
from gateway.intake.labels import Cleaner, Said, parts_of
from gateway.intake.pages import Page, pages_of
from gateway.intake.provision import Provision
from gateway.intake.sheet import Sheet, Spot


@dataclass(frozen=True, slots=True)
class Row:
    """One labelled row: `path` names it from the outermost label inwards, itself last.

    `spots` are the cells where those labels stand. A row that states a total has as `parts` the
    positions of the rows of detail that it adds up, where that is known.
    """

    index: int
    page: int
    path: tuple[str, ...]
    spots: tuple[Spot, ...]
    mark: str = ""
    total: bool = False
    parts: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class SourceTable:
    """One sheet's table over its pages.

    `left_out` and `left_columns` are what the provision skips; `remarks` are the texts below the
    table and between its pages.
    """

    sheet: Sheet
    pages: tuple[Page, ...]
    rows: tuple[Row, ...]
    columns: tuple[Column, ...]
    left_out: tuple[Row, ...]
    left_columns: tuple[Column, ...]
    remarks: tuple[str, ...]

    @property
    def corner(self) -> Spot:
        """The cell of the first heading."""
        return self.pages[0].header, self.pages[0].labels

    def spot(self, row: Row, column: Column) -> Spot | None:
        """The cell of a row and column, or None where the row's page has no such column."""
        at = column.at[row.page]
        return None if at is None else (row.index, at)

    def titles(self) -> list[str]:
        """The texts above the table."""
        return _texts(self.sheet, 0, self.pages[0].header)


def find_table(sheet: Sheet, provision: Provision) -> SourceTable | None:
    """The table in a sheet, or None where its first heading is not there."""
    cleaner = Cleaner(sheet, provision.labels)
    pages = pages_of(cleaner, provision.table)
    if not pages:
        return None
    labels = [replace(page, labels=page.labels + provision.table.labels - 1) for page in pages]
    columns = columns_of(cleaner, tuple(labels), provision.columns)
    found = [*_labelled(cleaner, pages, provision.table.labels)]
    left = [each for each in found if among(each.path[-1], provision.rows.leave_out)]
    kept = [each for each in found if not among(each.path[-1], provision.rows.leave_out)]
    nested = _by_indent if provision.rows.hierarchy == "indent" else _by_labels
    return SourceTable(
        sheet,
        pages,
        tuple(nested(kept, sheet, provision.rows.totals)),
        tuple(each for each in columns if not each.left_out),
        tuple(left),
        tuple(each for each in columns if each.left_out),
        _remarks(sheet, pages),
    )


def _texts(sheet: Sheet, first: int, last: int) -> list[str]:
    cells = (sheet.text(row, column) for row in range(first, last)
             for column in range(len(sheet.values[row])))  # fmt: skip
    return list(dict.fromkeys(text for text in cells if text))


def _remarks(sheet: Sheet, pages: tuple[Page, ...]) -> tuple[str, ...]:
    ends = [*(page.header for page in pages[1:]), len(sheet.values)]
    between = (_texts(sheet, page.last, end) for page, end in zip(pages, ends, strict=True))
    return tuple(dict.fromkeys(text for texts in between for text in texts))


def _labelled(cleaner: Cleaner, pages: tuple[Page, ...], width: int) -> Iterator[Row]:
    """Every row with a label, with its own path as yet: one label, or one of each label column.

    Where several columns nest the rows, empty outer ones go on from the row above.
    """
    before: list[tuple[Said, Spot]] = []
    for number, page in enumerate(pages):
        for index in range(page.first, page.last):
            spots = [(index, page.labels + each) for each in range(width)]
            mine = [(cleaner.said(*spot), spot) for spot in spots]
            given = next((n for n, (said, _) in enumerate(mine) if said.text), None)
            if given is None:
                continue
            before = [*before[:given], *mine[given:]] if before else mine
            yield Row(
                index,
                number,
                tuple(said.text for said, _ in before),
                tuple(spot for _, spot in before),
                " ".join(said.mark for said, _ in mine if said.mark),
            )


def _by_labels(rows: list[Row], sheet: Sheet, totals: tuple[str, ...]) -> Iterator[Row]:
    parts = parts_of([row.path for row in rows], totals)
    for row, of in zip(rows, parts, strict=True):
        yield row if of is None else replace(row, total=True, parts=of)


def _by_indent(rows: list[Row], sheet: Sheet, totals: tuple[str, ...]) -> Iterator[Row]:
    """A deeper row is a part of the row above it, which is then a total.

    A row without deeper ones that is named a total adds up the detail beside it.
    """
    depths = [sheet.indent(*row.spots[-1]) for row in rows]
    lineages = [*_lineages(depths)]
    inside = {above for lineage in lineages for above in lineage[:-1]}
    named = {n for n, row in enumerate(rows) if n not in inside and among(row.path[-1], totals)}
    detail: dict[int | None, list[int]] = {}
    for position, lineage in enumerate(lineages):
        if position not in inside and position not in named:
            for above in (None, *lineage[:-1]):
                detail.setdefault(above, []).append(position)
    for position, (row, lineage) in enumerate(zip(rows, lineages, strict=True)):
        if position in named:
            parts = detail.get(lineage[-2] if len(lineage) > 1 else None, [])
        else:
            parts = detail.get(position, []) if position in inside else []
        yield Row(
            row.index,
            row.page,
            tuple(rows[each].path[-1] for each in lineage),
            tuple(rows[each].spots[-1] for each in lineage),
            row.mark,
            position in inside or position in named,
            tuple(parts),
        )


def _lineages(depths: list[int]) -> Iterator[tuple[int, ...]]:
    """The positions that each row is nested in, outermost first, itself last."""
    open_rows: list[int] = []
    for position, depth in enumerate(depths):
        while open_rows and depths[open_rows[-1]] >= depth:
            open_rows.pop()
        open_rows.append(position)
        yield tuple(open_rows)
