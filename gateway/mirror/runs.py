"""Runs of words of several arrays put in turn: whole runs are copied, not word by word."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from gateway.model.selection import as_arrow


def interleaved(
    parts: Sequence[pa.StringArray], lengths: npt.NDArray[np.integer]
) -> pa.StringArray:
    """Of each array its first run, then of each its second, and so on.

    `lengths` has a row for each turn and a column for each array; no word is null.
    """
    if len(parts) == 1:
        return parts[0]
    whole = pa.concat_arrays(parts)
    _, offsets, data = whole.buffers()
    ends = np.frombuffer(offsets, np.int32, len(whole) + 1, whole.offset * 4)
    begins = np.concatenate([[0], np.cumsum(lengths.T)])  # run by run as they stand one by one
    turns = np.arange(lengths.size).reshape(lengths.T.shape).T.ravel()
    sizes = _runs(pa.py_buffer(np.diff(ends)), begins * 4).take(as_arrow(turns))
    words = _runs(data, ends[begins]).take(as_arrow(turns))
    found = np.zeros(len(whole) + 1, np.int32)
    np.cumsum(_numbers(sizes, len(whole)), out=found[1:])
    return pa.StringArray.from_buffers(len(whole), pa.py_buffer(found), words.buffers()[2])


def _runs(data: pa.Buffer | None, begins: npt.NDArray[np.integer]) -> pa.Array:
    """Stretches of bytes as single values that Arrow moves at once."""
    bounds = pa.py_buffer(begins.astype(np.int32))
    kind = pa.binary()
    return pa.Array.from_buffers(kind, len(begins) - 1, [None, bounds, data or pa.py_buffer(b"")])


def _numbers(runs: pa.Array, count: int) -> npt.NDArray[np.int32]:
    """The bytes of runs, one after the other, as so many numbers of four bytes."""
    return np.frombuffer(runs.buffers()[2] or b"", np.int32, count)
