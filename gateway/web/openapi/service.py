"""The two SDMX mounts as OpenAPI has them, by the readers and formats that answer them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gateway import errors
from gateway.access.clients import DATA_READ
from gateway.exchange.taken import taken
from gateway.formats import table
from gateway.formats.table import Format, M
from gateway.model.text import Language, Text
from gateway.rest import v1, v2
from gateway.web.openapi import answers, parameters

_OPEN = (
    *(errors.BadSyntax, errors.SemanticError, errors.NotFound, errors.NoResults),
    *(errors.NotAcceptable, errors.NotServed, errors.TooOften, errors.StorageFault),
)
_RESTRICTED = (
    *_OPEN,
    *(errors.Unauthenticated, errors.Forbidden, errors.TooLarge, errors.TooSlow),
)

_DATA = Text("Datos", "Data")
_AVAILABLE = Text("Qué hay", "What is available")
_SCHEMA = Text("Un esquema para validar datos", "A schema to validate data")
_STRUCTURE = Text("Estructuras", "Structures")
_ITEM = Text("Un elemento de una estructura", "One item of a structure")
_METADATA = Text("Metadatos de referencia", "Reference metadata")
_REGISTERED = Text("Qué se registró, y cuándo", "What was registered, and when")

_TYPES_1 = [each for each in v1.RESOURCES if each != v1.ANY_TYPE]


@dataclass(frozen=True, slots=True)
class Example:
    """A dataflow that there is: its agency, id and version."""

    agency: str
    id: str
    version: str


@dataclass(frozen=True, slots=True)
class _Mount:
    """One version of SDMX-REST, told in a language with an example."""

    number: int
    language: Language
    example: Example

    def one(
        self,
        path: str,
        title: Text,
        offers: Sequence[Format[M]],
        words: Mapping[str, Sequence[str]] | None = None,
        *,
        scope: str = "",
    ) -> dict[str, object]:
        """One path with its GET. `words` are what parts of the path may be."""
        resource = re.split(r"[/{]", path)[0] or "structure"
        kind = {"availableconstraint": "availability"}.get(resource, resource)
        parts = [self._part(name, words or {}) for name in re.findall(r"{(\w+)}", path)]
        asked = [
            parameters.of_question(each, f"{kind}-{self.number}", self.language)
            for each in taken(self.number, path).asked
        ]
        said = title.said(self.language)
        operation = {
            "operationId": re.sub(r"\W+", "_", f"v{self.number}_{path}").strip("_"),
            "summary": said,
            "tags": [f"SDMX-REST {'1.5' if self.number == 1 else '2.2.2'}"],
            "parameters": [*parts, *asked, *parameters.of_manner(offers, self.language)],
            "responses": {
                "200": answers.served(offers, said),
                "304": {"description": "Not modified: the caller has it already"},
                **answers.problems(_RESTRICTED if scope else _OPEN, self.number),
            },
            "security": [{"oauth2": [scope]}, {"bearer": []}, {"basic": []}] if scope else [],
        }
        return {f"/sdmx/v{self.number}/{path}": {"get": operation}}

    def _part(self, name: str, words: Mapping[str, Sequence[str]]) -> dict[str, object]:
        """A part of the path. The standard's words for all and for latest are good examples."""
        every = "all" if self.number == 1 else "*"
        flow = self.example
        usual = {
            "flow": f"{flow.agency},{flow.id},{flow.version}",
            "agency": flow.agency,
            "id": flow.id,
            "version": flow.version,
            "context": "dataflow",
            "type": "dataflow",
        }
        schema: dict[str, object] = {"type": "string", "minLength": 1}
        if name in words:
            schema["enum"] = [*words[name]]
        return {
            "name": name,
            "in": "path",
            "required": True,
            "schema": schema,
            "example": usual.get(name, every),
        }


def paths(language: Language, example: Example) -> dict[str, object]:
    """What both mounts answer."""
    return _of_2(_Mount(2, language, example)) | _of_1(_Mount(1, language, example))


def _of_1(mount: _Mount) -> dict[str, object]:
    contexts = {"context": v1.SCHEMA_CONTEXTS}
    types = {"type": _TYPES_1}
    artefact = "{type}/{agency}/{id}/{version}"
    offers = table.STRUCTURES[1]
    return {
        **mount.one("data/{flow}/{key}/{provider}", _DATA, table.DATA[1], scope=DATA_READ),
        **mount.one(
            "availableconstraint/{flow}/{key}/{provider}/{component}",
            _AVAILABLE,
            offers,
            scope=DATA_READ,
        ),
        **mount.one(
            "schema/{context}/{agency}/{id}/{version}", _SCHEMA, table.SCHEMAS[1], contexts
        ),
        **mount.one("metadata/{flow}/{key}/{provider}", _METADATA, table.METADATA[1]),
        **mount.one(artefact, _STRUCTURE, offers, types),
        **mount.one(f"{artefact}/{{item}}", _ITEM, offers, types),
    }


def _of_2(mount: _Mount) -> dict[str, object]:
    artefact = "{agency}/{id}/{version}"
    offers = table.STRUCTURES[2]
    contexts, schemas = {"context": v2.CONTEXTS}, {"context": v2.SCHEMA_CONTEXTS}
    types = {"type": (*v2.RESOURCES, "*")}
    return {
        **mount.one(
            f"data/{{context}}/{artefact}/{{key}}", _DATA, table.DATA[2], contexts, scope=DATA_READ
        ),
        **mount.one(
            f"availability/{{context}}/{artefact}/{{key}}/{{component}}",
            _AVAILABLE,
            offers,
            contexts,
            scope=DATA_READ,
        ),
        **mount.one(f"schema/{{context}}/{artefact}", _SCHEMA, table.SCHEMAS[2], schemas),
        **mount.one(f"structure/{{type}}/{artefact}", _STRUCTURE, offers, types),
        **mount.one(f"structure/{{type}}/{artefact}/{{item}}", _ITEM, offers, types),
        **_metadata_of_2(mount),
        **_registrations(mount),
    }


def _metadata_of_2(mount: _Mount) -> dict[str, object]:
    ways = (
        "metadataset/{provider}/{set}/{setVersion}",
        "metadataflow/{agency}/{metadataflow}/{setVersion}/{provider}",
        "structure/{type}/{agency}/{id}/{version}",
    )
    found: dict[str, object] = {}
    for each in ways:
        words = {"type": (*v2.RESOURCES, "*")}
        found |= mount.one(f"metadata/{each}", _METADATA, table.METADATA[2], words)
    return found


def _registrations(mount: _Mount) -> dict[str, object]:
    found: dict[str, object] = {}
    for each in ("id/{registration}", "provider/{agency}/{provider}"):
        found |= mount.one(
            f"registration/{each}",
            _REGISTERED,
            table.REGISTRATIONS,
            scope=DATA_READ,
        )
    return found | mount.one(
        "registration/{context}/{agency}/{id}/{version}",
        _REGISTERED,
        table.REGISTRATIONS,
        {"context": v2.CONTEXTS},
        scope=DATA_READ,
    )
