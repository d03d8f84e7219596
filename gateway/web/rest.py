"""The two SDMX mounts: ``/sdmx/v1`` is SDMX-REST 1.5, ``/sdmx/v2`` is SDMX-REST 2.2.2.

A route reads the question, lets the exchange answer it and sends the answer. Data take a token
with the scope data.read; structures and schemas are open.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence

from flask import Blueprint, Response, request

from gateway.access.clients import DATA_READ
from gateway.access.tokens import TokenCheck
from gateway.errors import NotAcceptable
from gateway.exchange import Exchange, as_structures
from gateway.formats import table
from gateway.formats.message import file_name
from gateway.formats.negotiation import Choice, Wish, choose, parted
from gateway.formats.table import Format, M
from gateway.model.query import (
    AvailabilityQuery,
    DataQuery,
    RegistrationQuery,
    SchemaQuery,
    StructureQuery,
)
from gateway.rest.service import DIALECTS, Dialect, question
from gateway.web.answer import PRIVATE, Bodies, send, tag
from gateway.web.bearer import caller
from gateway.web.decisions import COUNT, Decisions

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
        wishes, pairs = parted(request.args.items(multi=True))
        asked = question(self._dialect, path, pairs)
        match asked:
            case AvailabilityQuery():
                return self._availability(asked, wishes)
            case DataQuery():
                return self._data(asked, wishes)
            case RegistrationQuery():
                return self._registrations(asked, wishes)
            case SchemaQuery():
                return self._schema(asked, wishes)
            case StructureQuery():
                return self._structures(asked, wishes)

    def _data(self, asked: DataQuery, wishes: Mapping[str, str]) -> Response:
        visibility = self._decisions.reading(caller(self._tokens, DATA_READ), asked)
        wanted = _choice(table.DATA[self._dialect.number], wishes)
        message = self._decisions.read(self._exchange.data(asked, visibility))
        message = message.told(wanted.manner).asked_for(request.full_path.rstrip("?"))
        pieces = wanted.format.write(message)
        name = file_name(message, wanted.format.extension)
        return _in_language(send(pieces, wanted.media_type, PRIVATE, name), wanted)

    def _availability(self, asked: AvailabilityQuery, wishes: Mapping[str, str]) -> Response:
        seen = self._decisions.reading(caller(self._tokens, DATA_READ), asked.data, COUNT)
        wanted = _choice(table.STRUCTURES[self._dialect.number], wishes)
        message = self._exchange.availability(asked, seen)
        pieces = wanted.format.write(message.told(wanted.manner))
        return _in_language(send(pieces, wanted.media_type, PRIVATE), wanted)

    def _registrations(self, asked: RegistrationQuery, wishes: Mapping[str, str]) -> Response:
        seen = self._decisions.looking(caller(self._tokens, DATA_READ), str(asked.pattern))
        wanted = _choice(table.REGISTRATIONS, wishes)
        message = self._exchange.registrations(asked, seen, self._issuer)
        return send(wanted.format.write(message), wanted.media_type, PRIVATE)

    def _structures(self, asked: StructureQuery, wishes: Mapping[str, str]) -> Response:
        wanted = _choice(table.STRUCTURES[self._dialect.number], wishes)

        def make() -> Iterator[bytes]:
            return wanted.format.write(self._exchange.structures(asked).told(wanted.manner))

        return self._open(asked, wanted, make)

    def _schema(self, asked: SchemaQuery, wishes: Mapping[str, str]) -> Response:
        try:
            wanted = _choice(table.SCHEMAS[self._dialect.number], wishes)
        except NotAcceptable as refusal:
            return self._as_structures(asked, wishes, refusal)
        return self._open(asked, wanted, lambda: wanted.format.write(self._exchange.schema(asked)))

    def _as_structures(
        self, asked: SchemaQuery, wishes: Mapping[str, str], refusal: NotAcceptable
    ) -> Response:
        """The structure formats say the same for people. Source: SDMX-REST 2.2.2, schema.md."""
        try:
            _choice(table.STRUCTURES[self._dialect.number], wishes)
        except NotAcceptable as second:
            allowed = dict.fromkeys((*refusal.allowed, *second.allowed))
            subject = refusal.subject
            raise NotAcceptable(refusal.message, subject=subject, allowed=allowed) from second
        return self._structures(as_structures(asked), wishes)

    def _open(
        self,
        asked: StructureQuery | SchemaQuery,
        wanted: Choice[M],
        make: Callable[[], Iterator[bytes]],
    ) -> Response:
        """What anyone may read: its tag is known before it is made."""
        header = self._exchange.definitions_header
        name = tag(header, asked, wanted.media_type, wanted.content_language)
        return _in_language(self._bodies.answer(name, wanted.media_type, make), wanted)


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


def _choice(offers: Sequence[Format[M]], wishes: Mapping[str, str]) -> Choice[M]:
    """What the parameters and headers of the request ask for."""
    accept, language = (request.headers.get(each) for each in ("Accept", "Accept-Language"))
    return choose(offers, Wish(accept, language, wishes))


def _in_language(response: Response, wanted: Choice[M]) -> Response:
    if wanted.content_language:
        response.headers["Content-Language"] = wanted.content_language
    return response
