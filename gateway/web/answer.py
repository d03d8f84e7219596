"""Sends a message; its first piece is made before the status, so that no error hides in a 200."""

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Iterator
from itertools import chain
from threading import Lock

from flask import Response, request

PRIVATE = "private, no-store"
"""Data depend on who asks; no cache may keep them."""

PUBLIC = "public, no-cache"
"""Definitions are open: a cache may keep them, and asks each time whether they still hold."""


def send(pieces: Iterator[bytes], media_type: str, cache: str, file_name: str = "") -> Response:
    """The pieces of a message as a streamed answer; with a name, as a file to keep."""
    first = next(pieces, b"")
    response = Response(chain([first], pieces), content_type=media_type)
    response.headers["Cache-Control"] = cache
    response.headers["Vary"] = "Accept, Accept-Language, Authorization"
    if file_name:
        response.headers["Content-Disposition"] = f'attachment; filename="{file_name}"'
    return response


def tag(*parts: object) -> str:
    """A strong ETag for what these parts together determine."""
    return hashlib.sha256("\n".join(repr(part) for part in parts).encode()).hexdigest()[:32]


class Bodies:
    """Rendered bodies by their tags, the least used dropped when they take more than `most` bytes.

    Safe to share between threads.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._size = 0
        self._bodies: OrderedDict[str, bytes] = OrderedDict()
        self._lock = Lock()

    def answer(self, tag: str, media_type: str, make: Callable[[], Iterator[bytes]]) -> Response:
        """The body of a tag, made where it is not kept; 304 where the caller has it already."""
        if request.if_none_match.star_tag:
            self._body(tag, make)  # refused here if there is nothing that could match
        if request.if_none_match.contains(tag):
            response = Response(status=304)
        else:
            response = Response(self._body(tag, make), content_type=media_type)
        response.set_etag(tag)
        response.headers["Cache-Control"] = PUBLIC
        response.headers["Vary"] = "Accept, Accept-Language"
        return response

    def _body(self, tag: str, make: Callable[[], Iterator[bytes]]) -> bytes:
        with self._lock:
            if tag in self._bodies:
                self._bodies.move_to_end(tag)
                return self._bodies[tag]
        body = b"".join(make())
        with self._lock:
            self._size += len(body) - len(self._bodies.get(tag, b""))
            self._bodies[tag] = body
            while self._size > self._most:
                self._size -= len(self._bodies.popitem(last=False)[1])
        return body
