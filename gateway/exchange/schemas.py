"""Answers to schema questions: the rules that data of a dataflow, structure or agreement keep."""

from collections.abc import Iterator

from gateway.errors import NotFound
from gateway.formats.schema_message import SchemaMessage
from gateway.model.artefact import Artefact, Kind
from gateway.model.query import SchemaQuery, StructureQuery
from gateway.model.structure import DataConstraint, Dataflow, DataStructure, ProvisionAgreement
from gateway.registry import Registry, component_codes


def schema(registry: Registry, query: SchemaQuery) -> SchemaMessage:
    """What a schema is written from, the constraints of its context applied.

    Raises NotFound as `Registry.matching` does.
    """
    named = _named(registry, query)
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
    return StructureQuery(
        (query.context,),
        query.pattern,
        detail="referencepartial",
        references=("datastructure", "codelist", "conceptscheme", "agencyscheme", "dataconstraint"),
        as_of=query.as_of,
    )


def _named(registry: Registry, query: SchemaQuery) -> Artefact:
    kinds = {
        "dataflow": Kind.DATAFLOW,
        "datastructure": Kind.DATA_STRUCTURE,
        "provisionagreement": Kind.PROVISION_AGREEMENT,
    }
    found = registry.matching([kinds[query.context]], query.pattern)
    if len(found) > 1:
        raise NotFound(
            f"{query.pattern} means several; a schema is of one.",
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
