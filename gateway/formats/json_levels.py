"""Which values the data sets of one structure use, and at which level of the message each stands.

A message of SDMX-JSON spells each value once and names it by its position from then on; so what is
in use is counted before the first byte, over codes and never over text. What has one value for a
whole message stands at its data sets, which the standard recommends. Source: SDMX-JSON 2.1.0,
data message, field guide.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from gateway.formats.fragments import ROWS_AT_ONCE
from gateway.formats.message import FLAT, Action, DataSet, Subject
from gateway.model.coding import SortKey
from gateway.model.period import chronological
from gateway.model.selection import Coded, Codes, Selection
from gateway.model.structure import Attribute, DataStructure


class Level(StrEnum):
    """Where a component stands."""

    DATASET = "dataSet"
    GROUP = "dimensionGroup"
    SERIES = "series"
    OBSERVATION = "observation"


@dataclass(frozen=True, slots=True)
class Told:
    """A data set with its selections in the shape of the message.

    `valued` says whether its rows begin with a value, if only to say that there is none.
    """

    dataset: DataSet
    selections: tuple[Selection, ...]
    valued: bool

    @property
    def deletes(self) -> bool:
        """Whether it says by their keys alone what is there no more."""
        return self.dataset.action is Action.DELETE


Position = Mapping[str, int]
"""The place of each value in use among those of its component."""

Levels = Mapping[Level, Sequence[str]]
"""The ids of components by level, in the order in which rows name them."""


@dataclass(frozen=True, slots=True)
class Layout:
    """What the data sets of one structure use, and where it stands.

    `under` is the dimension at the observations. Where `flat`, no dimension is at series level.
    """

    subject: Subject
    under: str
    flat: bool
    values: Mapping[str, Position]
    dimensions: Levels
    attributes: Levels

    def at(self, component: str, value: str | None) -> str:
        """A value as rows spell it; a value that none of them has as nothing."""
        if value is None:
            return "null"
        return str(self.values[component].get(value, ""))


def layout(
    subject: Subject, dimension_at_observation: str, sets: Sequence[Told], *, groups: bool
) -> Layout:
    """The layout of all data sets of a structure; `groups` tells whether there is such a level."""
    structure = subject.structure
    flat = dimension_at_observation == FLAT and all(t.dataset.shown.observations for t in sets)
    under = structure.time.id if dimension_at_observation == FLAT else dimension_at_observation
    found = _Found(structure, under)
    for each in sets:
        for selection in each.selections:
            found.add(selection, deletes=each.deletes)
    return Layout(
        subject,
        under,
        flat,
        found.positions(),
        _dimensions(structure, found, sets, flat=flat),
        _attributes(found, sets, flat=flat, groups=groups),
    )


class _Found:
    """The values in use, gathered selection by selection."""

    def __init__(self, structure: DataStructure, under: str) -> None:
        self.under = under
        self._time = structure.time.id
        self._values: dict[str, set[str]] = {}
        self._absent: set[str] = set()
        self.on_series: dict[str, None] = {}
        self.on_rows: dict[str, None] = {}

    def add(self, selection: Selection, *, deletes: bool) -> None:
        """Count what a selection uses."""
        periods, notes = _used_by_rows(selection)
        self._add(self.under, (selection.periods[code] for code in periods.tolist()))
        for id, column in selection.keys.items():
            self._add(id, _used(column))
        if not deletes:
            self.on_series |= dict.fromkeys(selection.series_attributes)
            self.on_rows |= dict.fromkeys(selection.attributes)
            for id, column in selection.series_attributes.items():
                self._add_attribute(id, column)
            for id, column in selection.attributes.items():
                self._add_attribute(id, column.take(notes))

    def _add(self, id: str, values: Iterable[str]) -> None:
        self._values.setdefault(id, set()).update(values)

    def _add_attribute(self, id: str, column: Coded) -> None:
        self._add(id, _used(column))
        if len(column.codes) and int(column.codes.max()) == len(column.values):
            self._absent.add(id)

    def positions(self) -> dict[str, Position]:
        """Each component's values in use, in order."""
        return {
            id: {value: place for place, value in enumerate(sorted(values, key=self._order(id)))}
            for id, values in self._values.items()
        }

    def _order(self, id: str) -> SortKey:
        return chronological if id == self._time else str

    def single(self, id: str) -> bool:
        """Whether it has one value, and has it everywhere."""
        return len(self._values[id]) == 1 and id not in self._absent

    def there(self, ids: Iterable[str]) -> list[str]:
        """Those that have a value anywhere."""
        return [id for id in ids if self._values[id]]


def _used(column: Coded) -> list[str]:
    """The values that some row has."""
    counted = np.bincount(column.codes, minlength=len(column.values))
    return [column.values[code] for code in np.flatnonzero(counted[: len(column.values)]).tolist()]


def _used_by_rows(selection: Selection) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """The periods and the sets of attributes that some observation has."""
    periods, notes = np.zeros(len(selection.periods), bool), np.zeros(selection.sets, bool)
    for chunk in selection.chunks(ROWS_AT_ONCE):
        _mark(periods, chunk.periods)
        _mark(notes, chunk.notes)
    return np.flatnonzero(periods), np.flatnonzero(notes)


def _mark(used: npt.NDArray[np.bool_], codes: Codes) -> None:
    used[codes] = True


def _dimensions(
    structure: DataStructure, found: _Found, sets: Sequence[Told], *, flat: bool
) -> Levels:
    """Dimensions with one value stand at the data sets; but a key needs at least one.

    Of series that are told alone, nothing is said of the periods of their observations.
    """
    ids = [id for id in (*structure.dimension_ids, structure.time.id) if id != found.under]
    single = [id for id in ids if found.single(id)]
    if not flat and len(single) == len(ids):
        single.pop()
    others = [id for id in ids if id not in single]
    if flat:
        return {Level.DATASET: single, Level.SERIES: [], Level.OBSERVATION: [*others, found.under]}
    observed = any(each.dataset.shown.observations for each in sets)
    under = [found.under] if observed else []
    return {Level.DATASET: single, Level.SERIES: others, Level.OBSERVATION: under}


def _attributes(found: _Found, sets: Sequence[Told], *, flat: bool, groups: bool) -> Levels:
    on_series, on_rows = found.there(found.on_series), found.there(found.on_rows)
    if not all(each.dataset.shown.observations for each in sets):
        on_rows = []
    single = [id for id in (*on_series, *on_rows) if found.single(id)]
    on_series, on_rows = _without(on_series, single), _without(on_rows, single)
    grouped = [id for id in on_series if groups and _is_group(id, sets)]
    on_series = _without(on_series, grouped)
    return {
        Level.DATASET: single,
        Level.GROUP: grouped,
        Level.SERIES: [] if flat else on_series,
        Level.OBSERVATION: [*on_rows, *on_series] if flat else on_rows,
    }


def _without(ids: Iterable[str], others: Iterable[str]) -> list[str]:
    taken = {*others}
    return [id for id in ids if id not in taken]


Group = tuple[str | None, ...]
"""The values of some dimensions, in the order of the key; None for a dimension that is free."""


def _is_group(attribute: str, sets: Sequence[Told]) -> bool:
    """Whether it hangs on part of the key, and no two series with one part differ in it."""
    structure = sets[0].dataset.subject.structure
    by_id: dict[str, Attribute] = {each.id: each for each in structure.attributes}
    if not 0 < len(by_id[attribute].dimensions) < len(structure.dimensions):
        return False
    for each in sets:
        pairs = [*grouped(each, attribute)]
        if len({group for group, _ in pairs}) < len({*pairs}):
            return False
    return True


def grouped(told: Told, attribute: str) -> Iterable[tuple[Group, str | None]]:
    """Each part of a key that an attribute hangs on, with its value; a part may come repeatedly."""
    structure = told.dataset.subject.structure
    ids = (*structure.dimension_ids, structure.time.id)
    hangs_on = next(each.dimensions for each in structure.attributes if each.id == attribute)
    for selection in told.selections:
        if attribute not in selection.series_attributes:
            continue
        columns = {id: selection.keys[id] for id in hangs_on}
        column = selection.series_attributes[attribute]
        both = np.column_stack([each.codes for each in (*columns.values(), column)])
        _, examples = np.unique(both, axis=0, return_index=True)
        for row in examples.tolist():
            part = {id: each.value(row) for id, each in columns.items()}
            yield tuple(part.get(id) for id in ids), column.value(row)
