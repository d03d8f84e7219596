"""What is said beside the figures of a comparison: statuses, reasons, words, releases.

Of a pair in a period there are four kinds of figures: the value of either side, and measures of
both, which are defined or not. What is said of them is one number for each kind.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from gateway.mirror.comparison import REASONS, STATUSES, Status
from gateway.mirror.figures import Figures
from gateway.mirror.gravity import GRAVEST, brought, graver
from gateway.mirror.ledger import Mask
from gateway.mirror.pairing import Term
from gateway.mirror.remarks import Remark
from gateway.mirror.sides import Statement
from gateway.mirror.views import coded
from gateway.model.coding import dense
from gateway.model.selection import Coded

MISSING = "O"
"""OBS_STATUS of a figure that is not there."""

_NORMAL = {"OBS_STATUS": ("A", MISSING), "CONF_STATUS": ("F",)}
"""What is said where a source says nothing, first; and what else is said here."""

Numbers = npt.NDArray[np.int64]


class Kind(IntEnum):
    """Of which figure of a pair something is said."""

    VALUE = 0
    MIRROR = 1
    DEFINED = 2
    UNDEFINED = 3


@dataclass(frozen=True, slots=True)
class Said:
    """What is said of figures, as one number for each: `kinds` has a table for each `Kind`.

    A number is put together of the codes of the `columns`, in their order.
    """

    kinds: tuple[Numbers, ...]
    columns: Mapping[str, tuple[str, ...]]

    def sets(self, numbers: Numbers, ids: Sequence[str]) -> tuple[Numbers, dict[str, Coded]]:
        """The sets of attributes of some figures, counted from 0, and what stands in each."""
        found = np.unique(numbers) if len(numbers) < _MANY else _distinct(numbers)
        rest, codes = found, {}
        for id, values in reversed([*self.columns.items()]):
            rest, codes[id] = np.divmod(rest, len(values) + 1)
        absent = Coded(np.zeros(len(found), np.int8), ())
        sets = {id: Coded(codes[id], self.columns[id]) if id in codes else absent for id in ids}
        return dense(numbers), sets


_MANY = 100_000


def _distinct(numbers: Numbers) -> Numbers:
    most = int(numbers.max(initial=0))
    return np.flatnonzero(np.bincount(numbers)) if most < 2**22 else np.unique(numbers)


def said(figures: Figures, statements: Sequence[Statement], remarks: Sequence[Remark]) -> Said:
    """All that is said of the figures of some views."""
    every: dict[str, Coded | tuple[Coded, ...]] = {
        **{name: _carried(name, figures) for name in GRAVEST},
        "MIRROR_STATUS": _statuses(figures),
        **_reasons(figures, remarks),
        **_releases(figures, statements),
    }
    kinds = [np.zeros(figures.value.shape, np.int64)] * len(Kind)
    columns = {}
    for id, column in every.items():
        by_kind = column if isinstance(column, tuple) else (column,) * len(Kind)
        columns[id] = by_kind[0].values
        width = len(columns[id]) + 1
        if width > 1:
            kinds = [
                number * width + each.codes for number, each in zip(kinds, by_kind, strict=True)
            ]
    return Said(tuple(kinds), columns)


def _carried(name: str, figures: Figures) -> tuple[Coded, ...]:
    """What the sources say of their figures: of the one side, of the other, or of both."""
    found, turned = figures.of.comparison, figures.of.turned[:, None]
    left, right = found.left.said[name], found.right.said[name]
    both = graver(name, left, right)
    values = tuple(sorted({*both.values, *_NORMAL.get(name, ())}))
    usual = values.index(_NORMAL[name][0]) if name in _NORMAL else len(values)
    codes = [
        figures.at(_usually(brought(each, values), len(values), usual))
        for each in (left, right, both)
    ]
    own, other = np.where(turned, codes[1], codes[0]), np.where(turned, codes[0], codes[1])
    kinds = [own, other, codes[2], codes[2]]
    if name == "OBS_STATUS":
        missing = np.int8(values.index(MISSING))
        kinds = [
            np.where(np.isnan(figures.value), missing, own),
            np.where(np.isnan(figures.mirror), missing, other),
            codes[2],
            np.full_like(codes[2], missing),
        ]
    return tuple(Coded(each, values) for each in kinds)


def _usually(codes: npt.NDArray[np.int8], absent: int, usual: int) -> npt.NDArray[np.int8]:
    return np.where(codes == absent, np.int8(usual), codes)


def _statuses(figures: Figures) -> tuple[Coded, ...]:
    """The result of the comparison; where a measure is not defined, that."""
    one, other = STATUSES.index(Status.MISSING_MIRROR), STATUSES.index(Status.MISSING_REF)
    back = np.arange(len(STATUSES), dtype=np.int8)
    back[[one, other]] = back[[other, one]]
    codes = figures.at(figures.of.comparison.status)
    codes = np.where(figures.of.turned[:, None], back[codes], codes)
    compared = codes == STATUSES.index(Status.COMPARED)
    undefined = np.where(compared, np.int8(STATUSES.index(Status.UNDEFINED)), codes)
    words = tuple(str(each) for each in STATUSES)
    return tuple(Coded(each, words) for each in (codes, codes, codes, undefined))


def _reasons(figures: Figures, remarks: Sequence[Remark]) -> dict[str, Coded]:
    """What was found to be the reason, and what analysts remark.

    The remark that is more precise goes before what was found; one on all periods stands where
    nothing was.
    """
    found = figures.of.comparison
    reasons = tuple(dict.fromkeys([*map(str, REASONS), *(each.reason for each in remarks)]))
    codes = found.reason.astype(np.int16)
    codes[codes < 0] = len(reasons)
    words = tuple(each.words for each in remarks)
    told = np.full(codes.shape, len(words), np.int16)
    for number, remark in enumerate(remarks):
        about = remark.about(found.pairs, found.frequency, found.first, found.columns)
        told[about] = number
        over = about if remark.goes_before else about & (codes == len(reasons))
        codes[over] = reasons.index(remark.reason)
    return {"MIRROR_REASON": Coded(figures.at(codes), reasons),
            "COMMENT_OBS": Coded(figures.at(told), words)}  # fmt: skip


def _releases(figures: Figures, statements: Sequence[Statement]) -> dict[str, Coded]:
    """Which releases the two sides of a row are from; none where a side is missing."""
    seen, found = figures.of.seen, figures.of.comparison
    left, right = (figures.at(~np.isnan(s.values) | s.partly) for s in (found.left, found.right))
    turned = figures.of.turned[:, None]
    own, other = np.where(turned, right, left), np.where(turned, left, right)
    return {
        "REF_RELEASE": _release([pair.left for pair in seen], own, statements),
        "MIRROR_RELEASE": _release([pair.right for pair in seen], other, statements),
    }


def _release(terms: Sequence[Term | None], there: Mask, statements: Sequence[Statement]) -> Coded:
    names = [f"{each.provision} {each.release}" for each in statements]
    column = coded([None if each is None else names[each.side.statement] for each in terms])
    return Coded(np.where(there, column.codes[:, None], len(column.values)), column.values)
