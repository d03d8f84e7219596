"""The answer to a data question as integer codes: what every data format is written from."""

from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import accumulate
from typing import Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from gateway.model.structure import DataStructure

Codes = npt.NDArray[np.integer]
"""Numbers of values in a list; as wide as that list needs."""

RowNumbers = npt.NDArray[np.intp]


def as_arrow(numbers: npt.NDArray[np.integer] | npt.NDArray[np.floating]) -> pa.Array:
    """Numbers as an Arrow array without a copy; ``pa.array`` would import pandas for it."""
    whole = np.ascontiguousarray(numbers)
    kind = pa.from_numpy_dtype(whole.dtype)
    return pa.Array.from_buffers(kind, len(whole), [None, pa.py_buffer(whole)])


def as_strings(words: Sequence[str]) -> pa.StringArray:
    """Words as an Arrow array; ``pa.array`` would import pandas for them too."""
    encoded = [word.encode() for word in words]
    ends = array("i", accumulate(map(len, encoded), initial=0))
    data = pa.py_buffer(b"".join(encoded))
    return pa.StringArray.from_buffers(len(encoded), pa.py_buffer(ends), data)


@lru_cache(maxsize=1024, typed=True)
def as_scalar(value: str | int | float) -> pa.Scalar:
    """One value for Arrow; ``pa.scalar`` would import pandas for it.

    A whole number is an int32, any other a float64.
    """
    if isinstance(value, str):
        return as_strings([value])[0]
    if isinstance(value, int):
        return as_arrow(np.array([value], np.int32))[0]
    return as_arrow(np.array([value], np.float64))[0]


def as_codes(array: pa.Array) -> Codes:
    """The whole numbers of an Arrow array without a copy; ``to_numpy`` would import pandas for it.

    What stands where a value is null is not said: fill nulls first.
    """
    kind = np.dtype(str(array.type))
    return np.frombuffer(array.buffers()[1] or b"", kind, len(array), array.offset * kind.itemsize)


def as_floats(array: pa.Array) -> npt.NDArray[np.float64]:
    """The float64 numbers of an Arrow array, as `as_codes` gives whole ones."""
    return np.frombuffer(array.buffers()[1] or b"", np.float64, len(array), array.offset * 8)


@dataclass(frozen=True, slots=True)
class Coded:
    """A column of codes into a list of distinct values; the code ``len(values)`` says absent."""

    codes: Codes
    values: tuple[str, ...]

    def take(self, rows: Codes) -> "Coded":
        """The same column at other rows."""
        return Coded(self.codes[rows], self.values)

    def value(self, row: int) -> str | None:
        """One value, or None where it is absent."""
        code = int(self.codes[row])
        return self.values[code] if code < len(self.values) else None

    def only_used(self) -> "Coded":
        """The same rows, without the values that none of them has."""
        if len(self.values) <= len(self.codes):
            return self
        used = sorted(set(self.codes.tolist()))  # for the few codes that there are then
        place = {code: number for number, code in enumerate(used)}
        codes = np.array([place[code] for code in self.codes.tolist()], np.int32)
        # The last one, where there is one more than values, says absent.
        return Coded(codes, tuple(self.values[code] for code in used if code < len(self.values)))

    def exactly_used(self) -> "Coded":
        """The same rows with no value that none of them has: what is hidden leaves no trace."""
        there = np.bincount(self.codes, minlength=len(self.values) + 1)[: len(self.values)]
        used = np.flatnonzero(there)
        place = np.full(len(self.values) + 1, len(used), np.int32)
        place[used] = np.arange(len(used))
        return Coded(place[self.codes], tuple(self.values[code] for code in used.tolist()))


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some observations: for each the number of its series, its period and its set of notes.

    The numbers are rows and codes of the selection that it belongs to; `values` are as reported,
    null where missing.
    """

    series: Codes
    periods: Codes
    notes: Codes
    values: pa.StringArray

    def __len__(self) -> int:
        return len(self.series)

    def chunk(self, start: int, stop: int) -> "Chunk":
        """The observations from one place up to another."""
        return Chunk(
            self.series[start:stop],
            self.periods[start:stop],
            self.notes[start:stop],
            self.values[start:stop],
        )

    def at(self, places: RowNumbers) -> "Chunk":
        """The observations at some places, in that order."""
        return Chunk(
            self.series[places],
            self.periods[places],
            self.notes[places],
            self.values.take(as_arrow(places)),
        )


class Rows(Protocol):
    """Observations that are fetched as they are needed: `Chunk` holds all of its own."""

    def __len__(self) -> int: ...

    def chunk(self, start: int, stop: int) -> Chunk:
        """The observations from one place up to another, in memory."""
        ...


@dataclass(frozen=True, slots=True)
class Selection:
    """Observations of one provision, in the order of series then time unless asked otherwise.

    `keys` (one column a dimension) and `series_attributes` have a row for each series;
    `attributes` has a row for each combination of observation attributes. `rows` are the
    observations, which name both by number, and a period of `periods`, which are in the order of
    time. Where another dimension is at the observations, time is one of the `keys` and `periods`
    are that dimension's codes: see `shapes`. `of_whole` are the values of the attributes that
    describe the whole data set, as far as they are stated. `withheld` counts the observations that
    the same question asks for and the caller may not read.
    """

    structure: DataStructure
    keys: Mapping[str, Coded]
    series_attributes: Mapping[str, Coded]
    attributes: Mapping[str, Coded]
    periods: tuple[str, ...]
    rows: Rows
    of_whole: Mapping[str, str] = field(default_factory=dict)
    withheld: int = 0

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def series(self) -> int:
        """How many series there are."""
        return len(next(iter(self.keys.values())).codes)

    @property
    def sets(self) -> int:
        """How many distinct sets of observation attributes there are."""
        first = next(iter(self.attributes.values()), None)
        return 1 if first is None else len(first.codes)

    def chunks(self, size: int) -> Iterator[Chunk]:
        """The observations in runs of at most `size`, so that memory stays bounded."""
        for start in range(0, len(self), size):
            yield self.rows.chunk(start, min(start + size, len(self)))

    def chunk(self) -> Chunk:
        """All observations at once."""
        return self.rows.chunk(0, len(self))

    def with_rows(self, rows: Rows) -> "Selection":
        """Other observations of the same series."""
        return replace(self, rows=rows)
