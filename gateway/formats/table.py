"""The table of formats: media type, short names and writer of all that can be asked for.

Adding a format is adding an entry. Negotiation: SDMX-REST 2.2.2, content_negotiation.md, and
RFC 9110, section 12.5.1.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from gateway.errors import NotAcceptable
from gateway.formats import (
    csv,
    json_data,
    json_schema,
    json_structure,
    ml_data,
    ml_registry,
    ml_structure,
    xsd,
)
from gateway.formats.message import DataMessage, StructureMessage
from gateway.formats.registry_message import RegistrationMessage
from gateway.formats.schema_message import SchemaMessage

M = TypeVar("M")


@dataclass(frozen=True, slots=True)
class Format(Generic[M]):
    """One format of one kind of message.

    `names` are the short ones for ``format=``; `also` are plainer media types that ask for it too.
    """

    names: tuple[str, ...]
    type: str
    version: str
    write: Callable[[M], Iterator[bytes]]
    also: tuple[str, ...] = ()

    @property
    def media_type(self) -> str:
        """The media type as an answer states it."""
        return f"{self.type};version={self.version}"


GENERIC = Format(
    ("generic",),
    "application/vnd.sdmx.genericdata+xml",
    "2.1",
    ml_data.write_generic,
    also=("application/xml", "text/xml"),
)
SPECIFIC = Format(
    ("structurespecific", "ss"),
    "application/vnd.sdmx.structurespecificdata+xml",
    "2.1",
    ml_data.write_specific,
    also=("application/xml", "text/xml"),
)
CSV = Format(("csv",), "application/vnd.sdmx.data+csv", "2.0.0", csv.write, also=("text/csv",))
_DATA_JSON = "application/vnd.sdmx.data+json"

JSON_10 = Format(("json-1.0",), _DATA_JSON, "1.0.0", json_data.write_10)
JSON_20 = Format(("json-2.0",), _DATA_JSON, "2.0.0", json_data.write_20)
JSON_21 = Format(
    ("json", "json-2.1"), _DATA_JSON, "2.1.0", json_data.write_21, also=("application/json",)
)

_STRUCTURE_XML = "application/vnd.sdmx.structure+xml"
_PLAIN_XML = ("application/xml", "text/xml")

STRUCTURE_21 = Format(
    ("structure", "xml", "xml-2.1"), _STRUCTURE_XML, "2.1", ml_structure.write_21, also=_PLAIN_XML
)
STRUCTURE_30 = Format(("xml-3.0",), _STRUCTURE_XML, "3.0.0", ml_structure.write_30, also=_PLAIN_XML)
STRUCTURE_31 = Format(("xml-3.1",), _STRUCTURE_XML, "3.1.0", ml_structure.write_31, also=_PLAIN_XML)

DATA: Mapping[int, Sequence[Format[DataMessage]]] = {
    1: (GENERIC, SPECIFIC, CSV, JSON_10, JSON_20, JSON_21),
    2: (JSON_21, CSV, SPECIFIC, GENERIC, JSON_20, JSON_10),
}
"""By the number of the dialect, its default first: generic data in SDMX-REST 1.5, in 2.2.2 JSON."""

_STRUCTURE_JSON = "application/vnd.sdmx.structure+json"

STRUCTURE_J10 = Format(("json-1.0",), _STRUCTURE_JSON, "1.0.0", json_structure.write_10)
STRUCTURE_J20 = Format(("json-2.0",), _STRUCTURE_JSON, "2.0.0", json_structure.write_20)
STRUCTURE_J21 = Format(
    ("json", "json-2.1"),
    _STRUCTURE_JSON,
    "2.1.0",
    json_structure.write_21,
    also=("application/json",),
)

STRUCTURES: Mapping[int, Sequence[Format[StructureMessage]]] = {
    1: (STRUCTURE_21, STRUCTURE_J10, STRUCTURE_30, STRUCTURE_31, STRUCTURE_J20, STRUCTURE_J21),
    2: (STRUCTURE_J21, STRUCTURE_J20, STRUCTURE_31, STRUCTURE_30, STRUCTURE_21, STRUCTURE_J10),
}
"""By the number of the dialect, its default first; both serve them all."""

_SCHEMA_XML = "application/vnd.sdmx.schema+xml"

SCHEMA_21 = Format(("xsd", "xsd-2.1"), _SCHEMA_XML, "2.1", xsd.write_21, also=_PLAIN_XML)
SCHEMA_30 = Format(("xsd-3.0",), _SCHEMA_XML, "3.0.0", xsd.write_30, also=_PLAIN_XML)
SCHEMA_31 = Format(("xsd-3.1",), _SCHEMA_XML, "3.1.0", xsd.write_31, also=_PLAIN_XML)
SCHEMA_J20 = Format(
    ("json-schema",), "application/vnd.sdmx.schema+json", "2.0.0", json_schema.write_20
)

SCHEMAS: Mapping[int, Sequence[Format[SchemaMessage]]] = {
    1: (SCHEMA_21, SCHEMA_30, SCHEMA_31, SCHEMA_J20),
    2: (SCHEMA_J20, SCHEMA_31, SCHEMA_30, SCHEMA_21),
}
"""By the number of the dialect, its default first."""

_REGISTRY_XML = "application/vnd.sdmx.registry+xml"

REGISTRATIONS: Sequence[Format[RegistrationMessage]] = (
    Format(("xml", "xml-3.1"), _REGISTRY_XML, "3.1.0", ml_registry.write_31, also=_PLAIN_XML),
    Format(("xml-3.0",), _REGISTRY_XML, "3.0.0", ml_registry.write_30, also=_PLAIN_XML),
    Format(("xml-2.1",), _REGISTRY_XML, "2.1", ml_registry.write_21, also=_PLAIN_XML),
)
"""The default first. SDMX has no other format for registrations than SDMX-ML."""


def named(offers: Sequence[Format[M]], name: str) -> Format[M]:
    """The format with a short name, or with a media type. Raises NotAcceptable."""
    for offer in offers:
        if name.lower() in offer.names:
            return offer
    if "/" in name:
        return accepted(offers, name)
    known = [each.names[0] for each in offers]
    raise NotAcceptable(f"There is no format {name} here.", subject="format", allowed=known)


def accepted(offers: Sequence[Format[M]], accept: str | None) -> Format[M]:
    """The offer that an Accept header likes best; the first where it does not say.

    Raises NotAcceptable, with the media types on offer.
    """
    wanted = [_range(text) for text in (accept or "").split(",") if text.strip()]
    if not wanted:
        return offers[0]
    best = max(offers, key=lambda offer: _quality(offer, wanted))  # the first of equals
    if _quality(best, wanted) <= 0:
        served = [each.media_type for each in offers]
        raise NotAcceptable(f"{accept} is not served here.", subject="Accept", allowed=served)
    return best


@dataclass(frozen=True, slots=True)
class _Range:
    type: str
    version: str | None
    quality: float


def _range(text: str) -> _Range:
    """One media range with its version and quality; other parameters say nothing here."""
    type, *parameters = (part.strip() for part in text.split(";"))
    given = {
        name.strip().lower(): value.strip().strip('"')
        for name, _, value in (parameter.partition("=") for parameter in parameters)
    }
    try:
        quality = float(given.get("q", "1"))
    except ValueError:
        quality = 0.0
    allowed = quality if 0 <= quality <= 1 else 0.0  # nan and inf are numbers to Python
    return _Range(type.lower(), given.get("version"), allowed)


def _quality(offer: Format[M], wanted: Sequence[_Range]) -> float:
    """The quality of the most specific range that an offer fits; 0 where it fits none."""
    fitting = [(_specificity(offer, each), each.quality) for each in wanted]
    specificity, quality = max(fitting, key=lambda fit: (fit[0], fit[1]))
    return quality if specificity > 0 else 0.0


def _specificity(offer: Format[M], wanted: _Range) -> int:
    major = offer.type.partition("/")[0]
    if wanted.type in (offer.type, *offer.also):
        same = wanted.version is None or _plain(wanted.version) == _plain(offer.version)
        return 3 if same else 0
    return {"*/*": 1, f"{major}/*": 2}.get(wanted.type, 0)


def _plain(version: str) -> str:
    """A version without the zeros at its end, for 2.0 and 2.0.0 are one.

    >>> _plain("2.0.0"), _plain("2.1")
    ('2', '2.1')
    """
    return version.removesuffix(".0").removesuffix(".0")
