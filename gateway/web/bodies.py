"""Rendered bodies, kept by their tags so that the same answer is made once."""

from collections import OrderedDict
from collections.abc import Iterator
from threading import Lock


class Bodies:
    """Bodies by their tags; the least used are dropped when all take more than `most` bytes.

    One larger than `largest` is not kept. Safe to share between threads.
    """

    def __init__(self, most: int, largest: int) -> None:
        self._most = most
        self._largest = min(largest, most)
        self._size = 0
        self._bodies: OrderedDict[str, bytes] = OrderedDict()
        self._lock = Lock()

    def get(self, tag: str) -> bytes | None:
        """The body of a tag, where it is kept."""
        with self._lock:
            if tag not in self._bodies:
                return None
            self._bodies.move_to_end(tag)
            return self._bodies[tag]

    def put(self, tag: str, body: bytes) -> None:
        """Keep a body, unless it is too large."""
        if len(body) > self._largest:
            return
        with self._lock:
            self._size += len(body) - len(self._bodies.get(tag, b""))
            self._bodies[tag] = body
            self._bodies.move_to_end(tag)
            while self._size > self._most:
                self._size -= len(self._bodies.popitem(last=False)[1])

    def keeping(self, tag: str, pieces: Iterator[bytes]) -> Iterator[bytes]:
        """The same pieces; once all were taken, their body is kept unless it is too large."""
        kept: list[bytes] | None = []
        size = 0
        for piece in pieces:
            size += len(piece)
            if kept is not None:
                kept = [*kept, piece] if size <= self._largest else None
            yield piece
        if kept is not None:
            self.put(tag, b"".join(kept))
