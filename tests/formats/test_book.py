"""Workbooks for people: what is written is read by others, and no text is ever a formula."""

from datetime import UTC, date, datetime
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook
from python_calamine import CalamineWorkbook

from gateway.errors import TooLarge
from gateway.formats import book
from gateway.formats.book import Book, Cell, Column, Lines, Page

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)

LIKE_FORMULAS = ["=1+1", "+52 55", "-3", "@SUM(A1)", "\t=1", '=HYPERLINK("http://x")']


def made(*rows: tuple[Cell, ...], words: str = "") -> bytes:
    """A workbook with a table and a page of text."""
    columns = tuple(Column(f"C{place}", "0.00") for place, _ in enumerate(rows[0]))
    page = Page("Tabla", columns, rows, frozenset({0}))
    return book.write(Book("Título", NOON, (page, Lines("Notas", "Notas", (("a", words),)))))


@pytest.mark.parametrize("text", LIKE_FORMULAS)
def test_a_text_that_looks_like_a_formula_is_a_text(text: str) -> None:
    """And stays one when somebody edits its cell: it is marked as quoted."""
    found = load_workbook(BytesIO(made((text,), words=text)))

    for cell in (found["Tabla"]["A2"], found["Notas"]["B3"]):
        assert cell.value == text
        assert cell.data_type == "s"
        assert cell.quotePrefix


WRITTEN = st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn"]), min_size=1, max_size=40)


@given(rows=st.lists(st.tuples(WRITTEN, st.integers(-(10**9), 10**9)), min_size=1, max_size=5))
def test_what_is_written_is_read(rows: list[tuple[str, int]]) -> None:
    """Texts as they are, numbers as numbers."""
    found = CalamineWorkbook.from_filelike(BytesIO(made(*rows)))

    read = found.get_sheet_by_name("Tabla").to_python()[1:]
    assert [(str(text), number) for text, number in read] == rows


def test_cells_have_types() -> None:
    """A day is a day, a missing value an empty cell, zero a zero."""
    found = load_workbook(BytesIO(made((date(2024, 2, 29), None, 0, 1.5, "x"))))["Tabla"]

    day, missing, zero, number, text = found[2]
    assert (day.is_date, day.number_format) == (True, "yyyy-mm-dd")
    assert (missing.value, zero.value, number.value, text.value) == (None, 0, 1.5, "x")
    assert number.number_format == "0.00"


def test_a_text_longer_than_a_cell_ends_in_an_ellipsis() -> None:
    found = load_workbook(BytesIO(made(("x" * 40_000,))))["Tabla"]

    assert len(str(found["A2"].value)) == 32_767
    assert str(found["A2"].value).endswith("…")


def test_more_rows_than_a_sheet_holds_are_refused() -> None:
    """None is left out in silence."""
    page = Page("Tabla", (Column("C"),), ((1,),) * (book.MOST_ROWS + 1))

    with pytest.raises(TooLarge):
        book.write(Book("Título", NOON, (page,)))
