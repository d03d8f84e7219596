"""Attributes that hang on part of the key, by a group that the structure declares or without."""

from dataclasses import replace
from pathlib import Path

import pytest
from pysdmx.io import read_sdmx

from gateway.formats import table
from gateway.formats.message import DataMessage, Shown, StructureMessage
from gateway.model.artefact import Artefact
from gateway.model.observations import Observations
from gateway.model.structure import DimensionGroup
from gateway.registry.checking import read_folder
from tests.definitions import faults as structure_faults
from tests.figures import ARTEFACTS, FLOW, STRUCTURE, Row, observations
from tests.formats.judging import official, own, version_of
from tests.formats.ml_reading import ml_datasets, ml_rows
from tests.formats.reading import (
    HEADER,
    DataFormat,
    by_lxml,
    by_pysdmx,
    by_sdmx1,
    definition,
    faults,
    filled,
    message,
    stated,
    structures,
    written,
)

TIME, FLAT = "TIME_PERIOD", "AllDimensions"
SHAPES = (TIME, FLAT, "FREQ", "AREA", "SEX")
FORMATS = pytest.mark.parametrize(
    "format",
    [table.GENERIC, table.SPECIFIC, table.DATA_30, table.DATA_31],
    ids=["generic", "specific", "3.0", "3.1"],
)

GROUPED = replace(
    STRUCTURE,
    groups=(DimensionGroup("Sibling", ("AREA", "SEX")), DimensionGroup("Place", ("AREA",))),
    attributes=tuple(
        {
            "TITLE": replace(each, dimensions=("AREA", "SEX"), group="Sibling"),
            "UNIT": replace(each, dimensions=("FREQ", "AREA")),
        }.get(each.id, each)
        for each in STRUCTURE.attributes
    ),
)
GROUPED_ARTEFACTS: tuple[Artefact, ...] = tuple(
    GROUPED if each is STRUCTURE else each for each in ARTEFACTS
)

ROWS: list[Row] = [
    {"TITLE": "a & <b>", "COMMENT": "c"},
    {"TITLE": "a & <b>", "FREQ": "A", "TIME_PERIOD": "2023", "UNIT": None},
    {"SEX": "F", "OBS_VALUE": "0"},
    {"SEX": "M", "TITLE": "m", "OBS_VALUE": None},
    {"AREA": "MX", "UNIT": "PS", "OBS_STATUS": None},
    {"AREA": "MX", "SEX": "F", "UNIT": "PS", "TITLE": "n"},
]


def grouped(rows: list[Row]) -> Observations:
    return Observations(GROUPED, observations(rows).table)


CONTENT = grouped(ROWS)
EXPECTED = filled(stated(CONTENT), GROUPED)


def shaped(shape: str, *content: Observations, shown: Shown | None = None) -> DataMessage:
    whole = message(*(content or (CONTENT,)))
    datasets = tuple(replace(each, shown=shown or Shown()) for each in whole.datasets)
    return replace(whole, dimension_at_observation=shape, datasets=datasets)


def valid(format: DataFormat, body: bytes, shape: str) -> list[str]:
    version = version_of(format)
    judge = official(version) if format is table.GENERIC else own(version, shape, GROUPED)
    return faults(judge, body)


@FORMATS
@pytest.mark.parametrize("shape", SHAPES)
def test_attributes_of_groups_are_told_with_their_groups(format: DataFormat, shape: str) -> None:
    """Once for each group that has one, and by every reader found at the observations."""
    body = written(format, shaped(shape))

    assert valid(format, body, shape) == []
    assert filled(by_lxml(body, definition(GROUPED_ARTEFACTS)), GROUPED) == EXPECTED
    assert body.count(b"Sibling") == 3
    assert body.count(b"a &amp; &lt;b&gt;") == 1


@FORMATS
@pytest.mark.filterwarnings("ignore:The inplace keyword")  # of pandas, as pysdmx 1.21 calls it
def test_sdmx1_and_pysdmx_read_them(format: DataFormat) -> None:
    """Under time: pysdmx 1.21 joins no groups to generic or flat data; sdmx1 2.28 reads no 3.1."""
    body = written(format, shaped(TIME))
    known = definition(GROUPED_ARTEFACTS)

    if format is not table.DATA_31:
        assert filled(by_sdmx1(body, known), GROUPED) == EXPECTED
    if format is not table.GENERIC:
        assert filled(by_pysdmx(body, known), GROUPED) == EXPECTED


@FORMATS
def test_providers_may_say_otherwise_of_a_group(format: DataFormat) -> None:
    """Each in a data set of its own."""
    one, two = grouped([{"TITLE": "one"}]), grouped([{"FREQ": "A", "TITLE": "two"}])

    body = written(format, shaped(TIME, one, two))

    assert valid(format, body, TIME) == []
    assert [row["TITLE"] for each in ml_datasets(body) for row in each] == ["one", "two"]


@FORMATS
@pytest.mark.parametrize("shape", [TIME, "SEX"])
def test_groups_can_be_told_without_observations(format: DataFormat, shape: str) -> None:
    body = written(format, shaped(shape, shown=Shown(observations=False)))

    assert valid(format, body, shape) == []
    assert body.count(b"Sibling") == 3
    assert {row.get("UNIT") for row in ml_rows(body)} == {"EVENT", "PS", None}


@FORMATS
def test_what_is_not_shown_is_told_of_no_group(format: DataFormat) -> None:
    body = written(format, shaped(TIME, shown=Shown(frozenset({"UNIT"}))))

    assert valid(format, body, TIME) == []
    assert b"Sibling" not in body
    assert {id for row in ml_rows(body) for id in row} == {
        *GROUPED.dimension_ids,
        *(TIME, "OBS_VALUE", "UNIT"),
    }


@pytest.mark.parametrize("shape", [TIME, FLAT, "SEX"])
@pytest.mark.parametrize("version", ["v2_1", "v3_0", "v3_1"])
@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param(b' AREA="MX" SEX="F" TITLE=', b' AREA="MX" TITLE=', id="no code"),
        pytest.param(b' AREA="MX" SEX="F" TITLE=', b' AREA="MX" SEX="X" TITLE=', id="wrong code"),
        pytest.param(b' TITLE="n"', b' UNIT="n"', id="attribute of something else"),
        pytest.param(b":Sibling", b":Stranger", id="no such group"),
    ],
)
def test_our_schema_would_see_a_fault(shape: str, version: str, old: bytes, new: bytes) -> None:
    formats = {"v2_1": table.SPECIFIC, "v3_0": table.DATA_30, "v3_1": table.DATA_31}
    body = written(formats[version], shaped(shape))
    assert old in body

    assert faults(own(version, shape, GROUPED), body.replace(old, new, 1))


def test_a_structure_with_groups_is_read_as_it_is_written(tmp_path: Path) -> None:
    """From a file of ours: groups with their dimensions, and what hangs on each."""
    (tmp_path / "all.xml").write_bytes(structures(GROUPED_ARTEFACTS))

    found = {each.reference: each for each in read_folder(tmp_path)}

    assert found[STRUCTURE.reference] == GROUPED


STRUCTURE_FORMATS = {each.names[-1]: each for each in table.STRUCTURES[1]}


@pytest.mark.parametrize("name", STRUCTURE_FORMATS)
def test_a_structure_with_groups_is_valid(name: str) -> None:
    """In every format, and pysdmx finds its groups."""
    body = b"".join(STRUCTURE_FORMATS[name].write(StructureMessage(HEADER, GROUPED_ARTEFACTS)))

    assert structure_faults(name, body) == []
    assert FLOW.id.encode() in body
    if name not in ("json-1.0", "json-2.1"):  # which pysdmx 1.21 does not read (seen 2026-11)
        (structure,) = read_sdmx(body.decode()).get_data_structure_definitions()
        assert structure.groups is not None
        assert [(each.id, [*each.dimensions]) for each in structure.groups] == [
            ("Sibling", ["AREA", "SEX"]),
            ("Place", ["AREA"]),
        ]
