"""Selections in which each series is told once: for formats in which a key can stand only once."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from gateway.model.coding import combined, packed
from gateway.model.joining import joined
from gateway.model.selection import Selection

_AT_ONCE = 65_536


def gathered(selections: Sequence[Selection]) -> Sequence[Selection]:
    """The same observations, those of a series side by side, whoever they come from.

    Within a series they keep their order; where two selections tell of one series, its attributes
    are those of the first. What stands so already is left as it is; all else is in memory.
    """
    if len(selections) > 1 and _overlap(selections):
        return [_by_series(joined(selections))]
    return [each if _in_order(each) else _by_series(each) for each in selections]


def _in_order(selection: Selection) -> bool:
    """Whether no series is taken up again behind another."""
    last = -1
    for chunk in selection.chunks(_AT_ONCE):
        if int(chunk.series[0]) < last or bool(np.any(np.diff(chunk.series) < 0)):
            return False
        last = int(chunk.series[-1])
    return True


def _overlap(selections: Sequence[Selection]) -> bool:
    """Whether some series is in more than one of them."""
    series = sum(each.series for each in selections)
    columns = []
    for id in selections[0].keys:
        words = {value for each in selections for value in each.keys[id].values}
        places = {word: place for place, word in enumerate(words)}
        columns.append(
            np.concatenate(
                [
                    np.array([places[word] for word in each.keys[id].values], np.int64)[
                        each.keys[id].codes
                    ]
                    for each in selections
                ]
            )
        )
    return len(np.unique(packed(columns, series))) < series


def _by_series(selection: Selection) -> Selection:
    rows = selection.chunk()
    numbers = combined([*selection.keys.values()], selection.series)
    _, first = np.unique(numbers, return_index=True)
    series = numbers[rows.series].astype(np.int32)
    order = np.argsort(series, kind="stable")
    return Selection(
        selection.structure,
        {id: column.take(first) for id, column in selection.keys.items()},
        {id: column.take(first) for id, column in selection.series_attributes.items()},
        selection.attributes,
        selection.periods,
        replace(rows.at(order), series=series[order]),
    )
