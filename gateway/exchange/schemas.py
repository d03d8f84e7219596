"""Answers to schema questions: the rules that data of a dataflow, structure or agreement keep."""

from collections.abc import Iterator

from gateway.errors import NotFound, NotServed
from gateway.formats.schema_message import SchemaMessage
from gateway.model.artefact import Artefact, Kind
from gateway.model.metadata import (
    Metadataflow,
    MetadataProvisionAgreement,
    MetadataStructure,
)
from gateway.model.query import SchemaQuery, StructureQuery
from gateway.model.structure import DataConstraint, Dataflow, DataStructure, ProvisionAgreement
from gateway.registry import Registry, component_codes


def schema(registry: Registry, query: SchemaQuery) -> SchemaMessage:
    """What a schema is written from, the constraints of its context applied.

    Raises NotFound as `Registry.matching` does, NotServed for metadata.
    """
    named = _named(registry, query)
    _refuse_metadata(named)
    context = list(_context(registry, named))
    structure = next(each for each in context if isinstance(each, DataStructure))
    constraints = registry.constraints(*(each.reference for each in context))
    codes = {id: _allowed(listed, id, constraints) for id, listed in registry.code_order(structure)}
    return SchemaMessage(
        named.reference, structure, codes, query.dimension_at_observation, query.deletion
    )


def as_structures(query: SchemaQuery) -> StructureQuery:
    """The structure question whose answer says the same for people: SDMX-REST, schema.md.

    Data structures, code lists, concept and agency schemes with only what is used, constraints.
    """
    of_metadata = query.context.startswith("metadata")
    structures = ("metadatastructure",) if of_metadata else ("datastructure", "dataconstraint")
    return StructureQuery(
        (query.context,),
        query.pattern,
        detail="referencepartial",
        references=(*structures, "codelist", "conceptscheme", "agencyscheme"),
        as_of=query.as_of,
    )


def _refuse_metadata(named: Artefact) -> None:
    """Metadata messages are generic in every format: the standard's own schemas are theirs.

    What a metadata structure allows is told by the structure formats.
    """
    if isinstance(named, MetadataStructure | Metadataflow | MetadataProvisionAgreement):
        raise NotServed(
            f"Metadata of {named.reference} have no schema of their own; ask for its structure.",
            spanish=f"Los metadatos de {named.reference} no tienen esquema propio; pida su "
            "estructura.",
            subject="Accept",
            allowed=("application/vnd.sdmx.structure+json", "application/vnd.sdmx.structure+xml"),
        )


def _named(registry: Registry, query: SchemaQuery) -> Artefact:
    kinds = {
        "dataflow": Kind.DATAFLOW,
        "datastructure": Kind.DATA_STRUCTURE,
        "provisionagreement": Kind.PROVISION_AGREEMENT,
        "metadatastructure": Kind.METADATA_STRUCTURE,
        "metadataflow": Kind.METADATAFLOW,
        "metadataprovisionagreement": Kind.METADATA_PROVISION_AGREEMENT,
    }
    found = registry.matching([kinds[query.context]], query.pattern)
    if len(found) > 1:
        raise NotFound(
            f"{query.pattern} means several; a schema is of one.",
            spanish=f"{query.pattern} nombra más de uno; un esquema es de uno.",
            allowed=[str(each.reference) for each in found],
        )
    return found[0]


def _context(registry: Registry, named: Artefact) -> Iterator[Artefact]:
    """The agreement, its dataflow, its structure: whatever may carry a constraint."""
    yield named
    match named:
        case ProvisionAgreement():
            yield from _context(registry, registry.get(named.flow))
        case Dataflow():
            yield registry.get(named.structure)


def _allowed(
    listed: tuple[str, ...], component: str, constraints: tuple[DataConstraint, ...]
) -> tuple[str, ...]:
    left = component_codes(component, constraints)
    return listed if left is None else tuple(code for code in listed if code in left)
