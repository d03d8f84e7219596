"""Who states what in a dataflow, by the codes of what a caller sees: for reasons, no figures."""

from collections.abc import Iterator
from dataclasses import dataclass

from gateway.exchange.exchange import Exchange
from gateway.mirror.hierarchy import TOTAL
from gateway.mirror.sides import BROKEN_DOWN
from gateway.model.query import Wanted
from gateway.model.selection import Selection
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
    names = ("DATA_SOURCE", *BROKEN_DOWN)
    codes: dict[tuple[str, str, str], list[set[str]]] = {}
    for series in range(found.series):
        source, *cell = (found.keys[id].value(series) or "" for id in names)
        key = (source, _country(cell[0]), _country(cell[1]))
        seen = codes.setdefault(key, [set() for _ in BROKEN_DOWN])
        for of, code in zip(seen, cell, strict=True):
            of.add(code)
    for key, seen in sorted(codes.items()):
        parts = (id for id, of in zip(BROKEN_DOWN, seen, strict=True) if len(of - {TOTAL}) > 1)
        yield Stating(*key, tuple(parts))


def _country(area: str) -> str:
    """The country of an area: ISO 3166-2 codes begin with it."""
    return area.partition("-")[0]
