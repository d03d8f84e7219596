"""``gateway compare``: what one country says of another beside what the other says of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table as Printed

from gateway.cli.opening import home_option, language_of, language_option, opened, wide_console
from gateway.errors import NotFound
from gateway.exchange import Exchange
from gateway.exchange.comparing import Compared, Table
from gateway.exchange.comparing import compare as comparison
from gateway.model.structure import Dataflow
from gateway.model.text import Language, Text

_BARS = "▁▂▃▄▅▆▇█"
_WORST = 8


@dataclass(frozen=True, slots=True)
class _Words:
    """The words of the table in one language."""

    language: Language

    def __call__(self, es: str, en: str) -> str:
        return Text(es, en).said(self.language)


@click.command(
    epilog="Example:  gateway compare DF_RETURNS --between GT MX --from 2020 --to 2025-04"
)
@click.argument("dataflow")
@click.option(
    "--between", nargs=2, required=True, metavar="ONE OTHER", help="Two countries, as GT MX."
)
@click.option("--from", "start", help="The first period, such as 2020 or 2020-06.")
@click.option("--to", "end", help="The last period.")
@click.option(
    "--breakdown", multiple=True, metavar="DIMENSION",
    help="Tell the parts by this dimension too, where both sides reach them; again for each.",
)  # fmt: skip
@language_option
@home_option
def compare(
    dataflow: str,
    between: tuple[str, str],
    start: str | None,
    end: str | None,
    breakdown: Sequence[str],
    lang: str | None,
    home: Path | None,
) -> None:
    """Compare what two countries say of one movement: both values, their index, the worst periods.

    DATAFLOW is a flow such as DF_RETURNS. Nothing is corrected: what is not comparable says why.
    """
    with opened(home) as exchange:
        words = _Words(language_of(lang, exchange))
        flow = _dataflow(exchange, dataflow)
        tables = comparison(
            exchange.mirror, exchange.registry, flow, between, exchange.everything(),
            (start, end), breakdown,
        )  # fmt: skip
        names = _names(exchange, words.language)
    console = wide_console()
    for each in tables:
        _print(console, each, words, names)


def _dataflow(exchange: Exchange, name: str) -> Dataflow:
    """A dataflow by its id, or by its short name with agency and version."""
    flows = exchange.registry.dataflows
    for each in reversed(flows):
        if name in (each.id, str(each.reference)):
            return each
    raise NotFound(
        f"There is no dataflow {name}.",
        spanish=f"No hay flujo de datos {name}.",
        subject=name,
        allowed=[each.id for each in flows],
    )


def _names(exchange: Exchange, language: Language) -> Mapping[str, Mapping[str, str]]:
    """The names of codes by component, as the comparison's code lists say them."""
    flow = exchange.registry.dataflow("LMIG:DF_MIRROR(1.0.0)")
    labels = exchange.registry.labels(flow.reference, exchange.registry.structure(flow))
    return {
        id: {code: name.said(language) for code, name in codes.items()}
        for id, codes in labels.codes.items()
    }


def _print(
    console: Console, table: Table, words: _Words, names: Mapping[str, Mapping[str, str]]
) -> None:
    _print_heading(console, table, words, names)
    _print_rows(console, table.years(), table, words, names, words("Año", "Year"))
    index = [each.index for each in table.finest]
    console.print(
        f"{words('Índice simétrico por período', 'Symmetric index by period')}  "
        f"{table.finest[0].period}  {_spark(index)}  {table.finest[-1].period}"
    )
    worst = table.worst(_WORST)
    if worst:
        console.print(words("Los períodos más distantes", "The periods furthest apart"))
        _print_rows(console, worst, table, words, names, words("Período", "Period"))
    console.print()


def _print_heading(
    console: Console, table: Table, words: _Words, names: Mapping[str, Mapping[str, str]]
) -> None:
    of = table.of
    here, there = (names["REF_AREA"][of[id]] for id in ("REF_AREA", "COUNTERPART_AREA"))
    towards = {"IN": "←", "OUT": "→"}.get(of["DIRECTION"], "·")
    console.print(
        f"[bold]{escape(names['INDICATOR'][of['INDICATOR']])}: {here} {towards} {there}[/bold]  "
        f"({escape(names['COUNT_BASIS'][table.basis])})"
    )
    for id in _SIDES:
        console.print(f"  {table.of[id]}  {escape(names['DATA_SOURCE'][table.of[id]])}")
    parts = " ".join(f"{id}={code}" for id, code in table.codes.items())
    if parts:
        console.print(parts)


def _print_rows(
    console: Console,
    rows: Sequence[Compared],
    table: Table,
    words: _Words,
    names: Mapping[str, Mapping[str, str]],
    first: str,
) -> None:
    printed = Printed(
        first,
        *(table.of[id] for id in _SIDES),
        words("Diferencia", "Difference"), words("Razón", "Ratio"), words("Índice %", "Index %"),
        words("Resultado", "Result"),
    )  # fmt: skip
    for column in printed.columns[1:-1]:
        column.justify = "right"
    for each in rows:
        apart = None if each.value is None or each.mirror is None else each.value - each.mirror
        printed.add_row(
            each.period.replace("/", "–"), _whole(each.value), _whole(each.mirror), _whole(apart),
            _decimal(each.ratio), _decimal(each.index), escape(_result(each, words, names)),
        )  # fmt: skip
    console.print(printed)


_SIDES = ("DATA_SOURCE", "MIRROR_SOURCE")


def _result(each: Compared, words: _Words, names: Mapping[str, Mapping[str, str]]) -> str:
    """The status, the reason and an analyst's words, as far as there are any."""
    status = names["MIRROR_STATUS"].get(each.status, "")
    if each.status == "PART":
        status = words("solo estos períodos", "these periods only")
    reason = names["MIRROR_REASON"].get(each.reason or "", "")
    return "; ".join(part for part in (status, reason, each.note or "") if part)


def _whole(value: float | None) -> str:
    if value is None:
        return "—"
    return f"{value:,.0f}" if value == round(value) else f"{value:,.1f}"


def _decimal(value: float | None) -> str:
    return "—" if value is None else f"{value:.2f}"


def _spark(values: Sequence[float | None]) -> str:
    """A bar for each value from 0 to 200, its highest; a blank where there is none."""
    return "".join(
        " " if each is None else _BARS[min(len(_BARS) - 1, int(each / 200 * len(_BARS)))]
        for each in values
    )
