"""Which figure is wrong where several totals disagree: the one that explains them all."""

from collections.abc import Iterator, Mapping

from gateway.intake.figures import Figures
from gateway.model.finding import Control

Cell = tuple[int, int]
"""The positions of a row and a column of the table."""

NEARLY = 1e-6


class Suspects:
    """The totals of one table that disagree, and by how much, until a wrong figure explains it."""

    def __init__(
        self, figures: Figures, checked: frozenset[Cell], off: Mapping[Cell, Control]
    ) -> None:
        """`checked` are the totals that were recomputed, `off` those of them that disagree."""
        self._table = figures.table
        self._checked = checked
        self._gaps = {cell: each.stated - each.computed for cell, each in off.items()}
        self._groups: dict[int, list[int]] = {}
        rows = [(len(row.parts), i) for i, row in enumerate(self._table.rows) if row.parts]
        for _, i in sorted(rows):
            for part in self._table.rows[i].parts:
                self._groups.setdefault(part, []).append(i)
        self._totals: dict[int, list[int]] = {}
        for j, column in enumerate(self._table.columns):
            for part in column.parts:
                self._totals.setdefault(part, []).append(j)

    def wrong_figures(self) -> dict[Cell, tuple[float, Cell]]:
        """The figures that explain several totals, each with its error and one of those totals.

        What they explain is no longer left.
        """
        wrong: dict[Cell, tuple[float, Cell]] = {}
        for near, column in sorted(self._gaps):
            if near not in self._innermost() or self._gap(near, column) == 0:
                continue
            found = [*self._inside(near, column)]
            alone = [each for each in found if self._explains(near, column, each[1])]
            together = sum(error for _, error, _ in found)
            chosen = alone[:1] or (found if self._explains(near, column, together) else [])
            for i, error, total in chosen:
                wrong[i, column] = error, total
                self._take(i, column, error)
        wrong.update(self._of_one_row())
        return wrong

    def _of_one_row(self) -> dict[Cell, tuple[float, Cell]]:
        """Several wrong figures of one row: it is the only one of its group that disagrees."""
        wrong: dict[Cell, tuple[float, Cell]] = {}
        for near in sorted(self._innermost()):
            rows = self._table.rows[near].parts
            own = [cell for cell in self._gaps if self._gaps[cell] and cell[0] in rows]
            if len(own) != 1:
                continue
            i, total = own[0]
            parts = self._table.columns[total].parts
            errors = {j: -self._gap(near, j) for j in parts if self._gap(near, j)}
            if abs(sum(errors.values()) + self._gap(i, total)) < NEARLY:
                for j, error in errors.items():
                    wrong[i, j] = error, (i, total)
                    self._take(i, j, error)
        return wrong

    def left(self) -> Iterator[Cell]:
        """The totals that are not explained; of a chain with one gap only the innermost."""
        rows = self._table.rows
        open_cells = [cell for cell in sorted(self._gaps) if self._gaps[cell]]
        for i, j in open_cells:
            parts = frozenset(rows[i].parts)
            inner = (
                other
                for other, column in open_cells
                if column == j and rows[other].parts and other != i
                if abs(self._gaps[other, j] - self._gaps[i, j]) < NEARLY
                if len(rows[other].parts) < len(parts) and parts.issuperset(rows[other].parts)
            )
            if next(inner, None) is None:
                yield i, j

    def _innermost(self) -> frozenset[int]:
        return frozenset(groups[0] for groups in self._groups.values())

    def _gap(self, i: int, j: int) -> float:
        return self._gaps.get((i, j), 0.0)

    def _inside(self, near: int, column: int) -> Iterator[tuple[int, float, Cell]]:
        """The rows of a group whose own total disagrees, as it would if this column were wrong."""
        for i in self._table.rows[near].parts:
            if self._groups[i][0] != near:
                continue
            above = [(group, column) for group in self._groups[i]]
            if not all(self._gap(*cell) for cell in above if cell in self._checked):
                continue
            if own := self._gap(i, column):
                yield i, own, (i, column)
            beside = [(i, total) for total in self._totals.get(column, ())]
            beside = [cell for cell in beside if cell in self._checked]
            gaps = {round(self._gap(*cell), 6) for cell in beside}
            if len(gaps) == 1 and (gap := gaps.pop()):
                yield i, -gap, beside[0]

    def _explains(self, near: int, column: int, error: float) -> bool:
        return abs(self._gap(near, column) + error) < NEARLY

    def _take(self, i: int, column: int, error: float) -> None:
        """Take a figure's error off every total that it is in, and off its own if it is one."""
        if self._gap(i, column):
            self._less(i, column, error)
        else:
            for total in self._totals.get(column, ()):
                self._less(i, total, -error)
        for group in self._groups.get(i, ()):
            self._less(group, column, -error)

    def _less(self, i: int, j: int, amount: float) -> None:
        if (i, j) in self._gaps:
            left = self._gaps[i, j] - amount
            self._gaps[i, j] = left if abs(left) > NEARLY else 0.0
