"""SDMX-JSON data messages 1.0, 2.0.0 and 2.1.0: one writer, to which the version is a value.

Rows name every value by its position among those in use, which `data.structures` spells (in 1.0
`data.structure`): so the frame is made first and holds all text there is, and the rows are numbers.
Series under any dimension, a flat list of observations, or series alone. Source:
sdmx-json-data-schema.json of each version, and the field guide of 2.1.0
(https://github.com/sdmx-twg/sdmx-json).
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import msgspec

from gateway.errors import NotAcceptable
from gateway.formats import fragments
from gateway.formats.fragments import Grammar, Group
from gateway.formats.json_components import Vocabulary, structure_of
from gateway.formats.json_frame import REPOSITORY, Fields, Json, meta
from gateway.formats.json_levels import Layout, Level, Told, grouped, layout
from gateway.formats.json_numbers import Numbers
from gateway.formats.message import FLAT, Action, DataMessage, DataSet, Subject
from gateway.model.gathering import gathered
from gateway.model.joining import joined
from gateway.model.selection import Selection


@dataclass(frozen=True, slots=True)
class Version:
    """A version of SDMX-JSON: its schema, and what it says in a way of its own."""

    schema: str
    schema_at_root: bool
    vocabulary: Vocabulary
    several: bool  # whether a message may have more than one structure
    replaces: bool  # whether what was asked for replaces what the caller has, or informs


_REPOSITORY = f"{REPOSITORY}/data-message/tools"

V10 = Version(
    schema=f"{_REPOSITORY}/schemas/1.0/sdmx-json-data-schema.json",
    schema_at_root=False,
    vocabulary=Vocabulary(before_3=True),
    several=False,
    replaces=False,
)
V20 = Version(
    schema=f"{_REPOSITORY}/schemas/2.0.0/sdmx-json-data-schema.json",
    schema_at_root=False,
    vocabulary=Vocabulary(before_3=False),
    several=True,
    replaces=False,
)
V21 = replace(
    V20,
    schema="https://json.sdmx.org/2.1/sdmx-json-data-schema.json",
    schema_at_root=True,
    replaces=True,
)


def write_10(message: DataMessage) -> Iterator[bytes]:
    """The message in SDMX-JSON 1.0 in chunks. Raises NotAcceptable for several structures."""
    return _write(message, V10)


def write_20(message: DataMessage) -> Iterator[bytes]:
    """The message in SDMX-JSON 2.0.0 in chunks."""
    return _write(message, V20)


def write_21(message: DataMessage) -> Iterator[bytes]:
    """The message in SDMX-JSON 2.1.0 in chunks."""
    return _write(message, V21)


def _write(message: DataMessage, version: Version) -> Iterator[bytes]:
    sets = [
        _told(each.spread(), message.dimension_at_observation, version) for each in message.datasets
    ]
    layouts = _layouts(sets, message, version)
    yield _opening(message, [*layouts.values()], version)
    for number, told in enumerate(sets):
        subject = told.dataset.subject
        place = [*layouts].index(_name(subject))
        yield (b"," if number else b"") + _dataset(told, layouts[_name(subject)], place, version)
        yield from _rows(told, layouts[_name(subject)])
        yield b"}}"
    yield b"]}}"


def _told(dataset: DataSet, dimension: str, version: Version) -> Told:
    """A data set as rows tell it; those of 1.0 begin with a value whatever is asked for."""
    measured = dataset.shown.measure or version.vocabulary.before_3
    valued = measured and dataset.action is not Action.DELETE
    return Told(dataset, tuple(_shaped(dataset, dimension)), valued)


def _shaped(dataset: DataSet, dimension: str) -> Iterator[Selection]:
    """The selections as rows have them; in an object a key can stand only once."""
    if dimension in dataset.subject.structure.dimension_ids and len(dataset.selections) > 1:
        dataset = replace(dataset, selections=(joined(dataset.selections),))
    found: Sequence[Selection] = [*dataset.shaped(dimension)]
    yield from found if dimension == FLAT else gathered(found)


def _name(subject: Subject) -> tuple[str, str]:
    return subject.of.urn, subject.structure.reference.urn


def _layouts(
    sets: Sequence[Told], message: DataMessage, version: Version
) -> Mapping[tuple[str, str], Layout]:
    """The layout of each structure, in the order in which data sets have them."""
    by_name: dict[tuple[str, str], list[Told]] = {}
    for each in sets:
        by_name.setdefault(_name(each.dataset.subject), []).append(each)
    if len(by_name) > 1 and not version.several:
        raise NotAcceptable(
            f"A message of SDMX-JSON 1.0 has one structure, and this one has {len(by_name)}.",
            spanish="Un mensaje de SDMX-JSON 1.0 tiene una sola estructura, y este tiene "
            f"{len(by_name)}.",
            subject="Accept",
            allowed=[
                f"application/vnd.sdmx.data+json;version={each}" for each in ("2.1.0", "2.0.0")
            ],
        )
    return {
        name: layout(
            these[0].dataset.subject,
            message.dimension_at_observation,
            these,
            groups=not version.vocabulary.before_3,
        )
        for name, these in by_name.items()
    }


def _opening(message: DataMessage, layouts: Sequence[Layout], version: Version) -> bytes:
    """The frame up to the first data set."""
    languages = message.manner.languages
    root: Fields = {"$schema": version.schema} if version.schema_at_root else {}
    root["meta"] = meta(message.header, version.schema, languages)
    structures: list[Json] = [
        structure_of(each, _measured(each, message.datasets), languages, version.vocabulary)
        | ({"dataSets": _numbers_of(each, message.datasets)} if version.several else {})
        for each in layouts
    ]
    root["data"] = {"structures": structures} if version.several else {"structure": structures[0]}
    return msgspec.json.encode(root)[: -len(b"}}")] + b',"dataSets":['


def _numbers_of(of: Layout, datasets: Sequence[DataSet]) -> list[int]:
    return [n for n, each in enumerate(datasets) if _name(each.subject) == _name(of.subject)]


def _measured(of: Layout, datasets: Iterable[DataSet]) -> bool:
    """Whether any data set of a structure tells its measure."""
    own = (each.shown for each in datasets if _name(each.subject) == _name(of.subject))
    return any(each.measure and each.observations for each in own)


def _dataset(told: Told, of: Layout, place: int, version: Version) -> bytes:
    """A data set up to its first row."""
    dataset = told.dataset
    fields: Fields = {"structure": place} if version.several else {}
    fields["action"] = _action(dataset, version)
    if dataset.valid_from is not None:
        fields["validFrom"] = dataset.valid_from.isoformat()
    if dataset.valid_to is not None:
        fields["validTo"] = dataset.valid_to.isoformat()
    fields["links"] = [{"rel": of.subject.of.kind.lower(), "urn": of.subject.of.urn}]
    if not told.deletes:
        fields |= _attributes(told, of)
    rows = "observations" if of.flat else "series"
    return msgspec.json.encode(fields)[:-1] + f',"{rows}":{{'.encode()


def _action(dataset: DataSet, version: Version) -> str:
    """What a reader is to do: 2.1 has no use for information, and says of all or part to merge.

    Source: SDMX-JSON 2.1.0, field guide, recommended actions in responses to data queries.
    """
    if dataset.action is not Action.INFORMATION or not version.replaces:
        return str(dataset.action)
    shown = dataset.shown
    whole = shown.attributes is None and shown.measure and shown.observations
    return "Replace" if whole else "Merge"


def _attributes(told: Told, of: Layout) -> Fields:
    """What holds for a whole data set, and for parts of a key."""
    fields: Fields = {}
    if of.attributes[Level.DATASET]:
        fields["attributes"] = [0] * len(of.attributes[Level.DATASET])
    ids = of.attributes[Level.GROUP]
    groups: dict[str, list[Json]] = {}
    for place, id in enumerate(ids):
        for part, value in grouped(told, id):
            if value is not None:
                row = groups.setdefault(_spelled(part, of), [None] * len(ids))
                row[place] = of.values[id][value]
    return fields | ({"dimensionGroupAttributes": groups} if groups else {})


def _spelled(part: Sequence[str | None], of: Layout) -> str:
    """The positions of some values in the order of the key, the others left empty."""
    structure = of.subject.structure
    ids = (*structure.dimension_ids, structure.time.id)
    return ":".join(
        "" if value is None else of.at(id, value) for id, value in zip(ids, part, strict=True)
    )


def _rows(told: Told, of: Layout) -> Iterator[bytes]:
    """The rows of a data set, the last series closed."""
    selections = [each.with_rows(Numbers(each.rows)) for each in told.selections]
    if of.flat:
        yield from fragments.rows(_flat(told, of), selections)
        return
    grammar = _series(told, of)
    observed = told.dataset.shown.observations
    found = (fragments.rows if observed else fragments.series)(grammar, selections)
    if (first := next(found, None)) is not None:
        yield first
        yield from found
        yield grammar.between.removesuffix(",").encode()


def _series(told: Told, of: Layout) -> Grammar:
    """``"0:1":{"attributes":[0],"observations":{"0":[5,0],…}}``."""
    attributes = [] if told.deletes else of.attributes[Level.SERIES]
    observed = told.dataset.shown.observations
    opens = '"attributes":[' if attributes else ""
    between = "," if attributes and observed else ""
    return Grammar(
        opens='"',
        dimension=_key(of, of.dimensions[Level.SERIES]),
        key_closes='":{' + opens,
        series_attributes=_listed(of, attributes),
        series_opens=("]" if attributes else "")
        + between
        + ('"observations":{' if observed else ""),
        head=_head(told, of, '"'),
        value_closes=lambda _: "",
        attributes=_of_rows(told, of, of.attributes[Level.OBSERVATION]),
        row_closes="]",
        between="}}," if observed else "},",
        between_rows=",",
    )


def _flat(told: Told, of: Layout) -> Grammar:
    """``"0:1:0":[5,0]``, the series' own attributes behind those of the observation."""
    dimensions = [id for id in of.dimensions[Level.OBSERVATION] if id != of.under]
    attributes = _of_rows(told, of, of.attributes[Level.OBSERVATION])
    return Grammar(
        opens='"',
        dimension=_key(of, dimensions),
        key_closes="",
        head=_head(told, of, ":" if dimensions else ""),
        value_closes=lambda _: "",
        attributes=attributes,
        row_closes="",
        suffix=attributes,
        suffix_closes="]",
        between_rows=",",
        every_row=True,
    )


def _key(of: Layout, ids: Sequence[str]) -> Callable[[str, str], str]:
    """How a dimension stands in a key: not at all, or its position behind a colon."""
    colons = {id: ":" if place else "" for place, id in enumerate(ids)}
    return lambda id, code: colons[id] + of.at(id, code) if id in colons else ""


def _head(told: Told, of: Layout, before: str) -> Callable[[str, bool], str]:
    """A row up to its value, a missing one said; none where the row tells no value."""
    return lambda code, missing: (
        f'{before}{of.at(of.under, code)}":[' + ("null" if missing and told.valued else "")
    )


def _of_rows(told: Told, of: Layout, ids: Sequence[str]) -> Group:
    """The attributes of a row, behind a value if it tells one; a deleted one has a key alone."""
    return _listed(of, [] if told.deletes else ids, begins=told.valued)


def _listed(of: Layout, ids: Sequence[str], *, begins: bool = False) -> Group:
    """Positions of values as members of a list, of which others may stand before."""
    commas = {id: "," if place or begins else "" for place, id in enumerate(ids)}
    return Group(lambda id, value: commas[id] + of.at(id, value) if id in commas else "")
