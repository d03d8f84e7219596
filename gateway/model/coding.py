"""Arrow columns as integer codes in the order of their values, and rows sorted by such codes."""

from collections.abc import Callable, Sequence
from datetime import date

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from gateway.model.selection import Coded, Codes, RowNumbers, as_codes, as_scalar

SortKey = Callable[[str], str | tuple[date, date, str]]
"""What values are sorted by: their text, or their time."""

Packed = npt.NDArray[np.int64]

_FEW = 2**22
"""So many different numbers are counted rather than sorted."""


def narrow(most: int) -> type[np.signedinteger]:
    """The narrowest integers that hold 0 up to `most`: what is read less is read faster."""
    return next(
        kind for kind in (np.int8, np.int16, np.int32, np.int64) if most <= np.iinfo(kind).max
    )


def coded(column: pa.ChunkedArray, by: SortKey = str) -> Coded:
    """A dictionary column as codes whose order is the order of the values; null is absent.

    `by` is what values are sorted by. Only values that some row has are kept, so that nothing is
    spelled that is not there.
    """
    if column.num_chunks == 0:
        return Coded(np.zeros(0, np.int8), ())
    whole = pa.chunked_array([column.unify_dictionaries().combine_chunks()]).chunk(0)
    words = whole.dictionary.to_pylist()
    codes = as_codes(pc.fill_null(whole.indices, as_scalar(len(words))))
    used = np.flatnonzero(np.bincount(codes, minlength=len(words) + 1)[: len(words)])
    order = sorted(used.tolist(), key=lambda code: by(words[code]))
    position = np.full(len(words) + 1, len(order), narrow(len(order)))
    position[order] = np.arange(len(order))
    return Coded(position[codes], tuple(words[each] for each in order))


def order(columns: Sequence[Coded]) -> RowNumbers:
    """The row numbers that sort by the first column, then the next; equal rows keep their order."""
    codes = [column.codes for column in columns]
    return np.argsort(packed(codes, len(codes[0])), kind="stable")


def packed(columns: Sequence[Codes], rows: int) -> Packed:
    """One number for each row, the same where all columns are, in the order of the columns."""
    whole, size = np.zeros(rows, np.int64), 1
    for codes in columns:
        width = int(codes.max(initial=0)) + 1
        if size * width >= 2**62:  # the next step would not fit: close the gaps first
            whole = dense(whole)
            size = int(whole.max(initial=0)) + 1
        whole = whole * width + codes if width > 1 else whole
        size *= width
    return whole


def combined(columns: Sequence[Coded], rows: int) -> Packed:
    """One number for each row, the same where all columns are; dense, from 0, in sorted order."""
    return dense(packed([column.codes for column in columns], rows))


def dense(numbers: Packed) -> Packed:
    """The same numbers in the same order, without the gaps between them."""
    most = int(numbers.max(initial=0))
    if most >= _FEW:
        return np.unique(numbers, return_inverse=True)[1].astype(np.int64)
    there = np.bincount(numbers, minlength=most + 1) > 0
    return (np.cumsum(there) - 1)[numbers]
