"""A comparison at one frequency: each pair a row, each period a column, each measure a layer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from gateway.mirror import measures
from gateway.mirror.hierarchy import Hierarchy
from gateway.mirror.ledger import GRAVEST, Ledger, Mask, Request, Sums, Values
from gateway.mirror.pairing import Pair, Pairing, Reason, Term
from gateway.mirror.periods import MONTHS
from gateway.mirror.sides import Statement, sides

Codes = npt.NDArray[np.int8]


class Measure(StrEnum):
    """What a series of a comparison shows: codes of CL_MIRROR_MEASURE, in the order of a key."""

    ASYMMETRY = "ASYMMETRY"
    CHANGE = "CHANGE"
    DIFF = "DIFF"
    LAG = "LAG"
    MIRROR_VALUE = "MIRROR_VALUE"
    RANK = "RANK"
    RATIO = "RATIO"
    VALUE = "VALUE"


DECIMALS: Mapping[Measure, int] = {
    Measure.ASYMMETRY: 2,
    Measure.CHANGE: 2,
    Measure.LAG: 0,
    Measure.RANK: 0,
    Measure.RATIO: 4,
}
"""To how many decimals a measure is told; the others are exact."""


class Status(StrEnum):
    """The result of a comparison: codes of CL_MIRROR_STATUS."""

    COMPARED = "COMPARED"
    MISSING_MIRROR = "MISSING_MIRROR"
    MISSING_REF = "MISSING_REF"
    NOT_COMPARABLE = "NOT_COMPARABLE"
    OUTLIER = "OUTLIER"
    UNDEFINED = "UNDEFINED"


STATUSES, REASONS = tuple(Status), tuple(Reason)


@dataclass(frozen=True, slots=True)
class Comparison:
    """All that is told of some pairs at one frequency.

    `values` has a layer for each measure (NaN where there is none); `told` says which are said at
    all. `status` is a code of `STATUSES` for each pair and period, `reason` one of `REASONS` or -1.
    `said` are the observation attributes of the left and of the right.
    """

    frequency: str
    pairs: tuple[Pair, ...]
    first: int
    values: Mapping[Measure, Values]
    told: Mapping[Measure, Mask]
    status: Codes
    reason: Codes
    left: Ledger
    right: Ledger


_TURNED = {
    Measure.VALUE: Measure.MIRROR_VALUE,
    Measure.MIRROR_VALUE: Measure.VALUE,
}


def turned(of: Comparison) -> Comparison:
    """The same pairs as the others of the two sources see them; those that have no other way not.

    Differences and lags change their sign; index, change, rank and what is unusual do not.
    """
    seen = [(row, pair) for row, each in enumerate(of.pairs) if (pair := each.turned) is not None]
    rows = np.array([row for row, _ in seen], np.intp)
    one, other = STATUSES.index(Status.MISSING_MIRROR), STATUSES.index(Status.MISSING_REF)
    place = np.arange(len(STATUSES), dtype=np.int8)
    place[[one, other]] = place[[other, one]]
    values = {each: of.values[_TURNED.get(each, each)][rows] for each in Measure}
    a, b = values[Measure.VALUE], values[Measure.MIRROR_VALUE]
    inverse = np.where(np.isnan(of.values[Measure.DIFF][rows]), np.nan, measures.ratio(a, b))
    values |= {
        Measure.DIFF: -values[Measure.DIFF] + 0.0,
        Measure.LAG: -values[Measure.LAG] + 0.0,
        Measure.RATIO: inverse,
    }
    return replace(
        of,
        pairs=tuple(pair for _, pair in seen),
        values=values,
        told={each: told[rows] for each, told in of.told.items()},
        status=place[of.status[rows]],
        reason=of.reason[rows],
        left=of.right.at(rows),
        right=of.left.at(rows),
    )


def together(one: Comparison, other: Comparison) -> Comparison:
    """The pairs of two comparisons of the same statements at the same frequency."""
    return replace(
        one,
        pairs=(*one.pairs, *other.pairs),
        values={each: np.concatenate([one.values[each], other.values[each]]) for each in Measure},
        told={each: np.concatenate([one.told[each], other.told[each]]) for each in Measure},
        status=np.concatenate([one.status, other.status]),
        reason=np.concatenate([one.reason, other.reason]),
        left=one.left.above(other.left),
        right=one.right.above(other.right),
    )


def comparisons(
    statements: Sequence[Statement], lists: Sequence[Hierarchy], sums: Sums
) -> tuple[Comparison, ...]:
    """Everything that can be compared among some statements, a comparison for each frequency.

    `lists` are the code lists of the dimensions that may be broken down, in the order of a cell;
    `sums` keeps what it added up for the next time.
    """
    pairs: dict[str, list[Pair]] = {frequency: [] for frequency in MONTHS}
    for pair in Pairing(statements, lists).pairs(sides(statements, lists)):
        pairs[pair.frequency].append(pair)
    return tuple(compare(statements, of, each, sums) for each, of in pairs.items() if of)


def compare(
    statements: Sequence[Statement], pairs: Sequence[Pair], frequency: str, sums: Sums
) -> Comparison:
    """The measures of some pairs, all of one frequency."""
    left, right = _sides(statements, pairs, frequency, sums)
    a, b = left.values, right.values
    compared = np.array([pair.reason is None for pair in pairs])[:, None]
    index = np.round(measures.asymmetry(a, b), DECIMALS[Measure.ASYMMETRY])
    index[~compared[:, 0]] = np.nan
    values = {
        Measure.VALUE: a,
        Measure.MIRROR_VALUE: b,
        Measure.DIFF: np.where(compared, a - b, np.nan),
        Measure.RATIO: np.where(compared, measures.ratio(a, b), np.nan),
        Measure.ASYMMETRY: index,
        Measure.CHANGE: measures.change(index, frequency),
        Measure.RANK: measures.rank(index, _groups(pairs)),
        Measure.LAG: np.where(np.isnan(index), np.nan, measures.lag(a, b, frequency)),
    }
    stated = ~np.isnan(a) | ~np.isnan(b) | left.partly | right.partly
    only_defined = (Measure.CHANGE, Measure.RANK, Measure.LAG)
    told = {
        measure: ~np.isnan(found) if measure in only_defined else stated
        for measure, found in values.items()
    }
    unusual = measures.outliers(np.where(compared, measures.signed(a, b), np.nan), frequency)
    status = _status(a, b, compared, unusual)
    return Comparison(
        frequency, tuple(pairs), left.first, values, told, status,
        _reason(pairs, left, right), left, right,
    )  # fmt: skip


def _sides(
    statements: Sequence[Statement], pairs: Sequence[Pair], frequency: str, sums: Sums
) -> tuple[Ledger, Ledger]:
    """The sums of the left and of the right; what several pairs need is added up once."""
    rows: dict[Request, int] = {}
    terms = [*(pair.left for pair in pairs), *(pair.right for pair in pairs)]
    asked = [rows.setdefault(_request(term, frequency), len(rows)) for term in terms]
    found = sums.ledger(statements, [*rows], frequency)
    return found.at(asked[: len(pairs)]), found.at(asked[len(pairs) :])


def _request(term: Term | None, frequency: str) -> Request:
    if term is None:
        return Request(0, frequency, None, ())
    name = (term.side.corridor, term.cells)
    return Request(term.side.statement, term.stated, name, term.series)


def _groups(pairs: Sequence[Pair]) -> npt.NDArray[np.int64]:
    """The pairs that are ranked together: of one phenomenon at one breakdown."""
    numbers: dict[tuple[object, ...], int] = {}
    groups = [(each.corridor.indicator, each.corridor.basis, each.cell[3:]) for each in pairs]
    return np.array([numbers.setdefault(group, len(numbers)) for group in groups], np.int64)


def _status(a: Values, b: Values, compared: Mask, unusual: Mask) -> Codes:
    status = np.full(a.shape, STATUSES.index(Status.COMPARED), np.int8)
    status[unusual] = STATUSES.index(Status.OUTLIER)
    status[np.isnan(b)] = STATUSES.index(Status.MISSING_MIRROR)
    status[np.isnan(a)] = STATUSES.index(Status.MISSING_REF)
    status[np.broadcast_to(~compared, a.shape)] = STATUSES.index(Status.NOT_COMPARABLE)
    return status


def _reason(pairs: Sequence[Pair], left: Ledger, right: Ledger) -> Codes:
    """Why a pair is not compared; of one that is, what explains a large gap or a missing sum."""
    reason = np.full(left.values.shape, -1, np.int8)
    reason[measures.lagged(left.values, right.values)] = REASONS.index(Reason.LAG)
    reason[left.partly | right.partly] = REASONS.index(Reason.COVERAGE)
    for row, pair in enumerate(pairs):
        if pair.reason is not None:
            reason[row] = REASONS.index(pair.reason)
    return reason


def gravest(name: str, one: Ledger, other: Ledger) -> tuple[Codes, tuple[str, ...]]:
    """An observation attribute of both sides together: of each pair the graver of the two."""
    order = {value: place for place, value in enumerate(GRAVEST[name])}
    values = sorted(
        {*one.said[name][1], *other.said[name][1]},
        key=lambda each: (order.get(each, len(order)), each),
    )
    found = np.full(one.values.shape, len(values), np.int8)
    for codes, own in (one.said[name], other.said[name]):
        place = np.array([*(values.index(value) for value in own), len(values)], np.int8)
        found = np.minimum(found, place[codes])
    return np.where(found == len(values), -1, found).astype(np.int8), tuple(values)
