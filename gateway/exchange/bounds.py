"""The bounds of one question: how many observations its answer may hold, how long it may take."""

import time
from collections.abc import Callable, Iterator

from gateway.errors import TooLarge, TooSlow

OBSERVATIONS = "observations"
"""What an answer has too many of."""

Seconds = Callable[[], float]


class Bounds:
    """Counts what is found and the time that is worked on it; waiting for a reader is no work."""

    def __init__(
        self, observations: int | None = None, seconds: float = 0, clock: Seconds = time.monotonic
    ) -> None:
        """None, and no seconds, bound nothing. Work begins now."""
        self._most = observations
        self._seconds = seconds
        self._clock = clock
        self._began = clock()
        self._worked = 0.0
        self._found = 0

    def add(self, found: int) -> None:
        """Count observations that were found. Raises TooLarge once they are too many."""
        self.refuse_late()
        self._found += found
        if self._most is not None and self._found > self._most:
            raise TooLarge(
                f"The answer would hold {self._found:,} observations; {self._most:,} are the most.",
                spanish=f"La respuesta tendría {self._found:,} observaciones; el máximo es "
                f"{self._most:,}.",
                subject=OBSERVATIONS,
            )

    def refuse_late(self) -> None:
        """Raise TooSlow once the work has taken longer than it may."""
        self._worked += self._clock() - self._began
        self._began = self._clock()
        if 0 < self._seconds < self._worked:
            raise TooSlow(
                f"The answer takes longer than {self._seconds:g} seconds: ask for less of it.",
                spanish=f"La respuesta tarda más de {self._seconds:g} segundos: pida menos.",
                subject="seconds",
            )

    def timed(self, pieces: Iterator[bytes]) -> Iterator[bytes]:
        """The same pieces, as long as making them takes no longer than it may."""
        for piece in pieces:
            self.refuse_late()
            yield piece
            self._began = self._clock()
        self.refuse_late()
