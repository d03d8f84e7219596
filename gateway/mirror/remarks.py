"""What analysts say of comparisons: reasons and words, and definitions that do not fit together."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from gateway.mirror.pairing import Pair
from gateway.mirror.periods import spelled
from gateway.mirror.sides import BROKEN_DOWN
from gateway.model.period import chronological
from gateway.model.query import Mask


@dataclass(frozen=True, slots=True)
class Remark:
    """A reason and words for some periods of some pairs of one indicator.

    It is about pairs of these two `sources`, of all where none is named; between all of these
    `countries`; and of these `categories`, by dimension the codes, those that they are made up of
    among them. Where definitions are not `comparable`, there is no comparison, only both values.
    """

    sources: frozenset[str]
    indicator: str
    reason: str
    words: str
    first: str = ""
    last: str = "9999"
    countries: frozenset[str] = frozenset()
    categories: tuple[tuple[str, frozenset[str]], ...] = ()
    comparable: bool = True

    @property
    def told(self) -> tuple[str, ...]:
        """All of it, alike in every process."""
        words = (self.indicator, self.reason, self.words, self.first, self.last)
        categories = (word for id, codes in self.categories for word in (id, *sorted(codes)))
        scope = (*sorted(self.countries), *categories, str(self.comparable))
        return (*sorted(self.sources), *words, *scope)

    @property
    def goes_before(self) -> bool:
        """Whether its reason stands even where another was found: it is the more precise one."""
        return (self.first, self.last) != ("", "9999") or not self.comparable

    @property
    def weight(self) -> int:
        """Of several remarks on one figure that of more weight stands; of equals the last."""
        return 2 if not self.comparable else 1 if self.goes_before else 0

    def of(self, pair: Pair) -> bool:
        """Whether it is about a pair, from whichever side that is seen."""
        one = pair.corridor
        return (
            self.indicator == one.indicator
            and self.sources in (frozenset(), {one.source, pair.mirror})
            and self.countries <= {one.reporter, one.partner}
            and all(pair.cell[BROKEN_DOWN.index(id)] in codes for id, codes in self.categories)
        )

    def about(self, pairs: Sequence[Pair], frequency: str, first: int, columns: int) -> Mask:
        """Of which pairs it is, in which of so many periods from a place on.

        Words are of periods that lie within its own; what is not comparable in some of a period is
        not comparable in the whole of it.
        """
        of_pairs = np.array([self.of(pair) for pair in pairs], bool)
        found: Mask = of_pairs[:, None] & self._in_time(frequency, first, columns)[None, :]
        return found

    def _in_time(self, frequency: str, first: int, columns: int) -> Mask:
        spans = [chronological(spelled(first + each, frequency))[:2] for each in range(columns)]
        begin = chronological(self.first)[0] if self.first else date.min
        end = chronological(self.last)[1]
        if self.comparable:
            return np.array([begin <= one and other <= end for one, other in spans], bool)
        return np.array([begin <= other and one <= end for one, other in spans], bool)


def incomparable(
    remarks: Sequence[Remark], pairs: Sequence[Pair], frequency: str, first: int, columns: int
) -> Mask:
    """Which pairs are in which periods said not to be comparable."""
    found = np.zeros((len(pairs), columns), bool)
    for remark in remarks:
        if not remark.comparable:
            found |= remark.about(pairs, frequency, first, columns)
    return found
