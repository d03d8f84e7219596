"""Prints a comparison: years, a spark line, the periods furthest apart, and all of it in words.

A line fits into eighty columns, and the same is read in a file or by another program.
"""

from collections.abc import Iterable, Iterator, Sequence

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table as Printed

from gateway.exchange.compared import PART, Compared, Gap, Table
from gateway.exchange.pair_words import Words
from gateway.mirror.comparison import Status
from gateway.mirror.measures import IN_YEAR
from gateway.mirror.pairing import Reason
from gateway.model.text import Text

_BARS = "▁▂▃▄▅▆▇█"
_HIGHEST = 200
_WORST = 8
_GAPS = 6

_SHORT = {
    Status.COMPARED: Text("", ""),
    Status.OUTLIER: Text("atípico", "outlier"),
    Status.UNDEFINED: Text("indefinido", "undefined"),
    Status.MISSING_REF: Text("falta A", "A missing"),
    Status.MISSING_MIRROR: Text("falta B", "B missing"),
    Status.NOT_COMPARABLE: Text("no comparable", "not comparable"),
    PART: Text("parcial", "in part"),
}


def print_comparison(
    console: Console, whole: Table, parts: Sequence[Table], on: Iterable[str], said: Words
) -> None:
    """A comparison, its parts, and what is said on both: breakdown, releases."""
    _print_heading(console, whole, said)
    years = whole.years()
    if years:
        console.print(_rows(years, whole, said, said("Año", "Year")))
    _print_spark(console, whole, said)
    if worst := whole.worst(_WORST):
        console.print(said("Los períodos más distantes:", "The periods furthest apart:"))
        console.print(_rows(worst, whole, said, said("Período", "Period")))
    if parts:
        console.print(said("Por categoría:", "By category:"))
        console.print(_of_parts(parts, said))
    for line in (*_on_gaps(whole, said), *_on_reasons(whole, said), *on, *_on_notes(whole, said)):
        console.print(escape(line), highlight=False)
    console.print()


def _print_heading(console: Console, table: Table, said: Words) -> None:
    console.print(f"[bold]{escape(said.title(table))}[/bold]", highlight=False)
    basis = said.code("COUNT_BASIS", table.basis)
    counted = said(f"Se cuentan: {basis}", f"Counted: {basis}")
    if any(each.reason == Reason.COUNT_BASIS for each in table.finest):
        counted = said(f"A cuenta: {basis}; B, otra cosa", f"A counts: {basis}; B something else")
    console.print(escape(counted), highlight=False)
    for letter, source in zip("AB", table.sources, strict=True):
        name = said.code("DATA_SOURCE", source)
        console.print(escape(f"  {letter}  {source}  {name}"), highlight=False)


def _rows(rows: Sequence[Compared], table: Table, said: Words, first: str) -> Printed:
    printed = _printed(first, said, table)
    for each in rows:
        printed.add_row(*_cells(each, said))
    return printed


def _of_parts(parts: Sequence[Table], said: Words) -> Printed:
    """The years of each category, one below the other."""
    printed = _printed(said("Categoría, año", "Category, year"), said, parts[0])
    for part in parts:
        printed.add_row(escape(" / ".join(said.code(id, c) for id, c in part.codes.items())))
        for each in part.years():
            period, *rest = _cells(each, said)
            printed.add_row(f"  {period}", *rest)
    return printed


def _printed(first: str, said: Words, table: Table) -> Printed:
    printed = Printed(box=box.SIMPLE_HEAD, show_edge=False, padding=(0, 0, 0, 1))
    printed.add_column(first, no_wrap=True)
    for letter, source in zip("AB", table.sources, strict=True):
        printed.add_column(f"{letter} {source}", justify="right")
    for title in ("A − B", "A / B", said("Índice %", "Index %"), said("Cambio", "Change")):
        printed.add_column(title, justify="right", no_wrap=True)
    printed.add_column("")
    return printed


def _cells(each: Compared, said: Words) -> Iterator[str]:
    yield _spelled(each.period)
    yield _whole(each.value)
    yield _whole(each.mirror)
    yield _whole(each.difference)
    yield _decimal(each.ratio)
    yield _decimal(each.index)
    yield _decimal(each.change, sign="+")
    short = _SHORT.get(each.status)
    yield "" if short is None else short.said(said.language)


def _spelled(period: str) -> str:
    """A period, or the first and the last of some, without saying their year twice."""
    first, _, last = period.partition("/")
    if not last:
        return first
    return f"{first}–{last[5:] if last[:5] == first[:5] else last}"


def _print_spark(console: Console, table: Table, said: Words) -> None:
    """The index of each period, from the first to the last that has one; a few years a line."""
    there = [place for place, each in enumerate(table.finest) if each.index is not None]
    if len(there) < 2:
        return
    told = table.finest[there[0] : there[-1] + 1]
    each_one = said.frequency(table.frequency)
    console.print(
        said(
            f"Índice simétrico por {each_one}, de {_BARS[0]} 0 a {_BARS[-1]} {_HIGHEST} %:",
            f"Symmetric index by {each_one}, from {_BARS[0]} 0 to {_BARS[-1]} {_HIGHEST} %:",
        ),
        highlight=False,
    )
    in_year = IN_YEAR[table.frequency]
    fitting = max(1, (console.width - 20) // in_year) * in_year
    for start in range(0, len(told), fitting):
        line = told[start : start + fitting]
        bars = _spark([each.index for each in line])
        console.print(f"  {line[0].period} {bars} {line[-1].period}", highlight=False)


def _spark(values: Sequence[float | None]) -> str:
    """A bar for each value from 0 to the highest there can be; a blank where there is none."""
    return "".join(
        " " if each is None else _BARS[min(len(_BARS) - 1, int(each / _HIGHEST * len(_BARS)))]
        for each in values
    )


def _on_gaps(table: Table, said: Words) -> Iterator[str]:
    """Which periods are not compared, and why."""
    gaps = table.gaps()
    for each in gaps[:_GAPS]:
        why = "; ".join(part for part in (said.result(each), said.why(each)) if part)
        yield f"{said('No comparado', 'Not compared')}: {_span(each)}: {why}."
    if (more := len(gaps) - _GAPS) > 0:
        yield said(
            f"… y {more} intervalos más, en --format xlsx.",
            f"… and {more} more intervals, in --format xlsx.",
        )


def _span(gap: Gap) -> str:
    if gap.periods == 1:
        return gap.first
    return f"{gap.first} – {gap.last} ({gap.periods})"


def _on_reasons(table: Table, said: Words) -> Iterator[str]:
    """The reasons for what differs, each with how many of the compared periods it is said of."""
    compared = [each for each in table.finest if each.is_compared]
    for code in dict.fromkeys(each.reason for each in compared if each.reason):
        count = sum(each.reason == code for each in compared)
        name = said.code("MIRROR_REASON", code)
        yield said(
            f"Motivo {code}: {name}, en {count} de {len(compared)} períodos.",
            f"Reason {code}: {name}, of {count} of {len(compared)} periods.",
        )


def _on_notes(table: Table, said: Words) -> Iterator[str]:
    for note in table.notes:
        yield f"{said('Nota', 'Note')}: {said.note(note)}"


def _whole(value: float | None) -> str:
    if value is None:
        return "—"
    return f"{value:,.0f}" if value == round(value) else f"{value:,.1f}"


def _decimal(value: float | None, sign: str = "") -> str:
    return "—" if value is None else f"{value:{sign}.2f}"
