"""SDMX-JSON metadata messages in versions 2.0.0 and 2.1.0.

Source: sdmx-json-metadata-schema.json of each version. The schemas want what a set says even of a
stub: there it is its attributes without values. They take no URN of a metadata set, so that no link
names one.
"""

from collections.abc import Iterator, Sequence

import msgspec

from gateway.formats.json_frame import REPOSITORY, Fields, Json, meta, text
from gateway.formats.metadata_message import MetadataMessage
from gateway.model.metadata import MetadataSet
from gateway.model.text import Language

_SCHEMA_20 = f"{REPOSITORY}/metadata-message/tools/schemas/2.0.0/sdmx-json-metadata-schema.json"
_SCHEMA_21 = "https://json.sdmx.org/2.1/sdmx-json-metadata-schema.json"


def write_20(message: MetadataMessage) -> Iterator[bytes]:
    """The message in SDMX-JSON 2.0.0, as one chunk."""
    yield msgspec.json.encode(_message(message, _SCHEMA_20))


def write_21(message: MetadataMessage) -> Iterator[bytes]:
    """The message in SDMX-JSON 2.1.0, as one chunk."""
    yield msgspec.json.encode({"$schema": _SCHEMA_21} | _message(message, _SCHEMA_21))


def _message(message: MetadataMessage, schema: str) -> Fields:
    languages = message.manner.languages
    sets: Json = [_set(each, languages, stub=message.stubs) for each in message.sets]
    return {"meta": meta(message.header, schema, languages), "data": {"metadataSets": sets}}


def _set(metadata: MetadataSet, languages: Sequence[Language], *, stub: bool) -> Fields:
    attributes: Json = [
        {"id": id} if stub else {"id": id, "value": {each: said.said(each) for each in languages}}
        for id, said in metadata.said
    ]
    return {
        "id": metadata.id,
        "agencyID": metadata.agency,
        "version": metadata.version,
        "isExternalReference": stub,
        "metadataflow": metadata.flow.urn,
        **text("name", metadata.name, languages),
        "targets": [metadata.target.urn],
        "attributes": attributes,
    }
