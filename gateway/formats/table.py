"""The table of formats: media type, short names and writer of all that can be asked for.

Adding a format is adding an entry; `negotiation` chooses among them.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Generic, TypeVar

from gateway.formats import (
    book,
    csv,
    csv_metadata,
    json_data,
    json_metadata,
    json_schema,
    json_structure,
    labelled_csv,
    listing,
    ml_data,
    ml_metadata,
    ml_registry,
    ml_structure,
    parquet,
    xlsx,
    xsd,
)
from gateway.formats.listing import Listing
from gateway.formats.message import DataMessage, Keys, Said, StructureMessage, Times
from gateway.formats.metadata_message import MetadataMessage
from gateway.formats.registry_message import RegistrationMessage
from gateway.formats.schema_message import SchemaMessage

M = TypeVar("M")


class Words(Enum):
    """What a format says in people's language: nothing, names in one, or names in several.

    With LABELS there are names, in one language, where the parameter `labels` asks for them.
    """

    NONE = 0
    LABELS = 1
    ONE = 2
    ALL = 3


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter that a media type may have, and its values, the usual one first."""

    name: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Format(Generic[M]):
    """One format of one kind of message; each is one of a kind, and equal to itself alone.

    `names` are the short ones for ``format=``; `also` are plainer media types that ask for it too.
    What has an `extension` is sent as a file to keep. A `version` may be empty. `most` is how many
    observations it can hold at all. What is `packed` is not made smaller by compressing it again.
    One that `tells_the_asking` says by which address it was asked for.
    """

    names: tuple[str, ...]
    type: str
    version: str
    write: Callable[[M], Iterator[bytes]]
    also: tuple[str, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    words: Words = Words.NONE
    extension: str = ""
    most: int | None = None
    packed: bool = False
    tells_the_asking: bool = False

    @property
    def media_type(self) -> str:
        """The media type as an answer states it, with its version or character set alone."""
        if self.type.startswith("text/"):
            return f"{self.type};charset=utf-8"
        return f"{self.type};version={self.version}" if self.version else self.type

    def takes(self, name: str, value: str) -> bool:
        """Whether the media type has a parameter with a value; case says nothing."""
        return any(
            each.name.lower() == name.lower() and value.lower() in each.values
            for each in self.parameters
        )


_PLAIN_XML = ("application/xml", "text/xml")

GENERIC = Format(
    ("generic",),
    "application/vnd.sdmx.genericdata+xml",
    "2.1",
    ml_data.write_generic,
    also=_PLAIN_XML,
)
SPECIFIC = Format(
    ("structurespecific", "ss"),
    "application/vnd.sdmx.structurespecificdata+xml",
    "2.1",
    ml_data.write_specific,
    also=_PLAIN_XML,
)
GENERIC_TIME_SERIES = Format(
    ("generictimeseries",),
    "application/vnd.sdmx.generictimeseriesdata+xml",
    "2.1",
    ml_data.write_generic_time_series,
)
SPECIFIC_TIME_SERIES = Format(
    ("structurespecifictimeseries",),
    "application/vnd.sdmx.structurespecifictimeseriesdata+xml",
    "2.1",
    ml_data.write_specific_time_series,
)
_DATA_XML = "application/vnd.sdmx.data+xml"
DATA_30 = Format(("xml-3.0",), _DATA_XML, "3.0.0", ml_data.write_30, also=_PLAIN_XML)
DATA_31 = Format(("xml-3.1",), _DATA_XML, "3.1.0", ml_data.write_31, also=_PLAIN_XML)

_CSV = "application/vnd.sdmx.data+csv"
_LABELS = Parameter("labels", (Said.ID, Said.NAME, Said.BOTH))
_LABELS_10 = Parameter("labels", (Said.ID, Said.BOTH))
_TIMES = Parameter("timeFormat", (Times.ORIGINAL, Times.NORMALIZED))
_KEYS = Parameter("keys", (Keys.NONE, Keys.OBSERVATION, Keys.SERIES, Keys.BOTH))

CSV = Format(
    ("csv", "csv-2.0"),
    _CSV,
    "2.0.0",
    csv.write_20,
    parameters=(_LABELS, _TIMES, _KEYS),
    words=Words.LABELS,
    extension="csv",
)
CSV_10 = Format(
    ("csv-1.0",),
    _CSV,
    "1.0.0",
    csv.write_10,
    parameters=(_LABELS_10, _TIMES),
    words=Words.LABELS,
    extension="csv",
)
CSV_21 = Format(
    ("csv-2.1",),
    _CSV,
    "2.1.0",
    csv.write_21,
    parameters=(_LABELS, _TIMES, _KEYS),
    words=Words.LABELS,
    extension="csv",
)
CSV_LABELS = Format(
    ("csv-labels",),
    "text/csv",
    "",
    labelled_csv.write,
    parameters=(_TIMES,),
    words=Words.ONE,
    extension="csv",
)
XLSX = Format(
    ("xlsx",),
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "",
    xlsx.write,
    words=Words.ONE,
    extension="xlsx",
    most=book.MOST_ROWS,
    packed=True,
    tells_the_asking=True,
)
PARQUET = Format(
    ("parquet",),
    "application/vnd.apache.parquet",
    "",
    parquet.write,
    words=Words.ALL,
    extension="parquet",
    packed=True,
    tells_the_asking=True,
)

_DATA_JSON = "application/vnd.sdmx.data+json"

JSON_10 = Format(("json-1.0",), _DATA_JSON, "1.0.0", json_data.write_10, words=Words.ALL)
JSON_20 = Format(("json-2.0",), _DATA_JSON, "2.0.0", json_data.write_20, words=Words.ALL)
JSON_21 = Format(
    ("json", "json-2.1"),
    _DATA_JSON,
    "2.1.0",
    json_data.write_21,
    also=("application/json",),
    words=Words.ALL,
)

_STRUCTURE_XML = "application/vnd.sdmx.structure+xml"

STRUCTURE_21 = Format(
    ("structure", "xml", "xml-2.1"),
    _STRUCTURE_XML,
    "2.1",
    ml_structure.write_21,
    also=_PLAIN_XML,
    words=Words.ALL,
)
STRUCTURE_30 = Format(
    ("xml-3.0",),
    _STRUCTURE_XML,
    "3.0.0",
    ml_structure.write_30,
    also=_PLAIN_XML,
    words=Words.ALL,
)
STRUCTURE_31 = Format(
    ("xml-3.1",),
    _STRUCTURE_XML,
    "3.1.0",
    ml_structure.write_31,
    also=_PLAIN_XML,
    words=Words.ALL,
)

_FLAT = (CSV, CSV_21, CSV_10, CSV_LABELS, XLSX, PARQUET)
"""SDMX-CSV first in 2.0.0, which is what is meant where no version is asked for: it is the only one
that both sdmx1 and pysdmx read (seen 2026-11)."""

DATA: Mapping[int, Sequence[Format[DataMessage]]] = {
    1: (
        *(GENERIC, SPECIFIC, GENERIC_TIME_SERIES, SPECIFIC_TIME_SERIES, *_FLAT),
        *(JSON_10, JSON_20, JSON_21, DATA_30, DATA_31),
    ),
    2: (
        *(JSON_21, DATA_31, *_FLAT, JSON_20, DATA_30),
        *(SPECIFIC, GENERIC, SPECIFIC_TIME_SERIES, GENERIC_TIME_SERIES, JSON_10),
    ),
}
"""By the number of the dialect, its default first: generic data in SDMX-REST 1.5, in 2.2.2 JSON."""

_STRUCTURE_JSON = "application/vnd.sdmx.structure+json"

STRUCTURE_J10 = Format(
    ("json-1.0",), _STRUCTURE_JSON, "1.0.0", json_structure.write_10, words=Words.ALL
)
STRUCTURE_J20 = Format(
    ("json-2.0",), _STRUCTURE_JSON, "2.0.0", json_structure.write_20, words=Words.ALL
)
STRUCTURE_J21 = Format(
    ("json", "json-2.1"),
    _STRUCTURE_JSON,
    "2.1.0",
    json_structure.write_21,
    also=("application/json",),
    words=Words.ALL,
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

_METADATA_JSON = "application/vnd.sdmx.metadata+json"
_METADATA_XML = "application/vnd.sdmx.metadata+xml"

METADATA_J21 = Format(
    ("json", "json-2.1"),
    _METADATA_JSON,
    "2.1.0",
    json_metadata.write_21,
    also=("application/json",),
    words=Words.ALL,
)
METADATA_J20 = Format(
    ("json-2.0",), _METADATA_JSON, "2.0.0", json_metadata.write_20, words=Words.ALL
)
METADATA_31 = Format(
    ("xml-3.1",), _METADATA_XML, "3.1.0", ml_metadata.write_31, also=_PLAIN_XML, words=Words.ALL
)
METADATA_30 = Format(
    ("xml-3.0",), _METADATA_XML, "3.0.0", ml_metadata.write_30, also=_PLAIN_XML, words=Words.ALL
)
METADATA_21 = Format(
    ("xml", "xml-2.1"),
    "application/vnd.sdmx.genericmetadata+xml",
    "2.1",
    ml_metadata.write_21,
    also=_PLAIN_XML,
    words=Words.ALL,
)

_METADATA_CSV = "application/vnd.sdmx.metadata+csv"
_ONLY_IDS = Parameter("labels", (Said.ID,))

METADATA_C20 = Format(
    ("csv", "csv-2.0"),
    _METADATA_CSV,
    "2.0.0",
    csv_metadata.write_20,
    parameters=(_ONLY_IDS,),
    words=Words.ALL,
)
METADATA_C21 = Format(
    ("csv-2.1",),
    _METADATA_CSV,
    "2.1.0",
    csv_metadata.write_21,
    parameters=(_ONLY_IDS,),
    words=Words.ALL,
)

METADATA: Mapping[int, Sequence[Format[MetadataMessage]]] = {
    1: (
        *(METADATA_21, METADATA_31, METADATA_30, METADATA_J21, METADATA_J20),
        *(METADATA_C20, METADATA_C21),
    ),
    2: (
        *(METADATA_J21, METADATA_J20, METADATA_31, METADATA_30, METADATA_C21, METADATA_C20),
        METADATA_21,
    ),
}
"""By the number of the dialect, its default first."""

_REGISTRY_XML = "application/vnd.sdmx.registry+xml"

REGISTRATIONS: Sequence[Format[RegistrationMessage]] = (
    Format(("xml", "xml-3.1"), _REGISTRY_XML, "3.1.0", ml_registry.write_31, also=_PLAIN_XML),
    Format(("xml-3.0",), _REGISTRY_XML, "3.0.0", ml_registry.write_30, also=_PLAIN_XML),
    Format(("xml-2.1",), _REGISTRY_XML, "2.1", ml_registry.write_21, also=_PLAIN_XML),
)
"""The default first. SDMX has no other format for registrations than SDMX-ML."""

LISTINGS: Sequence[Format[Listing]] = (
    Format(("json",), "application/json", "", listing.write_json),
    Format(("csv",), "text/csv", "", listing.write_csv, extension="csv"),
    Format(
        ("xlsx",), XLSX.type, "", listing.write_xlsx, extension="xlsx", packed=True,
        most=book.MOST_ROWS,
    ),
)  # fmt: skip
"""Of what is no message of SDMX; the default first."""

FAMILIES: Mapping[str, tuple[str, ...]] = {
    "csv": (_CSV, _METADATA_CSV),
    "csvdata": (_CSV,),
    "json": (_DATA_JSON, _STRUCTURE_JSON),
    "jsondata": (_DATA_JSON,),
    "generic": (GENERIC.type,),
    "genericdata": (GENERIC.type,),
    "generictimeseriesdata": (GENERIC_TIME_SERIES.type,),
    "ss": (SPECIFIC.type, _DATA_XML),
    "structurespecific": (SPECIFIC.type, _DATA_XML),
    "structurespecificdata": (SPECIFIC.type, _DATA_XML),
    "structurespecifictimeseriesdata": (SPECIFIC_TIME_SERIES.type,),
    "structure": (_STRUCTURE_XML,),
    "xml": (_STRUCTURE_XML, _REGISTRY_XML, _DATA_XML),
    "schema": (_SCHEMA_XML,),
    "xsd": (_SCHEMA_XML,),
}
"""Short names for all versions of a format, of which `formatVersion` picks one, with their media
types. Source: SDMX-REST 2.2.2, extend.md; the shorter ones are ours. The media type of
structure-specific data is another one from version 3.0 on.
"""
