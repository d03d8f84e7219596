"""``gateway compare``: what one country says of another beside what the other says of it."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from gateway.cli.compared import print_comparison
from gateway.cli.opening import home_option, language_of, language_option, opened
from gateway.cli.output import (
    format_named,
    output_option,
    refuse_unreadable,
    wide_console,
    write_out,
)
from gateway.errors import BadSyntax
from gateway.exchange import Exchange
from gateway.exchange.compared import BROKEN, Table
from gateway.exchange.comparing import PairQuery, data_query
from gateway.exchange.comparing import compare as comparisons
from gateway.exchange.pair_book import pair_book
from gateway.exchange.pair_provenance import on_breakdown, on_releases
from gateway.exchange.pair_words import words
from gateway.formats import book
from gateway.formats.negotiation import Wish, choose
from gateway.formats.table import DATA, XLSX
from gateway.mirror.periods import MONTHS
from gateway.model.text import Language
from gateway.model.visibility import Visibility
from gateway.rest import v2


@click.command(
    epilog="Example:  gateway compare DF_RETURNS --between GT MX --from 2020 --output pair.xlsx"
)
@click.argument("dataflow")
@click.argument("more", nargs=-1, metavar="")
@click.option(
    "--between",
    nargs=2,
    required=True,
    metavar="ONE OTHER",
    help="Two countries, as GT MX, A and B of the table; the same one twice: its own sources.",
)
@click.option("--from", "start", help="The first period, such as 2020, 2020-Q2 or 2020-06.")
@click.option("--to", "end", help="The last period, all of it.")
@click.option(
    "--breakdown",
    multiple=True,
    metavar="DIMENSION",
    help=f"Tell the parts by this too, where both sides reach them: {', '.join(BROKEN)}. Again for "
    "each.",
)
@click.option("--frequency", metavar="|".join(MONTHS), help="Only years, halves, quarters, months.")
@click.option(
    "--format",
    "written",
    help="xlsx: a workbook for a report. Any other of the service: the observations of DF_MIRROR "
    "that the table is made of.",
)
@output_option
@language_option
@home_option
def compare(
    dataflow: str,
    more: Sequence[str],
    between: tuple[str, str],
    start: str | None,
    end: str | None,
    breakdown: Sequence[str],
    frequency: str | None,
    written: str | None,
    output: Path | None,
    lang: str | None,
    home: Path | None,
) -> None:
    """Compare what two countries say of one movement: both values, their index, the worst periods.

    DATAFLOW is a flow such as DF_RETURNS. The first country is A, the other B; named the other way
    round, the same comparison is seen from the other side. Where a country has several sources,
    each is compared. Nothing is corrected: what is not comparable says why.
    """
    _refuse_more(more, between)
    asked = PairQuery(dataflow, between, start, end, tuple(breakdown), frequency)
    with opened(home) as exchange:
        language = language_of(lang, exchange)
        visibility = exchange.everything()
        found = comparisons(exchange, asked, visibility)
        if written is None and output is None:
            _print(exchange, asked, found, visibility, language)
            return
        named = format_named(written, output) or "xlsx"
        pieces = _pieces(exchange, asked, found, visibility, language, named, output)
        write_out(pieces, output)


def _refuse_more(more: Sequence[str], between: tuple[str, str]) -> None:
    """Raise BadSyntax for a third country: a comparison has two sides."""
    if more:
        raise BadSyntax(
            f"Two countries are compared at a time, and {', '.join(more)} is beside them.",
            spanish=f"Se comparan dos países a la vez, y sobra {', '.join(more)}.",
            subject="between",
            allowed=[f"--between {one} {other}" for one in between for other in more],
        )


def _print(
    exchange: Exchange,
    asked: PairQuery,
    found: Sequence[Table],
    visibility: Visibility,
    language: Language,
) -> None:
    said, console = words(exchange, language), wide_console()
    for whole in (each for each in found if not each.codes):
        parts = [each for each in found if each.codes and each.is_part_of(whole)]
        on = [
            *on_breakdown(exchange, asked, whole, visibility, said),
            *on_releases(exchange, whole, said),
        ]
        print_comparison(console, whole, parts, on, said)


def _pieces(
    exchange: Exchange,
    asked: PairQuery,
    found: Sequence[Table],
    visibility: Visibility,
    language: Language,
    named: str,
    output: Path | None,
) -> Iterator[bytes]:
    """A workbook of the comparisons, or their observations in another format."""
    data = choose(DATA[2], Wish(parameters={"format": named, "lang": language}))
    refuse_unreadable(data, output, "pair")
    query = data_query(exchange, asked, found)
    if data.format is XLSX:
        since = exchange.standing(query, visibility).since
        made = pair_book(exchange, asked, found, visibility, since, language)
        return iter([book.write(made)])
    message = exchange.data(query, visibility)
    path = f"/sdmx/v2/{v2.data_path(query)}"
    return data.format.write(message.told(data.manner).asked_for(path))
