"""Mexico's air entries: a layout of pages that changes each month, read by one provision."""

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import xlrd

from gateway.exchange import Exchange
from gateway.model.observations import Observations
from tests.intake import layouts
from tests.intake.books import AIR, checked, places
from tests.intake.layouts import Cell, Layout, grid

SHARED = Path(os.environ.get("SHARED_DATA", Path(__file__).parents[3] / "shared" / "data"))
REAL = SHARED / "upm" / "c131_2025_12.xls"

needs_real = pytest.mark.skipif(
    not REAL.is_file(), reason="the office's own workbook is not at hand"
)

Values = dict[tuple[str, str], float]


def values(observations: Observations | None) -> Values:
    """What is stated, by area and nationality."""
    assert observations is not None
    rows = observations.table.to_pylist()
    return {(row["REF_AREA"], row["CITIZENSHIP"]): row["OBS_VALUE"] for row in rows}


@pytest.mark.parametrize("name", layouts.WRITERS)
@pytest.mark.parametrize("layout", [layouts.PLAIN, layouts.RENAMED], ids=["plain", "renamed"])
def test_any_book_of_the_layout_states_the_same(
    loaded: Exchange, name: str, layout: Layout
) -> None:
    """Whatever its kind, title, order of columns and depth of indents; every figure is there."""
    content = layouts.WRITERS[name](grid(layout), layout.sheet)

    result = checked(loaded, AIR, content, name)

    assert result.findings == ()
    assert result.account.balanced
    assert all(each.holds for each in result.controls)
    found = values(result.observations)
    assert found["MX-AP-CUN", "GT"] == layouts.figure("Guatemala", "Cancún, A. I.")
    assert found["MX-AP-OTH", "US"] == layouts.figure("Estados Unidos", "Otros")
    assert found["MX", "_T"] == layouts.figure("Total General", "Total")
    assert found["MX", "_F"] == layouts.figure("Extranjeros", "Total")
    assert found["MX-AP-CZM", "BZ"] == 0
    details = [row for row in layouts.ROWS if layouts.inside(row[1]) == [row[1]]]
    assert len(found) == (len(details) + 2) * 5


def test_pages_add_up_across_their_break(loaded: Exchange) -> None:
    """Central America's total stands on one page and most of its countries on the next."""
    result = checked(loaded, AIR, layouts.xls(grid(layouts.PLAIN)), "x.xls")

    names = [each.name for each in result.controls]
    assert sum("América Central" in name for name in names) >= 5
    assert all(each.holds for each in result.controls)


def test_footnotes_become_comments(loaded: Exchange) -> None:
    """The mark behind the label leads to the text below the table."""
    result = checked(loaded, AIR, layouts.xls(grid(layouts.PLAIN)), "x.xls")

    assert result.observations is not None
    said = {
        row["COMMENT_OBS"]
        for row in result.observations.table.to_pylist()
        if row["CITIZENSHIP"] == "US" and row["REF_AREA"] == "MX"
    }
    assert said == {"Incluye a los nacidos en Puerto Rico."}


@pytest.mark.parametrize(
    ("title", "status", "comment"),
    [
        ("Entradas, enero-diciembre de 2025", "P", None),
        ("Entradas, enero-octubre de 2025", "P", "Acumulado de enero a octubre"),
        ("Entradas, enero de 2025", "P", "Acumulado de enero a enero"),
        ("Entradas, enero-marzo 2025", "P", "Acumulado de enero a marzo"),
        ("Entradas por punto de internación, 2025", "P", None),
    ],
)
def test_part_of_a_year_says_so(
    loaded: Exchange, title: str, status: str, comment: str | None
) -> None:
    """A cumulative table of ten months is no year: its figures are provisional and commented."""
    layout = Layout(title=title)

    result = checked(loaded, AIR, layouts.xls(grid(layout)), "x.xls")

    assert result.observations is not None
    rows = [row for row in result.observations.table.to_pylist() if row["CITIZENSHIP"] == "GT"]
    assert {row["OBS_STATUS"] for row in rows} == {status}
    assert {row["COMMENT_OBS"] for row in rows} == {comment}


def spot(cells: layouts.Grid, label: str) -> tuple[int, int]:
    """Where a label or heading stands first."""
    return next(at for at, cell in cells.items() if cell.value == label)


SINGLE = {
    "a wrong figure": ("Guatemala", "Cancún, A. I.", 1, ("figure_disagrees", "Guatemala")),
    "a figure left out": ("Guatemala", "Cancún, A. I.", None, ("figure_missing", "Guatemala")),
    "a wrong total of a row": ("Guatemala", "Total", 1, ("figure_disagrees", "Guatemala")),
    "a wrong sub-total": ("América", "Cozumel, A. I.", 1, ("control_mismatch", "América")),
    "a wrong grand total": ("Total General", "Otros", 1, ("control_mismatch", "Total General")),
    "a word": ("Guatemala", "Otros", "n.d.", ("not_a_number", "Guatemala")),
}


@pytest.mark.parametrize(("label", "heading", "value", "expected"), SINGLE.values(), ids=SINGLE)
def test_a_figure_that_upsets_many_totals_is_told_once(
    loaded: Exchange, label: str, heading: str, value: object, expected: tuple[str, str]
) -> None:
    """At its own cell, and not at each total that it is in."""
    cells = grid(layouts.PLAIN)
    at = spot(cells, expected[1])[0], spot(cells, heading)[1]
    cells.pop(at)
    if value is not None:
        cells[at] = Cell(value, number=True)  # type: ignore[arg-type]

    result = checked(loaded, AIR, layouts.xls(cells), "x.xls")

    cell = xlrd.colname(at[1]) + str(at[0] + 1)
    assert places(result.findings) == [(expected[0], f"Cuadro 1.3.1!{cell}")]
    assert result.account.balanced


def without(*spots: tuple[int, int]) -> dict[tuple[int, int], Cell]:
    return {at: cell for at, cell in grid(layouts.PLAIN).items() if at not in spots}


def indented(label: str, indent: int) -> dict[tuple[int, int], Cell]:
    cells = grid(layouts.PLAIN)
    cells[spot(cells, label)] = Cell(label, indent)
    return cells


PLAIN = grid(layouts.PLAIN)
SECOND = [at for at, cell in PLAIN.items() if cell.value == layouts.HEADING][1]

LAID_OUT = {
    "a row without its label": (without(spot(PLAIN, "Belice")), "unheaded_value", "Belice"),
    "a column without its heading": (
        without(spot(PLAIN, "Cozumel, A. I.")),
        "unheaded_value",
        "Cozumel, A. I.",
    ),
    "a row nested too little": (indented("El Salvador", 3), "control_mismatch", "El Salvador"),
    "a page without its heading": (without(SECOND), "figures_outside", None),
}


@pytest.mark.parametrize(("cells", "rule", "label"), LAID_OUT.values(), ids=LAID_OUT)
def test_a_fault_of_the_layout_is_told_once(
    loaded: Exchange, cells: dict[tuple[int, int], Cell], rule: str, label: str | None
) -> None:
    """At the label or heading, whatever number of figures it concerns; no figure gets lost."""
    result = checked(loaded, AIR, layouts.xls(cells), "x.xls")

    where = "*"
    if label is not None:
        row, column = spot(PLAIN, label)
        where = xlrd.colname(column) + str(row + 1)
    assert places(result.findings) == [(rule, f"Cuadro 1.3.1!{where}")]
    assert result.account.balanced


def test_ten_faults_are_ten_findings(loaded: Exchange) -> None:
    """Each planted fault is told once, at its own cell, whatever else it upsets."""
    cells = grid(layouts.PLAIN)
    row = {
        label: spot(cells, label)[0] for _, label, _ in layouts.ROWS if label != "Estados Unidos"
    }
    row["Estados Unidos"] = spot(cells, "Estados Unidos 1")[0]
    column = {name: spot(cells, name)[1] for name in layouts.PLAIN.columns}

    def plant(label: str, heading: str, value: object) -> str:
        at = row[label], column[heading]
        cells[at] = Cell(value, number=True)  # type: ignore[arg-type]
        return xlrd.colname(at[1]) + str(at[0] + 1)

    def rename(label: str, value: str) -> str:
        at = row[label], spot(cells, layouts.HEADING)[1]
        cells[at] = Cell(value, cells[at].indent)
        return xlrd.colname(at[1]) + str(at[0] + 1)

    half = layouts.figure("No especificado", "Mérida, A. I.") + 0.5
    planted = {
        ("figure_disagrees", plant("Guatemala", "Cancún, A. I.", 9_999)),
        ("figure_disagrees", plant("Canadá", "Total", 1)),
        ("figure_disagrees", plant("Nacionales", "Cozumel, A. I.", 77)),
        ("control_mismatch", plant("América", "Mérida, A. I.", 12_345)),
        ("control_mismatch", plant("Europa", "Cancún, A. I.", 3)),
        ("not_a_number", plant("España", "Otros", "doce")),
        ("negative_number", plant("Apátridas", "Cancún, A. I.", -4)),
        ("figure_disagrees", plant("No especificado", "Mérida, A. I.", half)),
        ("unmapped_label", rename("El Salvador", "El Salbador")),
        ("duplicate_key", rename("Portugal", "España")),
    }

    result = checked(loaded, AIR, layouts.xls(cells), "x.xls")

    found = [(rule, place.partition("!")[2]) for rule, place in places(result.findings)]
    assert sorted(found) == sorted(planted)
    assert result.account.balanced


@needs_real
def test_the_real_workbook_is_reproduced(loaded: Exchange) -> None:
    """Every total that the office prints, in 6,841 figures, equals the sum of its parts."""
    result = checked(loaded, AIR, REAL.read_bytes(), REAL.name)

    assert result.findings == ()
    assert len(result.controls) == 547
    assert [each.name for each in result.controls if each.stated != each.computed] == []
    assert result.account.balanced
    assert result.account.read == 6_841
    found = values(result.observations)
    assert found["MX-AP-CUN", "GT"] == 32_147
    assert found["MX", "GT"] == 136_438
    assert found["MX", "SV"] == 59_865
    assert found["MX", "_T"] == 31_228_715


@needs_real
@pytest.mark.parametrize("write", [layouts.xls, layouts.xlsx, layouts.spaced])
def test_another_arrangement_of_the_real_workbook_states_the_same(
    loaded: Exchange, write: Callable[[layouts.Grid, str], bytes]
) -> None:
    """Airports in reverse, twice the indents, another title and sheet; .xls, .xlsx and CSV."""
    cells = layouts.cells_of(REAL.read_bytes())
    last = max(column for _, column in cells)
    other = {
        (row, column if column < 3 else last + 3 - column): replace(
            cell,
            indent=2 * cell.indent + 1,
            value=str(cell.value).replace("1.3.1 Entradas aéreas", "1.3.1 Ingresos por vía aérea")
            if isinstance(cell.value, str)
            else cell.value,
        )
        for (row, column), cell in cells.items()
    }
    name = {layouts.xls: "a.xls", layouts.xlsx: "b.xlsx", layouts.spaced: "c.csv"}[write]

    result = checked(loaded, AIR, write(other, "Enero"), name)

    whole = checked(loaded, AIR, REAL.read_bytes(), REAL.name)
    assert result.findings == ()
    assert result.account.balanced
    assert len(result.controls) == len(whole.controls)
    assert values(result.observations) == values(whole.observations)


@needs_real
def test_ten_faults_in_the_real_workbook_are_ten_findings(loaded: Exchange) -> None:
    """At their cells, and nothing else is said."""
    cells = layouts.cells_of(REAL.read_bytes())

    def put(row: int, column: int, value: str | float) -> str:
        indent = cells[row, column].indent
        cells[row, column] = Cell(value, indent, isinstance(value, float))
        return f"{xlrd.colname(column)}{row + 1}"

    planted = [
        ("figure_disagrees", put(25, 3, 1.0)),
        ("figure_disagrees", put(97, 34, 5.0)),
        ("figure_disagrees", put(168, 4, 10.5)),
        ("control_mismatch", put(21, 5, 1.0)),
        ("control_mismatch", put(82, 6, 1.0)),
        ("not_a_number", put(54, 7, "tres")),
        ("negative_number", put(233, 3, -2.0)),
        ("unmapped_label", put(104, 2, "Irlandia")),
        ("unmapped_label", put(4, 9, "Silao")),
        ("duplicate_key", put(250, 2, "Ghana")),
    ]

    result = checked(loaded, AIR, layouts.xls(cells), "x.xls")

    found = [(rule, place.partition("!")[2]) for rule, place in places(result.findings)]
    planted[-1] = ("duplicate_key", "C254")  # told of the second of the two
    assert sorted(found) == sorted(planted)
    assert result.account.balanced
