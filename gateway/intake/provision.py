"""Provisions: how one office's file is laid out, as its `provision.toml` and code maps say.

config/README.md explains every key with an example. Unknown keys are refused by name; all faults
of one provision are named at once.
"""

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import msgspec

from gateway.errors import BadConfiguration
from gateway.intake.clean import label
from gateway.model.artefact import Reference
from gateway.model.structure import Attachment, Dataflow, DataStructure
from gateway.model.text import Text
from gateway.registry import Registry


class Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the table is, by what it says.

    `heading` is the text of its first heading, over the row labels; the table goes on to the
    first label that starts with one of `ends`. `header_rows` counts the rows of headings.
    """

    heading: str
    ends: tuple[str, ...]
    header_rows: int = 1


class Rows(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How the rows' labels are nested, and which rows that hold totals are observations too."""

    hierarchy: Literal["indent", "flat"] = "flat"
    observe: tuple[str, ...] = ()


class Columns(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which headings state totals, and which of those are observations too."""

    totals: tuple[str, ...] = ()
    observe: tuple[str, ...] = ()


class Place(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where a component's value is read: a level of the row labels or of the headings.

    Levels count from 1, outermost first; ``"last"`` is a row's own label. `title` is a pattern
    whose first group stands in the lines above the table. `codes` names code maps in the
    provision's folder; the first that knows a label gives its code.
    """

    row: int | Literal["last"] | None = None
    column: int | None = None
    title: str | None = None
    codes: tuple[str, ...] = ()


class Time(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the year is read, and the month if the file has months."""

    year: Place
    month: Place | None = None


class Values(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Words that stand for numbers: for zero, and for a missing value with its OBS_STATUS."""

    zero: tuple[str, ...] = ()
    missing: dict[str, str] = {}


class Note(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A remark that, where a sheet says it below or above its table, sets attributes."""

    says: str
    sets: dict[str, str]


class _Words(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    es: str
    en: str


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    id: str
    name: _Words
    provider: str
    dataflow: str
    table: Table
    components: dict[str, str | Place]
    time: Time
    attributes: dict[str, str]
    rows: Rows = Rows()
    columns: Columns = Columns()
    values: Values = Values()
    notes: tuple[Note, ...] = ()
    replaces: Literal["everything", "years"] = "everything"
    sample: str | None = None
    version: str = "1.0.0"


@dataclass(frozen=True, slots=True)
class CodeMapEntry:
    """One line of a code map; `key` is its label as `clean.label` gives it."""

    key: str
    label: str
    code: str


CodeMap = Mapping[str, CodeMapEntry]
"""The entries of a code map by their keys, in the order of the file."""


@dataclass(frozen=True, slots=True)
class Provision:
    """One provider supplying one dataflow, with everything that reading its file takes."""

    id: str
    name: Text
    version: str
    provider: str
    provider_reference: Reference
    flow: Dataflow
    structure: DataStructure
    table: Table
    rows: Rows
    columns: Columns
    components: Mapping[str, str | Place]
    time: Time
    attributes: Mapping[str, str]
    values: Values
    notes: tuple[Note, ...]
    replaces: str
    code_maps: Mapping[str, CodeMap]
    sample: Path | None

    def code(self, place: Place, text: str) -> str | None:
        """The code of a label by the code maps of a place, or None where none knows it."""
        maps = (self.code_maps[name] for name in place.codes)
        return next((known[label(text)].code for known in maps if label(text) in known), None)


def read_provisions(folder: Path, registry: Registry) -> dict[str, Provision]:
    """Every provision below a folder, by id.

    Raises BadConfiguration with all faults: an unknown key, a code map that is not there, a
    component or attribute that the data structure does not have or that nothing feeds.
    """
    provisions: dict[str, Provision] = {}
    faults: list[str] = []
    for path in sorted(folder.glob("*/provision.toml")):
        try:
            provision = _read(path, registry)
            provisions[provision.id] = provision
        except BadConfiguration as error:
            faults.append(f"{path.parent.name}/provision.toml: {error}")
    if faults:
        raise BadConfiguration("\n".join(faults), subject=str(folder))
    return provisions


def _read(path: Path, registry: Registry) -> Provision:
    try:
        file = msgspec.toml.decode(path.read_bytes(), type=_File)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise BadConfiguration(str(error)) from error
    flow = registry.dataflow(file.dataflow)
    structure = registry.structure(flow)
    if faults := [*_faults(file, structure, path.parent)]:
        raise BadConfiguration("; ".join(faults))
    places = [*file.components.values(), file.time.year, file.time.month]
    names = {name for each in places if isinstance(each, Place) for name in each.codes}
    return Provision(
        file.id,
        Text(es=file.name.es, en=file.name.en),
        file.version,
        file.provider,
        registry.provider(file.provider),
        flow,
        structure,
        file.table,
        file.rows,
        file.columns,
        file.components,
        file.time,
        file.attributes,
        file.values,
        file.notes,
        file.replaces,
        {name: _read_code_map(path.parent / name) for name in sorted(names)},
        None if file.sample is None else path.parent / file.sample,
    )


def _faults(file: _File, structure: DataStructure, folder: Path) -> list[str]:
    faults = []
    if file.id != folder.name:
        faults.append(f"the id {file.id} is not the folder's name")
    dimensions = set(structure.dimension_ids)
    faults += [f"[components] has no dimension {each}" for each in dimensions - {*file.components}]
    faults += [f"there is no dimension {each}" for each in {*file.components} - dimensions]
    known = {*structure.attribute_ids(Attachment.SERIES, Attachment.OBSERVATION)}
    given = {*file.attributes, *(each for note in file.notes for each in note.sets)}
    faults += [f"there is no series or observation attribute {each}" for each in given - known]
    mandatory = {each.id for each in structure.attributes if each.mandatory}
    faults += [f"[attributes] lacks {each}" for each in mandatory - {*file.attributes}]
    return [*sorted(faults), *_place_faults(file), *_pattern_faults(file)]


def _place_faults(file: _File) -> Iterator[str]:
    places = {**file.components, "time.year": file.time.year, "time.month": file.time.month}
    for name, place in places.items():
        if not isinstance(place, Place):
            continue
        if [place.row, place.column, place.title].count(None) != 2:
            yield f"{name} must be read at one place: row, column or title"
        if place.column is not None and not 1 <= place.column <= file.table.header_rows:
            yield f"{name}: there are {file.table.header_rows} rows of headings"
        if isinstance(place.row, int) and place.row < 1:
            yield f"{name}: levels of rows count from 1"
        if place.title is not None and name != "time.year":
            yield f"{name}: only time.year may be read in the title"


def _pattern_faults(file: _File) -> list[str]:
    try:
        if file.time.year.title is not None and not re.compile(file.time.year.title).groups:
            return ["the title pattern of time.year has no group"]
    except re.error as error:
        return [f"the title pattern of time.year cannot be read: {error}"]
    return []


def _read_code_map(path: Path) -> CodeMap:
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file, strict=True))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise BadConfiguration(f"the code map {path.name} cannot be read: {error}") from error
    entries: dict[str, CodeMapEntry] = {}
    for number, row in enumerate(rows, start=2):
        if not row.get("label") or not row.get("code"):
            raise BadConfiguration(f"{path.name}, line {number}: label and code are both needed")
        entry = CodeMapEntry(label(row["label"]), row["label"], row["code"])
        if entries.setdefault(entry.key, entry).code != entry.code:
            raise BadConfiguration(f"{path.name}, line {number}: {entry.label} has two codes")
    return entries
