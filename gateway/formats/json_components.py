"""The components of a data message in SDMX-JSON with the values that it uses, and their names."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from gateway.formats.json_frame import Fields, Json, text
from gateway.formats.json_levels import Layout, Level, Position
from gateway.model.artefact import Kind, Reference
from gateway.model.period import span
from gateway.model.structure import Attachment, Attribute, Component, DataStructure
from gateway.model.text import Language

_ID = re.compile(r"[A-Za-z0-9_@$-]+")

_ROLES = "CROSS_DOMAIN_CONCEPTS"
"""The scheme whose concepts are the roles that the field guide asks for."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What a version can say of components: 1.0 knows no measures, groups or values without id."""

    before_3: bool


@dataclass(frozen=True, slots=True)
class _Speaker:
    """Says components of one layout in the caller's languages."""

    layout: Layout
    languages: Sequence[Language]
    vocabulary: Vocabulary

    @property
    def structure(self) -> DataStructure:
        return self.layout.subject.structure

    def named(self, component: Component) -> Fields:
        name = self.layout.subject.labels.components.get(component.id)
        said = {"name": component.id} if name is None else text("name", name, self.languages)
        fields: Fields = {"id": component.id, **said}
        if roles := self._roles(component):
            fields["roles"] = roles
        return fields

    def _roles(self, component: Component) -> list[str]:
        concept = component.concept
        if component.id == self.structure.time.id:
            return ["TIME_PERIOD"]
        return [concept.item] if concept.id == _ROLES and concept.item else []

    def dimension(self, component: Component, place: int) -> Fields:
        values = self.layout.values.get(component.id, {})
        spell = self._period if component.id == self.structure.time.id else self._value
        return self.named(component) | {
            "keyPosition": place,
            "values": [spell(component, value) for value in values],
        }

    def measure(self) -> Fields:
        return self.named(self.structure.measure) | self._format(self.structure.measure)

    def attribute(self, attribute: Attribute) -> Fields:
        values: Position = self.layout.values[attribute.id]
        spell = self._value if attribute.representation.codelist else self._words
        mandatory: Fields = {} if self.vocabulary.before_3 else {"isMandatory": attribute.mandatory}
        return {
            **self.named(attribute),
            **mandatory,
            "relationship": self._relationship(attribute),
            **self._format(attribute),
            "values": [spell(attribute, value) for value in values],
        }

    def _relationship(self, attribute: Attribute) -> Fields:
        before_3 = self.vocabulary.before_3
        match attribute.attachment:
            case Attachment.DATASET:
                return {"none" if before_3 else "dataflow": {}}
            case Attachment.SERIES:
                return {"dimensions": attribute.dimensions}
            case Attachment.OBSERVATION if before_3:
                return {"primaryMeasure": self.structure.measure.id}
            case Attachment.OBSERVATION:
                return {"observation": {}}

    def _format(self, component: Component) -> Fields:
        """The type of text, of which 1.0 says nothing."""
        text_type = component.representation.text_type
        if self.vocabulary.before_3 or text_type is None:
            return {}
        return {"format": {"dataType": text_type}}

    def _value(self, component: Component, value: str) -> Fields:
        """A code with its name; in 1.0 in one language, for sdmx1 2.28 fails on more (2026-11)."""
        name = self.layout.subject.labels.codes.get(component.id, {}).get(value)
        if name is None:
            return self._plain(value)
        if self.vocabulary.before_3:
            return {"id": value, "name": name.said(self.languages[0])}
        return {"id": value, **text("name", name, self.languages)}

    def _plain(self, value: str) -> Fields:
        """A value without a name of its own; 1.0 has an id for every one, whatever is in it."""
        if self.vocabulary.before_3 or _ID.fullmatch(value):
            return {"id": value, "name": value}
        return {"value": value}

    def _period(self, _: Component, period: str) -> Fields:
        first, last = span(period)
        return {
            **self._plain(period),
            "start": f"{first}T00:00:00Z",
            "end": f"{last}T23:59:59Z",
        }

    def _words(self, _: Component, value: str) -> Fields:
        return {"name" if self.vocabulary.before_3 else "value": value}


def structure_of(
    layout: Layout, measured: bool, languages: Sequence[Language], vocabulary: Vocabulary
) -> Fields:
    """What rows are to be read with: components by level, with all values that rows name."""
    speaker = _Speaker(layout, languages, vocabulary)
    subject, structure = layout.subject, layout.subject.structure
    fields: Fields = {
        **text("name", subject.labels.of, languages),
        "links": _links(subject.of, structure),
        "dimensions": _by_level(layout.dimensions, _dimension(speaker)),
    }
    if measured and not vocabulary.before_3:
        fields["measures"] = {Level.OBSERVATION: [speaker.measure()]}
    by_id = {each.id: each for each in structure.attributes}
    fields["attributes"] = _by_level(
        _levels(layout.attributes, vocabulary), lambda id: speaker.attribute(by_id[id])
    )
    return fields


def _dimension(speaker: _Speaker) -> Callable[[str], Fields]:
    every = (*speaker.structure.dimensions, speaker.structure.time)
    by_id = {each.id: (each, place) for place, each in enumerate(every)}
    return lambda id: speaker.dimension(*by_id[id])


def _levels(
    levels: Mapping[Level, Sequence[str]], vocabulary: Vocabulary
) -> Mapping[Level, Sequence[str]]:
    """1.0 has no level for parts of a key."""
    if vocabulary.before_3:
        return {level: ids for level, ids in levels.items() if level is not Level.GROUP}
    return levels


def _by_level(levels: Mapping[Level, Sequence[str]], say: Callable[[str], Fields]) -> Fields:
    return {str(level): [say(id) for id in ids] for level, ids in levels.items()}


def _links(of: Reference, structure: DataStructure) -> list[Json]:
    """The artefact that was asked for, and its structure."""
    links: list[Json] = [{"rel": str(of.kind).lower(), "urn": of.urn}]
    if of.kind is not Kind.DATA_STRUCTURE:
        links.append({"rel": "datastructure", "urn": structure.reference.urn})
    return links
