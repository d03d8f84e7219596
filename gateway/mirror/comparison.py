"""A comparison at one frequency: each pair a row, each period a column, each measure a layer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

import numpy as np
import numpy.typing as npt

from gateway.mirror import measures
from gateway.mirror.ledger import Ledger, Mask, Sums, Values
from gateway.mirror.paired import Paired
from gateway.mirror.pairing import Pair, Reason
from gateway.mirror.remarks import Remark, incomparable
from gateway.mirror.renewing import renewal, whole
from gateway.mirror.sides import Statement

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


@dataclass(frozen=True)  # without slots, to keep what is made of it
class Comparison:
    """All that is told of some pairs at one frequency, as the left of each sees it.

    `compared` says which pairs are compared in which periods. Index, change, lag and rank have NaN
    where there is none; `unusual` and `shifted` say which discrepancies are unusual for a pair, and
    which a shift explains. What the two sources say stands in `left` and `right`.
    """

    paired: Paired
    left: Ledger
    right: Ledger
    compared: Mask
    index: Values
    change: Values
    lag: Values
    rank: Values
    unusual: Mask
    shifted: Mask

    @property
    def frequency(self) -> str:
        """The frequency of all its periods."""
        return self.paired.frequency

    @property
    def pairs(self) -> tuple[Pair, ...]:
        """The pair of each row."""
        return self.paired.pairs

    @property
    def first(self) -> int:
        """The place of the first column among the periods of the frequency."""
        return self.left.first

    @property
    def columns(self) -> int:
        """How many periods there are."""
        return len(self.left.values.T)

    @cached_property
    def both(self) -> tuple[Values, Values]:
        """The values of the left and of the right, where they are compared."""
        left, right = (np.where(self.compared, of.values, np.nan) for of in (self.left, self.right))
        return left, right

    @cached_property
    def stated(self) -> Mask:
        """Where either side states something: there both values, difference, ratio and index."""
        left, right = self.left, self.right
        found: Mask = ~np.isnan(left.values) | ~np.isnan(right.values) | left.partly | right.partly
        return found

    @cached_property
    def status(self) -> Codes:
        """The result of each pair in each period: a code of `STATUSES`."""
        status = np.full(self.compared.shape, STATUSES.index(Status.COMPARED), np.int8)
        status[self.unusual] = STATUSES.index(Status.OUTLIER)
        status[np.isnan(self.right.values)] = STATUSES.index(Status.MISSING_MIRROR)
        status[np.isnan(self.left.values)] = STATUSES.index(Status.MISSING_REF)
        status[~self.compared] = STATUSES.index(Status.NOT_COMPARABLE)
        return status

    @cached_property
    def reason(self) -> Codes:
        """Why a pair is not compared; of one that is, what explains a large gap or a missing sum.

        A code of `REASONS`, or -1 for none.
        """
        reason = np.full(self.compared.shape, -1, np.int8)
        reason[self.shifted] = REASONS.index(Reason.LAG)
        reason[self.left.partly | self.right.partly] = REASONS.index(Reason.COVERAGE)
        for row, pair in enumerate(self.pairs):
            if pair.reason is not None:
                reason[row] = REASONS.index(pair.reason)
        return reason


def compare(
    statements: Sequence[Statement],
    paired: Paired,
    sums: Sums,
    remarks: Sequence[Remark] = (),
    before: Comparison | None = None,
) -> Comparison:
    """The measures of some pairs.

    Where there was a comparison `before`, only what a difference from it reaches is measured again.
    """
    frequency, pairs, asked = paired.frequency, paired.pairs, paired.asked
    ledger = sums.ledger(statements, asked.requests, frequency)
    left, right = ledger.at(asked.left), ledger.at(asked.right)
    apart = incomparable(remarks, pairs, frequency, left.first, left.values.shape[1])
    compared = np.array([pair.reason is None for pair in pairs], bool)[:, None] & ~apart
    both = [np.where(compared, side.values, np.nan) for side in (left, right)]
    was = [before] if before is not None and before.first == left.first else []
    again = whole(compared.shape)
    for each in was:
        again = renewal(paired.rows_in(each.paired), each.both, both)
    sums.measured += again.work
    a, b = both[0][again.rows], both[1][again.rows]
    index = np.round(measures.asymmetry(a, b), DECIMALS[Measure.ASYMMETRY])
    signed, since = measures.signed(a, b), again.since
    lag = np.where(np.isnan(index[:, since:]), np.nan, measures.lag(a, b, frequency, since))
    indexes = again.over([each.index for each in was], index[:, since:])
    everybody = again.of_all()
    ranks = measures.rank(indexes[:, everybody.since :], paired.groups)
    return Comparison(
        paired,
        left,
        right,
        compared,
        indexes,
        again.over([each.change for each in was], measures.change(index, frequency)[:, since:]),
        again.over([each.lag for each in was], lag),
        everybody.over([each.rank for each in was], ranks),
        again.over([each.unusual for each in was], measures.outliers(signed, frequency, since)),
        again.over([each.shifted for each in was], measures.lagged(a, b)[:, since:]),
    )
