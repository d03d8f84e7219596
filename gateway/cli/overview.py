"""``gateway corridors``, ``coverage`` and ``reconcile``: beyond the pair, all that is stated."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import ParamSpec, TypeVar

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from gateway.cli.opening import home_option, language_of, language_option, opened
from gateway.cli.output import (
    format_named,
    output_option,
    refuse_unreadable,
    wide_console,
    write_out,
)
from gateway.exchange import Exchange
from gateway.exchange.listings import QUESTIONS, listing
from gateway.exchange.matrix import Matrix, matrices
from gateway.exchange.overview import Asked, Found
from gateway.formats.listing import Listing
from gateway.formats.negotiation import Choice, Wish, choose
from gateway.formats.table import LISTINGS
from gateway.mirror.corridors import Flow
from gateway.mirror.coverage import Coverage
from gateway.mirror.totals import Outcome, Reconciled
from gateway.model.text import Language, Text

P = ParamSpec("P")
R = TypeVar("R")


def _options(command: Callable[P, R]) -> Callable[P, R]:
    """What all of them take."""
    for option in (
        home_option,
        language_option,
        output_option,
        click.option("--format", "written", help="Write it as json, csv or xlsx instead."),
        click.option("--reporter", help="Only what one country says, as GT."),
        click.option("--indicator", help="Only one phenomenon, as RETURNS."),
    ):
        command = option(command)
    return command


@click.command(epilog="Example:  gateway corridors 2023 --indicator RETURNS")
@click.argument("period", required=False)
@click.option("--origin", help="Only from one country.")
@click.option("--destination", help="Only to one country.")
@_options
def corridors(
    period: str | None,
    origin: str | None,
    destination: str | None,
    indicator: str | None,
    reporter: str | None,
    written: str | None,
    output: Path | None,
    lang: str | None,
    home: Path | None,
) -> None:
    """Show who says how many moved from where to where: origin × destination × reporter.

    PERIOD is a year, half, quarter or month, such as 2023, 2023-S1, 2023-Q1 or 2023-01; the last
    year that is stated to its end, unless it is named. An empty cell is stated by nobody.
    """
    asked = Asked(period, indicator, reporter, origin, destination)
    _answer("corridors", asked, home, lang, written, output)


@click.command(epilog="Example:  gateway coverage --reporter GT")
@_options
def coverage(
    indicator: str | None,
    reporter: str | None,
    written: str | None,
    output: Path | None,
    lang: str | None,
    home: Path | None,
) -> None:
    """Show which country states which flow: of which periods, to which breakdown, how late.

    How late is told in days from the end of a period to the release that first stated it. What was
    loaded in one go says nothing of that.
    """
    asked = Asked(indicator=indicator, reporter=reporter)
    _answer("coverage", asked, home, lang, written, output)


@click.command(epilog="Example:  gateway reconcile 2024 --reporter SV")
@click.argument("period", required=False)
@_options
def reconcile(
    period: str | None,
    indicator: str | None,
    reporter: str | None,
    written: str | None,
    output: Path | None,
    lang: str | None,
    home: Path | None,
) -> None:
    """Show totals beside the sums of their parts, of one source and across sources.

    PERIOD is as for corridors. What the countries at the other ends say is set beside a total of
    all countries too. Nothing is corrected: of a sum that leaves something out it is said what.
    """
    asked = Asked(period, indicator, reporter)
    _answer("reconciliation", asked, home, lang, written, output)


def _answer(
    name: str,
    asked: Asked,
    home: Path | None,
    lang: str | None,
    written: str | None,
    output: Path | None,
) -> None:
    with opened(home) as exchange:
        wanted = _wanted(name, written, output)
        question, _ = QUESTIONS[name]
        found = question(exchange.overview, asked, exchange.everything())
        if wanted is not None:
            standing = exchange.overview.standing(asked, exchange.everything(), exchange.defined)
            pieces = wanted.format.write(listing(name, found, standing.since))
            write_out(pieces, output)
            return
        words = _Words(language_of(lang, exchange), exchange)
    _PRINTED[name](wide_console(), found, words)


def _wanted(name: str, written: str | None, output: Path | None) -> Choice[Listing] | None:
    """The format to write in, if any. Raises NotAcceptable for one that is none, or is no text."""
    if written is None and output is None:
        return None
    wanted = choose(LISTINGS, Wish(parameters={"format": format_named(written, output) or "csv"}))
    refuse_unreadable(wanted, output, name)
    return wanted


class _Words:
    """The words of a table, and the names of codes, in one language."""

    def __init__(self, language: Language, exchange: Exchange) -> None:
        self._language = language
        self._names = exchange.overview.names(language)

    def __call__(self, es: str, en: str) -> str:
        return Text(es, en).said(self._language)

    def name(self, component: str, code: str) -> str:
        """The name of a code; the code itself where it has none."""
        return escape(self._names.get(component, {}).get(code, code))


def _print_corridors(console: Console, found: Found, words: _Words) -> None:
    for each in matrices(found.flows):
        _print_matrix(console, each, found.period or "", words)
    console.print(
        words(
            "…: se declara solo en parte, o como faltante. Vacío: nadie lo declara. 0: cero. "
            "Una letra: OBS_STATUS.",
            "…: stated in part only, or as missing. Empty: stated by nobody. 0: zero. "
            "A letter: OBS_STATUS.",
        )
    )


def _print_matrix(console: Console, matrix: Matrix, period: str, words: _Words) -> None:
    ends = {"origin": words("De", "From"), "destination": words("A", "To")}
    down = "destination" if matrix.across == "origin" else "origin"
    console.print(f"[bold]{words.name('INDICATOR', matrix.indicator)}, {period}[/bold]")
    table = Table(ends[down])
    for column in matrix.columns:
        country = words.name("REF_AREA", column.country)
        heading = f"{ends[matrix.across]} {country}\n{column.source}\n({column.basis})"
        table.add_column(heading, justify="right")
    for row in matrix.rows:
        country = words.name("REF_AREA", row.country)
        table.add_row(f"{country} ({row.country})", *map(_figure, row.flows))
    console.print(table)


def _figure(flow: Flow | None) -> str:
    if flow is None:
        return ""
    if flow.value is None:
        return "…"
    return _number(flow.value) + (f" {flow.status}" if flow.status not in (None, "A") else "")


def _number(value: float | None) -> str:
    if value is None:
        return "—"
    return f"{value:,.0f}" if value == round(value) else f"{value:,.1f}"


def _print_coverage(console: Console, found: Found, words: _Words) -> None:
    table = Table(
        words("Qué", "What"), words("Declara", "Reporter"), words("Fuente", "Source"),
        words("Publicación", "Release"), words("Base", "Basis"), words("Frecuencia", "Frequency"),
        words("Períodos", "Periods"), words("Faltan", "Gaps"), words("Países", "Countries"),
        words("Desglose", "Breakdown"), words("Días de retraso", "Days late"),
    )  # fmt: skip
    for each in found.covered:
        towards = {"IN": " ←", "OUT": " →"}.get(each.direction, "")
        table.add_row(
            words.name("INDICATOR", each.indicator) + towards, each.reporter, each.source,
            f"{each.provision} {each.release}", each.basis, each.frequency,
            each.first if each.first == each.last else f"{each.first} – {each.last}",
            ", ".join(each.gaps), _partners(each, words),
            ", ".join(f"{id} {len(codes)}" for id, codes in each.broken_down.items()),
            _late(each),
        )  # fmt: skip
    console.print(table)
    console.print(
        words(
            "Días de retraso: del fin del período a la publicación que primero lo declaró, mediana "
            "y máximo de n períodos. —: cargado de una vez, no se sabe.",
            "Days late: from the end of a period to the release that first stated it, median and "
            "longest of n periods. —: loaded in one go, nobody can tell.",
        )
    )


def _partners(of: Coverage, words: _Words) -> str:
    """How many countries it names, and whether all in one; nothing where it names none."""
    total = words("total", "total") if of.total else ""
    count = str(len(of.partners)) if of.partners else ""
    return " + ".join(each for each in (count, total) if each)


def _late(of: Coverage) -> str:
    if of.late is None:
        return "—"
    return f"{of.late.median:g}; {of.late.longest} (n = {of.late.periods})"


def _print_reconciliation(console: Console, found: Found, words: _Words) -> None:
    outcomes = {
        Outcome.AGREES: words("coincide", "agrees"),
        Outcome.INCOMPLETE: words("incompleto", "incomplete"),
        Outcome.DIFFERS: words("difiere", "differs"),
    }
    table = Table(
        words("Qué", "What"), words("Total", "Total"), words("según", "says"), found.period or "",
        words("Suma de", "Sum of"), words("según", "says"), words("Suma", "Sum"),
        words("Diferencia", "Difference"), words("Resultado", "Result"),
        words("Falta", "Missing"),
    )  # fmt: skip
    for place in (3, 6, 7):
        table.columns[place].justify = "right"
    for each in found.reconciled:
        table.add_row(
            f"{words.name('INDICATOR', each.indicator)}, {each.reporter}", _whole(each),
            _provision(each.total_of), _number(each.total), f"{len(each.parts)} {each.dimension}",
            ", ".join(map(_provision, each.parts_of)), _number(each.sum), _number(each.difference),
            outcomes[each.outcome], ", ".join(each.missing),
        )  # fmt: skip
    console.print(table)


def _whole(of: Reconciled) -> str:
    codes = {**of.codes, of.dimension: of.whole}
    return " ".join(f"{id}={code}" for id, code in codes.items())


def _provision(of: str) -> str:
    """The provision alone: it tells two tables of one source apart."""
    return escape(of.rpartition(" ")[2])


_PRINTED: Mapping[str, Callable[[Console, Found, _Words], None]] = {
    "corridors": _print_corridors,
    "coverage": _print_coverage,
    "reconciliation": _print_reconciliation,
}
