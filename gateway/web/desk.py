"""The desk: work on submissions that may go on after the answer, and shows that it lives."""

import contextlib
import threading

from gateway.errors import GatewayError, StorageFault
from gateway.exchange import Exchange
from gateway.exchange.workflow import PATIENCE, at_work, take_up
from gateway.model.release import Progress, Receipt, Submission

AT_ONCE = 2
"""So many submissions are worked on at once; others wait for their turn."""

_PULSE = PATIENCE.total_seconds() / 6


class Desk:
    """Where one process works on submissions. Safe to share between threads."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._free = threading.Semaphore(AT_ONCE)

    def work(self, id: str, patience: float) -> Receipt | None:
        """Take a submission up; None where that takes longer than so many seconds and goes on.

        Raises what `take_up` raises, as long as there is somebody to hear it.
        """
        job = _Job(self._exchange, id, self._free)
        job.start()
        job.join(patience)
        if job.is_alive():
            return None
        if job.receipt is None:
            raise job.error or StorageFault(f"The work on {id} broke off.", subject=id)
        return job.receipt

    def revive(self, submission: Submission) -> None:
        """Take up again what a process that is gone has left behind."""
        now = self._exchange.clock()
        if not submission.state.is_open or submission.waits or at_work(submission, now):
            return
        if self._exchange.store.catalogue.submissions.claim(submission, now):
            _Job(self._exchange, submission.id, self._free).start()


class _Job(threading.Thread):
    """The work on one submission; it ends with the process, and can be taken up by another."""

    def __init__(self, exchange: Exchange, id: str, free: threading.Semaphore) -> None:
        super().__init__(daemon=True)
        self._exchange = exchange
        self._id = id
        self._free = free
        self._done = threading.Event()
        self._read = (0, 0)
        self.receipt: Receipt | None = None
        self.error: GatewayError | None = None

    def run(self) -> None:
        threading.Thread(target=self._show_life, daemon=True).start()
        try:
            with self._free:
                self.receipt = take_up(self._exchange, self._id, self._seen)
        except GatewayError as error:
            self.error = error
        finally:
            self._done.set()

    def _seen(self, size: int, rows: int) -> None:
        self._read = size, rows

    def _show_life(self) -> None:
        while not self._done.wait(_PULSE):
            with contextlib.suppress(StorageFault):  # the next sign will do
                told = Progress(*self._read, self._exchange.clock())
                self._exchange.store.catalogue.submissions.tell(self._id, told)
