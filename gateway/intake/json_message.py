"""Reads the observations of SDMX-JSON data messages, 1.0 and 2.x, flat or by series."""

from collections.abc import Iterator, Mapping, Sequence

import msgspec

Line = Mapping[str, str]

VALUE = "OBS_VALUE"

Content = dict[str, object]


class _Value(msgspec.Struct, frozen=True):
    """In 1.0 a text is told as a name without an id."""

    id: str | None = None
    value: object = None
    name: str | None = None

    @property
    def said(self) -> str:
        """The code; a value without one is its own."""
        if self.id is not None:
            return self.id
        return _said(self.name if self.value is None else self.value)


class _Component(msgspec.Struct, frozen=True, rename={"place": "keyPosition"}):
    id: str
    place: int | None = None
    values: tuple[_Value | str | float | None, ...] = ()

    def code(self, at: int) -> str:
        """The code at a position; a value without a code is its own."""
        found = self.values[at]
        return found.said if isinstance(found, _Value) else _said(found)


class _Levels(
    msgspec.Struct, frozen=True, rename={"data_set": "dataSet", "group": "dimensionGroup"}
):
    data_set: tuple[_Component, ...] = ()
    group: tuple[_Component, ...] = ()
    series: tuple[_Component, ...] = ()
    observation: tuple[_Component, ...] = ()


class _Link(msgspec.Struct, frozen=True):
    urn: str | None = None


class _Structure(msgspec.Struct, frozen=True):
    dimensions: _Levels
    attributes: _Levels = _Levels()
    measures: _Levels = _Levels()
    links: tuple[_Link, ...] = ()


class _Series(msgspec.Struct, frozen=True):
    observations: dict[str, tuple[object, ...]]
    attributes: tuple[object, ...] = ()


class _DataSet(msgspec.Struct, frozen=True, rename={"groups": "dimensionGroupAttributes"}):
    structure: int = 0
    series: dict[str, _Series] = {}
    observations: dict[str, tuple[object, ...]] = {}
    attributes: tuple[object, ...] = ()
    groups: dict[str, tuple[object, ...]] = {}
    links: tuple[_Link, ...] = ()


class _Data(msgspec.Struct, frozen=True, rename={"data_sets": "dataSets"}):
    data_sets: tuple[_DataSet, ...]
    structure: _Structure | None = None  # 1.0
    structures: tuple[_Structure, ...] = ()  # 2.x


class _Message(msgspec.Struct, frozen=True):
    data: _Data


def json_lines(content: bytes) -> tuple[tuple[str, ...], list[Line]]:
    """The URNs of the structures that a message is about, and its observations.

    Raises MsgspecError for what is no such message, LookupError and ValueError for positions that
    it has no value for.
    """
    data = msgspec.json.decode(content.removeprefix(b"\xef\xbb\xbf"), type=_Message).data
    structures = data.structures or ((data.structure,) if data.structure is not None else ())
    links = [link for each in structures for link in each.links]
    links += [link for each in data.data_sets for link in each.links]
    about = dict.fromkeys(link.urn for link in links if link.urn is not None)
    lines = [line for each in data.data_sets for line in _lines(each, structures[each.structure])]
    return tuple(about), lines


def _lines(data: _DataSet, structure: _Structure) -> Iterator[Line]:
    groups = [*_groups(data, structure)]
    for line in _observations(data, structure):
        for part, said in groups:
            if part.items() <= line.items():
                line.update(said)
        yield line


def _groups(data: _DataSet, structure: _Structure) -> Iterator[tuple[Line, Line]]:
    """Parts of a key, with the attributes of the observations that have them.

    Such a part has a place for each dimension, which is empty where that is free.
    """
    levels = structure.dimensions
    every = {each.place: each for each in (*levels.data_set, *levels.series, *levels.observation)}
    for key, attributes in data.groups.items():
        fixed = [(n, at) for n, at in enumerate(key.split(":")) if at]
        part = {every[n].id: every[n].code(int(at)) for n, at in fixed}
        yield part, _given(structure.attributes.group, attributes)


def _observations(data: _DataSet, structure: _Structure) -> Iterator[dict[str, str]]:
    whole = {
        **_at(structure.dimensions.data_set, [0] * len(structure.dimensions.data_set)),
        **_given(structure.attributes.data_set, data.attributes),
    }
    for key, series in data.series.items():
        mine = {
            **whole,
            **_at(structure.dimensions.series, _positions(key)),
            **_given(structure.attributes.series, series.attributes),
        }
        for place, values in series.observations.items():
            yield {**mine, **_observation(structure, place, values)}
    for place, values in data.observations.items():
        yield {**whole, **_observation(structure, place, values)}


def _positions(key: str) -> list[int]:
    return [int(each) for each in key.split(":")]


def _at(components: Sequence[_Component], positions: Sequence[int]) -> dict[str, str]:
    pairs = zip(components, positions, strict=True)
    return {component.id: component.code(at) for component, at in pairs}


def _given(components: Sequence[_Component], positions: Sequence[object]) -> dict[str, str]:
    """Attributes by their positions; null is none, and what is no position stands for itself."""
    return {
        component.id: component.code(at) if isinstance(at, int) and component.values else _said(at)
        for component, at in zip(components, positions, strict=False)
        if at is not None
    }


def _observation(structure: _Structure, place: str, values: Sequence[object]) -> dict[str, str]:
    measures = [each.id for each in structure.measures.observation] or [VALUE]
    stated = dict(zip(measures, map(_said, values), strict=False))
    return {
        **_at(structure.dimensions.observation, _positions(place)),
        **stated,
        **_given(structure.attributes.observation, values[len(measures) :]),
    }


def _said(value: object) -> str:
    """A value as text; a whole number without a point."""
    if value is None:
        return ""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
