"""Turns: few requests are worked on at once, and none holds up others while it waits.

The server has many threads, for one is taken up as long as a large answer is being read; a reader
who stops reading must not stop the gateway. But threads that work at the same time only get into
each other's way (measured: more than two in one process lengthen the slowest answers). So each
piece of work takes a turn: until the answer begins, and for each piece of it that follows. No turn
is held while a piece is on its way to a reader, or while one comes in from a sender.
"""

from collections.abc import Iterable, Iterator
from io import IOBase
from threading import Semaphore
from typing import BinaryIO
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment


class Turns:
    """A WSGI application of which so many requests are worked on at once."""

    def __init__(self, application: WSGIApplication, at_once: int) -> None:
        self._application = application
        self._turns = Semaphore(at_once)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request when it is its turn."""
        environ["wsgi.input"] = _Input(environ["wsgi.input"], self._turns)
        with self._turns:
            return _Pieces(self._application(environ, start_response), self._turns)


class _Pieces:
    def __init__(self, pieces: Iterable[bytes], turns: Semaphore) -> None:
        self._whole = pieces
        self._pieces = iter(pieces)
        self._turns = turns

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        with self._turns:
            return next(self._pieces)

    def close(self) -> None:
        close = getattr(self._whole, "close", None)
        if close is not None:
            close()


class _Input(IOBase):
    """What comes in, for which somebody else has the turn in the meantime."""

    def __init__(self, stream: BinaryIO, turns: Semaphore) -> None:
        self._stream = stream
        self._turns = turns

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        self._turns.release()
        try:
            return self._stream.read(size)
        finally:
            self._turns.acquire()

    def readline(self, size: int | None = -1) -> bytes:
        self._turns.release()
        try:
            return self._stream.readline(-1 if size is None else size)
        finally:
            self._turns.acquire()
