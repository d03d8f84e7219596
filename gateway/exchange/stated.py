"""Who states what in a dataflow, by the codes of what a caller sees: for reasons, no figures."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from gateway.exchange.exchange import Exchange
from gateway.mirror.hierarchy import TOTAL
from gateway.mirror.sides import BROKEN_DOWN
from gateway.model.query import Wanted
from gateway.model.selection import Coded, Codes, Selection
from gateway.model.structure import Dataflow
from gateway.model.visibility import Visibility


@dataclass(frozen=True, slots=True)
class Stating:
    """That a source states something of a country, seen from another; by which dimensions."""

    source: str
    reporter: str
    partner: str
    broken_down: tuple[str, ...]


def stating(exchange: Exchange, flow: Dataflow, visibility: Visibility) -> Iterator[Stating]:
    """What each source of a dataflow states, as far as a caller sees it."""
    for each in exchange.mirror.compared:
        release = exchange.store.catalogue.visible(each.id, visibility)
        if each.flow.reference == flow.reference and release is not None:
            cube = exchange.store.cube(release, each.structure)
            yield from _stated(cube.select(Wanted(), visibility))


def _stated(found: Selection) -> Iterator[Stating]:
    """By source, reporter and partner, without looking at series one by one."""
    sources, partners = found.keys["DATA_SOURCE"], _countries(found.keys["COUNTERPART_AREA"])
    reporters = _countries(found.keys["REF_AREA"])
    corridor = np.zeros(found.series, np.int64)
    for column in (sources, reporters, partners):
        corridor = corridor * len(column.values) + column.codes
    names, example, place = np.unique(corridor, return_index=True, return_inverse=True)
    parts = {id: _parts(found.keys[id], place, len(names)) for id in BROKEN_DOWN}
    for number, series in enumerate(example.tolist()):
        source, *ends = (each.value(series) or "" for each in (sources, reporters, partners))
        by = tuple(id for id, count in parts.items() if count[number] > 1)
        yield Stating(source, ends[0], ends[1], by)


def _parts(column: Coded, place: Codes, corridors: int) -> list[int]:
    """How many codes but that of all stand in a column, by corridor."""
    some = np.array([value != TOTAL for value in column.values], bool)[column.codes]
    pairs = np.unique(place[some].astype(np.int64) * len(column.values) + column.codes[some])
    counts: list[int] = np.bincount(pairs // len(column.values), minlength=corridors).tolist()
    return counts


def _countries(areas: Coded) -> Coded:
    """The countries of areas: ISO 3166-2 codes begin with theirs."""
    named = [each.partition("-")[0] for each in areas.values]
    countries = tuple(sorted({*named}))
    turned = np.array([countries.index(each) for each in named], np.int32)
    return Coded(turned[areas.codes], countries)
