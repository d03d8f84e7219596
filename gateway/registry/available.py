"""What an availability constraint refers to, reduced to what it tells of.

Code lists with the codes that data have and those above them, concept schemes with the concepts in
use, provider schemes with the providers of the data. Source: SDMX-REST 2.2.2, availability.md,
references.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from gateway.model.artefact import Artefact, ItemScheme, Kind, Reference
from gateway.model.structure import (
    AvailabilityConstraint,
    Component,
    DataStructure,
    ProvisionAgreement,
)
from gateway.registry.items import cut, only_items
from gateway.registry.registry import Registry

Told = tuple[AvailabilityConstraint, DataStructure]
"""A constraint, and the structure of the data that it tells of."""


def referred(
    registry: Registry,
    told: Sequence[Told],
    providers: Iterable[Reference],
    references: Iterable[str],
) -> tuple[Artefact, ...]:
    """The artefacts that `references` ask for, in words of the standard, each once.

    Where the structure is among them, so is all that it refers to: lists of components of which
    nothing is told are whole.
    """
    words = {*references}
    every = "all" in words
    components = [*_components(told, every=every or "datastructure" in words)]
    found: list[Artefact] = []
    if every or "dataflow" in words:
        found += [*_flows(registry, told)]
    if every or "datastructure" in words:
        found += [structure for _, structure in told]
    if every or "conceptscheme" in words:
        found += _schemes(registry, (each.concept for _, each in components))
    if every or "codelist" in words:
        found += _lists(registry, components)
    if every or "dataproviderscheme" in words:
        found += _schemes(registry, providers)
    return tuple({each.reference: each for each in found}.values())


def _components(
    told: Iterable[Told], *, every: bool
) -> Iterator[tuple[frozenset[str] | None, Component]]:
    """The components that are told of, each with its codes; with `every`, the others with None."""
    for constraint, structure in told:
        codes = {id: frozenset(values) for id, values in constraint.region}
        time = {constraint.time} if constraint.periods else set()
        for each in structure.components():
            if every or each.id in codes or each.id in time:
                yield codes.get(each.id), each


def _flows(registry: Registry, told: Iterable[Told]) -> Iterator[Artefact]:
    """The dataflow that a constraint is of, or that an agreement supplies."""
    for constraint, _ in told:
        of = registry.get(constraint.of)
        if isinstance(of, ProvisionAgreement):
            yield registry.get(of.flow)
        elif of.kind is Kind.DATAFLOW:
            yield of


def _schemes(registry: Registry, used: Iterable[Reference]) -> list[Artefact]:
    """Schemes with only the items that are used."""
    items: dict[Reference, set[str]] = {}
    for each in used:
        items.setdefault(each.artefact, set()).add(each.item or "")
    return [only_items(registry.get(scheme), ids) for scheme, ids in items.items()]


def _lists(
    registry: Registry, components: Iterable[tuple[frozenset[str] | None, Component]]
) -> Iterator[Artefact]:
    """Code lists with the codes of every component that uses them; whole, where one is not told."""
    kept: dict[Reference, frozenset[str] | None] = {}
    for codes, component in components:
        codelist = component.representation.codelist
        if codelist is not None:
            before = kept.get(codelist, frozenset())
            kept[codelist] = None if codes is None or before is None else before | codes
    for codelist, left in kept.items():
        scheme = registry.scheme(codelist)
        yield scheme if left is None else cut(scheme, _with_broader(scheme, left))


def _with_broader(scheme: ItemScheme, codes: frozenset[str]) -> frozenset[str]:
    """Codes, and all that stand above them."""
    above: Mapping[str, str | None] = {item.id: item.parent for item in scheme.items}
    found: set[str] = set()
    for code in codes:
        each: str | None = code
        while each is not None and each not in found:
            found.add(each)
            each = above.get(each)
    return frozenset(found)
