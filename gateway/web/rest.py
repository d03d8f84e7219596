"""The two SDMX mounts: ``/sdmx/v1`` is SDMX-REST 1.5, ``/sdmx/v2`` is SDMX-REST 2.2.2.

A route reads the question, says what decides its answer and what makes it, and sends that. Data
take a token with the scope data.read; structures and schemas are open.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import lru_cache

from flask import Blueprint, Response, request

from gateway import __version__
from gateway.access.clients import DATA_READ
from gateway.access.tokens import TokenCheck
from gateway.errors import NotAcceptable, TooLarge
from gateway.exchange import Exchange, as_structures
from gateway.exchange.bounds import Bounds
from gateway.exchange.standing import Standing
from gateway.formats import table
from gateway.formats.message import DataMessage
from gateway.formats.table import Format, M
from gateway.model.query import (
    AvailabilityQuery,
    DataQuery,
    RegistrationQuery,
    SchemaQuery,
    StructureQuery,
)
from gateway.model.visibility import Visibility
from gateway.rest.parameters import Pairs
from gateway.rest.service import DIALECTS, Dialect, Question, question
from gateway.web import bearer
from gateway.web.answer import PRIVATE, PUBLIC, Answer, Sender
from gateway.web.gate import DATA, STRUCTURES
from gateway.web.narrower import told_narrower
from gateway.web.negotiation import encoding_of, format_of, others
from gateway.web.told import told


class _Mount:
    """What one version answers over an exchange."""

    def __init__(
        self,
        exchange: Exchange,
        tokens: TokenCheck,
        sender: Sender,
        dialect: Dialect,
        issuer: str,
    ) -> None:
        self._exchange = exchange
        self._tokens = tokens
        self._sender = sender
        self._dialect = dialect
        self._issuer = issuer

    def answer(self, path: str) -> Response:
        """The answer to a path below the mount, with the parameters of the request."""
        pairs = list(request.args.items(multi=True))
        asked = _question(self._dialect.number, path, tuple(others(pairs)))
        match asked:
            case AvailabilityQuery():
                return self._availability(asked, pairs)
            case DataQuery():
                return self._data(asked, pairs)
            case RegistrationQuery():
                return self._registrations(asked, pairs)
            case SchemaQuery():
                return self._schema(asked, pairs)
            case StructureQuery():
                return self._structures(asked, pairs)

    def _data(self, asked: DataQuery, pairs: Pairs) -> Response:
        caller, visibility = self._reader()
        wanted = format_of(table.DATA[self._dialect.number], pairs)
        standing = self._exchange.standing(asked, visibility)
        answer = _restricted(
            standing,
            wanted,
            pairs,
            lambda: self._observations(asked, visibility, standing, wanted),
            caller,
        )
        name = f"{'-'.join(asked.flows.ids) or 'data'}.csv" if wanted is table.CSV else ""
        return self._sender.send(replace(answer, file_name=name))

    def _reader(self) -> tuple[str, Visibility]:
        """The client that asks for data, and what it may see now."""
        caller = bearer.caller(self._tokens, DATA_READ)
        told().client = caller.client_id
        return caller.client_id, Visibility(at=self._exchange.clock())

    def _observations(
        self,
        asked: DataQuery,
        visibility: Visibility,
        standing: Standing,
        wanted: Format[DataMessage],
    ) -> Iterator[bytes]:
        """A message piece by piece. Raises TooLarge with a narrower address to ask."""
        limits = self._exchange.settings.limits
        most = min(limits.observations, wanted.most or limits.observations)
        bounds = Bounds(most, limits.seconds)
        try:
            message = self._exchange.data(asked, visibility, standing, bounds)
        except TooLarge as refusal:
            raise told_narrower(
                refusal, self._exchange, asked, visibility, most, self._dialect.number
            ) from refusal
        told().rows = sum(map(len, message.selections))
        return bounds.timed(wanted.write(message))

    def _availability(self, asked: AvailabilityQuery, pairs: Pairs) -> Response:
        caller, visibility = self._reader()
        wanted = format_of(table.STRUCTURES[self._dialect.number], pairs)
        standing = self._exchange.standing(asked, visibility)

        def pieces() -> Iterator[bytes]:
            return wanted.write(self._exchange.availability(asked, visibility, standing))

        return self._sender.send(_restricted(standing, wanted, pairs, pieces, caller))

    def _registrations(self, asked: RegistrationQuery, pairs: Pairs) -> Response:
        caller, visibility = self._reader()
        wanted = format_of(table.REGISTRATIONS, pairs)
        standing = self._exchange.standing(asked, visibility)

        def pieces() -> Iterator[bytes]:
            return wanted.write(
                self._exchange.registrations(asked, visibility, self._issuer, standing)
            )

        return self._sender.send(_restricted(standing, wanted, pairs, pieces, caller))

    def _structures(self, asked: StructureQuery, pairs: Pairs) -> Response:
        wanted = format_of(table.STRUCTURES[self._dialect.number], pairs)
        return self._open(
            asked, wanted, pairs, lambda: wanted.write(self._exchange.structures(asked))
        )

    def _schema(self, asked: SchemaQuery, pairs: Pairs) -> Response:
        try:
            wanted = format_of(table.SCHEMAS[self._dialect.number], pairs)
        except NotAcceptable as refusal:
            return self._as_structures(asked, pairs, refusal)
        return self._open(asked, wanted, pairs, lambda: wanted.write(self._exchange.schema(asked)))

    def _as_structures(self, asked: SchemaQuery, pairs: Pairs, refusal: NotAcceptable) -> Response:
        """The structure formats say the same for people. Source: SDMX-REST 2.2.2, schema.md."""
        try:
            format_of(table.STRUCTURES[self._dialect.number], pairs)
        except NotAcceptable as second:
            allowed = (*refusal.allowed, *second.allowed)
            raise NotAcceptable(refusal.message, subject="format", allowed=allowed) from second
        return self._structures(as_structures(asked), pairs)

    def _open(
        self,
        asked: StructureQuery | SchemaQuery,
        wanted: Format[M],
        pairs: Pairs,
        pieces: Callable[[], Iterator[bytes]],
    ) -> Response:
        """What anyone may read: the same for all until a definition changes."""
        served = self._exchange.definitions_header
        answer = Answer(
            (__version__, served, asked),
            wanted.media_type,
            encoding_of(pairs, useful=not wanted.packed),
            pieces,
            PUBLIC,
            (STRUCTURES, request.remote_addr or ""),
            served.prepared,
        )
        return self._sender.send(answer)


def _restricted(
    standing: Standing,
    wanted: Format[M],
    pairs: Pairs,
    pieces: Callable[[], Iterator[bytes]],
    caller: str,
) -> Answer:
    """What depends on who asks, and on what is visible now."""
    return Answer(
        standing.digest,
        wanted.media_type,
        encoding_of(pairs, useful=not wanted.packed),
        pieces,
        PRIVATE,
        (DATA, caller),
        standing.since,
    )


@lru_cache(maxsize=1024)
def _question(number: int, path: str, pairs: tuple[tuple[str, str], ...]) -> Question:
    """As a dialect reads it; clients ask the same again and again."""
    return question(DIALECTS[f"v{number}"], path, pairs)


def mount(
    exchange: Exchange, tokens: TokenCheck, sender: Sender, version: str, issuer: str
) -> Blueprint:
    """The routes of one version, ``v1`` or ``v2``."""
    served = _Mount(exchange, tokens, sender, DIALECTS[version], issuer)
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
