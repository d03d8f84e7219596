"""Availability, told from a cube under the same visibility as its observations."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from gateway.model.availability import Availability, Counts, Mode
from gateway.model.query import Key, Wanted
from gateway.model.selection import Codes
from gateway.model.structure import DataStructure
from gateway.model.visibility import Visibility
from gateway.releases.cube import Cube, Picked
from gateway.releases.rows import Numbers

_AT_ONCE = 65_536
"""Counted in runs that fit the processor's cache: three times as fast as all at once."""


def availability(
    cube: Cube,
    wanted: Wanted,
    visibility: Visibility,
    mode: Mode = Mode.EXACT,
    components: Sequence[str] = (),
) -> Availability:
    """The values of some components, all dimensions and time where none is named."""
    structure = cube.index.structure
    exact = cube.pick(wanted, visibility)
    values: dict[str, dict[str, Counts]] = {}
    for component in components or (*structure.dimension_ids, structure.time.id):
        picked = exact
        if mode is Mode.AVAILABLE and (freer := without(wanted, component, structure)) != wanted:
            picked = cube.pick(freer, visibility)
        counted = _of_time if component == structure.time.id else _of_dimension
        values[component] = counted(cube, picked, component)
    return Availability(Counts(len(exact.series), int(exact.lengths.sum())), values)


def without(wanted: Wanted, component: str, structure: DataStructure) -> Wanted:
    """The same question, without what it says of one component."""
    filters = tuple(each for each in wanted.filters if each.component != component)
    names = structure.dimension_ids
    if component not in names:
        return replace(wanted, filters=filters)
    place = names.index(component)
    keys = tuple((*key[:place], None, *key[place + 1 :]) for key in wanted.keys)
    free: set[Key] = {tuple(key) for key in keys}
    return replace(wanted, filters=filters, keys=tuple(sorted(free, key=keys.index)))


def _of_dimension(cube: Cube, picked: Picked, component: str) -> dict[str, Counts]:
    column = cube.index.keys[component]
    return _counted(column.codes[picked.series], picked.lengths, column.values)


def _counted(codes: Codes, lengths: Numbers, values: Iterable[str]) -> dict[str, Counts]:
    words = tuple(values)
    series = np.bincount(codes, minlength=len(words))
    observations = np.bincount(codes, lengths, minlength=len(words))
    return {
        words[code]: Counts(int(series[code]), int(observations[code]))
        for code in np.flatnonzero(series).tolist()
    }


def _of_time(cube: Cube, picked: Picked, _component: str) -> dict[str, Counts]:
    """A series has at most one observation in a period, so that both counts are the same."""
    index = cube.index
    codes = index.period[picked.places()]
    counts = np.zeros(len(index.periods), np.int64)
    for start in range(0, len(codes), _AT_ONCE):
        counts += np.bincount(codes[start : start + _AT_ONCE], minlength=len(counts))
    found = np.flatnonzero(counts).tolist()
    return {index.periods[code]: Counts(int(counts[code]), int(counts[code])) for code in found}
