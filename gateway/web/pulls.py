"""Pulls: the large answers that were asked for lately, remembered in the home.

A partner asks the same every night. What it asked for is kept, so that the answer can be made ahead
of its next question. Each is a file that only its owner reads, changed whenever it is asked again;
no token is in it. Trouble with the disk only means that something is made when it is asked for.
"""

import contextlib
import os
import tempfile
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from threading import Lock

import msgspec
from flask import request

from gateway.access.caller import Caller
from gateway.errors import StorageFault
from gateway.model.digest import digest

_DAY = 24 * 60 * 60
_OFTEN = 600
"""Seconds in which a pull that is asked for again and again is noted once."""

_MOST = 256
"""So many are remembered; those that nobody asked for the longest are forgotten."""

_KNOWN = 1024

_NAME = ".json"


@dataclass(frozen=True, slots=True)
class Pull:
    """A question as it came, and who asked: what it takes to answer it again.

    Who asked decides what is answered, by the rules of that day; a file tells no name that they
    do not know.

    The path and the query are those of the request line, as WSGI tells them. What is `dated` is
    about a moment: the next question will be about another one.
    """

    path: str
    query: str
    accept: str | None
    encodings: str | None
    languages: str | None
    caller: Caller
    dated: bool = False


def pull(caller: Caller, *, dated: bool) -> Pull:
    """The question that is being answered."""
    said, headers = request.environ, request.headers
    return Pull(
        said.get("PATH_INFO", ""),
        said.get("QUERY_STRING", ""),
        headers.get("Accept"),
        headers.get("Accept-Encoding"),
        headers.get("Accept-Language"),
        caller,
        dated,
    )


@lru_cache(maxsize=_KNOWN)
def _file_name(pull: Pull) -> str:
    return digest(pull) + _NAME


class Pulls:
    """The pulls of a home in a folder of its own. Safe to share between threads and processes."""

    def __init__(self, folder: Path, nameless: Callable[[Caller], Caller]) -> None:
        """`nameless` gives who sees as much as somebody: see `gateway.access.rights`."""
        self._folder = folder
        self._nameless = nameless
        self._noted: OrderedDict[tuple[Pull, bool], float] = OrderedDict()
        self._read: dict[Path, Pull] = {}
        self._lock = Lock()

    def asked(self, pull: Pull) -> None:
        """Somebody was given a large answer."""
        self._note(pull, new=True)

    def asked_again(self, pull: Pull) -> None:
        """Somebody was told that its answer still holds: of a large one, it is remembered."""
        self._note(pull, new=False)

    def _note(self, pull: Pull, *, new: bool) -> None:
        with contextlib.suppress(StorageFault, OSError):
            self._note_nameless(replace(pull, caller=self._nameless(pull.caller)), new=new)

    def _note_nameless(self, pull: Pull, *, new: bool) -> None:
        now = time.monotonic()
        with self._lock:
            noted = self._noted.get((pull, new))
            if noted is not None and now < noted + _OFTEN:
                return
            self._noted[pull, new] = now
            self._noted.move_to_end((pull, new))
            while len(self._noted) > _KNOWN:
                self._noted.popitem(last=False)
        path = self._folder / _file_name(pull)
        try:
            os.utime(path)
        except FileNotFoundError:
            if new:
                self._write(path, pull)

    def _write(self, path: Path, pull: Pull) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=self._folder, delete=False) as file:
            try:
                file.write(msgspec.json.encode(pull))
                file.flush()
                Path(file.name).rename(path)
            except OSError:
                Path(file.name).unlink(missing_ok=True)

    def lately(self, days: int) -> list[Pull]:
        """What was asked for in so many days, the latest first; the rest is forgotten.

        So is what names somebody whom the rules do not name any more. Raises StorageFault.
        """
        oldest = time.time() - days * _DAY
        found = sorted(self._files(), reverse=True)
        kept = [(path, self._told(path)) for at, path in found[:_MOST] if at > oldest]
        self._read = {path: pull for path, pull in kept if pull is not None and self._may(pull)}
        for _, path in found:
            if path not in self._read:
                with contextlib.suppress(OSError):
                    path.unlink()
        return list(self._read.values())

    def _files(self) -> Iterator[tuple[float, Path]]:
        """When each was last asked for, and where it stands; but for those on their way."""
        moment = time.time() - _OFTEN
        with contextlib.suppress(OSError), os.scandir(self._folder) as files:
            for each in files:
                with contextlib.suppress(FileNotFoundError):
                    at = each.stat().st_mtime
                    if each.name.endswith(_NAME) or at < moment:
                        yield at, Path(each.path)

    def _may(self, pull: Pull) -> bool:
        """Whether a pull names nobody but whom the rules name."""
        return self._nameless(pull.caller) == pull.caller

    def _told(self, path: Path) -> Pull | None:
        """What a file tells: always the same. None of what another version of the gateway wrote."""
        if path in self._read:
            return self._read[path]
        try:
            return msgspec.json.decode(path.read_bytes(), type=Pull)
        except (OSError, msgspec.MsgspecError):
            return None
