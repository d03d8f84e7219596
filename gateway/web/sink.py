"""Where the log goes: written while somebody takes it, dropped and counted while nobody does.

A pipe holds 64 KB. Once whoever should read it hangs, a write waits for ever, and with it the
request whose line it is: in a minute all workers would stand still, the answer to ``/health``
among them, because nobody reads their diary. What must not be lost is the audit, and that is in the
database. So no request waits for the log. How many lines went is said in the log as soon as it is
taken again, and counted in ``/metrics`` at once. A file always takes what is written.
"""

import io
import select
from collections.abc import Callable
from typing import BinaryIO

import msgspec


class Sink:
    """A stream that nobody waits for. Used by one thread at a time: structlog sees to that.

    A pipe that is ready takes 4 KB at once, which is longer than a line but for the rare fault.
    Source: POSIX, ``poll`` and ``PIPE_BUF``.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._lost = 0
        self.when_lost: Callable[[], None] = lambda: None

    def write(self, line: bytes) -> int:
        """Write a whole line, or drop it; a line of its own tells how many were."""
        if not self._is_taken():
            self._lost += 1
            self.when_lost()
            return 0
        if self._lost:
            told = {"lines": self._lost, "event": "dropped", "level": "warning"}
            self._stream.write(msgspec.json.encode(told) + b"\n")
            self._lost = 0
        return self._stream.write(line)

    def flush(self) -> None:
        """Hand over what was written."""
        self._stream.flush()

    def _is_taken(self) -> bool:
        try:
            waiting = select.poll()
            waiting.register(self._stream.fileno(), select.POLLOUT)
        except io.UnsupportedOperation:  # memory, which takes everything
            return True
        return waiting.poll(0) == [(self._stream.fileno(), select.POLLOUT)]
