"""The figures of a comparison: each measure as a number, and as it is spelled."""

from typing import TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from gateway.mirror import measures
from gateway.mirror.comparison import DECIMALS, Comparison, Measure
from gateway.mirror.ledger import Mask, Values
from gateway.mirror.views import Views
from gateway.model.selection import RowNumbers, as_arrow, as_strings

WHERE_DEFINED = frozenset({Measure.CHANGE, Measure.RANK, Measure.LAG})
"""Measures that are told where they are defined; of the others it is told too where they are not.
"""

_Scalar = TypeVar("_Scalar", bound=np.generic)


class Figures:
    """The numbers of some views in some periods: rows are views, columns periods."""

    def __init__(self, found: Comparison, of: Views, columns: RowNumbers) -> None:
        """`columns` are some of those of the comparison that was found."""
        self.found = found
        self.of = of
        self.columns = columns
        left, right = self.at(found.left.values), self.at(found.right.values)
        turned = of.turned[:, None]
        self.value: Values = np.where(turned, right, left)
        self.mirror: Values = np.where(turned, left, right)
        self.stated: Mask = self.at(found.stated)

    def at(self, matrix: npt.NDArray[_Scalar]) -> npt.NDArray[_Scalar]:
        """What of a matrix of the comparison is of these views and periods."""
        if len(self.columns) == matrix.shape[1]:
            found: npt.NDArray[_Scalar] = matrix[self.of.row]
        else:
            found = matrix[self.of.row[:, None], self.columns]
        return found

    def numbers(self, measure: Measure) -> Values:
        """A measure as it is told, with NaN where there is none."""
        found = self.found
        match measure:
            case Measure.VALUE:
                return self.value
            case Measure.MIRROR_VALUE:
                return self.mirror
            case Measure.DIFF:
                return self._compared(self.value - self.mirror)
            case Measure.RATIO:
                return self._compared(measures.ratio(self.value, self.mirror))
            case Measure.LAG:
                way = np.where(self.of.turned, -1.0, 1.0)[:, None]
                return self.at(found.lag) * way + 0.0  # zero has no sign
        return self.at({
            Measure.ASYMMETRY: found.index,
            Measure.CHANGE: found.change,
            Measure.RANK: found.rank,
        }[measure])  # fmt: skip

    def _compared(self, numbers: Values) -> Values:
        return np.where(self.at(self.found.compared), numbers, np.nan)


def rounded(numbers: Values, measure: Measure) -> Values:
    """A measure to as many decimals as it is told, so that it is found by what is read of it."""
    decimals = DECIMALS.get(measure)
    return numbers if decimals is None else np.rint(numbers * 10**decimals) / 10**decimals


def spelled(numbers: Values, measure: Measure) -> pa.StringArray:
    """The numbers of a measure as text; what is spelled of NaN is not said.

    Values and differences are as exact as they are.
    """
    decimals = DECIMALS.get(measure)
    known = np.nan_to_num(numbers)
    if decimals is None and not np.all(known == np.rint(known)):
        return pc.cast(as_arrow(known), pa.string())
    return _decimals(np.rint(known * 10 ** (decimals or 0)).astype(np.int64), decimals or 0)


def _decimals(whole: npt.NDArray[np.int64], decimals: int) -> pa.StringArray:
    """Whole numbers spelled as decimal fractions; where they lie close, each one once."""
    if not len(whole):
        return as_strings([])
    least, most = int(whole.min()), int(whole.max())
    if most - least < len(whole):
        words = _each(np.arange(least, most + 1), decimals)
        return words.take(as_arrow(whole - least))
    return _each(whole, decimals)


def _each(whole: npt.NDArray[np.int64], decimals: int) -> pa.StringArray:
    """As decimals of 128 bits, of which the upper half is the sign."""
    halves = np.stack([whole, whole >> 63], axis=1)
    kind = pa.decimal128(18, decimals)
    found = pa.Array.from_buffers(kind, len(whole), [None, pa.py_buffer(halves)])
    return pc.cast(found, pa.string())
