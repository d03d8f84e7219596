"""A small structure with observations made by hand: every kind of component, and odd values."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime

import pyarrow as pa

from gateway.model.artefact import Artefact, Item, ItemScheme, Kind, Reference
from gateway.model.labels import Labels
from gateway.model.observations import REPORTED, Observations, columns
from gateway.model.query import Wanted
from gateway.model.selection import Coded, Selection
from gateway.model.structure import (
    Attachment,
    Attribute,
    Component,
    Dataflow,
    DataStructure,
    Representation,
)
from gateway.model.text import Text
from gateway.model.visibility import Visibility
from gateway.releases.cube import Cube
from gateway.releases.index import index_of

CODES = {
    "CL_FREQ": ("A", "M", "Q"),
    "CL_AREA": ("GT", "MX", "SV", "_T"),
    "CL_SEX": ("F", "M", "_T"),
    "CL_STATUS": ("A", "O", "P"),
}
"""The codes of each list."""

_SAME = {"agency": "X", "version": "1.0.0", "description": None, "is_final": True}


def _name(id: str) -> Text:
    return Text(f"{id} en español", f"{id} in English")


def _component(id: str, codelist: str | None, text: str | None = "String") -> Component:
    listed = None if codelist is None else Reference(Kind.CODELIST, "X", codelist, "1.0.0")
    concept = Reference(Kind.CONCEPT_SCHEME, "X", "CS", "1.0.0", id)
    return Component(id, concept, Representation(listed, None if listed else text))


def _attribute(id: str, codelist: str | None, on: Attachment, *, mandatory: bool) -> Attribute:
    plain = _component(id, codelist)
    dimensions = ("FREQ", "AREA", "SEX") if on is Attachment.SERIES else ()
    return Attribute(id, plain.concept, plain.representation, on, mandatory, dimensions)


STRUCTURE = DataStructure(
    **_SAME,
    id="SMALL",
    name=_name("SMALL"),
    is_partial=False,
    dimensions=(
        _component("FREQ", "CL_FREQ"),
        _component("AREA", "CL_AREA"),
        _component("SEX", "CL_SEX"),
    ),
    time=_component("TIME_PERIOD", None, "ObservationalTimePeriod"),
    measure=_component("OBS_VALUE", None, "Double"),
    attributes=(
        _attribute("OBS_STATUS", "CL_STATUS", Attachment.OBSERVATION, mandatory=True),
        _attribute("COMMENT", None, Attachment.OBSERVATION, mandatory=False),
        _attribute("EMBARGO_TIME", None, Attachment.OBSERVATION, mandatory=False),
        _attribute("UNIT", None, Attachment.SERIES, mandatory=True),
        _attribute("TITLE", None, Attachment.SERIES, mandatory=False),
    ),
)
FLOW = Dataflow(
    **_SAME, id="DF_SMALL", name=_name("DF"), is_partial=False, structure=STRUCTURE.reference
)
ARTEFACTS: tuple[Artefact, ...] = (
    FLOW,
    STRUCTURE,
    ItemScheme(
        kind=Kind.CONCEPT_SCHEME,
        **_SAME,
        id="CS",
        name=_name("CS"),
        is_partial=False,
        items=tuple(Item(each.id, _name(each.id)) for each in STRUCTURE.components()),
    ),
    *(
        ItemScheme(
            kind=Kind.CODELIST,
            **_SAME,
            id=id,
            name=_name(id),
            is_partial=False,
            items=tuple(Item(code, _name(code)) for code in codes),
        )
        for id, codes in CODES.items()
    ),
)

LABELS = Labels(
    FLOW.name,
    {each.id: _name(each.id) for each in STRUCTURE.components()},
    {
        each.id: {code: _name(code) for code in CODES[listed.id]}
        for each in STRUCTURE.components()
        if (listed := each.representation.codelist) is not None
    },
)

Row = Mapping[str, str | None]
"""One observation: components by id, the value as its source spelled it."""

USUAL: Row = {
    "FREQ": "M",
    "AREA": "GT",
    "SEX": "_T",
    "TIME_PERIOD": "2023-01",
    "OBS_VALUE": "1",
    "OBS_STATUS": "A",
    "COMMENT": None,
    "EMBARGO_TIME": None,
    "UNIT": "EVENT",
    "TITLE": None,
}


RESTRICTED = replace(
    STRUCTURE,
    attributes=(
        *STRUCTURE.attributes,
        _attribute("CONF_STATUS", None, Attachment.OBSERVATION, mandatory=False),
        _attribute("CONF_REDIST", None, Attachment.OBSERVATION, mandatory=False),
    ),
)
"""The same structure with attributes that say who may read an observation."""


def observations(
    rows: Iterable[Row], structure: DataStructure = STRUCTURE, usual: Row = USUAL
) -> Observations:
    """Observations in the order of their key; what a row leaves out is as usual."""
    whole = [{**usual, **row} for row in rows]
    schema = columns(structure)
    reported = [row["OBS_VALUE"] for row in whole]
    values: dict[str, list[object]] = {
        name: [row.get(name) for row in whole] for name in schema.names
    }
    values["OBS_VALUE"] = [None if each is None else float(each) for each in reported]
    values[REPORTED] = [*reported]
    arrays = [
        pa.array(values[field.name], pa.string()).dictionary_encode()
        if pa.types.is_dictionary(field.type)
        else pa.array(values[field.name], field.type)
        for field in schema
    ]
    return Observations(structure, pa.table(arrays, schema=schema)).sorted()


NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
"""The moment at which tests ask, unless they say another."""

SUPPLY = "SMALL_SUPPLY"
"""The provision of observations made by hand."""


def cube(of: Observations) -> Cube:
    """A cube in memory."""
    return Cube(SUPPLY, index_of(of))


def everything(of: Observations) -> Selection:
    """All observations of a cube, as somebody sees them who may see all."""
    return cube(of).select(Wanted(), Visibility(NOON))


def rows(selection: Selection) -> list[Row]:
    """The observations of a selection, one by one."""
    found = selection.chunk()
    series, notes = found.series.tolist(), found.notes.tolist()
    columns = {
        **{name: _spelled(column, series) for name, column in selection.keys.items()},
        "TIME_PERIOD": [selection.periods[period] for period in found.periods],
        "OBS_VALUE": found.values.to_pylist(),
        **{name: _spelled(column, notes) for name, column in selection.attributes.items()},
        **{name: _spelled(column, series) for name, column in selection.series_attributes.items()},
    }
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def _spelled(column: Coded, rows: list[int]) -> list[str | None]:
    """What a column says in some rows; each row is looked up once."""
    known = {row: column.value(row) for row in {*rows}}
    return [known[row] for row in rows]
