"""Attributes of the whole data set: stated once by a provision, kept by a release, told once."""

from dataclasses import replace

import pyarrow as pa
import pytest
from sdmx.exceptions import XMLParseError

from gateway.formats import table
from gateway.formats.message import DataMessage, Shown
from gateway.model.observations import Observations, columns
from gateway.model.shapes import arranged
from gateway.model.structure import Attachment, DataStructure
from tests.figures import ARTEFACTS, STRUCTURE, Row, everything, observations
from tests.formats.judging import official, own, version_of
from tests.formats.ml_reading import ml_datasets, ml_rows
from tests.formats.reading import (
    DataFormat,
    DataReader,
    by_pysdmx,
    by_sdmx1,
    definition,
    faults,
    filled,
    message,
    stated,
    written,
)

TIME, FLAT = "TIME_PERIOD", "AllDimensions"
SHAPES = (TIME, FLAT, "SEX")
FORMATS = pytest.mark.parametrize(
    "format",
    [table.GENERIC, table.SPECIFIC, table.DATA_30, table.DATA_31],
    ids=["generic", "specific", "3.0", "3.1"],
)

LICENSED: DataStructure = replace(
    STRUCTURE,
    attributes=tuple(
        replace(each, attachment=Attachment.DATASET, dimensions=()) if each.id == "TITLE" else each
        for each in STRUCTURE.attributes
    ),
)
WITH_LICENCE = tuple(LICENSED if each is STRUCTURE else each for each in ARTEFACTS)

LICENCE = 'CC BY 4.0 & <"what">\nelse'


def licensed(rows: list[Row]) -> Observations:
    """With TITLE for the whole: its last column then."""
    whole = observations(rows).table
    names = columns(LICENSED).names
    assert names[-1] == "TITLE"
    return Observations(LICENSED, whole.select(names))


ROWS: list[Row] = [{"TITLE": LICENCE}, {"TITLE": LICENCE, "SEX": "F", "OBS_VALUE": None}]


def shaped(shape: str, *content: Observations, shown: Shown | None = None) -> DataMessage:
    whole = message(*content)
    datasets = tuple(replace(each, shown=shown or Shown()) for each in whole.datasets)
    return replace(whole, dimension_at_observation=shape, datasets=datasets)


def valid(format: DataFormat, body: bytes, shape: str) -> list[str]:
    version = version_of(format)
    judge = official(version) if format is table.GENERIC else own(version, shape, LICENSED)
    return faults(judge, body)


@FORMATS
@pytest.mark.parametrize("shape", SHAPES)
def test_it_is_told_once_and_read_whole(format: DataFormat, shape: str) -> None:
    """Of each data set; valid by the schema that we serve."""
    content = licensed(ROWS)

    body = written(format, shaped(shape, content))

    assert valid(format, body, shape) == []
    assert body.count(b"CC BY") == 1
    assert [row["TITLE"] for row in ml_rows(body)] == [LICENCE] * 2


@FORMATS
def test_two_providers_that_say_otherwise_have_two_data_sets(format: DataFormat) -> None:
    """And two that agree have one."""
    one, two, three = (
        licensed([{"AREA": area, "TITLE": title}])
        for area, title in (("GT", "CC BY"), ("MX", "CC BY"), ("SV", None))
    )

    body = written(format, shaped(TIME, one, two, three))

    assert valid(format, body, TIME) == []
    assert [[row.get("TITLE") for row in each] for each in ml_datasets(body)] == [
        ["CC BY", "CC BY"],
        [None],
    ]


@FORMATS
def test_it_is_not_told_where_it_is_not_asked_for(format: DataFormat) -> None:
    body = written(format, shaped(TIME, licensed(ROWS), shown=Shown(frozenset({"COMMENT"}))))

    assert valid(format, body, TIME) == []
    assert b"CC BY" not in body


@FORMATS
def test_what_cannot_be_said_breaks_no_message(format: DataFormat) -> None:
    body = written(format, shaped(TIME, licensed([{"TITLE": "a\x01b"}])))

    assert [row["TITLE"] for row in ml_rows(body)] == ["a\ufffdb"]


@pytest.mark.parametrize(
    ("format", "reader"),
    [
        pytest.param(table.GENERIC, by_sdmx1, id="generic, sdmx1"),
        pytest.param(table.GENERIC, by_pysdmx, id="generic, pysdmx"),
        pytest.param(table.SPECIFIC, by_pysdmx, id="structure-specific, pysdmx"),
    ],
)
def test_others_find_the_observations_beside_it(format: DataFormat, reader: DataReader) -> None:
    """pysdmx 1.21 passes over the <Atts> of 3.x (seen 2026-11)."""
    content = licensed(ROWS)
    body = written(format, shaped(TIME, content))

    found = filled(reader(body, definition(WITH_LICENCE)), LICENSED)

    apart = [{**row, "TITLE": None} for row in filled(stated(content), LICENSED)]
    assert [{**row, "TITLE": None} for row in found] == apart


@pytest.mark.parametrize(
    ("format", "words"),
    [
        pytest.param(table.SPECIFIC, "enumerated", id="2.1, where its concept has no code list"),
        pytest.param(table.DATA_30, "Atts", id="3.0"),
    ],
)
def test_sdmx1_2_28_does_not_read_it(format: DataFormat, words: str) -> None:
    """Where this fails, sdmx1 has learned it. Generic data it reads; so it does all without."""
    body = written(format, shaped(TIME, licensed(ROWS)))
    assert valid(format, body, TIME) == []

    with pytest.raises(XMLParseError, match=words):
        by_sdmx1(body, definition(WITH_LICENCE))


def test_the_latest_period_speaks_for_the_whole() -> None:
    """Where one year was handed in anew, with another licence, that one holds."""
    content = licensed(
        [
            {"TIME_PERIOD": "2022-01", "TITLE": "old"},
            {"TIME_PERIOD": "2024-01", "TITLE": "new"},
            {"TIME_PERIOD": "2023-01", "TITLE": "old"},
            {"TIME_PERIOD": "2025-01", "TITLE": None},
        ]
    )

    selection = everything(content)

    assert selection.of_whole == {"TITLE": "new"}
    assert arranged(selection, "SEX").of_whole == {"TITLE": "new"}
    assert pa.types.is_dictionary(content.table.schema.field("TITLE").type)
