"""Sends answers: not again to who has them, as they were made where they are kept, else as made.

Everything that can fail happens before the first byte, so that no error hides in a 200.
"""

from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache, partial
from itertools import chain
from traceback import format_exception

from flask import Response, request
from werkzeug.http import http_date

from gateway.access.caller import Caller
from gateway.errors import GatewayError
from gateway.model.digest import remembered_digest
from gateway.web.bodies import Body
from gateway.web.compression import IDENTITY, compressed
from gateway.web.filed import Filed
from gateway.web.gate import Gate
from gateway.web.pulls import Pull
from gateway.web.stores import Stores
from gateway.web.terms import Terms
from gateway.web.told import Told, told

PRIVATE = "private, no-cache"
"""Data depend on who asks: the client that asked may keep them, and asks whether they still hold.

No shared cache keeps them, and none answers for us, so that an embargo lifts at its second.
"""

PUBLIC = "public, no-cache"
"""Definitions are open: any cache may keep them, and asks each time whether they still hold."""

NO_STORE = "private, no-store"
"""What is nobody's to keep, such as an error or how a submission stands."""

_VARY = {
    PUBLIC: "Accept, Accept-Encoding, Accept-Language",
    PRIVATE: "Accept, Accept-Encoding, Accept-Language, Authorization",
}

_SMALL = 256 * 1024
"""An answer up to so many bytes is made whole before it is sent, and says how long it is."""

_BROKEN_OFF = b'\n"'
"""The end of a message that has none: in text of any format a quotation that is never closed.

The server would end a broken message as if it were whole, and a table in CSV does not show it.
"""

_SECOND, _NOW_AND_THEN = timedelta(seconds=1), timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer that is not made yet; `pieces` makes it, or raises what there is to refuse.

    `state` is whatever decides its bytes besides its media type and encoding. `since` is when that
    last changed, and `until` when it may next do so by itself. `cost` is what kind of request it
    is, and whose; `caller` who asks, where that decides. `language` is that of the names in it.
    With a file name it is a file to keep. Of data, `counts` tells how much there is of them without
    making it, and `pull` what it takes to make it again.
    """

    state: Hashable
    media_type: str
    encoding: str
    pieces: Callable[[], Iterator[bytes]]
    cache: str
    cost: tuple[str, str]
    caller: Caller | None
    since: datetime
    until: datetime
    language: str = ""
    file_name: str = ""
    counts: Callable[[], tuple[int, int]] | None = None
    pull: Pull | None = None

    @property
    def tag(self) -> str:
        """A strong ETag: with the same one, the bytes are the same."""
        return remembered_digest(self.state, self.media_type, self.encoding)


class Sender:
    """Sends answers, and keeps their bodies. Safe to share between threads."""

    def __init__(self, kept: Stores, gate: Gate, clock: Callable[[], datetime]) -> None:
        self._bodies = kept.bodies
        self._prepared = kept.prepared
        self._pulls = kept.pulls
        self._gate = gate
        self._clock = clock

    def send(self, answer: Answer) -> Response:
        """304, at no cost, where the caller has it already; else 200, of a HEAD without body.

        Raises TooOften, and what making the answer raises.
        """
        tag, notes = answer.tag, told()
        if not request.if_none_match.star_tag and self._is_held(tag, answer.since):
            notes.answer = "held"
            if answer.pull is not None:
                self._pulls.asked_again(answer.pull)
            self._agree(304, answer, tag)
            return self._headed(Response(status=304), answer, tag)
        self._gate.admit(*answer.cost)
        response = self._made(answer, tag, notes)
        if notes.answer == "kept":
            self._agree(200, answer, tag)
        if request.if_none_match.star_tag:  # now that something is there which matches
            response.close()
            response = Response(status=304)
        return self._headed(response, answer, tag)

    def _agree(self, status: int, answer: Answer, tag: str) -> None:
        """Note on which terms an answer is given that takes no work."""
        if self._has_settled(answer.since):
            # Now and then it is read anew, so that it is noted what is asked for still.
            until = min(answer.until, self._clock() + _NOW_AND_THEN)
            told().terms = Terms(status, tag, answer.cost, answer.caller, until)

    def _has_settled(self, since: datetime) -> bool:
        """Whether a date can tell: it counts whole seconds, and another change could still come."""
        return since <= self._clock() - _SECOND

    def _headed(self, response: Response, answer: Answer, tag: str) -> Response:
        response.set_etag(tag)
        response.headers["Cache-Control"] = answer.cache
        response.headers["Vary"] = _VARY[answer.cache]
        if self._has_settled(answer.since):
            response.headers["Last-Modified"] = _date(answer.since)
        if answer.file_name and response.status_code == 200:
            response.headers["Content-Disposition"] = f'attachment; filename="{answer.file_name}"'
        if answer.language:
            response.headers["Content-Language"] = answer.language
        return response

    def _is_held(self, tag: str, since: datetime) -> bool:
        """Whether the caller has these bytes. Source: RFC 9110, section 13.2.2."""
        if "If-None-Match" in request.headers:
            return request.if_none_match.contains(tag)
        moment = request.if_modified_since
        return moment is not None and since.replace(microsecond=0) <= moment

    def _made(self, answer: Answer, tag: str, notes: Told) -> Response:
        body = self._bodies.get(tag)
        if body is not None:
            notes.answer = "kept"
            notes.counts = answer.counts and answer.counts()
            return _response(answer.media_type, body.encoding, body.content)
        filed = None if answer.pull is None else self._prepared.get(tag)
        if filed is not None and answer.pull is not None:
            self._pulls.asked(answer.pull)
            notes.answer, notes.counts = "prepared", filed.counts
            return _from_file(answer, filed)
        notes.answer = "made"
        if request.method == "HEAD":
            answer.pieces()  # whatever is to refuse, without the body's work
            return _response(answer.media_type, answer.encoding, iter(()))
        encoding, pieces = compressed(answer.encoding, answer.pieces())
        kept = self._bodies.keeping(tag, encoding, self._filing(answer, tag, pieces))
        found = _whole_if_small(kept, encoding)
        if isinstance(found, Body):
            return _response(answer.media_type, found.encoding, found.content)
        return _response(answer.media_type, encoding, found)

    def _filing(self, answer: Answer, tag: str, pieces: Iterator[bytes]) -> Iterator[bytes]:
        """The same pieces, which go to a file too where they are many."""
        pull, counts = answer.pull, told().counts
        if pull is None or counts is None:
            return pieces
        return self._prepared.keeping(tag, pieces, counts, partial(self._pulls.asked, pull))


@lru_cache(maxsize=256)
def _date(moment: datetime) -> str:
    """As headers spell it; most answers are as old as others."""
    return http_date(moment)


def _response(media_type: str, encoding: str, body: bytes | Iterator[bytes]) -> Response:
    response = Response(body, content_type=media_type)
    if encoding != IDENTITY:
        response.headers["Content-Encoding"] = encoding
    return response


def _from_file(answer: Answer, body: Filed) -> Response:
    """A large body as it was sent before; it was large enough to have the encoding asked for."""
    if request.method == "HEAD":
        body.close()
    response = _response(
        answer.media_type, answer.encoding, _to_its_end(iter(body), answer.encoding)
    )
    response.call_on_close(body.close)
    response.content_length = body.size
    return response


def _whole_if_small(pieces: Iterator[bytes], encoding: str) -> Body | Iterator[bytes]:
    """All pieces as one where they are few; else the first of them, made, and then the rest."""
    ready: list[bytes] = []
    size = 0
    for piece in pieces:
        ready.append(piece)
        size += len(piece)
        if size > _SMALL:
            return _to_its_end(chain(ready, pieces), encoding)
    return Body(b"".join(ready), encoding)


def _to_its_end(pieces: Iterator[bytes], encoding: str) -> Iterator[bytes]:
    """The same pieces. Where making them fails in the middle, the reader sees that it did."""
    notes = told()

    def sent() -> Iterator[bytes]:
        try:
            yield from pieces
        except GatewayError as error:
            notes.cut.append(type(error).__name__)
        except Exception as error:  # noqa: BLE001 - else the server ends it as if it were whole
            notes.cut.append(type(error).__name__)
            notes.fault = "".join(format_exception(error))
        if notes.cut and encoding == IDENTITY:
            yield _BROKEN_OFF

    return sent()
