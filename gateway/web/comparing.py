"""The workbook of a comparison over HTTP: what `gateway compare --format xlsx` writes.

It is read with the right to read data, of what the caller sees of both sides, and is on record as a
question of the mirror dataflow.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from flask import Blueprint, Response, request

from gateway.access.clients import DATA_READ
from gateway.access.tokens import TokenCheck
from gateway.errors import BadSyntax, NoResults, NotFound
from gateway.exchange import Exchange
from gateway.exchange.compared import Table
from gateway.exchange.comparing import PairQuery, compare, data_query
from gateway.exchange.pair_book import pair_book
from gateway.formats import book
from gateway.formats.message import Manner
from gateway.formats.negotiation import Choice
from gateway.formats.table import XLSX
from gateway.rest.parameters import read
from gateway.web import bearer
from gateway.web.answer import Sender
from gateway.web.decisions import Counts, Decisions
from gateway.web.language import language
from gateway.web.restricted import restricted
from gateway.web.told import told

PATH = "/mirror/pair.xlsx"

PARAMETERS = ("dataflow", "between", "from", "to", "frequency", "breakdown", "lang")


def routes(
    exchange: Exchange, tokens: TokenCheck, sender: Sender, decisions: Decisions
) -> Blueprint:
    """The route of the workbook."""
    found, remembered = Blueprint("comparing", __name__), Counts()

    @found.get(PATH)
    def pair() -> Response:
        caller = bearer.caller(tokens, DATA_READ)
        told().client = caller.client_id
        asked, spoken = _asked(read(request.args.items(multi=True), PARAMETERS)), language()
        query = data_query(exchange, asked)
        visibility = decisions.reading(caller, query)
        standing = exchange.standing(query, visibility)
        state = (standing.digest, asked)

        def compared() -> Sequence[Table]:
            try:
                return compare(exchange, asked, visibility)
            except NoResults as nothing:
                raise _absent(nothing) from nothing

        def pieces() -> Iterator[bytes]:
            tables = compared()
            told().counts = _counts_of(tables)
            remembered.keep(state, _counts_of(tables))
            made = pair_book(exchange, asked, tables, visibility, standing.since, spoken)
            return iter([book.write(made)])

        wanted = Choice(XLSX, Manner((spoken,)))
        answer = restricted(standing, wanted, {}, pieces, caller)
        return sender.send(
            replace(
                answer,
                state=(answer.state, asked, exchange.settings.licence),
                file_name=f"{'-'.join(asked.between)}.{XLSX.extension}",
                counts=lambda: remembered.of(state, lambda: _counts_of(compared())),
            )
        )

    return found


def _counts_of(tables: Sequence[Table]) -> tuple[int, int]:
    """How many periods were compared; none is kept back: what somebody does not see is no side."""
    return sum(len(of) for each in tables for of in each.periods.values()), 0


def _asked(parameters: Mapping[str, str]) -> PairQuery:
    """The question of a request. Raises BadSyntax for what is missing or no pair."""
    for name in ("dataflow", "between"):
        if not parameters.get(name):
            raise BadSyntax(
                f"The parameter {name} is missing.",
                spanish=f"Falta el parámetro {name}.",
                subject=name,
                allowed=("dataflow=DF_RETURNS", "between=GT,MX"),
            )
    between = parameters["between"]
    if not re.fullmatch(r"[\w-]+,[\w-]+", between, re.ASCII):
        raise BadSyntax(
            f"between={between} is no pair of countries.",
            spanish=f"between={between} no es un par de países.",
            subject="between",
            allowed=("between=GT,MX",),
        )
    here, there = between.split(",")
    dimensions = parameters.get("breakdown", "")
    return PairQuery(
        parameters["dataflow"],
        (here, there),
        parameters.get("from"),
        parameters.get("to"),
        tuple(dimensions.split(",")) if dimensions else (),
        parameters.get("frequency"),
    )


def _absent(nothing: NoResults) -> NotFound:
    """The same as not found: a workbook that is not there, with the reason, is no empty file."""
    return NotFound(
        nothing.message, spanish=nothing.spanish, subject=nothing.subject, allowed=nothing.allowed
    )
