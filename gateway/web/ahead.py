"""Large answers made ahead: what was asked for lately is there when it is asked for again.

What stands at this moment is known at next to no cost: it is what a tag is made of. So one worker
looks every few seconds which answers of `gateway.web.pulls` are not there as they stand now, be it
for a release, for one that became visible at its time, for a right or for a new start. Those are
made by a process of its own that has the lowest priority, holds no lock and takes no turn from
anybody, and is gone when it is done. What no longer stands is removed at that look.
"""

import fcntl
import os
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path
from traceback import format_exception

from flask import Flask, request

from gateway.errors import GatewayError, StorageFault
from gateway.exchange import Exchange
from gateway.model.query import DataQuery
from gateway.rest.service import DIALECTS
from gateway.web.addresses import settle
from gateway.web.answer import Answer
from gateway.web.compression import compressed
from gateway.web.data import DataAnswers
from gateway.web.log import Log
from gateway.web.pulls import Pull
from gateway.web.rest import dialect_of, read
from gateway.web.stores import Stores
from gateway.web.told import told

_EVERY = 5
"""Seconds between two looks."""

_LOWEST = 19
"""The priority of a process that works only while no other wants to."""


class Ahead:
    """What is asked for again and again, made before it is. Made for one thread."""

    def __init__(self, exchange: Exchange, issuer: str, kept: Stores) -> None:
        self._exchange = exchange
        self._days = exchange.settings.cache.ahead
        self._prepared = kept.prepared
        self._pulls = kept.pulls
        # However long it takes: it takes nobody's time.
        self._answers = {
            dialect.number: DataAnswers(exchange, dialect, issuer, seconds=0)
            for dialect in DIALECTS.values()
        }
        self._app = Flask(__name__)
        settle(self._app, issuer)

    def look(self) -> frozenset[str]:
        """Remove the answers that no longer stand; the tags of those that are yet to be made."""
        began = time.time()
        self._exchange.policy.rules()  # whom they name no more is forgotten now
        lately = self._pulls.lately(max(self._days, 1))
        standing = [(each, self._tag(each)) for each in lately]
        self._prepared.keep_only({tag for _, tag in standing}, began)
        if not self._days:
            return frozenset()
        missing, room = set(), self._prepared.most
        for pull, tag in standing:
            size = self._prepared.size(tag)
            if tag and room > 0 and not (size or pull.dated or self._prepared.is_made(tag)):
                missing.add(tag)
            room -= size
        return frozenset(missing)

    def make(self, wanted: Collection[str], log: Log) -> None:
        """Make the answers of some tags, as far as there is room, the latest asked for first."""
        room = self._prepared.most
        for pull in self._pulls.lately(max(self._days, 1)):
            tag = self._tag(pull)
            if tag in wanted and room > 0 and not self._prepared.size(tag):
                self._make(pull, log)
            room -= self._prepared.size(tag)

    def _make(self, pull: Pull, log: Log) -> None:
        with self._app.request_context(_environ(pull)):
            try:
                self._file(self._answer(pull))
            except GatewayError:
                return  # as whoever asks for it will be told
            except Exception as error:  # noqa: BLE001 - the others can be made all the same
                log.fault("ahead", "".join(format_exception(error)))

    def _file(self, answer: Answer) -> None:
        _, pieces = compressed(answer.encoding, answer.pieces())
        counts = told().counts or (0, 0)
        deque(self._prepared.keeping(answer.tag, pieces, counts, lambda: None), maxlen=0)

    def _tag(self, pull: Pull) -> str:
        """The tag of what would be answered now; empty where nothing would. Raises StorageFault."""
        with self._app.request_context(_environ(pull)):
            try:
                return self._answer(pull).tag
            except StorageFault:
                raise
            except GatewayError:
                return ""

    def _answer(self, pull: Pull) -> Answer:
        """What the one who asked would be answered now. Raises what asking raises."""
        dialect = dialect_of(request.path)
        path = request.path.removeprefix(f"/sdmx/v{dialect.number}/")
        wishes, asked = read(dialect.number, path, request.query_string)
        if not isinstance(asked, DataQuery):
            raise TypeError(f"{pull.path} asks for no data")
        visibility = self._exchange.visibility(pull.caller)
        return self._answers[dialect.number].answer(asked, wishes, pull.caller, visibility)


def _environ(pull: Pull) -> dict[str, object]:
    """A request as WSGI tells it, without a token."""
    headers = {
        "HTTP_ACCEPT": pull.accept,
        "HTTP_ACCEPT_ENCODING": pull.encodings,
        "HTTP_ACCEPT_LANGUAGE": pull.languages,
    }
    return {
        "REQUEST_METHOD": "GET",
        "SCRIPT_NAME": "",
        "PATH_INFO": pull.path,
        "QUERY_STRING": pull.query,
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "wsgi.url_scheme": "http",
        **{name: value for name, value in headers.items() if value is not None},
    }


def keep_ahead(ahead: Ahead, shared: Path, log: Log) -> None:
    """Look every few seconds, in one of the processes that share a folder, as long as it lives."""
    threading.Thread(target=_watch, args=(ahead, shared / "ahead", log), daemon=True).start()


def _watch(ahead: Ahead, lock: Path, log: Log) -> None:
    file = os.open(lock, os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(file, fcntl.LOCK_EX)  # until the process ends that watches now
    tried: frozenset[str] = frozenset()
    while True:
        time.sleep(_EVERY)
        try:
            missing = ahead.look()
            if missing - tried:
                _start(missing - tried)
                tried = missing
        except Exception as error:  # noqa: BLE001 - the next look may find all well again
            log.fault("ahead", "".join(format_exception(error)))


def _start(wanted: Collection[str]) -> None:
    """Have some made, and wait for it."""
    command = [sys.executable, "-m", "gateway.web.maker", *wanted]
    with (
        subprocess.Popen(command, stdin=subprocess.DEVNULL) as process,  # noqa: S603 - ours
        suppress(ProcessLookupError),
    ):
        os.setpriority(os.PRIO_PROCESS, process.pid, _LOWEST)
