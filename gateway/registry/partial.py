"""Related schemes cut down to what is used: ``detail=referencepartial``.

Concepts and organisations that the returned artefacts name, codes that their constraints allow.
Source: SDMX-REST 2.2.2, structures.md, detail.
"""

from collections.abc import Iterable, Sequence

from gateway.model.artefact import Artefact, ItemScheme, Kind, Reference
from gateway.model.structure import DataConstraint, DataStructure
from gateway.registry.items import cut, only_items


def only_used(
    named: Sequence[Artefact],
    related: Sequence[Artefact],
    constraints: Sequence[DataConstraint],
) -> tuple[Artefact, ...]:
    """The related artefacts, each scheme with only the items that are used."""
    returned = [*named, *related]
    items = {each for artefact in returned for each in artefact.references() if each.item}
    structures = [each for each in returned if isinstance(each, DataStructure)]
    allowed = allowed_codes(structures, constraints)
    agencies = {each.agency for each in returned}
    return tuple(_cut(each, items, allowed, agencies) for each in related)


def allowed_codes(
    structures: Iterable[DataStructure], constraints: Sequence[DataConstraint]
) -> dict[Reference, frozenset[str]]:
    """The codes left of each code list, where every component that uses it is constrained."""
    left: dict[Reference, frozenset[str]] = {}
    free: set[Reference] = set()
    for structure in structures:
        for component in structure.components():
            codelist = component.representation.codelist
            codes = component_codes(component.id, constraints)
            if codelist is not None and codes is None:
                free.add(codelist)
            elif codelist is not None and codes is not None:
                left[codelist] = left.get(codelist, frozenset()) | codes
    return {codelist: codes for codelist, codes in left.items() if codelist not in free}


def component_codes(component: str, constraints: Sequence[DataConstraint]) -> frozenset[str] | None:
    """The codes that every constraint allows a component, or None where none restricts it."""
    regions = [
        frozenset(codes)
        for constraint in constraints
        for named, codes in constraint.region
        if named == component
    ]
    return frozenset.intersection(*regions) if regions else None


def _cut(
    artefact: Artefact,
    items: set[Reference],
    allowed: dict[Reference, frozenset[str]],
    agencies: set[str],
) -> Artefact:
    if not isinstance(artefact, ItemScheme):
        return artefact
    if artefact.kind is Kind.CODELIST:
        kept = allowed.get(artefact.reference)
        return artefact if kept is None else cut(artefact, kept)
    if artefact.kind is Kind.AGENCY_SCHEME:
        used = agencies & {item.id for item in artefact.items}
    else:
        used = {each.item for each in items if each.artefact == artefact.reference and each.item}
    return only_items(artefact, used) if used else artefact
