"""The code lists of the dimensions that offices break down, as trees."""

from gateway.mirror.hierarchy import Hierarchy, hierarchy
from gateway.mirror.sides import BROKEN_DOWN
from gateway.model.structure import DataStructure
from gateway.registry import Registry


def hierarchies(registry: Registry, structure: DataStructure) -> list[Hierarchy]:
    """Those of a structure that has them all, in the order of a cell."""
    by_id = {each.id: each for each in structure.dimensions}
    found = []
    for id in BROKEN_DOWN:
        codelist = by_id[id].representation.codelist
        found.append(
            Hierarchy(id, {}) if codelist is None else hierarchy(id, registry.scheme(codelist))
        )
    return found
