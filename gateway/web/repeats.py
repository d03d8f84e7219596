"""Questions asked again in the same words, answered without being read again.

Programs ask the same over and over: whether what they hold still holds, and for the same few
figures. An answer that took no work, because its body was kept here or held by who asks, is
remembered by all that the server says of its request. It is given again as long as everything
holds on which it rests: the token and who is behind it, the rules, the releases, the moments at
which those turn by themselves, and what the caller has left. It is put on record, counted and told
to the log like any other. Whatever does not hold any more goes the long way, which alone refuses:
so nothing is answered here that would be answered otherwise there.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from secrets import token_hex
from threading import Lock
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

import msgspec

from gateway.access.caller import Caller
from gateway.access.clients import DATA_READ
from gateway.access.decision import Stated, stated
from gateway.access.tokens import BEARER, Presented, TokenCheck
from gateway.errors import GatewayError
from gateway.exchange import Exchange
from gateway.web.bearer import credentials
from gateway.web.bodies import Bodies
from gateway.web.gate import LEFT, POLICY, Gate, left
from gateway.web.terms import Terms
from gateway.web.told import NOTES, Told

_ITS_OWN = frozenset({"HTTP_X_REQUEST_ID", "REMOTE_PORT"})
"""What tells one request from another, and decides nothing."""

_COUNTED = frozenset({POLICY, LEFT})
"""Headers that say how much is left, each time anew."""

_MOST = 2048
"""So many answers are remembered; those that were not given for longest are forgotten."""

_encoded = msgspec.msgpack.Encoder().encode

Version = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class _Given:
    """An answer that was given, on its terms; of which rules and releases, and since when."""

    line: str
    headers: list[tuple[str, str]]
    terms: Terms
    told: Told
    said: Stated | None
    version: Version
    since: datetime

    def holds(self, version: Version, at: datetime) -> bool:
        return self.version == version and self.since <= at < self.terms.until


class Repeats:
    """A WSGI application that need not read a question twice. Safe to share between threads."""

    def __init__(
        self,
        application: WSGIApplication,
        exchange: Exchange,
        tokens: TokenCheck,
        bodies: Bodies,
        gate: Gate,
    ) -> None:
        self._application = application
        self._exchange = exchange
        self._tokens = tokens
        self._bodies = bodies
        self._gate = gate
        self._given: OrderedDict[bytes, _Given] = OrderedDict()
        self._lock = Lock()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request; again, where that was done."""
        if environ["REQUEST_METHOD"] != "GET" or not environ["PATH_INFO"].startswith("/sdmx/"):
            return self._application(environ, start_response)
        version = self._exchange.version()  # before the look: what comes meanwhile counts
        if version is None:
            return self._application(environ, start_response)
        words = _words(environ)
        given = self._given.get(words)
        again = None if given is None else self._again(given, version, environ, start_response)
        if again is not None:
            return again
        return self._anew(words, version, environ, start_response)

    def _again(
        self, given: _Given, version: Version, environ: WSGIEnvironment, start: StartResponse
    ) -> list[bytes] | None:
        """The same answer; None where it does not hold any more, or would be refused."""
        at, terms = self._exchange.clock(), given.terms
        if not given.holds(version, at) or not self._is(terms.caller, environ):
            return None
        notes = environ.setdefault(NOTES, Told())
        body = b""
        if terms.status == 200:
            kept = self._bodies.get(terms.tag)
            notes.allowance = self._gate.count(*terms.cost) if kept is not None else None
            if kept is None or (notes.allowance is not None and not notes.allowance.granted):
                return None
            body = kept.content
        if not self._recorded(given.said, at, notes.id):
            return None
        notes.route, notes.client = given.told.route, given.told.client
        notes.answer, notes.counts = given.told.answer, given.told.counts
        start(given.line, [*given.headers, *left(notes.allowance)])
        return [body]

    def _is(self, caller: Caller | None, environ: WSGIEnvironment) -> bool:
        """Whether a caller is still who asks."""
        if caller is None:
            return True
        scheme, token = credentials(environ.get("HTTP_AUTHORIZATION", ""))
        try:
            return scheme == BEARER and self._tokens.caller(Presented(token), DATA_READ) == caller
        except GatewayError:
            return False

    def _recorded(self, said: Stated | None, at: datetime, id: str) -> bool:
        """Whether what was decided before is on record as decided again."""
        if said is None:
            return True
        try:
            self._exchange.audit.again(said, at, id or token_hex(8))
        except GatewayError:
            return False
        return True

    def _anew(
        self, words: bytes, version: Version, environ: WSGIEnvironment, start: StartResponse
    ) -> Iterable[bytes]:
        """The answer of the long way, remembered where that is of use."""
        begun: list[tuple[str, list[tuple[str, str]]]] = []

        def started(
            line: str, headers: list[tuple[str, str]], *more: object
        ) -> Callable[..., object]:
            begun[:] = [(line, headers)]
            return start(line, headers, *more)  # type: ignore[arg-type]  # exc_info, handed on

        pieces = self._application(environ, started)
        notes = environ.get(NOTES)
        if isinstance(notes, Told) and notes.terms is not None and begun:
            self._remember(words, version, notes, notes.terms, *begun[0])
        return pieces

    def _remember(
        self,
        words: bytes,
        version: Version,
        notes: Told,
        terms: Terms,
        line: str,
        headers: list[tuple[str, str]],
    ) -> None:
        """Keep an answer, if it is what its terms say and what was decided is on record."""
        if not line.startswith(str(terms.status)) or (notes.decision is None) != (
            terms.caller is None
        ):
            return
        lasting = [each for each in headers if each[0] not in _COUNTED]
        said = None if notes.decision is None else stated(notes.decision)
        given = _Given(line, lasting, terms, notes, said, version, self._exchange.clock())
        with self._lock:
            self._given[words] = given
            self._given.move_to_end(words)
            while len(self._given) > _MOST:
                self._given.popitem(last=False)


def _words(environ: WSGIEnvironment) -> bytes:
    """A digest of all that the server says of a request: one header differs, and so does it.

    So no token is kept in memory, and nobody need know which headers decide what.
    """
    said = [each for each in environ.items() if type(each[1]) is str and each[0] not in _ITS_OWN]
    return blake2b(_encoded(said), digest_size=32).digest()
