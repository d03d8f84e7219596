"""The two SDMX mounts: ``/sdmx/v1`` is SDMX-REST 1.5, ``/sdmx/v2`` is SDMX-REST 2.2.2.

A route reads the question, lets the exchange answer it and sends the answer. Data take a token
with the scope data.read; structures and schemas are open.
"""

from collections.abc import Callable, Iterator, Sequence

from flask import Blueprint, Response, request

from gateway.access.clients import DATA_READ
from gateway.access.tokens import TokenCheck
from gateway.errors import BadSyntax, NotAcceptable
from gateway.exchange import Exchange, as_structures
from gateway.formats import table
from gateway.formats.table import Format, M
from gateway.model.query import DataQuery, RegistrationQuery, SchemaQuery, StructureQuery
from gateway.rest.parameters import Pairs
from gateway.rest.service import DIALECTS, Dialect, question
from gateway.web.answer import PRIVATE, Bodies, send, tag
from gateway.web.bearer import caller
from gateway.web.decisions import Decisions

_MOST_BYTES_KEPT = 64 * 1024 * 1024


class _Mount:
    """What one version answers over an exchange."""

    def __init__(
        self,
        exchange: Exchange,
        tokens: TokenCheck,
        decisions: Decisions,
        dialect: Dialect,
        issuer: str,
    ) -> None:
        self._exchange = exchange
        self._tokens = tokens
        self._decisions = decisions
        self._dialect = dialect
        self._issuer = issuer
        self._bodies = Bodies(_MOST_BYTES_KEPT)

    def answer(self, path: str) -> Response:
        """The answer to a path below the mount, with the parameters of the request."""
        pairs = list(request.args.items(multi=True))
        asked = question(self._dialect, path, [pair for pair in pairs if pair[0] != "format"])
        match asked:
            case DataQuery():
                return self._data(asked, pairs)
            case RegistrationQuery():
                return self._registrations(asked, pairs)
            case SchemaQuery():
                return self._schema(asked, pairs)
            case StructureQuery():
                return self._structures(asked, pairs)

    def _data(self, asked: DataQuery, pairs: Pairs) -> Response:
        visibility = self._decisions.reading(caller(self._tokens, DATA_READ), asked)
        wanted = _format(table.DATA[self._dialect.number], pairs)
        message = self._decisions.read(self._exchange.data(asked, visibility))
        name = f"{message.subject.of.id}.csv" if wanted is table.CSV else ""
        return send(wanted.write(message), wanted.media_type, PRIVATE, name)

    def _registrations(self, asked: RegistrationQuery, pairs: Pairs) -> Response:
        seen = self._decisions.looking(caller(self._tokens, DATA_READ), str(asked.pattern))
        wanted = _format(table.REGISTRATIONS, pairs)
        message = self._exchange.registrations(asked, seen, self._issuer)
        return send(wanted.write(message), wanted.media_type, PRIVATE)

    def _structures(self, asked: StructureQuery, pairs: Pairs) -> Response:
        wanted = _format(table.STRUCTURES[self._dialect.number], pairs)
        return self._open(asked, wanted, lambda: wanted.write(self._exchange.structures(asked)))

    def _schema(self, asked: SchemaQuery, pairs: Pairs) -> Response:
        try:
            wanted = _format(table.SCHEMAS[self._dialect.number], pairs)
        except NotAcceptable as refusal:
            return self._as_structures(asked, pairs, refusal)
        return self._open(asked, wanted, lambda: wanted.write(self._exchange.schema(asked)))

    def _as_structures(self, asked: SchemaQuery, pairs: Pairs, refusal: NotAcceptable) -> Response:
        """The structure formats say the same for people. Source: SDMX-REST 2.2.2, schema.md."""
        try:
            _format(table.STRUCTURES[self._dialect.number], pairs)
        except NotAcceptable as second:
            allowed = (*refusal.allowed, *second.allowed)
            raise NotAcceptable(refusal.message, subject="format", allowed=allowed) from second
        return self._structures(as_structures(asked), pairs)

    def _open(
        self,
        asked: StructureQuery | SchemaQuery,
        wanted: Format[M],
        make: Callable[[], Iterator[bytes]],
    ) -> Response:
        """What anyone may read: its tag is known before it is made."""
        name = tag(self._exchange.definitions_header, asked, wanted.media_type)
        return self._bodies.answer(name, wanted.media_type, make)


def mount(
    exchange: Exchange, tokens: TokenCheck, decisions: Decisions, version: str, issuer: str
) -> Blueprint:
    """The routes of one version, ``v1`` or ``v2``."""
    served = _Mount(exchange, tokens, decisions, DIALECTS[version], issuer)
    routes = Blueprint(version, __name__, url_prefix=f"/sdmx/{version}")
    routes.add_url_rule("/", "root", served.answer, defaults={"path": ""})
    routes.add_url_rule("/<path:path>", "answer", served.answer)
    return routes


def dialect_of(path: str) -> Dialect:
    """The dialect that errors on a path are told in; the newer one outside both mounts."""
    return next(
        (each for version, each in DIALECTS.items() if path.startswith(f"/sdmx/{version}")),
        DIALECTS["v2"],
    )


def _format(offers: Sequence[Format[M]], pairs: Pairs) -> Format[M]:
    """The format that ``format=`` names, else the one that the Accept header likes best."""
    names = [value for name, value in pairs if name == "format"]
    if len(names) > 1:
        raise BadSyntax("The parameter format is given twice.", subject="format")
    if names:
        return table.named(offers, names[0])
    return table.accepted(offers, request.headers.get("Accept"))
