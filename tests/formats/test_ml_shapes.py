"""SDMX-ML data in every shape: valid by the schema that we serve for it, and read back the same."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from gateway.errors import SemanticError
from gateway.formats import table
from gateway.formats.message import Action, DataMessage, DataSet, Shown, Subject
from gateway.model.artefact import Kind, Reference
from gateway.model.joining import bare
from gateway.model.observations import Observations
from tests.figures import ARTEFACTS, FLOW, LABELS, STRUCTURE, Row, observations
from tests.formats.judging import official, own, version_of
from tests.formats.ml_reading import ml_datasets, ml_rows
from tests.formats.reading import (
    HEADER,
    DataFormat,
    DataReader,
    Rows,
    by_lxml,
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
ANY_SHAPE = (table.GENERIC, table.SPECIFIC, table.DATA_30, table.DATA_31)
TIME_SERIES = (table.GENERIC_TIME_SERIES, table.SPECIFIC_TIME_SERIES)
SPECIFIC = (table.SPECIFIC, table.DATA_30, table.DATA_31, table.SPECIFIC_TIME_SERIES)
SHAPES = (TIME, FLAT, "FREQ", "AREA", "SEX")


def name(value: object) -> str:
    return value.names[0] if isinstance(value, table.Format) else str(value)


FORMATS = pytest.mark.parametrize("format", ANY_SHAPE, ids=name)

ROWS: list[Row] = [
    {"OBS_VALUE": "0", "TITLE": "<t> & \"'\n\t"},
    {"SEX": "F", "TITLE": "t", "COMMENT": "c"},
    {"TIME_PERIOD": "2023-02", "OBS_VALUE": None, "OBS_STATUS": "O", "TITLE": "<t> & \"'\n\t"},
    {"AREA": "MX", "UNIT": None, "OBS_STATUS": None, "OBS_VALUE": "-1.50"},
    {"AREA": "MX", "SEX": "F", "UNIT": None, "OBS_STATUS": None, "COMMENT": "😀 עברית"},
    {"FREQ": "A", "TIME_PERIOD": "2023"},
]
CONTENT = observations(ROWS)
EXPECTED = filled(stated(CONTENT), STRUCTURE)


def readers(format: DataFormat) -> Iterator[DataReader]:
    """Whoever reads a format; sdmx1 2.28 reads no 3.1."""
    yield by_lxml
    yield by_pysdmx
    if format is not table.DATA_31:
        yield by_sdmx1


def valid(format: DataFormat, body: bytes, shape: str) -> list[str]:
    """What the standard's schema says against a message, and where there is one, ours."""
    version = version_of(format)
    return faults(own(version, shape) if format in SPECIFIC else official(version), body)


def shaped(shape: str, *content: Observations, **changes: object) -> DataMessage:
    whole = message(*(content or (CONTENT,)))
    datasets = tuple(replace(each, **changes) for each in whole.datasets)  # type: ignore[arg-type]
    return replace(whole, dimension_at_observation=shape, datasets=datasets)


def read(reader: DataReader, body: bytes) -> Rows:
    return filled(reader(body, definition(ARTEFACTS)), STRUCTURE)


@FORMATS
@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_is_valid_and_states_the_same(format: DataFormat, shape: str) -> None:
    """Whoever reads it: keys, periods, values, attributes; hostile text, missing and zero."""
    body = written(format, shaped(shape))

    assert valid(format, body, shape) == []
    for reader in readers(format):
        if reader is by_pysdmx and format is table.GENERIC and shape not in (TIME, FLAT):
            continue  # pysdmx 1.21 takes what is at the observations for the time (seen 2026-11)
        assert read(reader, body) == EXPECTED, reader.__name__


@pytest.mark.parametrize("format", TIME_SERIES, ids=name)
def test_time_series_are_valid(format: DataFormat) -> None:
    body = written(format, shaped(TIME))

    assert valid(format, body, TIME) == []
    assert ml_rows(body)


@pytest.mark.parametrize("format", TIME_SERIES, ids=name)
@pytest.mark.parametrize("shape", [FLAT, "SEX"])
def test_time_series_have_no_other_shape(format: DataFormat, shape: str) -> None:
    """Not silently answered with time in its place; the refusal comes before the first byte."""
    with pytest.raises(SemanticError, match=shape) as caught:
        next(iter(format.write(shaped(shape))))

    assert caught.value.subject == "dimensionAtObservation"
    assert [*caught.value.allowed] == [TIME]


@FORMATS
@pytest.mark.parametrize("shape", SHAPES)
def test_several_providers_stand_in_one_data_set(format: DataFormat, shape: str) -> None:
    one, two = observations(ROWS[:3]), observations(ROWS[3:])

    body = written(format, shaped(shape, one, two))

    assert valid(format, body, shape) == []
    assert read(by_lxml, body) == EXPECTED
    assert len(ml_datasets(body)) == 1


@FORMATS
@pytest.mark.parametrize("shape", SHAPES)
def test_series_can_be_told_without_observations(format: DataFormat, shape: str) -> None:
    """Their keys, and of their attributes those that are shown; flat ones are told under time."""
    shown = Shown(frozenset({"TITLE"}), observations=False)

    body = written(format, shaped(shape, shown=shown))

    under = TIME if shape == FLAT else shape
    assert valid(format, body, under) == []
    assert b"<Obs" not in body
    assert b"<gen:Obs" not in body
    keys = [id for id in (*STRUCTURE.dimension_ids, TIME) if id != under]
    found = [tuple(row[id] or "" for id in keys) for row in ml_rows(body)]
    assert sorted(found) == sorted({tuple(row[id] or "" for id in keys) for row in EXPECTED})
    titles = {row["TITLE"] for row in ml_rows(body) if row.get("TITLE")}
    assert titles == ({"t", "<t> & \"'\n\t"} if under == TIME else set())


@FORMATS
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(
    ("shown", "left"),
    [
        pytest.param(Shown(frozenset()), {"OBS_VALUE"}, id="no attribute"),
        pytest.param(Shown(measure=False), {"UNIT", "COMMENT"}, id="no measure"),
        pytest.param(Shown(frozenset({"COMMENT"})), {"OBS_VALUE", "COMMENT"}, id="one attribute"),
        pytest.param(Shown(frozenset(), measure=False), set(), id="keys alone"),
    ],
)
def test_only_what_is_shown_is_told(
    format: DataFormat, shape: str, shown: Shown, left: set[str]
) -> None:
    """Every observation with its key, and no trace of what was left out."""
    body = written(format, shaped(shape, shown=shown))

    assert valid(format, body, shape) == []
    found = ml_rows(body)
    said = {id for row in found for id in row}
    assert said & {"OBS_VALUE", "UNIT", "COMMENT"} == left
    keys = (*STRUCTURE.dimension_ids, TIME)
    assert sorted(tuple(str(row[id]) for id in keys) for row in found) == sorted(
        tuple(str(row[id]) for id in keys) for row in EXPECTED
    )


def test_only_3_1_has_a_sign_for_a_missing_value() -> None:
    """And there is none where the value is not told, or in what was deleted."""
    sign = b'OBS_VALUE="NaN"'
    gone = tuple(bare(each) for each in shaped(TIME).selections)

    assert written(table.DATA_31, shaped(TIME)).count(sign) == 1
    assert sign not in written(table.DATA_30, shaped(TIME))
    assert sign not in written(table.DATA_31, shaped(TIME, shown=Shown(measure=False)))
    assert sign not in written(table.DATA_31, shaped(TIME, action=Action.DELETE, selections=gone))


DAY = datetime(2026, 11, 1, tzinfo=UTC)


@FORMATS
@pytest.mark.parametrize("shape", SHAPES)
def test_history_is_told_in_data_sets_of_their_own(format: DataFormat, shape: str) -> None:
    """What came or changed with since when, what went with until when."""
    (selection,) = shaped(shape).selections
    subject = Subject(FLOW.reference, STRUCTURE, LABELS)
    datasets = (
        DataSet(subject, (selection,), Action.REPLACE, valid_from=DAY),
        DataSet(subject, (bare(selection),), Action.DELETE, valid_to=DAY),
    )

    body = written(format, DataMessage(HEADER, datasets, shape))

    assert valid(format, body, shape) == []
    changed, deleted = ml_datasets(body)
    assert filled(changed, STRUCTURE) == EXPECTED
    keys = (*STRUCTURE.dimension_ids, TIME)
    assert [{id for id in row if row[id] is not None} for row in deleted] == [{*keys}] * 6
    for words in ('action="Replace"', f'validFromDate="{DAY.isoformat()}"', 'action="Delete"'):
        assert words in body.decode()
    assert f'validToDate="{DAY.isoformat()}"' in body.decode()


OTHER = Reference(Kind.DATAFLOW, "X", "DF_OTHER", "1.0.0")
AGREEMENT = Reference(Kind.PROVISION_AGREEMENT, "X", "PA_SMALL", "1.0.0")


@FORMATS
@pytest.mark.parametrize("shape", SHAPES)
def test_data_sets_can_be_of_different_things(format: DataFormat, shape: str) -> None:
    """Of several dataflows, a structure or an agreement; each is described in the header once."""
    (selection,) = shaped(shape).selections
    subjects = [
        Subject(of, STRUCTURE, LABELS)
        for of in (FLOW.reference, OTHER, STRUCTURE.reference, AGREEMENT, OTHER)
    ]
    datasets = tuple(DataSet(each, (selection,)) for each in subjects)

    body = written(format, DataMessage(HEADER, datasets, shape))

    assert len(ml_datasets(body)) == 5
    assert all(filled(each, STRUCTURE) == EXPECTED for each in ml_datasets(body))
    assert body.count(b":Structure structureID=") == 4
    if format is table.GENERIC:
        assert faults(official("v2_1"), body) == []
