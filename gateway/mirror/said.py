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
from gateway.mirror.gravity import GRAVEST, brought, graver
from gateway.mirror.ledger import Mask
from gateway.mirror.pairing import Term
from gateway.mirror.remarks import Remark
from gateway.mirror.sides import Statement
from gateway.mirror.told import Figures
from gateway.mirror.views import coded
from gateway.model.coding import dense, narrow
from gateway.model.selection import Coded, Codes

MISSING = "O"
"""OBS_STATUS of a figure that is not there."""

_NORMAL = {"OBS_STATUS": ("A", MISSING), "CONF_STATUS": ("F",)}
"""What is said where a source says nothing, first; and what else is said here."""


class Kind(IntEnum):
    """Of which figure of a pair something is said."""

    VALUE = 0
    MIRROR = 1
    DEFINED = 2
    UNDEFINED = 3


@dataclass(frozen=True, slots=True)
class Said:
    """What is said of figures: `kinds` has a table for each `Kind`, of rows of the `attributes`."""

    kinds: tuple[Codes, ...]
    attributes: Mapping[str, Coded]


def said(
    figures: Figures, statements: Sequence[Statement], remarks: Sequence[Remark], ids: Sequence[str]
) -> Said:
    """All that is said of the figures of some views, in the attributes of some ids."""
    every: dict[str, Coded | tuple[Coded, ...]] = {
        **{name: _carried(name, figures) for name in GRAVEST},
        "MIRROR_STATUS": _statuses(figures),
        **_reasons(figures, remarks),
        **_releases(figures, statements),
    }
    by_kind = {
        id: found if isinstance(found, tuple) else (found,) * len(Kind)
        for id, found in every.items()
        if id in ids
    }
    widths = {id: len(of[0].values) + 1 for id, of in by_kind.items()}
    numbers = np.zeros((len(Kind), *figures.value.shape), np.int64)
    for id, of in by_kind.items():
        if widths[id] > 1:
            numbers *= widths[id]
            for kind, column in enumerate(of):
                numbers[kind] += column.codes
    rest = _distinct(numbers)
    codes = dense(numbers.reshape(-1)).astype(narrow(len(rest))).reshape(numbers.shape)
    absent = Coded(np.zeros(len(rest), np.int8), ())
    attributes = dict.fromkeys(ids, absent)
    for id in reversed([*by_kind]):
        rest, of_set = np.divmod(rest, widths[id])
        attributes[id] = Coded(of_set, by_kind[id][0].values)
    return Said(tuple(codes), attributes)


def _distinct(numbers: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Those that there are, in order; where they are small, without sorting them."""
    if int(numbers.max(initial=0)) >= 2**22:
        return np.unique(numbers)
    return np.flatnonzero(np.bincount(numbers.reshape(-1)))


def _carried(name: str, figures: Figures) -> tuple[Coded, ...]:
    """What the sources say of their figures: of the one side, of the other, or of both."""
    found, turned = figures.found, figures.of.turned[:, None]
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
    codes = figures.at(figures.found.status)
    codes = np.where(figures.of.turned[:, None], back[codes], codes)
    compared = codes == STATUSES.index(Status.COMPARED)
    undefined = np.where(compared, np.int8(STATUSES.index(Status.UNDEFINED)), codes)
    words = tuple(str(each) for each in STATUSES)
    return tuple(Coded(each, words) for each in (codes, codes, codes, undefined))


def _reasons(figures: Figures, remarks: Sequence[Remark]) -> dict[str, Coded]:
    """What was found to be the reason, and what analysts remark.

    Of several remarks the weightiest stands. One that is precise goes before what was found; one on
    all periods stands where nothing was found and both values are there: it is no reason why one of
    them is missing.
    """
    found = figures.found
    reasons = tuple(dict.fromkeys([*map(str, REASONS), *(each.reason for each in remarks)]))
    codes = found.reason.astype(np.int16)
    codes[codes < 0] = len(reasons)
    words = tuple(each.words for each in remarks)
    told = np.full(codes.shape, len(words), np.int16)
    both = ~np.isnan(found.left.values) & ~np.isnan(found.right.values)
    for number, remark in sorted(enumerate(remarks), key=lambda each: each[1].weight):
        about = remark.about(found.pairs, found.frequency, found.first, found.columns)
        told[about] = number
        over = about if remark.goes_before else about & both & (codes == len(reasons))
        codes[over] = reasons.index(remark.reason)
    return {"MIRROR_REASON": Coded(figures.at(codes), reasons),
            "COMMENT_OBS": Coded(figures.at(told), words)}  # fmt: skip


def _releases(figures: Figures, statements: Sequence[Statement]) -> dict[str, Coded]:
    """Which releases the two sides of a row are from; none where a side is missing."""
    seen, found = figures.of.seen, figures.found
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
