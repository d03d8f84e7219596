"""Data messages: what is written is read back by sdmx1 and pysdmx, figure by figure."""

from functools import cache
from itertools import islice, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.exchange import Exchange
from gateway.formats import table
from gateway.formats.fragments import ROWS_AT_ONCE
from gateway.formats.message import DataMessage
from gateway.model.observations import REPORTED, Observations
from tests.asking import FLOW as RETURNS
from tests.asking import message as answered
from tests.conftest import often
from tests.figures import ARTEFACTS, CODES, STRUCTURE, Row, observations
from tests.formats.reading import (
    DATA_FORMATS,
    DATA_READERS,
    DataFormat,
    DataReader,
    Rows,
    by_calamine,
    by_hand,
    by_lxml,
    by_openpyxl,
    by_pyarrow,
    by_pysdmx,
    by_sdmx1,
    definition,
    filled,
    json_by_hand,
    message,
    plain,
    stated,
    written,
)
from tests.intake.books import GT, SV, checked


def short(value: object) -> str | None:
    return value.names[0] if isinstance(value, table.Format) else None


ML = [each for each in DATA_FORMATS if each.type.endswith("+xml")]
JSON_FORMATS = (table.JSON_10, table.JSON_20, table.JSON_21)

FORMATS = pytest.mark.parametrize("format", DATA_FORMATS, ids=short)
PAIRS = pytest.mark.parametrize(
    ("format", "reader"),
    [
        pytest.param(each, reader, id=f"{each.names[0]} {reader.__name__}")
        for each in DATA_FORMATS
        for reader in DATA_READERS[each.names[0]]
    ],
)


FILES: dict[DataFormat, DataReader] = {table.XLSX: by_openpyxl, table.PARQUET: by_pyarrow}
QUICK: dict[DataFormat, DataReader] = {table.XLSX: by_calamine, table.PARQUET: by_pyarrow}
CSVS = (table.CSV, table.CSV_10, table.CSV_21, table.CSV_LABELS)
VERBATIM = pytest.mark.parametrize(
    "format", [each for each in DATA_FORMATS if each is not table.CSV_LABELS], ids=short
)
"""The formats that keep every character, for programs; others are made for spreadsheets."""


def exact(format: DataFormat) -> DataReader:
    """A reader that keeps every character; pandas in pysdmx makes numbers of some."""
    if format in CSVS:
        return by_hand
    if format in JSON_FORMATS:
        return json_by_hand
    if format is table.DATA_31:
        return by_lxml  # sdmx1 2.28 reads no 3.1
    return FILES.get(format, by_sdmx1)


def read(format: DataFormat, reader: DataReader, content: DataMessage) -> Rows:
    """The rows that a reader finds in a message of the small structure."""
    return filled(reader(written(format, content), definition(ARTEFACTS)), STRUCTURE)


@FORMATS
def test_every_format_has_a_reader_of_somebody_else(format: DataFormat) -> None:
    """A format is offered once a library that is not ours reads it back."""
    assert DATA_READERS[format.names[0]]


CASES: list[tuple[str, list[Row]]] = [
    ("one observation", [{}]),
    ("zero", [{"OBS_VALUE": "0"}]),
    ("zero beside missing", [{"OBS_VALUE": "0"}, {"TIME_PERIOD": "2023-02", "OBS_VALUE": None}]),
    ("missing first", [{"OBS_VALUE": None}, {"TIME_PERIOD": "2023-02"}]),
    ("all missing", [{"OBS_VALUE": None, "OBS_STATUS": "O"}]),
    ("large", [{"OBS_VALUE": "12345678901234567890"}]),
    ("two series", [{"AREA": "MX"}, {"AREA": "GT"}]),
    ("one series attribute of two", [{"AREA": "MX", "TITLE": "t"}, {"AREA": "GT"}]),
    ("no series attribute", [{"UNIT": None}]),
    ("no observation attribute", [{"OBS_STATUS": None}]),
    ("no attribute at all", [{"OBS_STATUS": None, "UNIT": None}]),
    ("some attributes", [{"OBS_STATUS": None}, {"TIME_PERIOD": "2023-02", "COMMENT": "c"}]),
    ("years and months", [{"FREQ": "A", "TIME_PERIOD": "2023"}, {"TIME_PERIOD": "2023-01"}]),
    ("quarters", [{"FREQ": "Q", "TIME_PERIOD": "2023-Q1"}]),
]


def of_turn(turn: int, format: DataFormat, reader: DataReader) -> bool:
    """Whether it is this reader's turn: each case is read in each format by one of its readers."""
    readers = DATA_READERS[format.names[0]]
    return reader is readers[turn % len(readers)]


@pytest.mark.parametrize(
    ("format", "reader", "rows"),
    [
        pytest.param(
            each,
            reader,
            rows,
            id=f"{name} {each.names[0]} {reader.__name__}",
            marks=() if of_turn(turn, each, reader) else pytest.mark.slow,
        )
        for turn, (name, rows) in enumerate(CASES)
        for each in DATA_FORMATS
        for reader in DATA_READERS[each.names[0]]
    ],
)
def test_what_is_written_is_read(format: DataFormat, reader: DataReader, rows: list[Row]) -> None:
    """Keys, periods, values as they were reported, and attributes; nothing more."""
    content = observations(rows)

    found = read(format, reader, message(content))

    assert found == stated(content)


@PAIRS
def test_several_selections_make_one_message(format: DataFormat, reader: DataReader) -> None:
    """Two providers' series stand in one data set, each whole."""
    one = observations([{"AREA": "GT"}, {"AREA": "GT", "TIME_PERIOD": "2023-02"}])
    two = observations([{"AREA": "MX", "UNIT": None}])
    three = observations([{"AREA": "SV", "OBS_VALUE": None, "COMMENT": "c"}])

    found = read(format, reader, message(one, two, three))

    assert found == stated(one) + stated(two) + stated(three)


@FORMATS
@pytest.mark.parametrize("value", ["1.50", "-0.10", "0.0", "12345678901234567890.10"])
def test_a_value_keeps_the_digits_of_its_source(format: DataFormat, value: str) -> None:
    """No figure is rounded, shortened or repaired on its way out."""
    content = observations([{"OBS_VALUE": value}])

    (found,) = read(format, exact(format), message(content))

    assert found["OBS_VALUE"] == value


cells = st.fixed_dictionaries(
    {
        "OBS_VALUE": st.none() | st.integers(0, 10**6).map(str),
        "OBS_STATUS": st.sampled_from(CODES["CL_STATUS"]),
        "COMMENT": st.none() | st.sampled_from(["c", "a, b", 'd "e"']),
    }
)
tables = st.dictionaries(
    st.tuples(
        st.sampled_from(CODES["CL_AREA"]),
        st.sampled_from(CODES["CL_SEX"]),
        st.sampled_from(["2022-12", "2023-01", "2023-02"]),
    ),
    cells,
    min_size=1,
).map(
    lambda found: observations(
        {
            "AREA": area,
            "SEX": sex,
            "TIME_PERIOD": period,
            "TITLE": None if sex == "F" else sex,
            **row,
        }
        for (area, sex, period), row in found.items()
    )
)


@FORMATS
@settings(max_examples=often(8), deadline=None)
@given(content=tables)
def test_any_table_is_read_back(format: DataFormat, content: Observations) -> None:
    """Whatever is missing where."""
    found = read(format, DATA_READERS[format.names[0]][-1], message(content))

    assert found == stated(content)


@cache
def long(lengths: tuple[int, ...]) -> Observations:
    """A series of each length, month after month."""
    periods = [f"{year}-{month:02d}" for year, month in product(range(1000, 5000), range(1, 13))]
    return observations(
        {"AREA": area, "TIME_PERIOD": period, "OBS_VALUE": str(number)}
        for area, length in zip(CODES["CL_AREA"], lengths, strict=False)
        for number, period in enumerate(islice(periods, length))
    )


@cache
def long_rows(lengths: tuple[int, ...]) -> list[tuple[object, ...]]:
    """What each of its observations says in the columns that differ."""
    columns = long(lengths).table.select(["AREA", "TIME_PERIOD", REPORTED])
    return [*zip(*(each.to_pylist() for each in columns.columns), strict=True)]


WRITERS = (table.CSV, table.GENERIC, table.SPECIFIC, table.JSON_21, table.XLSX, table.PARQUET)
"""A format of each; the others differ from them by a version or a shape."""


@pytest.mark.parametrize(
    "format",
    [
        pytest.param(each, id=each.names[0], marks=() if each in WRITERS else pytest.mark.slow)
        for each in DATA_FORMATS
    ],
)
@pytest.mark.parametrize(
    "lengths",
    [
        pytest.param(
            (ROWS_AT_ONCE, 2), id="a series starts with the second chunk", marks=pytest.mark.slow
        ),
        pytest.param((ROWS_AT_ONCE - 1, 3), id="a series across the border"),
    ],
)
def test_chunk_borders_do_not_show(format: DataFormat, lengths: tuple[int, ...]) -> None:
    """A message longer than what is written at once is the same message."""
    content = long(lengths)

    body = written(format, message(content))

    names = ["AREA", "TIME_PERIOD", "OBS_VALUE"]
    quick = {**QUICK, **dict.fromkeys(CSVS, by_hand), **dict.fromkeys(JSON_FORMATS, json_by_hand)}
    reader = quick.get(format, by_lxml)
    rows = reader(body, definition(ARTEFACTS))
    found = [(*plain({name: row[name] for name in names}).values(),) for row in rows]
    assert found == long_rows(lengths)
    if format not in quick:
        assert body.count(b"</Series>") + body.count(b"</gen:Series>") == len(lengths)


HOSTILE = [
    pytest.param('say "no"', id="double quotes"),
    pytest.param("it's", id="single quote"),
    pytest.param("a & b &amp; &#10;", id="ampersands"),
    pytest.param("<b>]]></b><!-- -->", id="tags"),
    pytest.param("a, b; c\td", id="separators"),
    pytest.param("two\nlines", id="newline"),
    pytest.param(" blanks  within ", id="blanks"),
    pytest.param("😀 ñ é\u0301 中", id="emoji and accents"),
    pytest.param("\u202eright to left\u202c עברית", id="right to left"),
    pytest.param("\ufeffbyte order\u200b mark", id="invisible"),
    pytest.param("=HYPERLINK(1)", id="formula"),
    pytest.param("observations", id="a word of our own frame"),
    pytest.param("<!--observations-->", id="the mark of our own frame"),
]


@VERBATIM
@pytest.mark.parametrize("component", ["COMMENT", "TITLE"], ids=["observation", "series"])
@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_survives(format: DataFormat, component: str, text: str) -> None:
    """Text in an attribute is never markup, and is what it was when it is read."""
    content = observations([{component: text}, {"AREA": "MX"}])

    found = read(format, exact(format), message(content))

    assert found == stated(content)


@pytest.mark.parametrize("format", ML, ids=short)
@pytest.mark.parametrize(
    "text",
    ["a\x00b", "a\x01b", "a\x0bb", "a\x1fb", "a\ufffeb", "a\uffffb"],
    ids=["null", "SOH", "VT", "US", "FFFE", "FFFF"],
)
def test_what_xml_cannot_say_breaks_no_message(format: DataFormat, text: str) -> None:
    """Characters outside XML 1.0 are shown as replaced; the message stays readable."""
    content = observations([{"COMMENT": text}])

    (found,) = read(format, by_pysdmx, message(content))

    assert found["COMMENT"] == "a\ufffdb"


@pytest.fixture(scope="module", params=[(GT, "M.GT"), (SV, "A.SV")], ids=["GT", "SV"])
def office(loaded: Exchange, request: pytest.FixtureRequest) -> tuple[Observations, str]:
    """An office's figures as its file states them, and the key that asks for them."""
    provision, key = request.param
    path = loaded.provision(provision).sample
    assert path is not None
    handed_in = checked(loaded, provision, path.read_bytes(), path.name).observations
    assert handed_in is not None
    return handed_in, key


@PAIRS
def test_the_offices_figures_are_read_as_they_went_in(
    loaded: Exchange,
    format: DataFormat,
    reader: DataReader,
    office: tuple[Observations, str],
) -> None:
    """From the office's file through intake, store and writer to the client's library.

    In SDMX-ML 3 the data structure is asked for: pysdmx 1.21 fails on a dataflow whose id holds the
    letters URN, as DF_RETURNS does (seen 2026-11).
    """
    handed_in, key = office
    structure = handed_in.structure
    by_structure = format in (table.DATA_30, table.DATA_31)
    path = "data/datastructure/LMIG/LMIG_FLOW/1.0.0" if by_structure else RETURNS
    content = answered(loaded, f"{path}/{key}")

    found = reader(written(format, content), definition(tuple(loaded.registry), structure.id))

    assert filled(found, structure) == filled(stated(handed_in), structure)


@FORMATS
def test_a_message_is_written_in_pieces(format: DataFormat) -> None:
    """The first piece is there before the last observation is spelled."""
    content = message(observations([{}]))

    pieces = list(format.write(content))

    assert len(pieces) > 1
    assert all(isinstance(piece, bytes) for piece in pieces)


def test_csv_has_a_line_for_each_observation() -> None:
    """No byte order mark, a fixed order of columns, one line end."""
    body = written(table.CSV, message(observations([{}, {"AREA": "MX"}]))).decode()

    assert body.splitlines() == [
        "STRUCTURE,STRUCTURE_ID,ACTION,FREQ,AREA,SEX,TIME_PERIOD,OBS_VALUE,OBS_STATUS,COMMENT,"
        "EMBARGO_TIME,UNIT,TITLE",
        "dataflow,X:DF_SMALL(1.0.0),I,M,GT,_T,2023-01,1,A,,,EVENT,",
        "dataflow,X:DF_SMALL(1.0.0),I,M,MX,_T,2023-01,1,A,,,EVENT,",
    ]
    assert body.endswith("\n")
    assert "\r" not in body
