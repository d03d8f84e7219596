"""The workbook of a comparison, for an analyst's report: tables, charts, method, provenance."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate, pairwise

from gateway.exchange.compared import Compared, Table
from gateway.exchange.comparing import PairQuery
from gateway.exchange.exchange import Exchange
from gateway.exchange.pair_method import method_lines
from gateway.exchange.pair_provenance import provenance_lines
from gateway.exchange.pair_words import Words, words
from gateway.formats.book import Book, Cell, Chart, Charts, Column, Line, Lines, Page
from gateway.model.period import span
from gateway.model.text import Language
from gateway.model.visibility import Visibility

_MOST_CHARTS = 6
"""Comparisons that are drawn; more are read from the table."""


def pair_book(
    exchange: Exchange,
    asked: PairQuery,
    found: Sequence[Table],
    visibility: Visibility,
    prepared: datetime,
    language: Language,
) -> Book:
    """The workbook of some comparisons as a caller sees them.

    They are as of the moment at which they were prepared; the same ones make the same file.
    """
    said = words(exchange, language)
    wholes = [each for each in found if not each.codes]
    parts = [each for each in found if each.codes]
    titles = dict.fromkeys(said.title(each) for each in found)
    periods = _page(said("Períodos", "Periods"), wholes, said, _PERIODS, lambda each: each.finest)
    provenance = provenance_lines(exchange, asked, found, visibility, prepared, said)
    method = said("Método", "Method")
    return Book(
        "; ".join(titles),
        prepared,
        (
            _page(said("Resumen", "Summary"), wholes, said, _YEARS, Table.years),
            periods,
            *_of_parts(parts, said),
            _gaps(found, said),
            _charts(wholes, periods, said),
            Lines(method, method, tuple(method_lines(exchange, said))),
            Lines(
                said("Procedencia", "Provenance"),
                said("Procedencia", "Provenance"),
                tuple(provenance),
            ),
        ),
    )


@dataclass(frozen=True, slots=True)
class _Field:
    """A column of a table of periods: its title, what stands in it, and how numbers are shown."""

    es: str
    en: str
    value: Callable[[Compared, Table, Words], Cell]
    form: str = "General"


_COUNT = "#,##0"
_INDEX = "Índice simétrico %"
_SIGNED = "+#,##0;-#,##0;0"
_POINTS = "+0.00;-0.00;0.00"


def _year(of: Compared, *_: object) -> Cell:
    return int(of.period) if len(of.period) == 4 else of.period.replace("/", " – ")


_MEASURES = (
    _Field("A", "A", lambda e, *_: e.value, _COUNT),
    _Field("B", "B", lambda e, *_: e.mirror, _COUNT),
    _Field("Diferencia A − B", "Difference A − B", lambda e, *_: e.difference, _SIGNED),
    _Field("Razón A / B", "Ratio A / B", lambda e, *_: e.ratio, "0.00"),
    _Field(_INDEX, "Symmetric index %", lambda e, *_: e.index, "0.00"),
    _Field("Cambio en un año, puntos", "Change in a year, points", lambda e, *_: e.change, _POINTS),
)
_RESULT = (
    _Field("Resultado", "Result", lambda e, _, said: said.result(e)),
    _Field("Atípico", "Outlier", lambda e, _, said: said("sí", "yes") if e.is_outlier else None),
)
_WHY = (
    _Field("Motivo", "Reason", lambda e, _, said: said.code("MIRROR_REASON", e.reason) or None),
    _Field("Nota", "Note", lambda e, _, said: said.note(e.note) or None),
    _Field("Publicación de A", "Release of A", lambda e, *_: e.releases[0]),
    _Field("Publicación de B", "Release of B", lambda e, *_: e.releases[1]),
)
_SIGNS = (
    _Field("Estado de A", "Status of A", lambda e, _, s: s.code("OBS_STATUS", e.observed[0])),
    _Field("Estado de B", "Status of B", lambda e, _, s: s.code("OBS_STATUS", e.observed[1])),
    _Field("Ruptura en A", "Break in A",
           lambda e, _, said: said.code("BREAK_REASON", e.breaks[0]) or None),
    _Field("Ruptura en B", "Break in B",
           lambda e, _, said: said.code("BREAK_REASON", e.breaks[1]) or None),
)  # fmt: skip
_WHOM = (
    _Field("Movimiento", "Movement", lambda _, table, said: said.title(table)),
    _Field("Fuente A", "Source A", lambda _, table, said: table.sources[0]),
    _Field("Fuente B", "Source B", lambda _, table, said: table.sources[1]),
)
_YEARS = (*_WHOM, _Field("Año", "Year", _year, "0"), *_MEASURES, *_RESULT, *_WHY)
_PERIODS = (
    *_WHOM,
    _Field("Período", "Period", lambda e, *_: e.period),
    _Field("Desde", "Begins", lambda e, *_: span(e.period)[0]),
    *_MEASURES,
    _Field("Posición", "Rank", lambda e, *_: e.rank, "0"),
    _Field("Desfase, períodos", "Lag, periods", lambda e, *_: e.lag, "0"),
    *_RESULT,
    *_SIGNS,
    *_WHY,
)


def _page(
    name: str,
    tables: Sequence[Table],
    said: Words,
    fields: Sequence[_Field],
    rows: Callable[[Table], Sequence[Compared]],
) -> Page:
    """A table of periods, with the unusual ones marked."""
    all_rows = [(each, table) for table in tables for each in rows(table)]
    fields = _fitting(fields, tables)
    forms = {_COUNT: "#,##0.0", _SIGNED: "+#,##0.0;-#,##0.0;0"} if _broken(all_rows) else {}
    return Page(
        name,
        tuple(Column(_title(f, tables, said), forms.get(f.form, f.form)) for f in fields),
        tuple(tuple(f.value(each, table, said) for f in fields) for each, table in all_rows),
        frozenset(row for row, (each, _) in enumerate(all_rows) if each.is_outlier),
    )


def _fitting(fields: Sequence[_Field], tables: Sequence[Table]) -> Sequence[_Field]:
    """Without saying in every row of whom it is, where all are of the same."""
    alike = len({tuple(each.of.items()) for each in tables}) == 1
    return [each for each in fields if not alike or each not in _WHOM]


def _title(field: _Field, tables: Sequence[Table], said: Words) -> str:
    """The title of a column; with the source, where all figures in it are of the same."""
    sources = {each.sources["AB".index(field.es)] for each in tables if field.es in ("A", "B")}
    title = said(field.es, field.en)
    return f"{title}: {sources.pop()}" if len(sources) == 1 else title


def _broken(rows: Sequence[tuple[Compared, Table]]) -> bool:
    """Whether some value is no whole number, as estimates are."""
    values = [value for each, _ in rows for value in (each.value, each.mirror)]
    return any(value is not None and not value.is_integer() for value in values)


def _of_parts(parts: Sequence[Table], said: Words) -> Iterator[Page]:
    """The years and the periods of each category, where there are any."""
    if parts:
        ids = dict.fromkeys(id for each in parts for id in each.codes)
        of = tuple(_Field(*_both(id, said), _code_of(id)) for id in ids)
        yield _page(said("Categorías", "Categories"), parts, said, (*of, *_YEARS), Table.years)
        name = said("Categorías por período", "Categories by period")
        yield _page(name, parts, said, (*of, *_PERIODS), lambda each: each.finest)


def _both(id: str, said: Words) -> tuple[str, str]:
    name = said.component(id)
    return name, name


def _code_of(id: str) -> Callable[[Compared, Table, Words], Cell]:
    """The name of the category of a comparison in one dimension; of all, that it is all."""
    return lambda _, table, said: said.code(id, table.cell[id])


def _gaps(found: Sequence[Table], said: Words) -> Page:
    """What was not compared: of each comparison the periods, and why."""
    names = (
        *(("Movimiento", "Movement"), ("Parte", "Part"), ("Fuente A", "Source A")),
        *(("Fuente B", "Source B"), ("Desde", "From"), ("Hasta", "To"), ("Períodos", "Periods")),
        *(("Resultado", "Result"), ("Motivo", "Reason"), ("Nota", "Note")),
    )
    rows = (
        (
            *(said.title(table), said.part(table) or said("Total", "Whole"), *table.sources),
            *(each.first, each.last, each.periods, said.result(each)),
            *(said.why(each) or None, said.note(each.note) or None),
        )
        for table in found
        for each in table.gaps()
    )
    columns = tuple(Column(said(*each)) for each in names)
    return Page(said("No comparado", "Not compared"), columns, tuple(rows))


def _charts(tables: Sequence[Table], page: Page, said: Words) -> Charts:
    """Of each comparison both sides as lines, and its index, from the table of periods.

    What is not compared is not drawn together either: it counts different things.
    """
    ends = [0, *accumulate(len(each.finest) for each in tables)]
    place = {each.es: place for place, each in enumerate(_fitting(_PERIODS, tables))}
    drawn = [
        (table, range(start, stop))
        for table, (start, stop) in zip(tables, pairwise(ends), strict=True)
        if any(each.is_compared for each in table.finest)
    ]
    found = (
        chart
        for table, rows in drawn[:_MOST_CHARTS]
        for chart in _drawn(table, rows, page.name, place, said)
    )
    return Charts(said("Gráficos", "Charts"), tuple(found))


def _drawn(
    table: Table, rows: range, page: str, place: Mapping[str, int], said: Words
) -> Iterator[Chart]:
    title = f"{said.title(table)} ({' / '.join(table.sources)})"
    lines = tuple(
        Line(source, page, place["Período"], place[column], rows)
        for source, column in zip(table.sources, "AB", strict=True)
    )
    yield Chart(title, said.code("COUNT_BASIS", table.basis), lines)
    index = said("Índice simétrico, %", "Symmetric index, %")
    first = next((n for n, each in enumerate(table.finest) if each.index is not None), 0)
    since = range(rows.start + first, rows.stop)
    of_index = Line(index, page, place["Período"], place[_INDEX], since)
    yield Chart(f"{title}: {index}", "%", (of_index,))
