"""The two SDMX mounts: ``/sdmx/v1`` is SDMX-REST 1.5, ``/sdmx/v2`` is SDMX-REST 2.2.2.

A route reads the question, lets the exchange answer it and sends the answer. Data take a token
with the scope data.read; structures are open.
"""

from collections.abc import Sequence

from flask import Blueprint, Response, request

from gateway.access.clients import DATA_READ
from gateway.access.tokens import TokenCheck
from gateway.errors import BadSyntax, Unauthenticated
from gateway.exchange import Exchange
from gateway.formats import table
from gateway.formats.table import Format, M
from gateway.model.query import DataQuery, StructureQuery
from gateway.model.visibility import Visibility
from gateway.rest.parameters import Pairs
from gateway.rest.service import DIALECTS, Dialect, question
from gateway.web.answer import PRIVATE, PUBLIC, send


def mount(exchange: Exchange, tokens: TokenCheck, version: str) -> Blueprint:
    """The routes of one version, ``v1`` or ``v2``."""
    dialect = DIALECTS[version]
    routes = Blueprint(version, __name__, url_prefix=f"/sdmx/{version}")

    @routes.get("/", defaults={"path": ""})
    @routes.get("/<path:path>")
    def answer(path: str) -> Response:
        pairs = list(request.args.items(multi=True))
        asked = question(dialect, path, [pair for pair in pairs if pair[0] != "format"])
        if isinstance(asked, DataQuery):
            return data(asked, pairs)
        return structures(asked, pairs)

    def data(asked: DataQuery, pairs: Pairs) -> Response:
        tokens.caller(_bearer_token(), DATA_READ)
        wanted = _format(table.DATA[dialect.number], pairs)
        message = exchange.data(asked, Visibility(at=exchange.clock()))
        name = f"{message.of.id}.csv" if wanted is table.CSV else ""
        return send(wanted.write(message), wanted.media_type, PRIVATE, name)

    def structures(asked: StructureQuery, pairs: Pairs) -> Response:
        wanted = _format(table.STRUCTURES, pairs)
        message = exchange.structures(asked)
        return send(wanted.write(message), wanted.media_type, PUBLIC)

    return routes


def dialect_of(path: str) -> Dialect:
    """The dialect that errors on a path are told in; the newer one outside both mounts."""
    return next(
        (each for version, each in DIALECTS.items() if path.startswith(f"/sdmx/{version}")),
        DIALECTS["v2"],
    )


def _bearer_token() -> str:
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "bearer" or not token.strip():
        raise Unauthenticated("Data take an access token: Authorization: Bearer …")
    return token.strip()


def _format(offers: Sequence[Format[M]], pairs: Pairs) -> Format[M]:
    """The format that ``format=`` names, else the one that the Accept header likes best."""
    names = [value for name, value in pairs if name == "format"]
    if len(names) > 1:
        raise BadSyntax("The parameter format is given twice.", subject="format")
    if names:
        return table.named(offers, names[0])
    return table.accepted(offers, request.headers.get("Accept"))
