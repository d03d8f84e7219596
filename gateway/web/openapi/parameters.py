"""The parameters of SDMX-REST as OpenAPI has them, by the names that its readers know them by."""

from collections.abc import Mapping, Sequence

from gateway.formats.negotiation import manners
from gateway.formats.table import FAMILIES, Format, M
from gateway.model.availability import Mode
from gateway.model.text import LANGUAGES, Language, Text
from gateway.rest import availability, v1, v2
from gateway.web.compression import ENCODINGS
from gateway.web.negotiation import COMPRESSION

_WORD = {"type": "string"}
_COUNT = {"type": "integer", "minimum": 1, "maximum": 10**9}
_MOMENT = {"type": "string", "format": "date-time"}
_TRUTH = {"type": "string", "enum": ["false", "true"]}

_KNOWN: Mapping[str, tuple[Mapping[str, object], Text]] = {
    "c[": (
        {"type": "object", "additionalProperties": _WORD},
        Text(
            "Filtros por componente: c[SEX]=F,M; c[TIME_PERIOD]=ge:2020+lt:2024. La coma es o, el "
            "más es y.",
            "Filters by component: c[SEX]=F,M; c[TIME_PERIOD]=ge:2020+lt:2024. A comma is or, a "
            "plus is and.",
        ),
    ),
    "startPeriod": (_WORD, Text("Desde este período, incluido", "From this period, inclusive")),
    "endPeriod": (_WORD, Text("Hasta este período, incluido", "To this period, inclusive")),
    "updatedAfter": (
        _MOMENT,
        Text("Solo lo que cambió desde ese momento", "Only what has changed since this moment"),
    ),
    "updateAfter": (_MOMENT, Text("Como updatedAfter", "As updatedAfter, as sdmx1 spells it")),
    "updatedBefore": (_MOMENT, Text("Lo registrado antes", "What was registered before")),
    "firstNObservations": (_COUNT, Text("Las primeras de cada serie", "The first of each series")),
    "lastNObservations": (_COUNT, Text("Las últimas de cada serie", "The last of each series")),
    "dimensionAtObservation": (
        _WORD,
        Text(
            "La dimensión de las observaciones, o AllDimensions",
            "The dimension at the observations, or AllDimensions",
        ),
    ),
    "includeHistory": (_TRUTH, Text("Con cada estado anterior", "With every earlier state")),
    "offset": (
        {"type": "integer", "minimum": 0, "maximum": 10**9},
        Text("Cuántas se saltan", "How many are passed over"),
    ),
    "limit": (_COUNT, Text("Cuántas se entregan, a lo más", "How many are given at most")),
    "sort": (_WORD, Text("El orden: SEX, TIME_PERIOD:desc", "The order: SEX, TIME_PERIOD:desc")),
    "asOf": (_MOMENT, Text("Como estaba en ese momento", "As it stood at this moment")),
    "reportingYearStartDay": (
        {"type": "string", "pattern": r"^--\d\d-\d\d$"},
        Text("El primer día del año de informe", "The first day of the reporting year"),
    ),
    "attributes": (
        _WORD,
        Text("dsd, msd, dataset, series, obs, all, none o ids", "dsd, msd, dataset, series, obs, "
             "all, none or ids"),
    ),
    "measures": (_WORD, Text("all, none o ids", "all, none or ids")),
    "mode": (
        {"type": "string", "enum": [*Mode]},
        Text("Lo que hay, o lo que podría añadirse", "What there is, or what could be added"),
    ),
    "references": (_WORD, Text("Lo que se refiere a ello, o a que se refiere",
                               "What refers to it or is referred to by it")),
    "detail": (_WORD, Text("Cuánto de ello se dice", "How much of it is told")),
    "deletion": (_TRUTH, Text("Para borrar datos", "For deleting data")),
    "explicitMeasure": (
        {"type": "string", "enum": ["false"]},
        Text("Hay una sola medida", "There is one measure only"),
    ),
}  # fmt: skip

_DETAILS: Mapping[str, Sequence[str]] = {
    "data-1": tuple(v1.DATA_DETAILS),
    "structure-1": v1.DETAILS,
    "structure-2": v2.DETAILS,
    "metadata-1": ("full",),
    "metadata-2": ("full", "allstubs"),
}
_REFERENCES: Mapping[str, Sequence[str]] = {
    "structure-1": (*v1.REFERENCES, *v1.RESOURCES),
    "structure-2": (*v2.REFERENCES, *v2.RESOURCES),
    "availability-1": tuple(each for each in availability.REFERENCES if each != "valuelist"),
    "availability-2": availability.REFERENCES,
}
_CHOICES = {"detail": _DETAILS, "references": _REFERENCES}


def of_question(name: str, resource: str, language: Language) -> dict[str, object]:
    """A parameter of the question, for a resource such as ``data-1``: of SDMX-REST 1.5."""
    schema, text = _KNOWN[name]
    if name in _CHOICES:
        schema = {"type": "string", "enum": [*_CHOICES[name][resource]]}
    found: dict[str, object] = {
        "name": name.rstrip("["),
        "in": "query",
        "description": text.said(language),
        "schema": schema,
    }
    return found | ({"style": "deepObject", "explode": True} if name == "c[" else {})


_MANNERS: Mapping[str, Text] = {
    "format": Text("El formato, en vez de Accept", "The format, instead of Accept"),
    "formatVersion": Text("Su versión", "Its version"),
    "labels": Text("Códigos, nombres o ambos, en CSV", "Codes, names or both, in CSV"),
    "timeFormat": Text("Cómo se escriben los períodos, en CSV", "How CSV spells periods"),
    "keys": Text("Con qué claves, en CSV", "With which keys, in CSV"),
    "key": Text("Como keys", "As keys"),
    "lang": Text("El idioma de los nombres", "The language of names"),
    COMPRESSION: Text("En vez de Accept-Encoding", "Instead of Accept-Encoding"),
}


def of_manner(offers: Sequence[Format[M]], language: Language) -> list[dict[str, object]]:
    """The parameters that stand for headers, with the values that these formats have."""
    return [
        {
            "name": name,
            "in": "query",
            "description": _MANNERS[name].said(language),
            "schema": {"type": "string", "enum": _values(name, offers)},
        }
        for name in (*manners(offers), COMPRESSION)
    ]


def _values(name: str, offers: Sequence[Format[M]]) -> list[str]:
    """What a parameter may be."""
    types = {each.type for each in offers}
    short = [family for family, within in FAMILIES.items() if types & {*within}]
    match name:
        case "format":
            return [*dict.fromkeys([*(n for each in offers for n in each.names), *short])]
        case "formatVersion":
            return sorted({each.version for each in offers if each.version})
        case "lang":
            return [*LANGUAGES, "all"]
        case _ if name == COMPRESSION:
            return [*ENCODINGS, "none"]
    known = "keys" if name == "key" else name
    named = (each for offer in offers for each in offer.parameters if each.name == known)
    return [*dict.fromkeys(str(value) for each in named for value in each.values)]
