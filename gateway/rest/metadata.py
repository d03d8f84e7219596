"""Metadata questions: by metadata set, by metadataflow, or by what the metadata are of.

Source: SDMX-REST 2.2.2, metadata.md; and 1.5, data and metadata queries: ``/metadata/{flowRef}/…``.
"""

from gateway.errors import BadSyntax, NotServed
from gateway.model.query import (
    ArtefactPattern,
    MetadataKey,
    MetadataQuery,
    ProviderPattern,
)
from gateway.rest import grammar, v1, v2
from gateway.rest.parameters import Pairs, choice, moment, read, segments

_FORMS = {
    MetadataKey.SET: "metadata/metadataset/{provider}/{id}/{version}",
    MetadataKey.FLOW: "metadata/metadataflow/{agency}/{id}/{version}/{provider}",
    MetadataKey.STRUCTURE: "metadata/structure/{type}/{agency}/{id}/{version}",
}
PARAMETERS = ("detail", "asOf")
PARAMETERS_1 = ("detail",)
_FORM_1 = "metadata/{agency,flow,version}/{key}/{provider}"


def metadata_query(path: str, pairs: Pairs) -> MetadataQuery:
    """The question of a path below ``/metadata`` of SDMX-REST 2.2.2, and its parameters."""
    word, *parts = segments(path, 5, _FORMS[MetadataKey.FLOW]) or [""]
    if word not in tuple(MetadataKey):
        raise BadSyntax(
            f"There is no resource metadata/{word}.",
            spanish=f"No hay ningún recurso metadata/{word}.",
            allowed=tuple(MetadataKey),
        )
    by = MetadataKey(word)
    if len(parts) == 4 and by is MetadataKey.SET:
        raise BadSyntax(
            "The path has 5 parts.",
            spanish="La ruta tiene 5 partes.",
            subject=path,
            allowed=(_FORMS[by],),
        )
    parameters = read(pairs, PARAMETERS)
    detail = choice(parameters, "detail", "full", ("full", "allstubs"))
    resources, pattern, providers = _named(by, parts)
    return MetadataQuery(
        by, pattern, providers, resources, detail == "allstubs", moment(parameters, "asOf")
    )


def _named(
    by: MetadataKey, parts: list[str]
) -> tuple[tuple[str, ...], ArtefactPattern, tuple[ProviderPattern, ...]]:
    match by:
        case MetadataKey.SET:
            provider, id, version = (*parts, *("*", "*", "*")[len(parts) :])
            return (), v2.artefact_pattern("*", id, version), _providers(provider)
        case MetadataKey.FLOW:
            agency, id, version, provider = (*parts, *("*", "*", "*", "*")[len(parts) :])
            return (), v2.artefact_pattern(agency, id, version), _providers(provider)
        case MetadataKey.STRUCTURE:
            type, agency, id, version = (*parts, *("*", "*", "*", "~")[len(parts) :])
            return v2.resources(type), v2.artefact_pattern(agency, id, version), ()


def metadata_query_1(path: str, pairs: Pairs) -> MetadataQuery:
    """The question of a path below ``/metadata`` of SDMX-REST 1.5.

    Raises NotServed for a key: what we say is of whole artefacts, none of it of parts of data.
    """
    parts = segments(path, 3, _FORM_1)
    if not parts:
        raise BadSyntax(
            "The path names no metadataflow.",
            spanish="La ruta no nombra ningún flujo de metadatos.",
            subject=path,
            allowed=(_FORM_1,),
        )
    flow, key, provider = (*parts, *("all", "all")[len(parts) - 1 :])
    if key not in v1.EVERY:
        raise NotServed(
            "Metadata of a key are not served.",
            spanish="No se sirven metadatos de una clave.",
            subject=key,
            allowed=("all",),
        )
    parameters = read(pairs, PARAMETERS_1, v1.DATA_PARAMETERS)
    choice(parameters, "detail", "full", ("full",))
    return MetadataQuery(MetadataKey.FLOW, v1.flow_pattern(flow), v1.provider_patterns(provider))


def _providers(text: str) -> tuple[ProviderPattern, ...]:
    """Metadata providers, their agency perhaps before a full stop; ``+`` is OR here too."""
    if text in v2.EVERY:
        return ()
    ids = grammar.ids(text.replace("+", ","), ",", every=v2.EVERY)
    split = (each.rpartition(".") for each in ids)
    return tuple(ProviderPattern(id, agency or None) for agency, _, id in split)
