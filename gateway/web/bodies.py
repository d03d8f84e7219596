"""Rendered bodies, kept by their tags so that the same answer is made once."""

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from threading import Lock


@dataclass(frozen=True, slots=True)
class Body:
    """A whole body as it is sent, and its Content-Encoding."""

    content: bytes
    encoding: str


class Bodies:
    """Bodies by their tags; the least used are dropped when all take more than `most` bytes.

    One larger than `largest` is not kept. Safe to share between threads.
    """

    def __init__(self, most: int, largest: int) -> None:
        self._most = most
        self.largest = min(largest, most)
        self._size = 0
        self._bodies: OrderedDict[str, Body] = OrderedDict()
        self._lock = Lock()

    def get(self, tag: str) -> Body | None:
        """The body of a tag, where it is kept."""
        with self._lock:
            if tag in self._bodies:
                self._bodies.move_to_end(tag)
            return self._bodies.get(tag)

    def put(self, tag: str, body: Body) -> None:
        """Keep a body, unless it is too large."""
        if len(body.content) > self.largest:
            return
        with self._lock:
            before = self._bodies.pop(tag, None)
            self._size += len(body.content) - (len(before.content) if before else 0)
            self._bodies[tag] = body
            while self._size > self._most:
                self._size -= len(self._bodies.popitem(last=False)[1].content)

    def keeping(self, tag: str, encoding: str, pieces: Iterator[bytes]) -> Iterator[bytes]:
        """The same pieces; once all were taken, their body is kept unless it is too large."""
        kept: list[bytes] = []
        size = 0
        for piece in pieces:
            size += len(piece)
            if size <= self.largest:
                kept.append(piece)
            else:
                kept.clear()
            yield piece
        if size <= self.largest:
            self.put(tag, Body(b"".join(kept), encoding))
