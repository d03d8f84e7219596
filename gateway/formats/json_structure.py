"""SDMX-JSON structure messages in versions 1.0, 2.0.0 and 2.1.0.

1.0 speaks of the information model of SDMX 2.1, the others of that of SDMX 3; apart from words and
places they say the same. Source: sdmx-json-structure-schema.json of each version; where a schema
leaves a choice, the constructed sample of 2.1.0 (https://github.com/sdmx-twg/sdmx-json).

What a version cannot say is left out. 1.0 has maps only inside a structure set, and we write there
those between two code lists: a map on its own, one with labels and the map of two structures have
no place. 2.x has no structure sets, so their maps stand alone, and no `isFinal`, since there the
form of the version number tells what is final.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace

import msgspec

from gateway.formats.json_content import SECTIONS, Version, content_of, urn, words
from gateway.formats.json_frame import REPOSITORY, Fields, Json, meta
from gateway.formats.message import StructureMessage
from gateway.model.artefact import Artefact, Kind
from gateway.model.maps import StructureSet

_REPOSITORY = f"{REPOSITORY}/structure-message/tools"

_V10 = Version(
    schema=f"{_REPOSITORY}/schemas/1.0/sdmx-json-structure-schema.json",
    schema_at_root=False,
    before_3=True,
    sections=SECTIONS
    | {
        Kind.DATA_CONSTRAINT: "contentConstraints",
        Kind.AVAILABILITY_CONSTRAINT: "contentConstraints",
        Kind.STRUCTURE_SET: "structureSets",
    },
    text_format=("textFormat", "textType"),
    usage=("assignmentStatus", "Mandatory", "Conditional"),
    dataset="none",
    flow="structureUsage",
    included="isIncluded",
    role="type",
    whole=frozenset({Kind.PROVISION_AGREEMENT}),
)

_V20 = Version(
    schema=f"{_REPOSITORY}/schemas/2.0.0/sdmx-json-structure-schema.json",
    schema_at_root=False,
    before_3=False,
    sections=SECTIONS
    | {
        Kind.DATA_CONSTRAINT: "dataConstraints",
        Kind.AVAILABILITY_CONSTRAINT: "dataConstraints",
        Kind.STRUCTURE_MAP: "structureMaps",
        Kind.REPRESENTATION_MAP: "representationMaps",
    },
    text_format=("format", "dataType"),
    usage=("usage", "mandatory", "optional"),
    dataset="dataflow",
    flow="dataflow",
    included="include",
    role="role",
)

_V21 = replace(
    _V20,
    schema="https://json.sdmx.org/2.1/sdmx-json-structure-schema.json",
    schema_at_root=True,
    sections={**_V20.sections, Kind.AVAILABILITY_CONSTRAINT: "availabilityConstraints"},
    role=None,
    unnamed=frozenset({Kind.AVAILABILITY_CONSTRAINT}),
)


def write_10(message: StructureMessage) -> Iterator[bytes]:
    """The message in SDMX-JSON 1.0, as one chunk; structures are small beside data."""
    yield _message(message, _V10)


def write_20(message: StructureMessage) -> Iterator[bytes]:
    """The message in SDMX-JSON 2.0.0, as one chunk."""
    yield _message(message, _V20)


def write_21(message: StructureMessage) -> Iterator[bytes]:
    """The message in SDMX-JSON 2.1.0, as one chunk."""
    yield _message(message, _V21)


def _message(message: StructureMessage, version: Version) -> bytes:
    root: Fields = {"$schema": version.schema} if version.schema_at_root else {}
    root["meta"] = meta(message.header, version.schema)
    root["data"] = _data(message, version)
    return msgspec.json.encode(root)


def _data(message: StructureMessage, version: Version) -> Mapping[str, Json]:
    sections: dict[str, list[Json]] = {}
    for artefact, is_stub in _artefacts(message, version):
        section = version.sections.get(artefact.kind)
        if section is not None:
            fields = _identity(artefact, version, is_stub, message.stubs_described or not is_stub)
            with_content = not is_stub or artefact.kind in version.whole | version.unnamed
            content = content_of(artefact, version) if with_content else {}
            sections.setdefault(section, []).append(fields | content)
    return sections


def _artefacts(message: StructureMessage, version: Version) -> Iterator[tuple[Artefact, bool]]:
    """Each artefact once, and whether it is a stub; without structure sets, their maps as well."""
    written = {each.reference for each in message.artefacts}
    for artefact in message.artefacts:
        is_stub = artefact.reference in message.stubs
        yield artefact, is_stub
        if isinstance(artefact, StructureSet) and Kind.STRUCTURE_SET not in version.sections:
            maps = [each for each in artefact.maps() if each.reference not in written]
            written.update(each.reference for each in maps)
            yield from ((each, is_stub) for each in maps)


def _identity(artefact: Artefact, version: Version, is_stub: bool, described: bool) -> Fields:
    if artefact.kind in version.unnamed:
        return {}
    fields: Fields = {
        "id": artefact.id,
        "agencyID": artefact.agency,
        "version": artefact.version,
        "isExternalReference": is_stub,
    }
    if version.before_3:
        fields["isFinal"] = artefact.is_final
    links: Fields = {"links": [{"rel": "self", "urn": urn(artefact.reference, version)}]}
    return fields | words(artefact, described) | links
