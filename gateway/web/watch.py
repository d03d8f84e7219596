"""Watches requests go by: gives each an id, and tells log and counts how it was answered."""

import re
import time
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from secrets import token_hex
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from gateway.web.log import Log, address, looks_secret
from gateway.web.metrics import Metrics
from gateway.web.told import NOTES, Told

REQUEST_ID = "X-Request-ID"

_SANE = re.compile(r"[A-Za-z0-9._:-]{1,64}", re.ASCII)
_OTHER = "other"


class Watch:
    """A WSGI application that is watched."""

    def __init__(self, application: WSGIApplication, log: Log, metrics: Metrics) -> None:
        self._application = application
        self._log = log
        self._metrics = metrics
        log.sink.when_lost = metrics.note_lost

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request, and note how once its last byte is handed over."""
        given = environ.get("HTTP_X_REQUEST_ID", "")
        sane = _SANE.fullmatch(given) and not looks_secret(given)
        told = Told(id=given if sane else token_hex(8))
        environ[NOTES] = told
        began = time.perf_counter()
        status = [500]

        def start(
            line: str, headers: list[tuple[str, str]], *more: object
        ) -> Callable[..., object]:
            status[0] = int(line[:3])
            return start_response(line, [*headers, (REQUEST_ID, told.id)], *more)  # type: ignore[arg-type]  # exc_info, handed on

        def done(size: int) -> None:
            seconds = time.perf_counter() - began
            method = environ["REQUEST_METHOD"]
            told.route = told.route or _OTHER
            said = partial(_address, environ, told)
            self._log.request(told, method, said, status[0], seconds, size)
            self._metrics.note(told, method, status[0], seconds, size)

        pieces = self._application(environ, start)
        if isinstance(pieces, list):  # whole: the server need not ask for it piece by piece
            done(sum(map(len, pieces)))
            return pieces
        return _Counted(pieces, done)


def _address(environ: WSGIEnvironment, told: Told) -> str:
    """What was asked for; outside the service, where a path may hold a secret, only its route."""
    path = environ.get("PATH_INFO", "").encode("latin-1", "replace").decode("utf-8", "replace")
    if path.startswith("/sdmx/"):
        return address(path, environ.get("QUERY_STRING", ""))
    return told.route


class _Counted:
    """The pieces of a body, counted; told once they are over, or when nobody wants the rest."""

    def __init__(self, pieces: Iterable[bytes], done: Callable[[int], None]) -> None:
        self._pieces = pieces
        self._done: Callable[[int], None] | None = done
        self._size = 0

    def __iter__(self) -> Iterator[bytes]:
        for piece in self._pieces:
            self._size += len(piece)
            yield piece
        self._tell()

    def close(self) -> None:
        try:
            close = getattr(self._pieces, "close", None)
            if close is not None:
                close()
        finally:
            self._tell()

    def _tell(self) -> None:
        done, self._done = self._done, None
        if done is not None:
            done(self._size)
