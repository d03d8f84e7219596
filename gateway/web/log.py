"""The log: a line of JSON a request on standard error, without anything that opens a door.

Of a query string only parameters that ask for data are told whole; of any other, that it was
there. Headers and bodies are not told at all.
"""

import re
import sys
from collections.abc import Callable
from typing import BinaryIO
from urllib.parse import parse_qsl, quote, urlencode

import msgspec
import structlog

from gateway.exchange.taken import TAKEN
from gateway.web.negotiation import COMPRESSION
from gateway.web.sink import Sink
from gateway.web.told import Told

_ASKING = frozenset({COMPRESSION}.union(*((*e.asked, *e.told) for e in TAKEN.values())))
_NAME = re.compile(r"c\[\w{1,64}\]|[A-Za-z]\w{0,31}", re.ASCII)
_LIKE_A_SECRET = re.compile(
    r"(?=\S*[a-z])(?=\S*[A-Z])(?:(?=\S*\d)[\w.~-]{24,}|[\w.~-]{32,})", re.ASCII
)

HIDDEN = "***"

_LONGEST = 2000

_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


class Log:
    """Writes lines. Safe to share between threads; lines of several processes do not mix.

    Nobody waits for one that the `sink` cannot take.
    """

    def __init__(self, sink: BinaryIO | None = None, *, faults_only: bool = False) -> None:
        """To standard error, where no other sink is named."""
        self._faults_only = faults_only
        self.sink = Sink(sink or sys.stderr.buffer)
        self._lines = structlog.wrap_logger(
            structlog.BytesLogger(self.sink),  # type: ignore[arg-type]  # it writes and flushes
            processors=[
                structlog.processors.add_log_level,
                structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
                structlog.processors.JSONRenderer(serializer=_encoded),
            ],
        )

    def request(
        self,
        told: Told,
        method: str,
        address: Callable[[], str],
        status: int,
        seconds: float,
        size: int,
    ) -> None:
        """One request that was answered; `address` gives its path with what may be told."""
        is_fault = told.fault is not None or bool(told.cut)
        if self._faults_only and not is_fault:
            return
        found = {
            "request": told.id,
            "method": method if method in _METHODS else HIDDEN,
            "path": address()[:_LONGEST],
            "status": status,
            "ms": round(seconds * 1000, 2),
            "bytes": size,
            "client": told.client,
            "rows": None if told.counts is None else told.counts[0],
            "answer": told.answer,
            "refusal": told.refusal,
            "cut": ", ".join(told.cut) or None,
            "fault": told.fault,
        }
        said = {name: value for name, value in found.items() if value is not None}
        (self._lines.error if is_fault else self._lines.info)("request", **said)

    def fault(self, what: str, fault: str) -> None:
        """Something that went wrong while nobody asked."""
        self._lines.error(what, fault=fault)


def looks_secret(text: str) -> bool:
    """Whether a text holds what is long and mixed as tokens and secrets are; no UUID is."""
    return _LIKE_A_SECRET.search(text) is not None


def _encoded(line: object, **_options: object) -> bytes:
    return msgspec.json.encode(line)


def address(path: str, query: str) -> str:
    """A path with its parameters, as far as they may be told; control characters are escaped.

    >>> address("/sdmx/v2/data", "c[SEX]=F&access_token=abc")
    '/sdmx/v2/data?c[SEX]=F&access_token=***'
    """
    said = "/".join(map(_part, path.split("/")))
    if not query:
        return said
    pairs = parse_qsl(query, keep_blank_values=True, errors="replace")
    told = [(_name(name), _value(name, value)) for name, value in pairs]
    return f"{said}?{urlencode(told, safe='[]*:,+')}"


def _part(part: str) -> str:
    return HIDDEN if looks_secret(part) else quote(part, safe="*+,:()$@~")


def _name(name: str) -> str:
    return name if _NAME.fullmatch(name) else HIDDEN


def _value(name: str, value: str) -> str:
    open_ = name in _ASKING or name.startswith("c[")
    return value if open_ and not looks_secret(value) else HIDDEN
