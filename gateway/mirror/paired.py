"""The pairs of one frequency, with what does not change while their sides have the same series."""

from collections.abc import Hashable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from gateway.mirror.ledger import Request
from gateway.mirror.pairing import Pair, Term
from gateway.model.selection import RowNumbers


@dataclass(frozen=True, slots=True)
class Asked:
    """The sums that pairs need, each once, and which of them each pair has left and right."""

    requests: tuple[Request, ...]
    left: RowNumbers
    right: RowNumbers


@dataclass(frozen=True)  # without slots, to keep what is made of it
class Paired:
    """Some pairs, all of one frequency."""

    frequency: str
    pairs: tuple[Pair, ...]

    def __len__(self) -> int:
        return len(self.pairs)

    @cached_property
    def asked(self) -> Asked:
        """What is to be added up for them."""
        rows: dict[Request, int] = {}
        left, right = (
            np.array([rows.setdefault(each, len(rows)) for each in map(_request, terms)], np.intp)
            for terms in ([e.left for e in self.pairs], [e.right for e in self.pairs])
        )
        return Asked(tuple(rows), left, right)

    @cached_property
    def groups(self) -> npt.NDArray[np.int64]:
        """The number of those that each is ranked among: of one phenomenon at one breakdown."""
        numbers: dict[Hashable, int] = {}
        groups = ((e.corridor.indicator, e.corridor.basis, e.cell[3:]) for e in self.pairs)
        return np.array([numbers.setdefault(each, len(numbers)) for each in groups], np.int64)

    def rows_in(self, before: "Paired") -> RowNumbers:
        """For each pair the row that it had before, -1 where it was not there."""
        if self is before:
            return np.arange(len(self))
        places = {_name(pair): row for row, pair in enumerate(before.pairs)}
        return np.array([places.get(_name(pair), -1) for pair in self.pairs], np.intp)


_NOTHING = Request(0, "", None, ())


def _request(term: Term | None) -> Request:
    if term is None:
        return _NOTHING
    name = (term.side.corridor, term.cells)
    return Request(term.side.statement, term.stated, name, term.series)


def _name(pair: Pair) -> Hashable:
    return pair.corridor, pair.mirror, pair.cell
