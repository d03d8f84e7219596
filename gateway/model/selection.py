"""The answer to a data question as integer codes: what every data format is written from."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from gateway.model.structure import DataStructure

Codes = npt.NDArray[np.int32]


def as_arrow(numbers: npt.NDArray[np.integer]) -> pa.Array:
    """Numbers as an Arrow array without a copy; ``pa.array`` would import pandas for it."""
    whole = np.ascontiguousarray(numbers)
    kind = pa.from_numpy_dtype(whole.dtype)
    return pa.Array.from_buffers(kind, len(whole), [None, pa.py_buffer(whole)])


@dataclass(frozen=True, slots=True)
class Coded:
    """A column of codes into a list of distinct values; the code ``len(values)`` says absent."""

    codes: Codes
    values: tuple[str, ...]

    def take(self, rows: npt.NDArray[np.intp]) -> "Coded":
        """The same column at other rows."""
        return Coded(self.codes[rows], self.values)

    def value(self, row: int) -> str | None:
        """One value, or None where it is absent."""
        code = int(self.codes[row])
        return self.values[code] if code < len(self.values) else None


@dataclass(frozen=True, slots=True)
class Selection:
    """Observations of one provision, in the order of series then time.

    `keys` (one column a dimension) and `series_attributes` have a row for each series;
    `attributes` has a row for each distinct combination of observation attributes. For each
    observation: `series` and `notes` are row numbers into those tables, `periods` its time, and
    `values` its value as reported, null where it is missing.
    """

    structure: DataStructure
    keys: Mapping[str, Coded]
    series_attributes: Mapping[str, Coded]
    attributes: Mapping[str, Coded]
    series: Codes
    periods: Coded
    values: pa.StringArray
    notes: Codes

    def __len__(self) -> int:
        return len(self.series)

    def chunks(self, rows: int) -> Iterator["Selection"]:
        """The same observations in runs of at most `rows`, so that memory stays bounded."""
        for start in range(0, len(self), rows):
            stop = start + rows
            yield Selection(
                self.structure,
                self.keys,
                self.series_attributes,
                self.attributes,
                self.series[start:stop],
                Coded(self.periods.codes[start:stop], self.periods.values),
                self.values[start:stop],
                self.notes[start:stop],
            )
