"""JSON schemas of the SDMX-JSON 2.0 data messages of one structure.

SDMX defines no such schema, so the design is ours. A message spells each value once, with its
component, in ``data.structures[]``; the data sets hold positions in those lists. So that is where
the codes, and the ids of components, are checked. The schema says only what the standard's general
schema for data messages cannot know, and is to be used with it: it names no other document, so
that a validator needs no network, and leaves every property open that it has nothing to say of.

- Every dimension is there, at a level where messages of this form may have it; in messages that
  delete data, any may be left out.
- No component is there that the structure lacks.
- A coded component lists its values, and each is an allowed code. (Attributes that are not coded
  may stand in the data sets as they are. A code there would pass unseen, so a coded attribute
  with no values has to be left out.)

What the data sets hold is not checked: which position has the number hangs on what else the message
holds, as with ``detail=nodata``, and a JSON schema cannot follow that.

The standard's schema names no draft; ours is draft 7, the first that can say “if … then”, which
makes for reports that name the wrong code. Source: SDMX-JSON 2.0.0, sdmx-json-data-schema.json and
field guide (any dimension or attribute may be presented at any level; one with a single value,
at that of the data set).
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence

from gateway.formats.schema_message import SchemaMessage
from gateway.model.structure import Component

Json = Mapping[str, "Json"] | Sequence["Json"] | str | int | None
"""What a JSON text can say."""

_DRAFT = "http://json-schema.org/draft-07/schema#"
_ATTRIBUTE_LEVELS = ("dataSet", "dimensionGroup", "series", "observation")


def write_20(message: SchemaMessage) -> Iterator[bytes]:
    """The schema for SDMX-JSON 2.0."""
    yield json.dumps(_schema(message), indent=1, ensure_ascii=False).encode()


def _schema(message: SchemaMessage) -> Json:
    data = _object(structures={"type": "array", "minItems": 1, "items": _structure(message)})
    return {
        "$schema": _DRAFT,
        "title": message.namespace,
        "description": "SDMX-JSON 2.0 data messages; to be used with the schema of the standard.",
        **_object(data={**data, "required": ["structures"]}),
        "required": ["data"],
        "definitions": _definitions(message),
    }


def _structure(message: SchemaMessage) -> Json:
    return {
        **_object(
            dimensions=_dimensions(message),
            measures=_levels({"observation": [message.structure.measure]}, "measure"),
            attributes=_levels(
                dict.fromkeys(_ATTRIBUTE_LEVELS, message.structure.attributes), "attribute"
            ),
        ),
        "required": ["dimensions"],
    }


def _dimensions(message: SchemaMessage) -> Json:
    """What is at the observation is alone there, unless its one value is the data set's."""
    every = [*message.structure.dimensions, message.structure.time]
    at = message.at_observation
    levels = {
        "dataSet": every,
        "series": message.of_series,
        "observation": every if at is None else [at],
    }
    listed = _levels(levels, "dimension")
    if message.deletion:
        return listed
    return {**listed, "allOf": [_somewhere(each.id, levels) for each in every]}


def _levels(levels: Mapping[str, Sequence[Component]], kind: str) -> dict[str, Json]:
    """That only these components are found at each level, and each as its definition has it."""
    return _object(**{level: _listed(each, kind) for level, each in levels.items()})


def _listed(components: Sequence[Component], kind: str) -> Json:
    allowed = [each.id for each in components]
    one = {
        **_object(id={"enum": allowed}),
        "required": ["id"],
        "allOf": [{"$ref": f"#/definitions/{kind}"}],
    }
    return {"type": "array", "items": one}


def _somewhere(id: str, levels: Iterable[str]) -> Json:
    """That a component of some id is found at one of the levels."""
    return {
        "anyOf": [
            {**_object(**{level: {"contains": _has(id)}}), "required": [level]} for level in levels
        ]
    }


def _definitions(message: SchemaMessage) -> Json:
    structure, names = message.structure, message.list_names()
    kinds: dict[str, Sequence[Component]] = {
        "dimension": structure.dimensions,
        "measure": [structure.measure],
        "attribute": structure.attributes,
    }
    return {
        **{kind: _coded(components, names, kind) for kind, components in kinds.items()},
        **{name: {"enum": codes} for name, codes in message.lists().items()},
    }


def _coded(components: Iterable[Component], names: Mapping[str, str], kind: str) -> Json:
    """That the values of each coded component are of its list."""
    rules = [
        {"if": _has(each.id), "then": _valued(names[each.id], kind)}
        for each in components
        if each.id in names
    ]
    return {"allOf": rules} if rules else {}


def _valued(name: str, kind: str) -> Json:
    """Values of a named list; other than those of dimensions, they can be null, for none."""
    code = {**_object(id={"$ref": f"#/definitions/{name}"}), "required": ["id"]}
    types: Json = "object" if kind == "dimension" else ["object", "null"]
    return {
        **_object(values={"type": "array", "items": {**code, "type": types}}),
        "required": ["values"],
    }


def _has(id: str) -> Json:
    return {**_object(id={"const": id}), "required": ["id"]}


def _object(**properties: Json) -> dict[str, Json]:
    return {"type": "object", "properties": properties}
