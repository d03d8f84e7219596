"""What must be measured again after a side has changed: some pairs, from some period on."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from gateway.mirror.ledger import Values
from gateway.mirror.measures import SHIFTS
from gateway.model.selection import RowNumbers

REACH = max(SHIFTS)
"""How many periods before a change a measure may look ahead into it."""

_Scalar = TypeVar("_Scalar", np.bool_, np.float64)


@dataclass(frozen=True, slots=True)
class Renewal:
    """Which rows are measured again, and from which column on.

    `was` gives for every row the one that it was before, -1 for one that was not there. `same` says
    that there were no others.
    """

    shape: tuple[int, ...]
    was: RowNumbers
    rows: RowNumbers
    since: int
    same: bool = False

    @property
    def work(self) -> int:
        """How many cells are measured again."""
        return len(self.rows) * (self.shape[1] - self.since)

    def over(
        self, before: Sequence[npt.NDArray[_Scalar]], anew: npt.NDArray[_Scalar]
    ) -> npt.NDArray[_Scalar]:
        """What was, if anything, and over it what was made anew of the rows from the column on."""
        found = np.full(self.shape, np.nan if anew.dtype.kind == "f" else False, anew.dtype)
        for each in before:
            known, columns = self.was >= 0, min(each.shape[1], self.shape[1])
            found[known, :columns] = each[self.was[known], :columns]
        found[self.rows, self.since :] = anew
        return found

    def of_all(self) -> "Renewal":
        """The same of every row: for a measure that sets pairs beside others."""
        return replace(self, rows=np.arange(len(self.was)), since=self.since if self.same else 0)


def whole(shape: tuple[int, ...]) -> Renewal:
    """Everything, for the first time."""
    return Renewal(shape, np.full(shape[0], -1), np.arange(shape[0]), 0)


def renewal(was: RowNumbers, before: Sequence[Values], now: Sequence[Values]) -> Renewal:
    """What is to be measured again where `now` differs from `before`, whose rows `was` names."""
    shape, old = now[0].shape, before[0].shape
    known, columns = was >= 0, min(shape[1], old[1])
    differs = np.zeros(shape, bool)
    differs[~known] = True
    for one, other in zip(before, now, strict=True):
        then, here = one[was[known], :columns], other[known, :columns]
        differs[known, :columns] |= (then != here) & ~(np.isnan(then) & np.isnan(here))
    rows = np.flatnonzero(differs.any(axis=1))
    since = int(np.argmax(differs.any(axis=0))) if len(rows) else shape[1]
    if shape[1] != old[1]:
        rows, since = np.arange(shape[0]), min(since, columns)
    same = bool(known.all()) and shape[0] == old[0]
    return Renewal(shape, was, rows, max(0, since - REACH) if len(rows) else since, same)
