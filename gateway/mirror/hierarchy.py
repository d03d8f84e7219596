"""Code lists as trees: what a code is part of, and which codes together make up another."""

import re
from collections.abc import Iterable, Iterator, Mapping

from gateway.model.artefact import ItemScheme

TOTAL, UNKNOWN = "_T", "_U"
"""The codes for all, and for those of whom it is not known."""

_FROM_TO = re.compile(r"Y(\d+)T(\d+)")
_AND_OVER = re.compile(r"Y_GE(\d+)")
_UP_TO = re.compile(r"Y_LT(\d+)")

_LAST_AGE = 10**6
"""Above every age: the upper end of an open age band."""

_OPEN = frozenset({"CITIZENSHIP", "OCCUPATION", "ACTIVITY"})
"""Dimensions of which an office states the codes that occur: what another has besides is no fault.

The other lists hold several ways of dividing the same whole."""

_ANY_OF = frozenset({"STATUS_TYPE", "OCCUPATION", "ACTIVITY", "REF_AREA", "COUNTERPART_AREA"})
"""Dimensions in which an office's own categories are taken for the whole, however many."""


class Hierarchy:
    """The code list of one dimension. A code without a parent is part of the whole, `_T`."""

    def __init__(self, dimension: str, parents: Mapping[str, str | None]) -> None:
        self.dimension = dimension
        self.parents = parents
        self._above: dict[str, tuple[str, ...]] = {}

    @property
    def open(self) -> bool:
        """Whether a code that only one office states is just missing in the other."""
        return self.dimension in _OPEN

    def above(self, code: str) -> tuple[str, ...]:
        """The code and all that it is part of, the broadest last.

        Found when it is first asked for: of the thousands of areas, figures name a few.
        """
        if code not in self.parents:
            return (code,)
        found = self._above.get(code)
        if found is None:
            found = self._above[code] = tuple(_upwards(code, self.parents))
        return found

    def contains(self, broader: str, code: str) -> bool:
        """Whether a code is another one or part of it; everything is part of `_T`."""
        return broader in (TOTAL, code) or broader in self.above(code)

    def root(self, code: str) -> str:
        """The broadest code that a code is part of; of an area, its country."""
        return self.above(code)[-1]

    def broadest(self, codes: Iterable[str]) -> frozenset[str]:
        """Those that are part of no other one of them."""
        among = {*codes}
        return frozenset(each for each in among if among.isdisjoint(self.above(each)[1:]))

    def finest(self, codes: Iterable[str]) -> frozenset[str]:
        """Those of which no other one of them is a part."""
        among = {*codes}
        return frozenset(among - {above for each in among for above in self.above(each)[1:]})

    def complete(self, codes: Iterable[str], whole: str) -> bool:
        """Whether codes, none part of another, make up a broader one with nothing left out.

        Ages must follow one another from end to end. What is not known may stand beside them.
        A single citizenship or sex is never all of them.
        """
        parts = {*codes} - {UNKNOWN}
        if not parts:
            return False
        if self.dimension == "AGE":
            return _follow(parts, whole)
        if self.dimension == "SEX":
            return {"F", "M"} <= parts
        if self.dimension in _ANY_OF:
            return True
        if whole == TOTAL:
            return len(parts) > 1
        return parts >= {code for code, parent in self.parents.items() if parent == whole}

    def lacking(self, codes: Iterable[str], whole: str) -> tuple[str, ...]:
        """The codes without which others do not make up a broader one, where a list says so.

        Of ages the bands that are left open; of other dimensions, an office's own codes are all
        that can be told.
        """
        parts = {*codes}
        if self.dimension == "AGE":
            return tuple(_between(parts, whole))
        if self.dimension == "SEX" and whole == TOTAL:
            return tuple(sorted({"F", "M"} - parts))
        return ()


def _upwards(code: str, parents: Mapping[str, str | None]) -> Iterator[str]:
    at: str | None = code
    while at is not None:
        yield at
        at = parents.get(at)


def hierarchy(dimension: str, scheme: ItemScheme) -> Hierarchy:
    """The hierarchy of a dimension's code list."""
    return Hierarchy(dimension, {item.id: item.parent for item in scheme.items})


def _follow(bands: Iterable[str], whole: str) -> bool:
    """Whether age bands follow one another from the beginning to the end of a whole."""
    ends = _years(whole)
    found = [_years(band) for band in bands]
    if ends is None:
        return False
    at = ends[0]
    for band in sorted(each for each in found if each is not None):
        if band[0] != at:
            return False
        at = band[1] + 1
    return None not in found and at == ends[1] + 1


def _between(bands: Iterable[str], whole: str) -> Iterator[str]:
    """The bands of age that are left open between the beginning and the end of a whole.

    >>> [*_between(["Y12T17", "Y_GE65"], "_T")]
    ['Y0T11', 'Y18T64']
    """
    ends = _years(whole)
    if ends is None:
        return
    at = ends[0]
    found = (each for band in bands if (each := _years(band)) is not None)
    for first, last in (*sorted(found), (ends[1] + 1, ends[1] + 1)):
        if first > at:
            yield f"Y_GE{at}" if first > _LAST_AGE else f"Y{at}T{first - 1}"
        at = max(at, last + 1)


def _years(band: str) -> tuple[int, int] | None:
    """The first and the last year of age of a band; None where it is none.

    >>> _years("Y0T17"), _years("Y_GE18")
    ((0, 17), (18, 1000000))
    """
    if band == TOTAL:
        return 0, _LAST_AGE
    if found := _FROM_TO.fullmatch(band):
        return int(found[1]), int(found[2])
    if found := _AND_OVER.fullmatch(band):
        return int(found[1]), _LAST_AGE
    if found := _UP_TO.fullmatch(band):
        return 0, int(found[1]) - 1
    return None
