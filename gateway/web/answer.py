"""Sends answers: not again to who has them, from memory where they are kept, else as made.

Everything that can fail happens before the first byte, so that no error hides in a 200.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain

from flask import Response, request

from gateway.model.digest import digest
from gateway.web.bodies import Bodies

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

_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer that is not made yet; `pieces` makes it, or raises what there is to refuse.

    `state` is whatever decides its bytes besides its media type. `since` is when that last
    changed. With a file name it is a file to keep.
    """

    state: object
    media_type: str
    pieces: Callable[[], Iterator[bytes]]
    cache: str
    since: datetime | None = None
    file_name: str = ""

    @property
    def tag(self) -> str:
        """A strong ETag: with the same one, the bytes are the same."""
        return digest(self.state, self.media_type)


class Sender:
    """Sends answers, and keeps their bodies. Safe to share between threads."""

    def __init__(self, bodies: Bodies, clock: Callable[[], datetime]) -> None:
        self._bodies = bodies
        self._clock = clock

    def send(self, answer: Answer) -> Response:
        """304 where the caller has it already; else 200, of a HEAD without the body's work."""
        tag = answer.tag
        if request.if_none_match.star_tag:
            answer.pieces()  # refused here if there is nothing that could match
        if self._is_held(tag, answer.since):
            response = Response(status=304)
        else:
            response = Response(self._body(answer, tag), content_type=answer.media_type)
            if answer.file_name:
                response.headers["Content-Disposition"] = (
                    f'attachment; filename="{answer.file_name}"'
                )
        response.set_etag(tag)
        response.headers["Cache-Control"] = answer.cache
        response.headers["Vary"] = _VARY[answer.cache]
        # A date counts whole seconds: within the same one, another change could still come.
        if answer.since is not None and answer.since <= self._clock() - _SECOND:
            response.last_modified = answer.since
        return response

    def _is_held(self, tag: str, since: datetime | None) -> bool:
        """Whether the caller has these bytes. Source: RFC 9110, section 13.2.2."""
        if "If-None-Match" in request.headers:
            return request.if_none_match.contains(tag)
        moment = request.if_modified_since
        if moment is None or since is None:
            return False
        return since.replace(microsecond=0) <= moment

    def _body(self, answer: Answer, tag: str) -> bytes | Iterator[bytes]:
        kept = self._bodies.get(tag)
        if kept is not None:
            return kept
        pieces = answer.pieces()
        if request.method == "HEAD":
            return iter(())
        return _whole_if_small(self._bodies.keeping(tag, pieces))


def _whole_if_small(pieces: Iterator[bytes]) -> bytes | Iterator[bytes]:
    """All pieces as one where they are few; else the first of them, made, and then the rest."""
    ready: list[bytes] = []
    size = 0
    for piece in pieces:
        ready.append(piece)
        size += len(piece)
        if size > _SMALL:
            return chain(ready, pieces)
    return b"".join(ready)
