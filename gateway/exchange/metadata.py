"""Answers to questions for reference metadata.

They describe data and hold no figures, so that, as structures are, they are open to all.
"""

from collections.abc import Iterable, Sequence

from gateway.errors import NoResults, NotFound
from gateway.model.artefact import Kind
from gateway.model.metadata import MetadataSet
from gateway.model.query import MetadataKey, MetadataQuery
from gateway.registry import RESOURCES, Registry, chosen


def metadata_sets(
    registry: Registry, sets: Iterable[MetadataSet], query: MetadataQuery
) -> tuple[MetadataSet, ...]:
    """The sets that a question asks for, at least one.

    Raises NotFound where it names a set, flow or artefact that is not there, NoResults where there
    is nothing.
    """
    from_providers = [each for each in sets if _supplied(each, query)]
    match query.by:
        case MetadataKey.SET:
            found = _by_name(from_providers, query)
        case MetadataKey.FLOW:
            flows = {e.reference for e in registry.matching([Kind.METADATAFLOW], query.pattern)}
            found = [each for each in from_providers if each.flow in flows]
        case MetadataKey.STRUCTURE:
            kinds = {kind for name in query.resources for kind in RESOURCES.get(name, ())}
            named = {each.reference for each in registry.matching(kinds, query.pattern)}
            found = [each for each in from_providers if each.target in named]
    if not found:
        raise NoResults(
            "No metadata set fits the question.",
            spanish="Ningún conjunto de metadatos responde a la pregunta.",
            subject=str(query.pattern),
        )
    return tuple(found)


def _supplied(metadata: MetadataSet, query: MetadataQuery) -> bool:
    return not query.providers or any(each.allows(*metadata.provider) for each in query.providers)


def _by_name(sets: Sequence[MetadataSet], query: MetadataQuery) -> Sequence[MetadataSet]:
    ids = query.pattern.ids
    found = chosen([each for each in sets if not ids or each.id in ids], query.pattern.versions)
    if not found and ids:
        raise NotFound(
            f"There is no metadata set {', '.join(ids)}.",
            spanish=f"No hay ningún conjunto de metadatos {', '.join(ids)}.",
            subject=str(query.pattern),
            allowed=[each.id for each in sets[:20]],
        )
    return found
