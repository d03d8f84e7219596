"""What is wrong in a `provision.toml`: every unknown key, and everything that does not fit."""

import re
import types
from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Union, get_args, get_origin

import msgspec

from gateway.intake.language import Place, ProvisionFile
from gateway.model.structure import Attachment, DataStructure

Shape = object
"""A type of `gateway.intake.language`: a struct, a union, a dictionary, a tuple or a plain type."""


def shape_faults(value: object, shape: Shape, where: str = "") -> list[str]:
    """Every key that is not known or is missing, and every value of another type than its key's.

    msgspec alone names only the first one.
    """
    if isinstance(value, dict) and (struct := _struct(shape)) is not None:
        return [*_struct_faults(value, struct, where)]
    if isinstance(value, dict) and get_origin(shape) is dict:
        inner = get_args(shape)[1]
        faults = (shape_faults(each, inner, f"{where}.{key}") for key, each in value.items())
        return [fault for found in faults for fault in found]
    if isinstance(value, list) and get_origin(shape) is tuple and _struct(get_args(shape)[0]):
        inner = get_args(shape)[0]
        return [fault for each in value for fault in shape_faults(each, inner, where)]
    try:
        msgspec.convert(value, shape)
    except msgspec.ValidationError as error:
        return [f"{where.strip('.')}: {error}"]
    return []


def _struct(shape: Shape) -> type[msgspec.Struct] | None:
    options = get_args(shape) if get_origin(shape) in (Union, types.UnionType) else (shape,)
    found = [
        each for each in options if isinstance(each, type) and issubclass(each, msgspec.Struct)
    ]
    return found[0] if found else None


def _struct_faults(
    value: Mapping[str, object], struct: type[msgspec.Struct], where: str
) -> Iterator[str]:
    fields = {field.encode_name: field for field in msgspec.structs.fields(struct)}
    place = f" in {where.strip('.')}" if where else ""
    for key, each in value.items():
        if key in fields:
            yield from shape_faults(each, fields[key].type, f"{where}.{key}")
        else:
            yield f"unknown key {key}{place} (known: {', '.join(fields)})"
    for key, field in fields.items():
        if field.required and key not in value:
            yield f"the key {key} is missing{place}"


def faults(file: ProvisionFile, structure: DataStructure, folder: Path) -> Iterator[str]:
    """What a provision says that its data structure or its own layout does not bear out."""
    if file.id != folder.name:
        yield f"the id {file.id} is not the folder's name"
    yield from sorted(_component_faults(file, structure))
    yield from _layout_faults(file)
    for name, place in file.places().items():
        yield from _place_faults(name, place, file)
    yield from _pattern_faults(file)


def _component_faults(file: ProvisionFile, structure: DataStructure) -> Iterator[str]:
    dimensions = {*structure.dimension_ids}
    yield from (f"[components] has no dimension {each}" for each in dimensions - {*file.components})
    yield from (f"there is no dimension {each}" for each in {*file.components} - dimensions)
    known = {*structure.attribute_ids(Attachment.SERIES, Attachment.OBSERVATION)}
    given = {*file.attributes, *(each for note in file.notes for each in note.sets)}
    if file.labels.footnotes is not None:
        given.add(file.labels.footnotes)
    of_whole = {*structure.attribute_ids(Attachment.DATASET)}
    constants = {name for name, said in file.attributes.items() if isinstance(said, str)}
    yield from (
        f"{each} describes the whole data set: [attributes] must state it as one text"
        for each in given & of_whole - constants
    )
    unknown = given - known - of_whole
    yield from (f"there is no series or observation attribute {each}" for each in unknown)
    mandatory = {each.id for each in structure.attributes if each.mandatory}
    yield from (f"[attributes] lacks {each}" for each in mandatory - {*file.attributes})
    totals = {*file.microdata.totals} - dimensions
    yield from (f"[microdata] totals: there is no dimension {each}" for each in totals)


def _layout_faults(file: ProvisionFile) -> Iterator[str]:
    time = file.time
    if (time.year is None) == (time.period is None):
        yield "[time] needs either year or period"
    if time.month is not None and time.year is None:
        yield "time.month stands beside time.year"
    if file.table.layout == "records" and file.values.field is None:
        yield "[values] field: which column of the records holds the figure?"
    if file.table.layout != "records" and file.values.field is not None:
        yield '[values] field is for the layout "records"'
    if file.table.layout != "microdata" and (file.microdata.weight or file.microdata.ignore):
        yield '[microdata] is for the layout "microdata"'
    fields = [place for place in file.places().values() if place.field is not None]
    if file.table.layout == "microdata" and not fields:
        yield '[components] the layout "microdata" reads at least one component by field'
    if file.rows.hierarchy != "columns" and file.table.labels > 1:
        yield '[table] labels: several columns of labels are for the hierarchy "columns"'


def _place_faults(name: str, place: Place, file: ProvisionFile) -> Iterator[str]:
    if place.sources != 1:
        yield f"{name} must be read at one place: row, column, field, title, sheet or period"
    if isinstance(place.column, int) and not 1 <= place.column <= file.table.header_rows:
        yield f"{name}: there are {file.table.header_rows} rows of headings"
    if isinstance(place.row, int) and place.row < 1:
        yield f"{name}: levels of rows count from 1"
    cross = place.row is not None or place.column is not None
    if cross and file.table.layout != "cross":
        yield f"{name}: records are read by field, not by row or column"
    if place.field is not None and file.table.layout == "cross":
        yield f'{name}: field is for the layouts "records" and "microdata"'
    yield from _code_faults(name, place, file.components)
    if place.period is not None and (file.time.period is None or name.startswith("time.")):
        yield f"{name}: period says how often, where time.period is read"


def _code_faults(name: str, place: Place, dimensions: Mapping[str, object]) -> Iterator[str]:
    """What a place says of the codes that it gives."""
    if [bool(place.codes), bool(place.pad or place.prefix), bool(place.bands)].count(True) > 1:
        yield f"{name}: a code comes from codes, from pad and prefix, or from bands, not from two"
    spans = sorted(place.bands.values())
    if place.optional and name in dimensions:
        yield f"{name}: only attributes are optional"
    if any(one[1] >= other[0] for one, other in pairwise(spans)):
        yield f"{name}: bands overlap"


def _pattern_faults(file: ProvisionFile) -> Iterator[str]:
    for name, place in file.places().items():
        for pattern in (place.title, place.sheet):
            yield from _unreadable(f"the pattern of {name}", pattern, grouped=True)
    yield from _unreadable("the pattern of [table] sheets", file.table.sheets)
    for pattern in (file.labels.marks, *file.labels.drop):
        yield from _unreadable("a pattern of [labels]", pattern)


def _unreadable(what: str, pattern: str | None, *, grouped: bool = False) -> Iterator[str]:
    try:
        if pattern is not None and not re.compile(pattern).groups and grouped:
            yield f"{what} has no group"
    except re.error as error:
        yield f"{what} cannot be read: {error}"
