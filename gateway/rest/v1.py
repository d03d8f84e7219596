"""SDMX-REST 1.5: ``/data/{flowRef}/{key}/{providerRef}`` and ``/{resource}/{agency}/{id}/…``.

Source: SDMX-REST 1.5, v2_1/ws/rest/docs. ``+`` stands between alternatives, an empty position
of a key allows all.
"""

from collections.abc import Mapping

from gateway.errors import BadSyntax, NotServed
from gateway.model.query import (
    ArtefactPattern,
    DataQuery,
    SchemaQuery,
    StructureQuery,
    VersionPattern,
)
from gateway.rest import grammar, v2
from gateway.rest.parameters import Pairs, choice, moment, positive, read, segments

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

DETAILS = tuple(each for each in v2.DETAILS if each != "raw")
REFERENCES = tuple(each for each in v2.REFERENCES if each != "ancestors")

_DATA_SERVED = (
    *("startPeriod", "endPeriod", "updatedAfter", "firstNObservations", "lastNObservations"),
    *("dimensionAtObservation", "detail", "includeHistory"),
)
_DATA_FORM = "data/{agency,flow,version}/{key}/{provider}"
_SCHEMA_FORM = "schema/{context}/{agency}/{id}/{version}"
_STRUCTURE_FORM = "{type}/{agency}/{id}/{version}/{item}"


def data_query(path: str, pairs: Pairs) -> DataQuery:
    """The question of a path below ``/data`` and its parameters."""
    parts = segments(path, 3, _DATA_FORM)
    if not parts:
        raise BadSyntax("The path names no dataflow.", subject=path, allowed=(_DATA_FORM,))
    flow, key, provider = (*parts, *("all", "all")[len(parts) - 1 :])
    parameters = read(pairs, _DATA_SERVED)
    _refuse_waiting(parameters, "detail", ("full", "dataonly", "serieskeysonly", "nodata"))
    return DataQuery(
        "dataflow",
        _flow(flow),
        () if key in EVERY else (grammar.key(key),),
        grammar.bounds("TIME_PERIOD", parameters.get("startPeriod"), parameters.get("endPeriod")),
        _providers(provider),
        parameters.get("dimensionAtObservation", "TIME_PERIOD"),
        first=positive(parameters, "firstNObservations"),
        last=positive(parameters, "lastNObservations"),
        updated_after=moment(parameters, "updatedAfter"),
        history=choice(parameters, "includeHistory", "false", ("false", "true")) == "true",
    )


def _refuse_waiting(parameters: Mapping[str, str], name: str, known: tuple[str, ...]) -> None:
    """Of the known values of a parameter only the first, which is the default, is served yet."""
    value = choice(parameters, name, known[0], known)
    if value != known[0]:
        raise NotServed(f"{name}={value} is not served yet.", subject=name, allowed=known[:1])


def structure_query(path: str, pairs: Pairs) -> StructureQuery:
    """The question of a whole path such as ``codelist/LMIG/CL_SEX/latest``."""
    resource, *parts = segments(path, 5, _STRUCTURE_FORM) or [""]
    if resource not in RESOURCES:
        raise BadSyntax(f"There is no resource {resource}.", subject=resource, allowed=RESOURCES)
    agency, id, version, item = (*parts, *("all", "all", "latest", "all")[len(parts) :])
    parameters = read(pairs, ("detail", "references"))
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
        raise BadSyntax("The path names no structure.", subject=path, allowed=(_SCHEMA_FORM,))
    context, agency, id, version = (*parts, *("latest",)[len(parts) - 3 :])
    if context not in v2.SCHEMA_CONTEXTS:
        raise BadSyntax(
            f"There is no context {context}.", subject=context, allowed=v2.SCHEMA_CONTEXTS
        )
    parameters = read(pairs, ("dimensionAtObservation", "explicitMeasure"))
    choice(parameters, "explicitMeasure", "false", ("false",))  # there is one measure
    return SchemaQuery(
        context,
        ArtefactPattern((agency,), (id,), (_version(version),)),
        parameters.get("dimensionAtObservation", "TIME_PERIOD"),
    )


def _flow(text: str) -> ArtefactPattern:
    parts = text.split(",")
    if len(parts) > 3:
        raise BadSyntax(f"{text!r} names no dataflow.", subject=text, allowed=(_DATA_FORM,))
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


def _providers(text: str) -> tuple[str, ...]:
    """Ids of data providers; the agency that maintains their scheme may stand before each."""
    if text in EVERY:
        return ()
    return tuple(grammar.ids(each.split(",")[-1], "+", every=EVERY)[0] for each in text.split("+"))
