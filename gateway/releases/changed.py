"""Availability of what has changed: which values came, became different or went, since a moment."""

from collections.abc import Sequence
from datetime import datetime

import numpy as np

from gateway.model.availability import Availability, Counts, Mode
from gateway.model.gathering import gathered
from gateway.model.query import Wanted
from gateway.model.selection import Codes, Selection
from gateway.model.structure import DataStructure
from gateway.model.visibility import Visibility
from gateway.releases.available import without
from gateway.releases.history import States


def changes(
    history: States,
    structure: DataStructure,
    moment: datetime,
    wanted: Wanted,
    visibility: Visibility,
    mode: Mode = Mode.EXACT,
    components: Sequence[str] = (),
) -> Availability:
    """What `availability` tells of a state, told of its changes: those that went count as well."""
    exact = _since(history, moment, wanted, visibility)
    values: dict[str, dict[str, Counts]] = {}
    for component in components or (*structure.dimension_ids, structure.time.id):
        found = exact
        if mode is Mode.AVAILABLE and (freer := without(wanted, component, structure)) != wanted:
            found = _since(history, moment, freer, visibility)
        values[component] = _counted(found, component)
    whole = Counts(sum(each.series for each in exact), sum(map(len, exact)))
    return Availability(whole, values)


def _since(
    history: States, moment: datetime, wanted: Wanted, visibility: Visibility
) -> Sequence[Selection]:
    """The observations that changed and those that went, each series once."""
    found = history.since(moment, wanted, visibility)
    return gathered([each for each in (found.changed, found.deleted) if len(each)])


def _counted(selections: Sequence[Selection], component: str) -> dict[str, Counts]:
    counted: dict[str, Counts] = {}
    for each in selections:
        for value, counts in _of(each, component).items():
            counted[value] = counted.get(value, Counts(0, 0)) + counts
    return counted


def _of(selection: Selection, component: str) -> dict[str, Counts]:
    """The values of a dimension or of time; a series has a period once at most."""
    rows = selection.chunk()
    if component not in selection.keys:
        return _both(selection.periods, rows.periods, rows.periods)
    column = selection.keys[component]
    return _both(column.values, column.codes, column.codes[rows.series])


def _both(values: Sequence[str], series: Codes, observations: Codes) -> dict[str, Counts]:
    of_series = np.bincount(series, minlength=len(values)).tolist()
    of_rows = np.bincount(observations, minlength=len(values)).tolist()
    return {
        value: Counts(one, other)
        for value, one, other in zip(values, of_series, of_rows, strict=True)
        if other
    }
