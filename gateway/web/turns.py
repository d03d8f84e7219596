"""Turns: one request is worked on at a time, and none holds up others while it waits.

The server has many threads, for one is taken up as long as a large answer is being read; a reader
who stops reading must not stop the gateway. But threads that work at the same time only get into
each other's way (measured: with two at work in one process, a request takes twice the processor
time). So each piece of work takes a turn: until the answer begins, and for each piece of it that
follows. No turn is held while a piece is on its way to a reader, or while one comes in from a
sender. Beside work that takes long, a second lane opens. What is answered without any work
(`gateway.web.repeats`) waits for no turn.
"""

from collections.abc import Iterable, Iterator
from io import IOBase
from threading import Lock
from typing import BinaryIO
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

_PATIENCE = 0.05
"""Seconds after which work goes on beside what takes so long."""


class Turns:
    """A WSGI application that works on one request at a time, and beside long work on another."""

    def __init__(self, application: WSGIApplication) -> None:
        self._application = application
        self._lanes = Lock(), Lock()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request when it is its turn."""
        turn = _Turn(*self._lanes)
        environ["wsgi.input"] = _Input(environ["wsgi.input"], turn)
        with turn:
            return _Pieces(self._application(environ, start_response), turn)


class _Turn:
    """The turn of one request, in one of two lanes."""

    def __init__(self, usual: Lock, beside: Lock) -> None:
        self._usual = self._held = usual
        self._beside = beside

    def __enter__(self) -> None:
        if self._usual.acquire(timeout=_PATIENCE):
            self._held = self._usual
        else:
            self._beside.acquire()
            self._held = self._beside

    def __exit__(self, *_: object) -> None:
        self._held.release()


class _Pieces:
    def __init__(self, pieces: Iterable[bytes], turn: _Turn) -> None:
        self._whole = pieces
        self._pieces = iter(pieces)
        self._turn = turn

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        with self._turn:
            return next(self._pieces)

    def close(self) -> None:
        close = getattr(self._whole, "close", None)
        if close is not None:
            close()


class _Input(IOBase):
    """What comes in, for which somebody else has the turn in the meantime."""

    def __init__(self, stream: BinaryIO, turn: _Turn) -> None:
        self._stream = stream
        self._turn = turn

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        self._turn.__exit__()
        try:
            return self._stream.read(size)
        finally:
            self._turn.__enter__()

    def readline(self, size: int | None = -1) -> bytes:
        self._turn.__exit__()
        try:
            return self._stream.readline(-1 if size is None else size)
        finally:
            self._turn.__enter__()
