"""Arrow columns as integer codes in the order of their values, and rows sorted by such codes."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from gateway.model.selection import Coded

Rows = npt.NDArray[np.intp]


def coded(column: pa.ChunkedArray) -> Coded:
    """A dictionary column as codes whose order is the order of the values; null is absent.

    Only values that some row has are kept, so that nothing is spelled that is not there.
    """
    whole = pa.chunked_array([column.unify_dictionaries().combine_chunks()])
    encoded = whole.chunk(0) if whole.num_chunks else pa.array([], column.type)
    words = encoded.dictionary.to_pylist()
    codes = np.asarray(pc.fill_null(encoded.indices, len(words)))
    used = np.flatnonzero(np.bincount(codes, minlength=len(words) + 1)[: len(words)])
    order = sorted(used, key=words.__getitem__)
    position = np.full(len(words) + 1, len(order), np.int32)
    position[order] = np.arange(len(order), dtype=np.int32)
    return Coded(position[codes], tuple(words[each] for each in order))


def order(columns: Sequence[Coded]) -> Rows:
    """The row numbers that sort by the first column, then the next; equal rows keep their order."""
    return np.lexsort([column.codes for column in reversed(columns)])


def combined(columns: Sequence[Coded], rows: int) -> npt.NDArray[np.int64]:
    """One number for each row, the same where all columns are; dense, from 0, in sorted order."""
    whole, size = np.zeros(rows, np.int64), 1
    for column in columns:
        width = len(column.values) + 1
        if size * width >= 2**62:  # the next step would not fit: close the gaps first
            whole, size = _dense(whole), rows + 1
        whole, size = whole * width + column.codes, size * width
    return _dense(whole)


def _dense(numbers: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    return np.unique(numbers, return_inverse=True)[1].astype(np.int64)
