"""The two SDMX mounts: ``/sdmx/v1`` is SDMX-REST 1.5, ``/sdmx/v2`` is SDMX-REST 2.2.2.

A route reads the question, says what decides its answer and what makes it, and sends that. Data
take a token with the scope data.read; structures, schemas and reference metadata are open.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from functools import lru_cache
from urllib.parse import parse_qsl

from flask import Blueprint, Response, request

from gateway import __version__
from gateway.access.caller import Caller
from gateway.access.clients import DATA_READ
from gateway.access.tokens import TokenCheck
from gateway.errors import NotAcceptable, NotFound, Overtaken
from gateway.exchange import Exchange, as_structures
from gateway.exchange.standing import AnyQuery
from gateway.exchange.taken import question_at
from gateway.formats import table
from gateway.formats.negotiation import Choice
from gateway.formats.table import M
from gateway.model.query import (
    AvailabilityQuery,
    DataQuery,
    MetadataQuery,
    RegistrationQuery,
    SchemaQuery,
    StructureQuery,
)
from gateway.rest.service import DIALECTS, Dialect, Question
from gateway.web import bearer
from gateway.web.answer import PUBLIC, Answer, Sender
from gateway.web.data import DataAnswers
from gateway.web.decisions import COUNT, Decisions
from gateway.web.gate import STRUCTURES
from gateway.web.negotiation import COMPRESSION, choice_of, encoding_of, wishes_and_question
from gateway.web.restricted import restricted
from gateway.web.told import told

_FOR_EVER = datetime.max.replace(tzinfo=UTC)
"""Definitions change when the gateway is started again."""


class _Mount:
    """What one version answers over an exchange."""

    def __init__(
        self,
        exchange: Exchange,
        tokens: TokenCheck,
        sender: Sender,
        decisions: Decisions,
        dialect: Dialect,
        issuer: str,
    ) -> None:
        self._exchange = exchange
        self._tokens = tokens
        self._sender = sender
        self._decisions = decisions
        self._answers = DataAnswers(exchange, dialect, issuer)
        self._dialect = dialect
        self._issuer = issuer

    def answer(self, path: str) -> Response:
        """The answer to a path below the mount, with the parameters of the request."""
        wishes, asked = read(self._dialect.number, path, request.query_string)
        match asked:
            case AvailabilityQuery() | DataQuery() | RegistrationQuery():
                return self._restricted(asked, wishes)
            case MetadataQuery():
                return self._metadata(asked, wishes)
            case SchemaQuery():
                return self._schema(asked, wishes)
            case StructureQuery():
                return self._structures(asked, wishes)

    def _restricted(self, asked: AnyQuery, wishes: Mapping[str, str]) -> Response:
        """What depends on who asks; where a release comes while it is made, it is made again."""
        caller = self._caller()
        while True:
            with suppress(Overtaken):
                match asked:
                    case AvailabilityQuery():
                        return self._availability(asked, wishes, caller)
                    case DataQuery():
                        return self._data(asked, wishes, caller)
                    case RegistrationQuery():
                        return self._registrations(asked, wishes, caller)

    def _data(self, asked: DataQuery, wishes: Mapping[str, str], caller: Caller) -> Response:
        visibility = self._decisions.reading(caller, asked)
        return self._sender.send(self._answers.answer(asked, wishes, caller, visibility))

    def _caller(self) -> Caller:
        """Who asks for data."""
        caller = bearer.caller(self._tokens, DATA_READ)
        told().client = caller.client_id
        return caller

    def _availability(
        self, asked: AvailabilityQuery, wishes: Mapping[str, str], caller: Caller
    ) -> Response:
        visibility = self._decisions.reading(caller, asked.data, COUNT)
        wanted = choice_of(table.STRUCTURES[self._dialect.number], wishes)
        standing = self._exchange.standing(asked, visibility)

        def pieces() -> Iterator[bytes]:
            message = self._exchange.availability(asked, visibility, standing)
            return wanted.format.write(message.told(wanted.manner))

        return self._sender.send(restricted(standing, wanted, wishes, pieces, caller))

    def _registrations(
        self, asked: RegistrationQuery, wishes: Mapping[str, str], caller: Caller
    ) -> Response:
        visibility = self._decisions.looking(caller, str(asked.pattern))
        wanted = choice_of(table.REGISTRATIONS, wishes)
        standing = self._exchange.standing(asked, visibility)

        def pieces() -> Iterator[bytes]:
            return wanted.format.write(
                self._exchange.registrations(asked, visibility, self._issuer, standing)
            )

        return self._sender.send(restricted(standing, wanted, wishes, pieces, caller))

    def _metadata(self, asked: MetadataQuery, wishes: Mapping[str, str]) -> Response:
        wanted = choice_of(table.METADATA[self._dialect.number], wishes)

        def pieces() -> Iterator[bytes]:
            return wanted.format.write(self._exchange.metadata_sets(asked).told(wanted.manner))

        return self._open(asked, wanted, wishes, pieces)

    def _structures(self, asked: StructureQuery, wishes: Mapping[str, str]) -> Response:
        wanted = choice_of(table.STRUCTURES[self._dialect.number], wishes)

        def pieces() -> Iterator[bytes]:
            return wanted.format.write(self._exchange.structures(asked).told(wanted.manner))

        return self._open(asked, wanted, wishes, pieces)

    def _schema(self, asked: SchemaQuery, wishes: Mapping[str, str]) -> Response:
        try:
            wanted = choice_of(table.SCHEMAS[self._dialect.number], wishes)
        except NotAcceptable as refusal:
            return self._as_structures(asked, wishes, refusal)
        return self._open(
            asked, wanted, wishes, lambda: wanted.format.write(self._exchange.schema(asked))
        )

    def _as_structures(
        self, asked: SchemaQuery, wishes: Mapping[str, str], refusal: NotAcceptable
    ) -> Response:
        """The structure formats say the same for people. Source: SDMX-REST 2.2.2, schema.md."""
        try:
            choice_of(table.STRUCTURES[self._dialect.number], wishes)
        except NotAcceptable as second:
            allowed = dict.fromkeys((*refusal.allowed, *second.allowed))
            raise NotAcceptable(
                refusal.message, spanish=refusal.spanish, subject=refusal.subject, allowed=allowed
            ) from second
        return self._structures(as_structures(asked), wishes)

    def _open(
        self,
        asked: MetadataQuery | StructureQuery | SchemaQuery,
        wanted: Choice[M],
        wishes: Mapping[str, str],
        pieces: Callable[[], Iterator[bytes]],
    ) -> Response:
        """What anyone may read: the same for all until a definition changes."""
        served = self._exchange.definitions_header
        answer = Answer(
            (__version__, served, asked, wanted.manner),
            wanted.media_type,
            encoding_of(wishes, useful=not wanted.format.packed),
            pieces,
            PUBLIC,
            (STRUCTURES, request.remote_addr or ""),
            None,
            served.prepared,
            _FOR_EVER,
            wanted.content_language,
        )
        return self._sender.send(answer)


@lru_cache(maxsize=1024)
def read(number: int, path: str, said: bytes) -> tuple[Mapping[str, str], Question]:
    """The wishes and the question of a URL; clients ask the same again and again."""
    # As Flask reads it: a byte that is no UTF-8 stays percent-encoded.
    pairs = parse_qsl(said.decode(), keep_blank_values=True, errors="werkzeug.url_quote")
    wishes, others = wishes_and_question(pairs)
    return wishes, question_at(DIALECTS[f"v{number}"], path, tuple(others), [COMPRESSION])


def mount(
    exchange: Exchange,
    tokens: TokenCheck,
    sender: Sender,
    decisions: Decisions,
    version: str,
    issuer: str,
) -> Blueprint:
    """The routes of one version, ``v1`` or ``v2``."""
    served = _Mount(exchange, tokens, sender, decisions, DIALECTS[version], issuer)
    routes = Blueprint(version, __name__, url_prefix=f"/sdmx/{version}")
    routes.add_url_rule("/", "root", served.answer, defaults={"path": ""})
    routes.add_url_rule("/<path:path>", "answer", served.answer)
    return routes


def beside() -> Blueprint:
    """The routes below ``/sdmx`` that are on no mount: nothing is there, and what is, is told.

    Without them a page of another site could not read the refusal: its browser asks first, with
    OPTIONS, whether there is anything to ask.
    """
    routes = Blueprint("beside", __name__, url_prefix="/sdmx")

    def refuse(rest: str) -> Response:
        named = f"/sdmx/{rest.partition('/')[0]}".rstrip("/")
        raise NotFound(
            f"There is no service at {named}.",
            spanish=f"No hay ningún servicio en {named}.",
            subject=named,
            allowed=[f"/sdmx/{version}" for version in DIALECTS],
        )

    routes.add_url_rule("/", "root", refuse, defaults={"rest": ""})
    routes.add_url_rule("/<path:rest>", "rest", refuse)
    return routes


def dialect_of(path: str) -> Dialect:
    """The dialect that errors on a path are told in; the newer one outside both mounts."""
    version = path.removeprefix("/sdmx/").partition("/")[0]
    return DIALECTS.get(version, DIALECTS["v2"])
