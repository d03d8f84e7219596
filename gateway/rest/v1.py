"""SDMX-REST 1.5: ``/data/{flowRef}/{key}/{providerRef}`` and ``/{resource}/{agency}/{id}/…``.

Source: SDMX-REST 1.5, v2_1/ws/rest/docs. ``+`` stands between alternatives, an empty position
of a key allows all.
"""

from collections.abc import Mapping, Sequence

from gateway.errors import BadSyntax
from gateway.model.period import JANUARY_1
from gateway.model.query import (
    ALL_ATTRIBUTES,
    ALL_MEASURES,
    ArtefactPattern,
    DataQuery,
    Filter,
    Operator,
    Page,
    ProviderPattern,
    SchemaQuery,
    StructureQuery,
    VersionPattern,
)
from gateway.rest import grammar, spelling, v2
from gateway.rest.parameters import Pairs, choice, moment, no_resource, positive, read, segments

EVERY = ("all", "*")

ANY_TYPE = "structure"

RESOURCES = (
    ANY_TYPE,
    *"""datastructure metadatastructure categoryscheme conceptscheme codelist
    hierarchicalcodelist organisationscheme agencyscheme dataproviderscheme dataconsumerscheme
    organisationunitscheme dataflow metadataflow reportingtaxonomy provisionagreement structureset
    process categorisation contentconstraint actualconstraint allowedconstraint
    attachmentconstraint transformationscheme rulesetscheme userdefinedoperatorscheme
    customtypescheme namepersonalisationscheme vtlmappingscheme""".split(),
)

_OF_DATA = ("data", "availableconstraint", "schema", "metadata")
"""The resources that are no structures."""

DETAILS = tuple(each for each in v2.DETAILS if each != "raw")
REFERENCES = tuple(each for each in v2.REFERENCES if each != "ancestors")

TIME = "TIME_PERIOD"

SCHEMA_CONTEXTS = v2.SCHEMA_CONTEXTS[:-1]  # 1.5 has agreements of one kind only

DATA_DETAILS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "full": (ALL_ATTRIBUTES, ALL_MEASURES),
    "dataonly": (("none",), ALL_MEASURES),
    "serieskeysonly": (("none",), ("none",)),
    "nodata": (("dataset", "series"), ("none",)),
}
"""What each word of `detail` says of attributes and measures, in the words of SDMX-REST 2."""

DATA_PARAMETERS = (
    *("startPeriod", "endPeriod", "updatedAfter", "firstNObservations", "lastNObservations"),
    *("dimensionAtObservation", "detail", "includeHistory"),
)
STRUCTURE_PARAMETERS = ("detail", "references")
SCHEMA_PARAMETERS = ("dimensionAtObservation", "explicitMeasure")

_DATA_FORM = "data/{agency,flow,version}/{key}/{provider}"
_SCHEMA_FORM = "schema/{context}/{agency}/{id}/{version}"
_STRUCTURE_FORM = "{type}/{agency}/{id}/{version}/{item}"


def data_query(path: str, pairs: Pairs) -> DataQuery:
    """The question of a path below ``/data`` and its parameters."""
    parts = segments(path, 3, _DATA_FORM)
    if not parts:
        raise BadSyntax(
            "The path names no dataflow.",
            spanish="La ruta no nombra ningún flujo de datos.",
            subject=path,
            allowed=(_DATA_FORM,),
        )
    flow, key, provider = (*parts, *("all", "all")[len(parts) - 1 :])
    parameters = read(pairs, DATA_PARAMETERS)
    attributes, measures = DATA_DETAILS[choice(parameters, "detail", "full", DATA_DETAILS)]
    return DataQuery(
        "dataflow",
        flow_pattern(flow),
        () if key in EVERY else (grammar.key(key),),
        grammar.bounds(TIME, parameters.get("startPeriod"), parameters.get("endPeriod")),
        provider_patterns(provider),
        parameters.get("dimensionAtObservation", "TIME_PERIOD"),
        first=positive(parameters, "firstNObservations"),
        last=positive(parameters, "lastNObservations"),
        updated_after=moment(parameters, "updatedAfter"),
        history=choice(parameters, "includeHistory", "false", ("false", "true")) == "true",
        attributes=attributes,
        measures=measures,
    )


def data_path(query: DataQuery) -> str:
    """The path and parameters below ``/sdmx/v1`` that ask a question, ready for a URL.

    Raises SemanticError for what SDMX-REST 1.5 has no words for.
    """
    spelling.refuse(
        "SDMX-REST 1.5",
        {
            "context": query.context != "dataflow",
            "several versions": len(query.flows.versions) != 1,
            "several keys": len(spelling.keys(query)) > 1,
            "asOf": query.as_of is not None,
            "sort, offset and limit": query.page != Page(),
            "attributes and measures": (query.attributes, query.measures) not in _DETAIL_OF,
        },
    )
    parts = (
        _flow_ref(query.flows),
        "".join(spelling.position_key(key, "") for key in spelling.keys(query)) or "all",
        _provider_ref(query.providers),
    )
    parameters = {
        **_bounds(query.filters),
        **spelling.shared_parameters(query),
        "detail": _DETAIL_OF[query.attributes, query.measures],
    }
    return spelling.url("data", parts, ("", "all", "all"), parameters, {"detail": "full"})


_DETAIL_OF = {shown: word for word, shown in DATA_DETAILS.items()}


def _flow_ref(flows: ArtefactPattern) -> str:
    (version,) = flows.versions
    agencies, id = "+".join(flows.agencies) or "all", "+".join(flows.ids) or "all"
    if version.text == VersionPattern.LATEST:
        return id if not flows.agencies else f"{agencies},{id}"
    word = "all" if version.text == VersionPattern.ALL else version.text
    return f"{agencies},{id},{word}"


def _provider_ref(providers: Sequence[ProviderPattern]) -> str:
    return "+".join(
        each.id or "all" if each.agency is None else f"{each.agency},{each.id or 'all'}"
        for each in providers
    ) or "all"  # fmt: skip


def _bounds(filters: Sequence[Filter]) -> dict[str, str]:
    """Filters as `startPeriod` and `endPeriod`: there are no others."""
    names = {Operator.GE: "startPeriod", Operator.LE: "endPeriod"}
    found: dict[str, str] = {}
    for each in filters:
        group = each.alternatives[0] if len(each.alternatives) == 1 else ()
        told = {names.get(one.operator, ""): one for one in group}
        fits = len(told) == len(group) > 0 and not {"", *found} & {*told}
        plain = all(one.year_starts == JANUARY_1 for one in group)
        spelling.refuse(
            "SDMX-REST 1.5",
            {f"c[{each.component}]": each.component != TIME or not fits or not plain},
        )
        found |= {name: one.value for name, one in told.items()}
    return found


def structure_query(path: str, pairs: Pairs) -> StructureQuery:
    """The question of a whole path such as ``codelist/LMIG/CL_SEX/latest``."""
    resource, *parts = segments(path, 5, _STRUCTURE_FORM) or [""]
    if resource not in RESOURCES:
        raise no_resource(resource, (*_OF_DATA, *RESOURCES))
    agency, id, version, item = (*parts, *("all", "all", "latest", "all")[len(parts) :])
    parameters = read(pairs, STRUCTURE_PARAMETERS)
    return StructureQuery(
        RESOURCES if resource == ANY_TYPE else (resource,),
        ArtefactPattern(
            grammar.ids(agency, "+", every=EVERY),
            grammar.ids(id, "+", every=EVERY),
            tuple(_version(each) for each in version.split("+")),
        ),
        grammar.ids(item, "+", every=EVERY),
        choice(parameters, "detail", "full", DETAILS),
        v2.references(parameters, (*REFERENCES, *RESOURCES)),
    )


def schema_query(path: str, pairs: Pairs) -> SchemaQuery:
    """The question of a path below ``/schema`` and its parameters."""
    parts = segments(path, 4, _SCHEMA_FORM)
    if len(parts) < 3:
        raise BadSyntax(
            "The path names no structure.",
            spanish="La ruta no nombra ninguna estructura.",
            subject=path,
            allowed=(_SCHEMA_FORM,),
        )
    context, agency, id, version = (*parts, *("latest",)[len(parts) - 3 :])
    if context not in SCHEMA_CONTEXTS:
        raise BadSyntax(
            f"There is no context {context}.",
            spanish=f"No hay ningún contexto {context}.",
            subject=context,
            allowed=SCHEMA_CONTEXTS,
        )
    parameters = read(pairs, SCHEMA_PARAMETERS)
    choice(parameters, "explicitMeasure", "false", ("false",))  # there is one measure
    return SchemaQuery(
        context,
        ArtefactPattern((agency,), (id,), (_version(version),)),
        parameters.get("dimensionAtObservation", "TIME_PERIOD"),
    )


def flow_pattern(text: str) -> ArtefactPattern:
    """A dataflow or metadataflow: its id, its agency before it, its version behind it."""
    parts = text.split(",")
    if len(parts) > 3:
        raise BadSyntax(
            f"{text!r} names no dataflow.",
            spanish=f"{text!r} no nombra ningún flujo de datos.",
            subject=text,
            allowed=(_DATA_FORM,),
        )
    agency, id, version = (
        (parts[0], *parts[1:], *("latest",)[len(parts) - 2 :])
        if len(parts) > 1
        else ("all", parts[0], "latest")
    )
    return ArtefactPattern(
        grammar.ids(agency, "+", every=EVERY),
        grammar.ids(id, "+", every=EVERY),
        (_version(version),),
    )


def _version(text: str) -> VersionPattern:
    spelled = {"latest": VersionPattern.LATEST, "all": VersionPattern.ALL}
    return grammar.version(spelled.get(text, text), tuple(spelled))


def provider_patterns(text: str) -> tuple[ProviderPattern, ...]:
    """Data providers; the agency that maintains their scheme may stand before each."""
    if text in EVERY:
        return ()
    return tuple(_provider(each) for each in text.split("+"))


def _provider(text: str) -> ProviderPattern:
    parts = [grammar.ids(part, "+", every=EVERY) for part in text.split(",")]
    if len(parts) > 2:
        raise BadSyntax(
            f"{text!r} names no provider.",
            spanish=f"{text!r} no nombra ningún proveedor.",
            subject=text,
            allowed=("AGENCY,PROVIDER",),
        )
    id, agency = (parts[-1] or (None,))[0], (parts[0] or (None,))[0]
    return ProviderPattern(id, agency if len(parts) == 2 else None)
