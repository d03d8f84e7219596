"""A comparison as observations of LMIG_MIRROR: a selection that every format is written from.

Made is only what a question may ask for, all of it in whole tables: views (pairs as somebody sees
them) × measures × periods.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from gateway.mirror.comparison import Comparison, Measure
from gateway.mirror.comparisons import Comparisons
from gateway.mirror.ledger import Mask, Values
from gateway.mirror.of_series import OfSeries
from gateway.mirror.periods import spelled as period
from gateway.mirror.runs import interleaved
from gateway.mirror.said import Kind, Said, said
from gateway.mirror.told import WHERE_DEFINED, Figures, rounded, spelled
from gateway.mirror.views import (
    MEASURES,
    wanted_frequency,
    wanted_periods,
    wanted_series,
)
from gateway.model.coding import narrow
from gateway.model.joining import joined, nothing
from gateway.model.query import Wanted
from gateway.model.selection import Chunk, Coded, Codes, Selection
from gateway.model.structure import Attachment, DataStructure

EVERYTHING = Wanted()


@dataclass(frozen=True, slots=True)
class Told:
    """Observations by series then time, and the value of each as a number; NaN is missing."""

    selection: Selection
    numbers: Values


def told(structure: DataStructure, found: Comparisons, wanted: Wanted = EVERYTHING) -> Told:
    """Every observation that passes the keys of a question and its filters on keys and time.

    What else it asks for is not looked at: filters on what is said of an observation, and the
    first or last ones.
    """
    blocks = [*_blocks(structure, found, wanted)]
    if not blocks:
        return Told(nothing(structure), np.zeros(0))
    if len(blocks) == 1:
        return blocks[0]
    return Told(
        joined([each.selection for each in blocks]),
        np.concatenate([each.numbers for each in blocks]),
    )


def _blocks(structure: DataStructure, found: Comparisons, wanted: Wanted) -> Iterator[Told]:
    """What is told at each frequency, where that is anything."""
    for frequency in found.frequencies:
        if wanted_frequency(structure, frequency, wanted):
            block = _block(structure, found, found.at(frequency), wanted)
            if len(block.numbers):
                yield block


def _block(
    structure: DataStructure, found: Comparisons, comparison: Comparison, wanted: Wanted
) -> Told:
    every = found.views(structure, comparison.frequency)
    series = wanted_series(every, wanted)
    places = np.flatnonzero(series.any(axis=1))
    figures = Figures(
        comparison, every.at(places), np.flatnonzero(wanted_periods(structure, comparison, wanted))
    )
    layers = [
        _layer(figures, measure, series[places, number])
        for number, measure in enumerate(MEASURES)
        if series[:, number].any()
    ]
    if not any(len(each.text) for each in layers):
        return Told(nothing(structure), np.zeros(0))
    there = np.stack([each.there for each in layers], axis=1)
    lengths = there.sum(axis=2)
    view, layer = np.nonzero(lengths)
    measure = np.array([MEASURES.index(each.measure) for each in layers])[layer]
    numbers = np.stack([each.numbers for each in layers], axis=1)[there]
    text = interleaved([each.text for each in layers], lengths)
    ids = structure.attribute_ids(Attachment.OBSERVATION)
    beside = said(figures, found.statements, found.remarks, ids)
    used = np.flatnonzero(there.any(axis=(0, 1)))
    periods = np.zeros(there.shape[2], narrow(len(used)))
    periods[used] = np.arange(len(used))
    on_series = OfSeries(found.statements, figures.of)
    keys = {id: column.take(view) for id, column in figures.of.keys.items()}
    selection = Selection(
        structure,
        {**keys, "MIRROR_MEASURE": Coded(measure, tuple(map(str, MEASURES)))},
        on_series.columns(structure, view, measure),
        beside.attributes,
        tuple(period(comparison.first + n, comparison.frequency)
              for n in figures.columns[used].tolist()),
        Chunk(
            np.repeat(np.arange(len(view), dtype=np.int32), lengths[view, layer]),
            np.broadcast_to(periods, there.shape)[there],
            np.stack([_notes(beside, each) for each in layers], axis=1)[there],
            _with_missing(text, np.isnan(numbers)),
        ),
    )  # fmt: skip
    return Told(selection, numbers)


@dataclass(frozen=True, slots=True)
class _Layer:
    """One measure of some views: which of it is told, its numbers, and as they are spelled."""

    measure: Measure
    there: Mask
    numbers: Values
    text: pa.StringArray


def _layer(figures: Figures, measure: Measure, wanted: Mask) -> _Layer:
    numbers = rounded(figures.numbers(measure), measure)
    told = ~np.isnan(numbers) if measure in WHERE_DEFINED else figures.stated
    there = told & wanted[:, None]
    return _Layer(measure, there, numbers, spelled(numbers[there], measure))


def _notes(beside: Said, layer: _Layer) -> Codes:
    """The set of attributes of each figure of a layer."""
    own = {Measure.VALUE: Kind.VALUE, Measure.MIRROR_VALUE: Kind.MIRROR}
    if layer.measure in own:
        return beside.kinds[own[layer.measure]]
    kinds = beside.kinds[Kind.UNDEFINED], beside.kinds[Kind.DEFINED]
    return np.where(np.isnan(layer.numbers), *kinds)


def _with_missing(text: pa.StringArray, missing: Mask) -> pa.StringArray:
    """The same, null where it is missing."""
    if not missing.any():
        return text
    there = pa.py_buffer(np.packbits(~missing, bitorder="little"))
    _, offsets, data = text.buffers()
    return pa.StringArray.from_buffers(len(text), offsets, data, there)
