"""SDMX-REST 2.2.2: ``/data/{context}/{agency}/{id}/{version}/{key}`` and ``/structure/…``.

Source: SDMX-REST 2.2.2, data.md and structures.md. Trailing parts may be left out.
"""

from collections.abc import Mapping

from gateway.errors import BadSyntax
from gateway.model.period import year_start
from gateway.model.query import ArtefactPattern, DataQuery, Page, SchemaQuery, StructureQuery
from gateway.rest import grammar, spelling
from gateway.rest.parameters import Pairs, choice, moment, positive, read, segments, whole

EVERY = ("*", "all")  # structures.md still uses `all` in one of its own examples

CONTEXTS = ("dataflow", "datastructure", "provisionagreement", "*")

RESOURCES = tuple(
    """datastructure metadatastructure categoryscheme conceptscheme codelist hierarchy
    hierarchyassociation valuelist agencyscheme dataproviderscheme metadataproviderscheme
    dataconsumerscheme organisationunitscheme dataflow metadataflow reportingtaxonomy
    provisionagreement metadataprovisionagreement structuremap representationmap conceptschememap
    categoryschememap organisationschememap reportingtaxonomymap process categorisation
    dataconstraint metadataconstraint transformationscheme rulesetscheme
    userdefinedoperatorscheme customtypescheme namepersonalisationscheme vtlmappingscheme""".split()
)

DETAILS = (
    *("full", "allstubs", "allcompletestubs", "referencestubs", "referencecompletestubs"),
    *("referencepartial", "raw"),  # no list here extends another, so that raw is full
)

REFERENCES = (
    *("none", "parents", "parentsandsiblings", "ancestors", "children", "descendants", "all"),
)

DATA_PARAMETERS = (
    *("c[", "updatedAfter", "updateAfter", "firstNObservations", "lastNObservations"),
    *("dimensionAtObservation", "includeHistory", "offset", "limit", "sort", "asOf"),
    *("reportingYearStartDay", "attributes", "measures"),
)

SCHEMA_CONTEXTS = (
    *("dataflow", "datastructure", "provisionagreement"),
    *("metadatastructure", "metadataflow", "metadataprovisionagreement"),
)

STRUCTURE_PARAMETERS = ("detail", "references", "asOf")
SCHEMA_PARAMETERS = ("dimensionAtObservation", "asOf", "deletion")

_DATA_FORM = "data/{context}/{agency}/{id}/{version}/{key}"
_SCHEMA_FORM = "schema/{context}/{agency}/{id}/{version}"
_STRUCTURE_FORM = "structure/{type}/{agency}/{id}/{version}/{item}"

_NO_ID = ("+", "~", "latest")
"""Words for versions that are no ids, so that a version stands there."""


def data_query(path: str, pairs: Pairs) -> DataQuery:
    """The question of a path below ``/data`` and its parameters."""
    context, agency, id, version, keys = _padded(
        segments(path, 5, _DATA_FORM), ("*", "*", "*", "*", "*")
    )
    parameters = read(pairs, DATA_PARAMETERS)
    if "updateAfter" in parameters:  # as sdmx1 2.28 spells it (seen 2026-11)
        parameters.setdefault("updatedAfter", parameters["updateAfter"])
    year_starts = year_start(parameters.get("reportingYearStartDay", "--01-01"))
    filters = (
        grammar.component_filter(name, value, year_starts)
        for name, value in parameters.items()
        if name.startswith("c[")
    )
    return DataQuery(
        data_context(context),
        artefact_pattern(agency, id, version),
        () if keys in EVERY else tuple(grammar.key(each) for each in keys.split(",")),
        tuple(filters),
        dimension_at_observation=parameters.get("dimensionAtObservation", "TIME_PERIOD"),
        first=positive(parameters, "firstNObservations"),
        last=positive(parameters, "lastNObservations"),
        page=Page(
            grammar.order(parameters["sort"]) if "sort" in parameters else (),
            whole(parameters, "offset"),
            positive(parameters, "limit"),
        ),
        as_of=moment(parameters, "asOf"),
        updated_after=moment(parameters, "updatedAfter"),
        history=choice(parameters, "includeHistory", "false", ("false", "true")) == "true",
        attributes=_components(parameters, "attributes", "dsd"),
        measures=_components(parameters, "measures", "all"),
    )


def data_path(query: DataQuery) -> str:
    """The path and parameters below ``/sdmx/v2`` that ask a question, ready for a URL.

    A position of a key with several codes becomes several keys: the standard has no OR inside one.
    Raises SemanticError for what SDMX-REST 2.2.2 has no words for.
    """
    spelling.refuse("SDMX-REST 2.2.2", {"data provider": bool(query.providers)})
    keys = [one for key in spelling.keys(query) for one in spelling.single_codes(key)]
    parts = (
        query.context,
        ",".join(query.flows.agencies) or "*",
        ",".join(query.flows.ids) or "*",
        ",".join(each.text for each in query.flows.versions),
        ",".join(spelling.position_key(key, "*") for key in keys) or "*",
    )
    parameters = {
        **spelling.component_filters(query.filters),
        **spelling.shared_parameters(query),
        "attributes": ",".join(query.attributes),
        "measures": ",".join(query.measures),
        "offset": str(query.page.offset),
        "limit": "" if query.page.limit is None else str(query.page.limit),
        "sort": spelling.order(query.page.order),
        "asOf": spelling.moment(query.as_of),
    }
    usual = {
        "attributes": "dsd",
        "measures": "all",
        "offset": "0",
        "reportingYearStartDay": "--01-01",
    }
    return spelling.url("data", parts, ("*",) * 5, parameters, usual)


def data_context(text: str) -> str:
    """The context of a data question: one, several between commas, or any."""
    wanted = ["*" if each == "all" else each for each in text.split(",")]
    for each in wanted:
        if each not in CONTEXTS:
            raise BadSyntax(
                f"There is no context {each}.",
                spanish=f"No hay ningún contexto {each}.",
                subject=each,
                allowed=CONTEXTS,
            )
    return "*" if "*" in wanted else ",".join(dict.fromkeys(wanted))


def _components(parameters: Mapping[str, str], name: str, default: str) -> tuple[str, ...]:
    """`attributes` or `measures`: words of the standard and ids."""
    return grammar.ids(parameters.get(name, default), ",", every=())


def structure_query(path: str, pairs: Pairs) -> StructureQuery:
    """The question of a path below ``/structure`` and its parameters."""
    parts = segments(path, 5, _STRUCTURE_FORM)
    if len(parts) == 3 and parts[2] in _NO_ID:
        # sdmx1 2.28 leaves out the type where it asks for any: agency, id, version (seen 2026-11).
        parts = ["*", *parts]
    resource, agency, id, version, item = _padded(parts, ("*", "*", "*", "~", ""))
    parameters = read(pairs, STRUCTURE_PARAMETERS)
    return StructureQuery(
        resources(resource),
        artefact_pattern(agency, id, version),
        grammar.ids(item, ",", every=("", *EVERY)),
        choice(parameters, "detail", "full", DETAILS),
        references(parameters, (*REFERENCES, *RESOURCES)),
        moment(parameters, "asOf"),
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
    context, agency, id, version = _padded(parts, ("", "", "", "~"))
    if context not in SCHEMA_CONTEXTS:
        raise BadSyntax(
            f"There is no context {context}.",
            spanish=f"No hay ningún contexto {context}.",
            subject=context,
            allowed=SCHEMA_CONTEXTS,
        )
    parameters = read(pairs, SCHEMA_PARAMETERS)
    return SchemaQuery(
        context,
        artefact_pattern(agency, id, version),
        parameters.get("dimensionAtObservation", "TIME_PERIOD"),
        moment(parameters, "asOf"),
        choice(parameters, "deletion", "false", ("false", "true")) == "true",
    )


def references(parameters: Mapping[str, str], allowed: tuple[str, ...]) -> tuple[str, ...]:
    """What `references` asks for: words of the standard or artefact types, between commas."""
    wanted = parameters.get("references", "none").lower().split(",")
    for word in wanted:
        if word not in allowed:
            raise BadSyntax(
                f"references={word} is not known.",
                spanish=f"references={word} no se conoce.",
                subject="references",
                allowed=allowed,
            )
    return tuple(wanted)


def resources(text: str) -> tuple[str, ...]:
    """Types of artefacts between commas."""
    wanted = tuple(text.split(","))
    if any(each in EVERY for each in wanted):
        return RESOURCES
    for each in wanted:
        if each not in RESOURCES:
            raise BadSyntax(
                f"There is no artefact type {each}.",
                spanish=f"No hay ningún tipo de artefacto {each}.",
                subject=each,
                allowed=RESOURCES,
            )
    return wanted


def artefact_pattern(agency: str, id: str, version: str) -> ArtefactPattern:
    """Three parts of a path as a pattern; the words of older versions are read too."""
    versions = ("~" if each == "latest" else "*" if each == "all" else each
                for each in version.split(","))  # fmt: skip
    return ArtefactPattern(
        grammar.ids(agency, ",", every=EVERY),
        grammar.ids(id, ",", every=EVERY),
        tuple(grammar.version(each) for each in versions),
    )


def _padded(parts: list[str], defaults: tuple[str, ...]) -> tuple[str, ...]:
    return (*parts, *defaults[len(parts) :])
