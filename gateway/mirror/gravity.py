"""What sources say of their figures, carried by sums and pairs: the graver outweighs the other."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from gateway.model.selection import Coded

GRAVEST: Mapping[str, tuple[str, ...]] = {
    "OBS_STATUS": ("B", "Q", "E", "I", "U", "P", "V", "N"),
    "CONF_STATUS": ("S", "D", "C", "N", "E"),
    "BREAK_REASON": (),
}
"""Observation attributes that a sum carries: which values outweigh others, the gravest first."""

Said = Mapping[str, Coded]
"""By observation attribute: a code for each sum, in rows and columns; the gravest value first."""


def by_gravity(name: str, values: Iterable[str]) -> tuple[str, ...]:
    """Distinct values of an attribute, the gravest first; those without a rank by their text."""
    rank = {value: place for place, value in enumerate(GRAVEST[name])}
    return tuple(sorted({*values}, key=lambda each: (rank.get(each, len(rank)), each)))


def brought(column: Coded, values: Sequence[str]) -> npt.NDArray[np.int8]:
    """The codes of a column among other values, which have all of its own."""
    place = np.array([*(values.index(each) for each in column.values), len(values)], np.int8)
    found: npt.NDArray[np.int8] = place[column.codes]
    return found


def graver(name: str, one: Coded, other: Coded) -> Coded:
    """Of each pair of two columns of one shape the graver value; the other, where one is absent."""
    values = by_gravity(name, (*one.values, *other.values))
    return Coded(np.minimum(brought(one, values), brought(other, values)), values)
