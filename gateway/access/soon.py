"""Something that is done a moment after it is asked for, once however often it was asked."""

from collections.abc import Callable
from threading import Lock, Timer


class Soon:
    """Calls something in a thread of its own, `pause` seconds after the first who asks.

    Safe to share between threads. Whoever asks while it is being done has it done again.
    """

    def __init__(self, do: Callable[[], None], pause: float) -> None:
        self._do = do
        self._pause = pause
        self._lock = Lock()
        self._timer: Timer | None = None

    def ask(self) -> None:
        """Have it done soon."""
        if self._timer is not None:
            return
        with self._lock:
            if self._timer is None:
                self._timer = Timer(self._pause, self._now)
                self._timer.daemon = True
                self._timer.start()

    def forget(self) -> None:
        """Have it not done any more, unless it is being done already."""
        with self._lock:
            if self._timer is not None:
                self._timer.cancel()
            self._timer = None

    def _now(self) -> None:
        with self._lock:
            self._timer = None  # before it is done: what comes meanwhile asks again
        self._do()
