"""The fast path: rows gathered from fragments that are spelled and escaped once per code.

A row is ``prefix[series] + head[period] + value + tail[notes] + suffix[series]``. The columns of a
selection are small integers; Arrow takes the fragments by them and joins, and the joined buffer
is what goes to the socket. A format is then a `Grammar`: how each piece is spelled.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from gateway.model.query import Mask
from gateway.model.selection import (
    Chunk,
    Coded,
    Codes,
    Selection,
    as_arrow,
    as_codes,
    as_scalar,
    as_strings,
)

_NOTHING = as_scalar("")

ROWS_AT_ONCE = 32_768
"""Rows of a chunk; bounds memory, and keeps a chunk's text far below Arrow's 2 GB."""


@dataclass(frozen=True, slots=True)
class Group:
    """How attributes are spelled: each by `one(id, value or None)`, all between two brackets.

    The brackets are left out where every attribute is absent.
    """

    one: Callable[[str, str | None], str]
    opens: str = ""
    closes: str = ""


@dataclass(frozen=True, slots=True)
class Lead:
    """The key of a series once more, in front of a row: its codes one by one, and what follows."""

    dimension: Callable[[str, str], str]
    closes: str = ""


@dataclass(frozen=True, slots=True)
class Grammar:
    """How a format spells its rows.

    `head` and `value_closes` are told whether the value is missing. With `every_row` the prefix
    stands before each observation, else before the first of its series, and `between` closes the
    series before; `between_rows` stands between two observations of a series, or with `every_row`
    between any two. `suffix` spells series attributes at the end of each row: with `one_group`
    between the brackets that the row's own attributes opened, if there are any. The `leads` stand
    between `opens` and the key; `lead_period`, for `every_row` alone, closes the last of them with
    the period.
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
    between_rows: str = ""
    suffix: Group | None = None
    suffix_closes: str = ""
    every_row: bool = False
    one_group: bool = False
    leads: tuple[Lead, ...] = ()
    lead_period: Callable[[str], str] | None = None


def rows(grammar: Grammar, selections: Iterable[Selection]) -> Iterator[bytes]:
    """All rows, in chunks that are ready to send; the last series is left open for the frame."""
    opened = False
    for selection in selections:
        spelled = cache(partial(_spell, grammar, selection))
        last = -1
        for chunk in selection.chunks(ROWS_AT_ONCE):
            some_missing = chunk.values.null_count > 0
            found = _text(_chunk(spelled(some_missing), chunk, last))
            yield bytes(found if opened else found[_gap(grammar) :])
            last, opened = int(chunk.series[-1]), True


def _gap(grammar: Grammar) -> int:
    """How many bytes stand before each row, or series, because of the one before it."""
    apart = grammar.lead_period is not None
    between = grammar.between_rows if grammar.every_row else grammar.between
    return 0 if grammar.every_row and apart else len(between.encode())


def series(grammar: Grammar, selections: Iterable[Selection]) -> Iterator[bytes]:
    """All series without their observations, as `rows` has them; `every_row` says nothing."""
    opened = False
    for selection in selections:
        prefix = [*_lead_parts(grammar, selection), *_prefix_parts(grammar, selection)]
        for start in range(0, selection.series, ROWS_AT_ONCE):
            numbers = np.arange(start, min(start + ROWS_AT_ONCE, selection.series), dtype=np.int32)
            found = _text(_joined([grammar.between + grammar.opens, *prefix], numbers))
            yield bytes(found if opened else found[len(grammar.between.encode()) :])
            opened = True


@dataclass(frozen=True, slots=True)
class _Words:
    """A column as fragments, one for each code, and the code of each row."""

    words: pa.StringArray
    codes: Codes

    def at(self, rows: Codes) -> pa.StringArray:
        return self.words.take(as_arrow(self.codes[rows]))


@dataclass(frozen=True, slots=True)
class _Few:
    """A column of few rows, the text of each: of so few, Arrow's calls would take longer."""

    words: Sequence[str]

    def at(self, rows: Codes) -> list[str]:
        return [self.words[row] for row in rows.tolist()]


_Part = _Words | _Few | str
"""A column, or what stands in every row."""

_MOST = 64
"""So many rows are few."""


@dataclass(frozen=True, slots=True)
class _Spelled:
    """Everything of a selection that is spelled once: series in parts, heads, tails, suffixes.

    `heads` and `tails` hold first the fragments of values that are there, then of missing ones
    where there are some.
    `suffixes` are first for rows without attributes of their own, then for others; `stated` is 1
    for each set of attributes that is not empty, where that makes a difference. The `lead` stands
    apart from the prefix where periods come between them.
    """

    grammar: Grammar
    lead: Sequence[_Part]
    lead_periods: pa.StringArray
    prefix: Sequence[_Part]
    heads: pa.StringArray
    tails: pa.StringArray
    suffixes: Sequence[Sequence[_Part]]
    stated: Codes


def _spell(grammar: Grammar, selection: Selection, some_missing: bool) -> _Spelled:
    lead, prefix = _lead_parts(grammar, selection), _prefix_parts(grammar, selection)
    apart = grammar.lead_period is not None
    absences = (False, True) if some_missing else (False,)
    return _Spelled(
        grammar,
        lead if apart else (),
        as_strings([*map(grammar.lead_period, selection.periods)] if grammar.lead_period else []),
        prefix if apart else [*lead, *prefix],
        _heads(grammar, selection, absences),
        _tails(grammar, selection, absences),
        _suffixes(grammar, selection.series_attributes),
        _any(selection.attributes) if grammar.one_group else np.zeros(selection.sets, np.int32),
    )


def _lead_parts(grammar: Grammar, selection: Selection) -> list[_Part]:
    """The key as often as it leads, in the order of its structure."""
    parts: list[_Part] = []
    ids = selection.structure.dimension_ids
    for lead in grammar.leads:
        parts += [
            *(_column(selection.keys[id], partial(lead.dimension, id)) for id in ids),
            lead.closes,
        ]
    return parts


def _prefix_parts(grammar: Grammar, selection: Selection) -> list[_Part]:
    """What stands before the observations of a series, but for its very opening."""
    return [
        *(_column(column, partial(grammar.dimension, id)) for id, column in selection.keys.items()),
        grammar.key_closes,
        *_group(grammar.series_attributes, selection.series_attributes),
        grammar.series_opens,
    ]


def _suffixes(grammar: Grammar, columns: Mapping[str, Coded]) -> list[list[_Part]]:
    """After a row without attributes of its own; with `one_group` also after one that has some."""
    if grammar.suffix is None:
        return []
    alone = [*_group(grammar.suffix, columns), grammar.suffix_closes]
    if not grammar.one_group:
        return [alone]
    inside = replace(grammar.suffix, opens="", closes="")
    return [alone, [*_group(inside, columns), grammar.suffix.closes + grammar.suffix_closes]]


def _column(column: Coded, spell: Callable[[str], str], absent: str = "") -> _Part:
    """A column's fragments, each code spelled once; the code after the last says absent."""
    if len(column.codes) and _alike(column.codes):
        value = column.value(0)
        return absent if value is None else spell(value)
    return _words([*map(spell, column.values), absent], column.codes)


def _words(words: Sequence[str], codes: Codes) -> _Part:
    """A column, or its one word where every row has the same: nothing to gather then."""
    if len(codes) and _alike(codes):
        return words[int(codes[0])]
    if len(codes) <= _MOST:
        return _Few([words[code] for code in codes.tolist()])
    return _Words(as_strings(words), codes)


def _alike(codes: Codes) -> bool:
    """Whether all are the same: shifted by one they are the same bytes.

    Of the few series of a small answer, numpy would take ten times as long to say.
    """
    return bool(codes[0] == codes[-1]) and codes[1:].tobytes() == codes[:-1].tobytes()


def _group(group: Group | None, columns: Mapping[str, Coded]) -> list[_Part]:
    """Attributes, between brackets in the rows where at least one is there."""
    if group is None or not columns:
        return []
    attributes = [
        _column(column, partial(group.one, id), group.one(id, None))
        for id, column in columns.items()
    ]
    if not (group.opens or group.closes):
        return attributes
    brackets = _any(columns)
    return [
        _words(["", group.opens], brackets),
        *attributes,
        _words(["", group.closes], brackets),
    ]


def _any(columns: Mapping[str, Coded]) -> Codes:
    """For each row 1 where it has at least one of the attributes, else 0."""
    if not columns:
        return np.zeros(1, np.int32)
    there = [column.codes < len(column.values) for column in columns.values()]
    found: Codes = np.logical_or.reduce(there).astype(np.int32)
    return found


def _heads(grammar: Grammar, selection: Selection, absences: Sequence[bool]) -> pa.StringArray:
    spelled = [grammar.head(period, absent) for absent in absences for period in selection.periods]
    return as_strings(spelled)


def _tails(grammar: Grammar, selection: Selection, absences: Sequence[bool]) -> pa.StringArray:
    sets = np.arange(selection.sets, dtype=np.int32)
    group = replace(grammar.attributes, closes="") if grammar.one_group else grammar.attributes
    attributes = _group(group, selection.attributes)
    return pa.concat_arrays(
        [
            _joined([grammar.value_closes(absent), *attributes, grammar.row_closes], sets)
            for absent in absences
        ]
    )


def _merged(parts: Sequence[_Part]) -> list[_Part]:
    """The same parts, with bare words that stand side by side as one."""
    merged: list[_Part] = []
    for part in parts:
        if merged and isinstance(part, str) and isinstance(last := merged[-1], str):
            merged[-1] = last + part
        else:
            merged.append(part)
    return merged


def _joined(parts: Sequence[_Part], rows: Codes) -> pa.StringArray:
    """Parts side by side as one, at some rows; a bare word stands in every row."""
    merged = _merged(parts)
    few = [each for each in merged if not isinstance(each, _Words)]
    if len(few) == len(merged):
        texts = ([each] * len(rows) if isinstance(each, str) else each.at(rows) for each in few)
        return as_strings([*map("".join, zip(*texts, strict=True))])
    found = (as_scalar(each) if isinstance(each, str) else each.at(rows) for each in merged)
    return pc.binary_join_element_wise(*found, _NOTHING)


def _chunk(spelled: _Spelled, chunk: Chunk, last: int) -> pa.StringArray:
    """The rows of one chunk; `last` is the series that the chunk before ended in."""
    starts = _starts(chunk.series)
    present = chunk.series[starts]
    position = np.cumsum(starts, dtype=np.int32) - np.int32(1)
    heads, tails = chunk.periods, chunk.notes
    if chunk.values.null_count:
        missing = as_codes(pc.cast(chunk.values.is_null(), pa.int32()))
        heads = heads + missing * (len(spelled.heads) // 2)
        tails = tails + missing * (len(spelled.tails) // 2)
    columns = [
        *_prefix(spelled, chunk, starts, position, last),
        _Words(spelled.heads, heads),
        _Words(chunk.values, np.arange(len(heads), dtype=np.int32)),
        _Words(spelled.tails, tails),
    ]
    if spelled.suffixes:
        words = pa.concat_arrays([_joined(each, present) for each in spelled.suffixes])
        columns.append(_Words(words, position + spelled.stated[chunk.notes] * len(present)))
    return _woven(columns)


def _woven(columns: Sequence[_Words]) -> pa.StringArray:
    """The words of all columns as they are read: row by row, one of each column; null says nothing.

    They are gathered once, from the words of all columns together: half the work of gathering each
    column and joining them. A column of more words than there are rows is gathered before that.
    """
    rows = len(columns[0].codes)
    codes = np.empty((rows, len(columns)), np.int32)
    words: list[pa.StringArray] = []
    start = 0
    for number, column in enumerate(columns):
        few = len(column.words) <= rows
        words.append(column.words if few else column.words.take(as_arrow(column.codes)))
        codes[:, number] = column.codes if few else np.arange(rows, dtype=np.int32)
        codes[:, number] += start
        start += len(words[-1])
    return pa.concat_arrays(words).take(as_arrow(codes.reshape(-1)))


def _starts(series: Codes) -> Mask:
    """In which rows another series begins than that of the row before; in the first one does."""
    starts = np.ones(len(series), bool)
    np.not_equal(series[1:], series[:-1], out=starts[1:])
    return starts


def _prefix(
    spelled: _Spelled, chunk: Chunk, starts: Mask, position: Codes, last: int
) -> list[_Words]:
    grammar, present = spelled.grammar, chunk.series[starts]
    if not grammar.every_row:
        # A series that goes on from the chunk before has no prefix; nor has any row but a first.
        first = starts.copy()
        first[0] = chunk.series[0] != last
        opening = _joined([grammar.between + grammar.opens, *spelled.prefix], present)
        words = pa.concat_arrays([opening, as_strings([grammar.between_rows])])
        return [_Words(words, np.where(first, position, np.int32(len(present))))]
    if grammar.lead_period is not None:
        return [
            _Words(_joined([grammar.opens, *spelled.lead], present), position),
            _Words(spelled.lead_periods, chunk.periods),
            _Words(_joined(spelled.prefix, present), position),
        ]
    opening = _joined([grammar.between_rows + grammar.opens, *spelled.prefix], present)
    return [_Words(opening, position)]


def _text(joined: pa.StringArray) -> memoryview:
    """The characters of an array, one row after the other, without a copy."""
    _, offsets, data = joined.buffers()
    if data is None:
        return memoryview(b"")
    ends = np.frombuffer(offsets, np.int32)[joined.offset : joined.offset + len(joined) + 1]
    return memoryview(data)[int(ends[0]) : int(ends[-1])]
