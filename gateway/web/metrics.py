"""Counts for Prometheus, added up over all worker processes. No label names a caller or a key."""

import os
from pathlib import Path

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from gateway.web.told import Told

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)


_Counts = tuple[Counter, Histogram, Counter]


class Metrics:
    """The counts of this process; where processes share a folder, of all that do."""

    def __init__(self, shared: Path | None) -> None:
        self._shared = shared
        self._own = own = CollectorRegistry()
        self._found: dict[tuple[str, str, int], _Counts] = {}
        labels = ("route", "method", "status")
        self._requests = Counter("gateway_requests", "Requests answered.", labels, registry=own)
        self._seconds = Histogram(
            "gateway_request_seconds",
            "From a request to the last byte handed to the server.",
            ("route",),
            buckets=_SECONDS,
            registry=own,
        )
        self._bytes = Counter("gateway_sent_bytes", "Bytes of bodies.", ("route",), registry=own)
        self._answers = Counter(
            "gateway_answers",
            "Answers held by callers, kept in memory, prepared in a file, or made.",
            ("how",),
            registry=own,
        )
        self._rows = Counter("gateway_observations", "Observations told.", registry=own)
        self._refused = Counter("gateway_refused", "Requests refused.", ("reason",), registry=own)
        self._lost = Counter("gateway_log_lost", "Lines of the log that nobody took.", registry=own)
        self._cut = Counter("gateway_cut", "Answers broken off.", ("reason",), registry=own)

    def note(self, told: Told, method: str, status: int, seconds: float, size: int) -> None:
        """Count one request."""
        requests, times, sent = self._of(told.route, method, status)
        requests.inc()
        times.observe(seconds)
        sent.inc(size)
        if told.answer is not None:
            self._answers.labels(told.answer).inc()
        if told.counts is not None:
            self._rows.inc(told.counts[0])
        if told.refusal is not None:
            self._refused.labels(told.refusal).inc()
        for reason in told.cut:
            self._cut.labels(reason).inc()

    def _of(self, route: str, method: str, status: int) -> _Counts:
        """The counts of a route: to find each by its labels takes longer than to count."""
        found = self._found.get((route, method, status))
        if found is None:
            found = self._found[route, method, status] = (
                self._requests.labels(route, method, status),
                self._seconds.labels(route),
                self._bytes.labels(route),
            )
        return found

    def note_lost(self) -> None:
        """Count a line of the log that nobody took."""
        self._lost.inc()

    def text(self) -> bytes:
        """All counts, in Prometheus's text format."""
        if self._shared is None:
            return generate_latest(self._own)
        everyone = CollectorRegistry()
        MultiProcessCollector(everyone, os.fspath(self._shared))  # type: ignore[no-untyped-call]
        return generate_latest(everyone)
