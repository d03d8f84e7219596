"""The fast path: rows gathered from fragments that are spelled and escaped once per code.

A row is ``prefix[series] + head[period] + value + tail[notes] + suffix[series]``. The columns of a
selection are small integers; Arrow takes the fragments by them and joins, and the joined buffer
is what goes to the socket. A format is then a `Grammar`: how each piece is spelled.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from gateway.model.selection import Coded, Selection

ROWS_AT_ONCE = 32_768
"""Rows of a chunk; bounds memory, and keeps a chunk's text far below Arrow's 2 GB."""

Ints = npt.NDArray[np.integer]


@dataclass(frozen=True, slots=True)
class Group:
    """How attributes are spelled: each by `one(id, value or None)`, all between two brackets.

    The brackets are left out where every attribute is absent.
    """

    one: Callable[[str, str | None], str]
    opens: str = ""
    closes: str = ""


@dataclass(frozen=True, slots=True)
class Grammar:
    """How a format spells its rows.

    `head` and `tail` are told whether the value is missing. With `every_row` the prefix stands
    before each observation, else before the first of its series, and `between` closes the series
    before. `suffix` spells series attributes at the end of each row.
    """

    opens: str
    dimension: Callable[[str, str], str]
    key_closes: str
    head: Callable[[str, bool], str]
    value_closes: Callable[[bool], str]
    attributes: Group
    row_closes: str
    series_attributes: Group | None = None
    series_opens: str = ""
    between: str = ""
    suffix: Group | None = None
    suffix_closes: str = ""
    every_row: bool = False


def rows(grammar: Grammar, selections: Iterable[Selection]) -> Iterator[bytes]:
    """All rows, in chunks that are ready to send; the last series is left open for the frame."""
    opened = False
    for selection in selections:
        last = -1
        for chunk in selection.chunks(ROWS_AT_ONCE):
            yield _chunk(grammar, chunk, last, opened=opened)
            last, opened = int(chunk.series[-1]), True


def _chunk(grammar: Grammar, chunk: Selection, last: int, *, opened: bool) -> bytes:
    """The rows of one chunk; `last` is the series that the chunk before ended in."""
    missing = chunk.values.is_null().to_numpy(zero_copy_only=False)
    present, position = np.unique(chunk.series, return_inverse=True)
    columns = [
        *_prefix(grammar, chunk, present, position, last, opened=opened),
        _head(grammar, chunk, missing),
        pc.fill_null(chunk.values, ""),
        _tail(grammar, chunk, missing),
        *_suffix(grammar, chunk, present, position),
    ]
    return bytes(_text(pc.binary_join_element_wise(*columns, "")))


def _prefix(
    grammar: Grammar, chunk: Selection, present: Ints, position: Ints, last: int, *, opened: bool
) -> list[pa.Array]:
    keys = [
        _take(column, present, partial(grammar.dimension, id)) for id, column in chunk.keys.items()
    ]
    attributes = _group(grammar.series_attributes, chunk.series_attributes, present)
    series = _joined([*keys, grammar.key_closes, *attributes, grammar.series_opens], len(present))
    if grammar.every_row:
        return [pa.scalar(grammar.opens), series.take(pa.array(position))]
    # A series that goes on from the chunk before has no prefix; nor has any row but a first one.
    first = np.diff(chunk.series, prepend=last) != 0
    opening = _joined([grammar.between + grammar.opens, series], len(present))
    words = pa.concat_arrays([opening, pa.array([""])])
    prefix = words.take(pa.array(np.where(first, position, len(present))))
    return [prefix] if opened else [_without(prefix, grammar.between)]


def _without(prefix: pa.Array, between: str) -> pa.Array:
    """The very first row closes no series before it."""
    first = prefix[0].as_py().removeprefix(between)
    return pa.concat_arrays([pa.array([first]), prefix.slice(1)])


def _head(grammar: Grammar, chunk: Selection, missing: npt.NDArray[np.bool_]) -> pa.Array:
    periods = chunk.periods.values
    spelled = [grammar.head(period, absent) for absent in (False, True) for period in periods]
    return pa.array(spelled, pa.string()).take(
        pa.array(chunk.periods.codes + missing * len(periods))
    )


def _tail(grammar: Grammar, chunk: Selection, missing: npt.NDArray[np.bool_]) -> pa.Array:
    sets = len(next(iter(chunk.attributes.values())).codes) if chunk.attributes else 1
    attributes = _group(grammar.attributes, chunk.attributes, np.arange(sets))
    both = [
        _joined([grammar.value_closes(absent), *attributes, grammar.row_closes], sets)
        for absent in (False, True)
    ]
    return pa.concat_arrays(both).take(pa.array(chunk.notes + missing * sets))


def _suffix(grammar: Grammar, chunk: Selection, present: Ints, position: Ints) -> list[pa.Array]:
    if grammar.suffix is None:
        return []
    attributes = _group(grammar.suffix, chunk.series_attributes, present)
    return [_joined([*attributes, grammar.suffix_closes], len(present)).take(pa.array(position))]


def _group(group: Group | None, columns: Mapping[str, Coded], rows: Ints) -> list[pa.Array | str]:
    """The attributes of some rows, between brackets where at least one is there."""
    if group is None:
        return []
    spelled = [
        _take(column, rows, partial(group.one, id), group.one(id, None))
        for id, column in columns.items()
    ]
    any_there = np.zeros(len(rows), np.int64)
    for column in columns.values():
        any_there |= column.codes[rows] < len(column.values)
    brackets = pa.array(any_there)
    return [
        pa.array(["", group.opens]).take(brackets),
        *spelled,
        pa.array(["", group.closes]).take(brackets),
    ]


def _take(column: Coded, rows: Ints, spell: Callable[[str], str], absent: str = "") -> pa.Array:
    """A column's fragments at some rows, each code spelled once."""
    words = pa.array([*(spell(value) for value in column.values), absent], pa.string())
    return words.take(pa.array(column.codes[rows]))


def _joined(columns: Iterable[pa.Array | str], count: int) -> pa.Array:
    """Columns side by side as one; a word stands in every row."""
    found = [pa.scalar(each) if isinstance(each, str) else each for each in columns]
    if not any(isinstance(each, pa.Array) for each in found):
        return pa.array(["".join(each.as_py() for each in found)] * count, pa.string())
    return pc.binary_join_element_wise(*found, "")


def _text(joined: pa.StringArray) -> memoryview:
    """The characters of an array, one row after the other, without a copy."""
    _, offsets, data = joined.buffers()
    if data is None:
        return memoryview(b"")
    ends = np.frombuffer(offsets, np.int32)[joined.offset : joined.offset + len(joined) + 1]
    return memoryview(data)[int(ends[0]) : int(ends[-1])]
