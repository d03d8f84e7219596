"""The workbook and the Parquet file: what an analyst finds in them besides the figures."""

import io
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

import duckdb
import openpyxl
import pandas as pd
import pyarrow.parquet as pq
import pytest
from lxml import etree

from gateway.errors import NotServed, TooLarge
from gateway.formats import table
from gateway.formats.message import DataMessage, Manner, Provenance, Shown, Source, file_name
from gateway.model.selection import Chunk
from gateway.model.text import Text
from tests.figures import FLOW, Row, observations
from tests.formats.reading import HEADER, message, written

ROWS: list[Row] = [
    {"OBS_VALUE": "1234.50"},
    {"AREA": "MX", "OBS_VALUE": None, "OBS_STATUS": "O", "COMMENT": "=1+1"},
    {"AREA": "SV", "OBS_VALUE": "0", "OBS_STATUS": "P", "COMMENT": "http://x.example"},
]
SOURCE = Source(
    Text("Instituto X", "Institute X"),
    Text("Personas", "Persons"),
    3,
    datetime(2026, 11, 20, 8, tzinfo=UTC),
    "cuadro 1.xls",
)
TOLD = Provenance("/sdmx/v2/data?a=b", "CC BY 4.0", lambda: (SOURCE,))


def book(content: DataMessage) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(written(table.XLSX, content)))


def noted(content: DataMessage) -> dict[str, str]:
    return {str(a.value): str(b.value) for a, b in book(content).worksheets[-1].iter_rows()}


def other() -> DataMessage:
    """A message of the same figures under another dataflow's name, which ends like the first's."""
    return message(observations(ROWS), of=replace(FLOW.reference, id="df_small"))


def test_a_sheet_is_ready_to_be_worked_with() -> None:
    """A header that stays, a filter over all rows, columns as wide as what is in them."""
    page = book(message(observations(ROWS))).worksheets[0]

    assert page.title == "DF_SMALL"
    assert page.freeze_panes == "A2"
    assert page.auto_filter.ref == page.dimensions == "A1:N4"
    assert all(page.cell(1, column).font.bold for column in range(1, 15))
    assert page.column_dimensions["D"].width > page.column_dimensions["C"].width


def test_cells_have_the_type_of_what_they_hold() -> None:
    """Figures are numbers with their decimals, a missing one is empty, all else is text."""
    page = book(message(observations(ROWS))).worksheets[0]
    column = [page.cell(row, 8) for row in (2, 3, 4)]

    assert [each.value for each in column] == [1234.5, None, 0]
    assert [column[0].number_format, column[2].number_format] == ["#,##0.00", "#,##0"]
    assert {page.cell(row, 7).data_type for row in (2, 3, 4)} == {"s"}


@pytest.mark.parametrize("row", [3, 4])
def test_no_text_runs_or_leads_anywhere(row: int) -> None:
    """A formula and an address stand as the text that they are."""
    cell = book(message(observations(ROWS))).worksheets[0].cell(row, 11)

    assert cell.data_type == "s"
    assert cell.hyperlink is None


def test_columns_that_say_the_same_in_every_row_are_folded_away() -> None:
    """They are there all the same, and the notes say what they hold."""
    content = message(observations(ROWS))

    page = book(content).worksheets[0]
    folded = {
        page.cell(1, column).value
        for each in page.column_dimensions.values()
        if each.hidden
        for column in range(each.min, each.max + 1)
    }

    assert folded == {
        *("FREQ", "FREQ en español", "SEX", "SEX en español", "EMBARGO_TIME", "UNIT", "TITLE")
    }
    assert noted(content)["SEX en español (SEX)"] == "_T: _T en español"


@pytest.mark.parametrize(
    ("languages", "expected"),
    [
        pytest.param(
            ("es", "en"),
            {
                "Datos de": "X:DF_SMALL(1.0.0)",
                "Fuente": "Instituto X: Personas; publicación 3 del 2026-11-20; "
                "archivo cuadro 1.xls",
                "Datos al": "2026-11-23 12:00:00+00:00",
                "Consulta": "/sdmx/v2/data?a=b",
                "Filas": "DF_SMALL: 3",
                "Cómo citar": "Instituto X (publicación 3). DF en español (X:DF_SMALL(1.0.0)). "
                "Datos al 2026-11-23.",
                "Columnas": "\n".join(
                    f"{id}: {id} en español"
                    for id in "TIME_PERIOD OBS_VALUE COMMENT EMBARGO_TIME UNIT TITLE".split()
                ),
                "Licencia": "CC BY 4.0",
                "Celda vacía": "La fuente no da la cifra. No es cero.",
                "OBS_STATUS en español (OBS_STATUS)": "A: A en español\nO: O en español\n"
                "P: P en español",
            },
            id="Spanish",
        ),
        pytest.param(
            ("en", "es"),
            {
                "Source": "Institute X: Persons; release 3 of 2026-11-20; file cuadro 1.xls",
                "Licence": "CC BY 4.0",
                "Empty cell": "The source states no figure. It is not zero.",
                "UNIT in English (UNIT)": "EVENT",
            },
            id="English",
        ),
    ],
)  # fmt: skip
def test_notes_say_what_the_figures_are(
    languages: tuple[str, str], expected: Mapping[str, str]
) -> None:
    """From whom, since when, on which terms, and what the signs mean, in the reader's language."""
    content = replace(message(observations(ROWS)), provenance=TOLD)

    found = noted(content.told(Manner(languages)))  # type: ignore[arg-type]

    assert expected.items() <= found.items()


def test_each_source_says_on_which_terms() -> None:
    """Beside what the gateway says of all, and without a word where a source says none."""
    licence = Text("Cítese a X", "Cite X")
    sources = (replace(SOURCE, licence=licence), replace(SOURCE, provision=Text("Otra", "Other")))
    told = Provenance("", "CC BY 4.0", lambda: sources)
    content = replace(message(observations(ROWS)), provenance=told)

    lines = [(a.value, b.value) for a, b in book(content).worksheets[-1].iter_rows()]

    assert [said for label, said in lines if label == "Licencia"] == [
        "CC BY 4.0",
        "Personas: Cítese a X",
    ]


def test_notes_warn_of_totals_beside_their_parts() -> None:
    """And only there."""
    parts = observations([{"SEX": "_T"}, {"SEX": "F"}])

    assert "Totales" in noted(message(parts))
    assert "Totales" not in noted(message(observations([{"SEX": "_T"}])))


def test_notes_say_so_where_nothing_is_known() -> None:
    """A source that is not named is not invented."""
    found = noted(message(observations(ROWS)))

    assert found["Fuente"] == "No se conoce"
    assert found["Licencia"].startswith("No se indica")
    assert "Consulta" not in found


def test_every_dataflow_has_a_sheet_of_its_own() -> None:
    """With names that Excel can tell apart, which it does not by case."""
    datasets = (*message(observations(ROWS)).datasets, *other().datasets)

    found = book(DataMessage(HEADER, datasets, "TIME_PERIOD"))

    assert found.sheetnames == ["DF_SMALL", "df_small_2", "Notas"]
    assert [page.max_row for page in found.worksheets[:2]] == [4, 4]


def test_a_long_name_fits_on_its_tab() -> None:
    """Which has room for 31 signs."""
    of = replace(FLOW.reference, id="DF_" + "X" * 40)

    (name, _) = book(message(observations(ROWS), of=of)).sheetnames

    assert len(name) <= 31
    assert name.startswith("DF_XXX")


def test_series_alone_fill_a_sheet() -> None:
    """Without time and value."""
    (dataset,) = message(observations([*ROWS, {"TIME_PERIOD": "2023-02"}])).datasets
    shown = replace(dataset, shown=Shown(frozenset({"UNIT"}), observations=False))
    content = DataMessage(HEADER, (shown,), "TIME_PERIOD")

    found = pd.read_excel(io.BytesIO(written(table.XLSX, content)), dtype=str, engine="calamine")

    assert found[["AREA", "SEX", "UNIT"]].to_numpy().tolist() == [
        [area, "_T", "EVENT"] for area in ("GT", "MX", "SV")
    ]
    assert "TIME_PERIOD" not in found


class Many:
    """So many rows that they are only counted."""

    def __len__(self) -> int:
        return 1_048_576

    def chunk(self, start: int, stop: int) -> Chunk:
        raise AssertionError("nothing is read before it is refused")


def test_more_rows_than_a_sheet_holds_are_refused_before_any_work() -> None:
    """With their number, and what would do."""
    (dataset,) = message(observations(ROWS)).datasets
    many = replace(dataset, selections=(dataset.selections[0].with_rows(Many()),))

    with pytest.raises(TooLarge, match="1,048,576 rows") as caught:
        table.XLSX.write(DataMessage(HEADER, (many,), "TIME_PERIOD"))

    assert "format=parquet" in caught.value.allowed


def test_a_workbook_is_well_formed_xml_throughout() -> None:
    """Whatever stands in its texts; and its parts are what the table of contents says."""
    hostile: Row = {"COMMENT": "a\x00\x0b<&>\"'_x0041_\ufffe" + "é" * 40_000, "TITLE": "\r\n"}

    with zipfile.ZipFile(
        io.BytesIO(written(table.XLSX, message(observations([hostile]))))
    ) as found:
        assert found.testzip() is None
        for name in found.namelist():
            etree.fromstring(found.read(name))
    (row, *_) = pd.read_excel(
        io.BytesIO(written(table.XLSX, message(observations([hostile])))), engine="calamine"
    ).to_dict("records")
    assert row["COMMENT"].startswith("a��<&>\"'_x0041_�é")
    assert len(row["COMMENT"]) == 32_767


def test_parquet_tells_what_it_is() -> None:
    """In the metadata of the file and of each column."""
    content = replace(message(observations(ROWS)), provenance=TOLD)

    schema = pq.read_schema(io.BytesIO(written(table.PARQUET, content)))

    told = {key.decode(): text.decode() for key, text in schema.metadata.items()}
    assert told["sdmx.dataflow"].endswith("Dataflow=X:DF_SMALL(1.0.0)")
    assert told["sdmx.datastructure"].endswith("DataStructure=X:SMALL(1.0.0)")
    assert told["sdmx.prepared"] == "2026-11-23T12:00:00+00:00"
    assert told["sdmx.name.es"] == "DF en español"
    assert told["sdmx.licence"] == "CC BY 4.0"
    assert "release 3" in told["sdmx.source.1"]
    assert schema.field("SEX").metadata[b"sdmx.name.en"] == b"SEX in English"


def test_parquet_has_numbers_and_dictionaries() -> None:
    """For programs that count, and that group by codes."""
    found = pq.read_table(io.BytesIO(written(table.PARQUET, message(observations(ROWS)))))

    types = {field.name: str(field.type) for field in found.schema}
    assert types["OBS_VALUE"] == "double"
    assert types["OBS_VALUE_REPORTED"] == "string"
    assert (
        types["AREA"] == types["COMMENT"] == "dictionary<values=string, indices=int32, ordered=0>"
    )
    assert duckdb.sql("SELECT sum(OBS_VALUE) FROM found").fetchall() == [(1234.5,)]


def test_parquet_leaves_out_what_is_not_shown() -> None:
    """Value and spelling alike."""
    (dataset,) = message(observations(ROWS)).datasets
    for shown, expected in (
        (Shown(frozenset({"UNIT"}), measure=False), ["TIME_PERIOD", "UNIT"]),
        (Shown(frozenset(), observations=False), []),
    ):
        content = DataMessage(HEADER, (replace(dataset, shown=shown),), "TIME_PERIOD")

        found = pq.read_table(io.BytesIO(written(table.PARQUET, content)))

        assert found.column_names == ["FREQ", "AREA", "SEX", *expected]
        assert len(found) == 3


def test_a_parquet_file_holds_one_dataflow() -> None:
    """Two have no one schema."""
    datasets = (*message(observations(ROWS)).datasets, *other().datasets)

    with pytest.raises(NotServed, match="one dataflow"):
        table.PARQUET.write(DataMessage(HEADER, datasets, "TIME_PERIOD"))


@pytest.mark.parametrize(
    ("id", "extension", "expected"),
    [
        ("DF_SMALL", "csv", "DF_SMALL.csv"),
        ("DF_SMALL", "", ""),
        ('a"b\r\n/../ñ', "xlsx", "a_b_______.xlsx"),
    ],
)
def test_a_file_has_a_name_that_every_system_takes(id: str, extension: str, expected: str) -> None:
    """RFC 6266: letters, digits and few signs, so that it stands in a header as it is."""
    content = message(observations([{}]), of=replace(FLOW.reference, id=id))

    assert file_name(content, extension) == expected
