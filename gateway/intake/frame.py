"""Coded rows on their way to being observations, each with the cell that it came from.

Columns are integer codes into the few distinct values that they have, so that a million rows cost
a few operations and no Python object each.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from gateway.intake.sheet import address
from gateway.model.observations import REPORTED, Observations, columns
from gateway.model.selection import Coded, as_arrow
from gateway.model.structure import DataStructure

Numbers = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Frame:
    """Rows with codes by component (an absent code has no label that is known), and their cells.

    `sheet` counts into `sheets`; `row` and `column` count from 0. `values` is NaN where a value is
    missing and `reported` is null there. `label` and `heading` are where the cells stand that name
    a figure: the column of its row's label, and the row of its column's heading.
    """

    sheets: tuple[str, ...]
    sheet: Numbers
    row: Numbers
    column: Numbers
    label: Numbers
    heading: Numbers
    codes: Mapping[str, Coded]
    values: npt.NDArray[np.float64]
    reported: pa.StringArray

    def __len__(self) -> int:
        return len(self.row)

    def place(self, at: int) -> tuple[str, str]:
        """The sheet and cell of one row."""
        return self.sheets[self.sheet[at]], address(int(self.row[at]), int(self.column[at]))

    def named_at(self, at: int, *, by_row: bool) -> tuple[str, str]:
        """The sheet and cell of the label or heading that names one row's figure."""
        row, column = int(self.row[at]), int(self.column[at])
        spot = (row, int(self.label[at])) if by_row else (int(self.heading[at]), column)
        return self.sheets[self.sheet[at]], address(*spot)

    def having(self, codes: Mapping[str, Coded]) -> "Frame":
        """The same rows with more columns, or other ones."""
        return replace(self, codes={**self.codes, **codes})

    def in_sheet(self, number: int) -> "Frame":
        """The same rows, all of them in the sheet with a number."""
        return replace(self, sheet=np.full(len(self), number, np.int64))

    def valued(self, values: npt.NDArray[np.float64], reported: pa.StringArray) -> "Frame":
        """The same rows with other values and their spelling."""
        return replace(self, values=values, reported=reported)

    def only(self, kept: Mask) -> "Frame":
        """Some of the rows."""
        at = np.flatnonzero(kept)
        return Frame(
            self.sheets,
            self.sheet[at],
            self.row[at],
            self.column[at],
            self.label[at],
            self.heading[at],
            {name: column.take(at) for name, column in self.codes.items()},
            self.values[at],
            self.reported.take(as_arrow(at)),
        )

    def known(self, names: Sequence[str]) -> Mask:
        """The rows in which none of some columns is absent."""
        kept = np.ones(len(self), bool)
        for name in names:
            kept &= self.codes[name].codes < len(self.codes[name].values)
        return kept

    def key(self, names: Sequence[str]) -> Numbers:
        """One number for each row, the same where all of some columns are."""
        whole = np.zeros(len(self), np.int64)
        for name in names:
            column = self.codes[name]
            if len(column.values) > 1:  # one value tells no rows apart
                whole = _dense(whole) * (len(column.values) + 1) + column.codes
        return _dense(whole)

    def observations(self, structure: DataStructure) -> Observations:
        """The rows in the order of the key, once every code is there."""
        schema = columns(structure)
        arrays = [self._array(field) for field in schema]
        return Observations(structure, pa.table(arrays, schema=schema)).sorted()

    def _array(self, field: pa.Field) -> pa.Array:
        if field.name == REPORTED:
            return self.reported
        if not pa.types.is_dictionary(field.type):
            return pa.array(self.values, pa.float64(), from_pandas=True)
        if field.name not in self.codes:
            return pa.nulls(len(self), field.type)
        column = self.codes[field.name]
        absent = column.codes >= len(column.values)
        indices = pa.array(column.codes, pa.int32(), mask=absent if absent.any() else None)
        return pa.DictionaryArray.from_arrays(indices, pa.array(column.values, pa.string()))


def _dense(numbers: Numbers) -> Numbers:
    """The same numbers without the gaps between them, so that no product of two is too large."""
    return np.unique(numbers, return_inverse=True)[1].astype(np.int64)


def constant(value: str, rows: int) -> Coded:
    """A column that says the same in every row."""
    return Coded(np.zeros(rows, np.int32), (value,))


def coded_by(labels: Sequence[str | None], at: npt.NDArray[np.integer]) -> Coded:
    """A column whose row r has ``labels[at[r]]``; None is absent."""
    values = tuple(dict.fromkeys(each for each in labels if each is not None))
    position = {each: number for number, each in enumerate(values)}
    absent = len(values)
    steps = [absent if each is None else position[each] for each in labels]
    return Coded(np.array(steps, np.int32)[at] if steps else np.zeros(len(at), np.int32), values)


def joined(frames: Sequence[Frame], sheets: tuple[str, ...]) -> Frame:
    """The rows of several frames, one after another; each has the sheets that all have."""
    names = list(dict.fromkeys(name for each in frames for name in each.codes))
    return Frame(
        sheets,
        _concatenated([each.sheet for each in frames]),
        _concatenated([each.row for each in frames]),
        _concatenated([each.column for each in frames]),
        _concatenated([each.label for each in frames]),
        _concatenated([each.heading for each in frames]),
        {name: _stacked([(each.codes.get(name), len(each)) for each in frames]) for name in names},
        np.concatenate([np.empty(0), *(each.values for each in frames)]),
        pa.concat_arrays([pa.array([], pa.string()), *(each.reported for each in frames)]),
    )


def _concatenated(arrays: Sequence[Numbers]) -> Numbers:
    return np.concatenate([np.empty(0, np.int64), *arrays])


def _stacked(parts: Sequence[tuple[Coded | None, int]]) -> Coded:
    """Columns under one another with one list of values; a column that is not there is absent."""
    values = tuple(dict.fromkeys(v for each, _ in parts if each is not None for v in each.values))
    position = {value: number for number, value in enumerate(values)}
    codes = [
        np.full(rows, len(values), np.int32)
        if each is None
        else np.array([*(position[v] for v in each.values), len(values)], np.int32)[each.codes]
        for each, rows in parts
    ]
    return Coded(np.concatenate([np.empty(0, np.int32), *codes]), values)
