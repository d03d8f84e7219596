"""A comparison as observations of LMIG_MIRROR: a selection that every format is written from."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from gateway.mirror.comparison import (
    DECIMALS,
    REASONS,
    STATUSES,
    Comparison,
    Measure,
    Status,
    gravest,
    together,
    turned,
)
from gateway.mirror.ledger import GRAVEST, Mask, Values
from gateway.mirror.pairing import Pair, Term
from gateway.mirror.periods import spelled
from gateway.mirror.sides import BROKEN_DOWN, Statement
from gateway.model.coding import dense
from gateway.model.joining import joined, nothing
from gateway.model.period import chronological
from gateway.model.selection import Chunk, Coded, Codes, Selection, as_arrow, as_strings
from gateway.model.structure import Attachment, DataStructure

_MEASURES = tuple(Measure)

_UNITS = {
    Measure.ASYMMETRY: "PT",
    Measure.CHANGE: "PP",
    Measure.LAG: "PERIOD",
    Measure.RANK: "POSITION",
    Measure.RATIO: "RATIO",
}
"""In what a measure is told; the others are in the unit of the source."""

_COMPARABILITY = ("NONE", "LOW", "PARTIAL", "HIGH")

MISSING = "O"
"""OBS_STATUS of a figure that is not there."""

_NORMAL = {"OBS_STATUS": "A", "CONF_STATUS": "F"}


@dataclass(frozen=True, slots=True)
class Remark:
    """What an analyst adds to a comparison: a reason and words for some periods of two sources."""

    sources: frozenset[str]
    indicator: str
    reason: str
    words: str
    first: str = ""
    last: str = "9999"

    @property
    def told(self) -> tuple[str, ...]:
        """All of it, alike in every process."""
        words = (self.indicator, self.reason, self.words, self.first, self.last)
        return (*sorted(self.sources), *words)

    @property
    def is_dated(self) -> bool:
        """Whether it is about some periods only."""
        return (self.first, self.last) != ("", "9999")

    def of(self, pair: Pair) -> bool:
        """Whether it is about a pair."""
        both = {pair.corridor.source, pair.mirror}
        return self.sources == both and self.indicator == pair.corridor.indicator


def selection(
    structure: DataStructure,
    statements: Sequence[Statement],
    comparisons: Iterable[Comparison],
    remarks: Sequence[Remark] = (),
) -> Selection:
    """All comparisons together, by series then time, each pair as either source sees it.

    One comparison for each frequency, in any order.
    """
    ordered = sorted(comparisons, key=lambda each: each.frequency)
    both = [together(each, turned(each)) for each in ordered]
    blocks = [_Block(structure, statements, each, remarks).selection() for each in both]
    some = [each for each in blocks if len(each)]
    return joined(some) if some else nothing(structure)


class _Block:
    """One frequency's comparison on its way to be a selection."""

    def __init__(
        self,
        structure: DataStructure,
        statements: Sequence[Statement],
        comparison: Comparison,
        remarks: Sequence[Remark],
    ) -> None:
        self._structure = structure
        self._statements = statements
        self._all = comparison
        self._remarks = remarks

    def selection(self) -> Selection:
        found = self._all
        rows = np.array(sorted(range(len(found.pairs)), key=self._place), np.intp)
        told = np.stack([found.told[each][rows] for each in _MEASURES], axis=1)
        there = told.any(axis=2).reshape(-1)
        flat = told.reshape(len(there), -1)[there]
        series, periods = np.nonzero(flat)
        pair = np.repeat(rows, len(_MEASURES))[there]
        measure = np.tile(np.arange(len(_MEASURES)), len(rows))[there]
        row = _Row(pair[series], measure[series], periods)
        used, place = np.unique(periods, return_inverse=True)
        notes, attributes = self._notes(row)
        return Selection(
            self._structure,
            self._keys(pair, measure),
            self._series_attributes(pair, measure),
            attributes,
            tuple(spelled(found.first + each, found.frequency) for each in used.tolist()),
            Chunk(series.astype(np.int32), place.astype(np.int32), notes, self._values(row)),
        )

    def _place(self, row: int) -> tuple[str, ...]:
        """What pairs are sorted by: their key without the measure."""
        return self._codes(self._all.pairs[row])

    def _codes(self, pair: Pair) -> tuple[str, ...]:
        one = pair.corridor
        own = {
            "FREQ": pair.frequency,
            **dict(zip(BROKEN_DOWN, pair.cell, strict=True)),
            "REF_AREA": one.reporter,
            "COUNTERPART_AREA": one.partner,
            "INDICATOR": one.indicator,
            "DIRECTION": one.direction,
            "COUNT_BASIS": one.basis,
            "DATA_SOURCE": one.source,
            "MIRROR_SOURCE": pair.mirror,
        }
        return tuple(own.get(id, "") for id in self._structure.dimension_ids)

    def _keys(self, pair: Codes, measure: Codes) -> dict[str, Coded]:
        codes = [*zip(*map(self._codes, self._all.pairs), strict=True)]
        keys = {
            id: _coded(column, pair)
            for id, column in zip(self._structure.dimension_ids, codes, strict=True)
        }
        return {**keys, "MIRROR_MEASURE": Coded(measure, tuple(str(each) for each in _MEASURES))}

    def _series_attributes(self, pair: Codes, measure: Codes) -> dict[str, Coded]:
        """A column for each series attribute; one of a pair, or of a pair and a measure."""
        of_pair: dict[str, Callable[[Pair], str | None]] = {
            "UNIT_MULT": lambda each: self._of_term(each, "UNIT_MULT"),
            "COMPARABILITY": self._comparability,
            "DEFINITION": lambda each: self._both(each, "DEFINITION"),
            "SOURCE_TABLE": lambda each: self._both(each, "SOURCE_TABLE"),
            "BREAKDOWN": lambda each: " ".join(each.broken_down) or "_T",
        }
        found = {}
        for id in self._structure.attribute_ids(Attachment.SERIES):
            if id in ("UNIT_MEASURE", "DECIMALS"):
                found[id] = self._of_measure(id, pair, measure)
            else:
                said = of_pair.get(id)
                words = [None if said is None else said(each) for each in self._all.pairs]
                found[id] = _coded(words, pair)
        return found

    def _of_measure(self, id: str, pair: Codes, measure: Codes) -> Coded:
        words: list[str | None] = []
        for each in self._all.pairs:
            own = self._of_term(each, id)
            for one in _MEASURES:
                if id == "DECIMALS":
                    words.append(str(DECIMALS[one]) if one in DECIMALS else own)
                else:
                    words.append(_UNITS.get(one, own))
        return _coded(words, pair * len(_MEASURES) + measure)

    def _of_term(self, pair: Pair, id: str) -> str | None:
        """A series attribute of the left; of the right where the left is missing."""
        return next((found for term in (pair.left, pair.right)
                     if (found := self._said(term, id)) is not None), None)  # fmt: skip

    def _said(self, term: Term | None, id: str) -> str | None:
        if term is None:
            return None
        column = self._statements[term.side.statement].selection.series_attributes.get(id)
        return None if column is None else column.value(term.series[0])

    def _comparability(self, pair: Pair) -> str | None:
        """The lower of the two."""
        said = {self._said(term, "COMPARABILITY") for term in (pair.left, pair.right)}
        return next((each for each in _COMPARABILITY if each in said), None)

    def _both(self, pair: Pair, id: str) -> str | None:
        terms = ((pair.corridor.source, pair.left), (pair.mirror, pair.right))
        said = [(source, self._said(term, id)) for source, term in terms]
        return " | ".join(f"{source}: {words}" for source, words in said if words) or None

    def _values(self, row: "_Row") -> pa.StringArray:
        """The figures as they are spelled, in the order of the rows."""
        words = [
            _spelled(_at(self._all.values[each], row.only(number)), DECIMALS.get(each))
            for number, each in enumerate(_MEASURES)
        ]
        places = np.empty(len(row.pair), np.int64)
        places[np.argsort(row.measure, kind="stable")] = np.arange(len(row.pair))
        return pa.concat_arrays(words).take(as_arrow(places))

    def _notes(self, row: "_Row") -> tuple[Codes, dict[str, Coded]]:
        """The sets of observation attributes that the rows have, and the columns of those sets."""
        columns = {
            **{name: self._carried(name, row) for name in GRAVEST},
            "MIRROR_STATUS": self._status(row),
            **self._reasons(row),
            **self._releases(row),
        }
        ids = self._structure.attribute_ids(Attachment.OBSERVATION)
        absent = Coded(np.zeros(len(row.pair), np.int8), ())
        found = {id: columns.get(id, absent) for id in ids}
        packed = np.zeros(len(row.pair), np.int64)
        for column in found.values():
            packed = dense(packed * (len(column.values) + 1) + column.codes)
        _, example = np.unique(packed, return_index=True)
        return packed.astype(np.int32), {id: each.take(example) for id, each in found.items()}

    def _carried(self, name: str, row: "_Row") -> Coded:
        """What the sources say of their figures: of the one side, of the other, or of both."""
        left, right = self._all.left.said[name], self._all.right.said[name]
        sides = {Measure.VALUE: left, Measure.MIRROR_VALUE: right}
        both = gravest(name, self._all.left, self._all.right)
        values = sorted({*both[1], *_NORMAL.get(name, ""), MISSING} - {""})
        codes = np.empty(len(row.pair), np.int8)
        for number, measure in enumerate(_MEASURES):
            found, words = sides.get(measure, both)
            usual = values.index(_NORMAL[name]) if name in _NORMAL else len(values)
            place = np.array([*(values.index(each) for each in words), usual], np.int8)
            of = row.only(number)
            own = place[_at(found, of)]
            if name == "OBS_STATUS":
                missing = np.isnan(_at(self._all.values[measure], of))
                own = np.where(missing, np.int8(values.index(MISSING)), own)
            codes[row.measure == number] = own
        return Coded(codes, tuple(values))

    def _status(self, row: "_Row") -> Coded:
        codes = _at(self._all.status, row).copy()
        compared = codes == STATUSES.index(Status.COMPARED)
        derived = ~np.isin(row.measure, [_MEASURES.index(each) for each in _SIDES])
        undefined = compared & derived & self._undefined(row)
        codes[undefined] = STATUSES.index(Status.UNDEFINED)
        return Coded(codes, tuple(str(each) for each in STATUSES))

    def _undefined(self, row: "_Row") -> Mask:
        found = np.zeros(len(row.pair), bool)
        for number, measure in enumerate(_MEASURES):
            of = row.only(number)
            found[row.measure == number] = np.isnan(_at(self._all.values[measure], of))
        return found

    def _reasons(self, row: "_Row") -> dict[str, Coded]:
        """What was found to be the reason, and what analysts remark.

        A remark on some periods goes before what was found; one on all of them stands where
        nothing was.
        """
        reasons = tuple(dict.fromkeys([*map(str, REASONS), *(r.reason for r in self._remarks)]))
        codes = _at(self._all.reason, row).astype(np.int16)
        codes[codes < 0] = len(reasons)
        words = tuple(each.words for each in self._remarks)
        said = np.full(len(codes), len(words), np.int16)
        for number, remark in enumerate(self._remarks):
            about = np.array([remark.of(pair) for pair in self._all.pairs])[row.pair]
            about &= self._between(remark)[row.period]
            said[about] = number
            over = about if remark.is_dated else about & (codes == len(reasons))
            codes[over] = reasons.index(remark.reason)
        return {"MIRROR_REASON": Coded(codes, reasons), "COMMENT_OBS": Coded(said, words)}

    def _between(self, remark: Remark) -> Mask:
        columns = range(self._all.status.shape[1])
        times = [spelled(self._all.first + each, self._all.frequency) for each in columns]
        spans = [chronological(each)[:2] for each in times]
        first = chronological(remark.first)[0] if remark.first else spans[0][0]
        last = chronological(remark.last)[1]
        return np.array([first <= begin and end <= last for begin, end in spans], bool)

    def _releases(self, row: "_Row") -> dict[str, Coded]:
        """Which releases the two sides of a row are from; none where a side is missing."""
        found = {}
        for id, sums, terms in (
            ("REF_RELEASE", self._all.left, [pair.left for pair in self._all.pairs]),
            ("MIRROR_RELEASE", self._all.right, [pair.right for pair in self._all.pairs]),
        ):
            column = _coded([self._release(term) for term in terms], row.pair)
            missing = np.isnan(_at(sums.values, row)) & ~_at(sums.partly, row)
            found[id] = Coded(np.where(missing, len(column.values), column.codes), column.values)
        return found

    def _release(self, term: Term | None) -> str | None:
        if term is None:
            return None
        statement = self._statements[term.side.statement]
        return f"{statement.provision} {statement.release}"


_SIDES = (Measure.VALUE, Measure.MIRROR_VALUE)


@dataclass(frozen=True, slots=True)
class _Row:
    """For each observation of the result: its pair, the number of its measure, its column."""

    pair: Codes
    measure: Codes
    period: Codes

    def only(self, measure: int) -> "_Row":
        of = self.measure == measure
        return _Row(self.pair[of], self.measure[of], self.period[of])


_Scalar = TypeVar("_Scalar", bound=np.generic)


def _at(matrix: npt.NDArray[_Scalar], row: _Row) -> npt.NDArray[_Scalar]:
    found: npt.NDArray[_Scalar] = matrix[row.pair, row.period]
    return found


def _coded(words: Sequence[str | None], rows: Codes) -> Coded:
    """A column of words, told by their number for each row."""
    values = tuple(sorted({each for each in words if each is not None}))
    place: Mapping[str | None, int] = {None: len(values), **{v: n for n, v in enumerate(values)}}
    return Coded(np.array([place[each] for each in words], np.int32)[rows], values)


def _spelled(values: Values, decimals: int | None) -> pa.StringArray:
    """Numbers as text, missing ones as null; without a number of decimals, as exact as they are."""
    missing = as_arrow(np.isnan(values).astype(np.int8)).cast(pa.bool_())
    if decimals is None:
        whole = np.nan_to_num(values)
        exact = np.all(whole == np.rint(whole))
        text = pc.cast(as_arrow(whole.astype(np.int64) if exact else whole), pa.string())
    else:
        numbers = np.rint(np.nan_to_num(values) * 10**decimals).astype(np.int64)
        distinct, place = np.unique(numbers, return_inverse=True)
        words = [f"{each / 10**decimals:.{decimals}f}" for each in distinct.tolist()]
        text = as_strings(words).take(as_arrow(place))
    return pc.if_else(missing, pa.nulls(len(values), pa.string()), text)
