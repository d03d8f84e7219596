"""A table written in Guatemala's layout reads back as the values that went into it."""

from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from gateway.exchange import Exchange
from gateway.intake.clean import MONTHS
from gateway.model.observations import REPORTED
from tests.intake.books import GT, checked, indented, saved

ORIGINS = {"México": "MX", "Estados Unidos": "US", "No especificado": "_U"}
SEXES = {"Hombres": "M", "Mujeres": "F"}
AGES = {
    "Adultos (18 años y más)": ("Y_GE18", "_T"),
    "NNA acompañados": ("Y0T17", "ACC"),
    "NNA no acompañados": ("Y0T17", "UNACC"),
}

Series = tuple[str, str, str]
Values = dict[Series, list[str | int | None]]

years = st.integers(1990, 2100)
months = st.lists(st.sampled_from(range(1, 13)), min_size=1, max_size=4, unique=True)
cells = st.none() | st.just("-") | st.integers(0, 10**9)
values = st.dictionaries(
    st.tuples(*(st.sampled_from(sorted(each)) for each in (ORIGINS, SEXES, AGES))),
    st.lists(cells, min_size=4, max_size=4),
    min_size=1,
)


def spelled(label: str, spelling: int) -> str:
    """A label as people type it."""
    return (label, label.upper(), f"  {label.replace(' ', '   ')} ")[spelling]


def written(year: int, months: list[int], spelling: int, values: Values) -> bytes:
    """The workbook of one year, with its nesting and without totals."""
    book = Workbook()
    sheet = book.create_sheet(str(year), 0)
    del book[book.sheetnames[1]]
    sheet.append([f"Personas retornadas, enero-diciembre de {year}"])
    headings = [MONTHS[month - 1].capitalize() for month in months]
    sheet.append(["País de procedencia / sexo / grupo de edad", *headings])
    sheet.append(["Total"])
    before: Series | tuple[()] = ()
    for series in sorted(values):
        for depth, label in enumerate(series):
            if before[: depth + 1] != series[: depth + 1]:
                sheet.append([spelled(label, spelling)])
                indented(book, sheet.title, f"A{sheet.max_row}", depth + 1)
        row = sheet.max_row
        for column, value in enumerate(values[series][: len(months)], start=2):
            sheet.cell(row, column, value)
        before = series
    sheet.append(["(-) Significa cero."])
    return saved(book)


def expected(year: int, months: list[int], values: Values) -> dict[tuple[str, ...], str]:
    """The spelling of each value that was written, by the codes of its place."""
    return {
        (
            ORIGINS[origin],
            SEXES[sex],
            *AGES[age],
            f"{year}-{month:02d}",
        ): "0" if value == "-" else str(value)
        for (origin, sex, age), row in values.items()
        for month, value in zip(months, row, strict=False)
        if value is not None
    }


@settings(max_examples=30, deadline=None)
@given(year=years, months=months, spelling=st.integers(0, 2), values=values)
def test_what_is_written_is_read(
    loaded: Exchange, year: int, months: list[int], spelling: int, values: Values
) -> None:
    """Any labels, months and values: nothing is lost, moved or repaired on the way."""
    content = written(year, months, spelling, values)
    stated = expected(year, months, values)

    result = checked(loaded, GT, content)

    if not stated:
        assert [each.rule for each in result.findings] == ["table_empty"]
        return
    # Months drawn at random leave gaps, which travel with the release.
    assert {each.rule for each in result.findings} <= {"period_missing", "unexpected_zero"}
    assert result.account.balanced
    assert result.observations is not None
    components = ("COUNTERPART_AREA", "SEX", "AGE", "STATUS_TYPE", "TIME_PERIOD")
    found = {
        tuple(row[name] for name in components): row
        for row in result.observations.table.to_pylist()
    }
    assert {key: row[REPORTED] for key, row in found.items()} == stated
    assert {key: row["OBS_VALUE"] for key, row in found.items()} == {
        key: float(value) for key, value in stated.items()
    }
    assert result.skipped == len(values) * len(months) - len(stated)
