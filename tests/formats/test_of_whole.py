"""Attributes of the whole data set: stated once by a provision, kept by a release, told once."""

import io
from dataclasses import replace

import openpyxl
import pyarrow as pa
import pytest
from sdmx.exceptions import XMLParseError

from gateway.formats import table
from gateway.formats.message import Action, DataMessage, Shown
from gateway.model.observations import Observations, columns
from gateway.model.shapes import arranged
from gateway.model.structure import Attachment, DataStructure
from tests.figures import ARTEFACTS, STRUCTURE, Row, everything, observations
from tests.formats import json_reading
from tests.formats.judging import official, own, version_of
from tests.formats.ml_reading import ml_datasets, ml_rows
from tests.formats.reading import (
    DATA_READERS,
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


_TABLES = (table.CSV, table.CSV_10, table.CSV_21, table.CSV_LABELS, table.XLSX, table.PARQUET)
_JSON = (table.JSON_10, table.JSON_20, table.JSON_21)

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


BESIDE_ML = [
    pytest.param(each, reader, id=f"{each.names[0]}, {reader.__name__}")
    for each in (*_TABLES, *_JSON)
    for reader in DATA_READERS[each.names[0]]
]


def by_any(format: DataFormat, reader: DataReader, body: bytes) -> list[dict[str, str | None]]:
    """The rows with every component, as others read them."""
    return filled(reader(body, definition(WITH_LICENCE)), LICENSED)


@pytest.mark.parametrize(("format", "reader"), BESIDE_ML)
@pytest.mark.parametrize("title", [LICENCE.replace("\n", " "), None])  # sdmx1 drops line ends
def test_tables_and_json_tell_it_too(
    format: DataFormat, reader: DataReader, title: str | None
) -> None:
    """A table in a column, in each row the same; SDMX-JSON once, at its data set."""
    content = licensed([{**row, "TITLE": title} for row in ROWS])

    body = written(format, shaped(TIME, content))

    assert by_any(format, reader, body) == filled(stated(content), LICENSED)


@pytest.mark.parametrize("format", _JSON, ids=lambda each: each.names[0])
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("titles", [("CC BY", "CC BY"), ("CC BY", "CC0"), ("CC BY", None)], ids=str)
def test_json_tells_it_in_any_shape(
    format: DataFormat, shape: str, titles: tuple[str | None, str | None]
) -> None:
    """Once where all providers say the same, else of the series of each."""
    contents = [
        licensed([{"AREA": area, "TITLE": title}])
        for area, title in zip(("GT", "MX"), titles, strict=True)
    ]

    body = written(format, shaped(shape, *contents))

    assert json_reading.faults(format.names[0], body) == []
    found = filled(json_reading.rows(body), LICENSED)
    assert found == [row for each in contents for row in filled(stated(each), LICENSED)]
    data = json_reading.parsed(body)["data"]
    levels = (data.get("structures") or [data["structure"]])[0]["attributes"]
    at_whole = "TITLE" in [each["id"] for each in levels["dataSet"]]
    assert at_whole == (titles[0] == titles[1])


@pytest.mark.parametrize("format", [*_TABLES, *_JSON], ids=lambda each: each.names[0])
def test_no_format_tells_what_is_not_asked_for(format: DataFormat) -> None:
    only = Shown(frozenset({"COMMENT"}))

    body = written(format, shaped(TIME, licensed(ROWS), shown=only))

    assert all(
        "TITLE" not in row
        for row in DATA_READERS[format.names[0]][0](body, definition(WITH_LICENCE))
    )


@pytest.mark.parametrize("format", [*_TABLES, *_JSON], ids=lambda each: each.names[0])
def test_series_without_observations_tell_it(format: DataFormat) -> None:
    """As they tell the attributes of their own."""
    alone = Shown(observations=False)
    without = licensed([{**row, "TITLE": None} for row in ROWS])

    body = written(format, shaped(TIME, licensed(ROWS), shown=alone))

    assert body != written(format, shaped(TIME, without, shown=alone))


def test_a_row_that_deletes_names_no_more_than_its_key() -> None:
    """In SDMX-CSV an attribute beside it would be what is to be deleted."""
    whole = shaped(FLAT, licensed([{"TITLE": "CC BY"}]))
    deleted = tuple(replace(each, action=Action.DELETE) for each in whole.datasets)

    body = written(table.CSV_21, replace(whole, datasets=deleted))

    assert b"CC BY" not in body


def test_the_notes_of_a_workbook_tell_it() -> None:
    body = written(table.XLSX, shaped(TIME, licensed([{"TITLE": "CC BY 4.0"}])))

    notes = openpyxl.load_workbook(io.BytesIO(body)).worksheets[-1]
    assert "CC BY 4.0" in [cell.value for cell in notes["B"]]


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
