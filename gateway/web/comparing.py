"""The workbook of a comparison over HTTP: what `gateway compare --format xlsx` writes.

It is read with the right to read data, of what the caller sees of both sides, and is on record as a
question of the mirror dataflow.
"""

import re
from collections.abc import Iterator, Mapping, Sequence

from flask import Blueprint, Response, request

from gateway.access.clients import DATA_READ
from gateway.access.tokens import TokenCheck
from gateway.errors import BadSyntax, NoResults, NotFound
from gateway.exchange import Exchange
from gateway.exchange.compared import Table
from gateway.exchange.comparing import PairQuery, compare, data_query
from gateway.exchange.pair_book import pair_book
from gateway.formats import book
from gateway.formats.table import XLSX
from gateway.rest.parameters import read
from gateway.web import bearer
from gateway.web.answer import PRIVATE, Answer, Sender
from gateway.web.compression import IDENTITY
from gateway.web.decisions import Decisions
from gateway.web.gate import DATA
from gateway.web.language import language
from gateway.web.told import told

PATH = "/mirror/pair.xlsx"

PARAMETERS = ("dataflow", "between", "from", "to", "frequency", "breakdown", "lang")


def routes(
    exchange: Exchange, tokens: TokenCheck, sender: Sender, decisions: Decisions
) -> Blueprint:
    """The route of the workbook."""
    found = Blueprint("comparing", __name__)

    @found.get(PATH)
    def pair() -> Response:
        caller = bearer.caller(tokens, DATA_READ)
        told().client = caller.client_id
        asked, spoken = _asked(read(request.args.items(multi=True), PARAMETERS)), language()
        query = data_query(exchange, asked)
        visibility = decisions.reading(caller, query)
        standing = exchange.standing(query, visibility)

        def compared() -> Sequence[Table]:
            try:
                tables = compare(exchange, asked, visibility)
            except NoResults as nothing:
                raise _absent(nothing) from nothing
            rows = sum(len(of) for each in tables for of in each.periods.values())
            decisions.counted(rows, 0)
            return tables

        def pieces() -> Iterator[bytes]:
            made = pair_book(exchange, asked, compared(), visibility, standing.since, spoken)
            return iter([book.write(made)])

        answer = Answer(
            (standing.digest, asked, spoken, exchange.settings.licence),
            XLSX.media_type,
            IDENTITY,
            pieces,
            PRIVATE,
            (DATA, caller.client_id),
            caller,
            standing.since,
            standing.until,
            spoken,
            f"{'-'.join(asked.between)}.xlsx",
        )
        response = sender.send(answer)
        if told().answer == "kept":
            compared()
        return response

    return found


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
