"""How often each client may ask, told together by all processes of one machine.

Each client has one number: the moment at which its allowance would be whole again (the generic
cell rate algorithm). They stand in a file that every process maps, a slot each; a slot whose moment
is past is free. Where the file cannot be had, each process counts for itself.
"""

import contextlib
import fcntl
import mmap
import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from threading import Lock

_SLOT = struct.Struct("=Qd")
_SLOTS = 65_536
_NEAR = 8  # a client is in one of so many slots
_SIZE = _SLOT.size * _SLOTS


@dataclass(frozen=True, slots=True)
class Policy:
    """So many requests in a window of seconds, of one kind."""

    name: str
    quota: int
    window: int = 60


@dataclass(frozen=True, slots=True)
class Allowance:
    """What a client has left: requests, and the seconds until there is one more, or one at all."""

    policy: Policy
    granted: bool
    remaining: int
    wait: float


class Allowances:
    """The allowances of all clients. Safe to share between threads and processes."""

    def __init__(self, path: Path) -> None:
        self._file: int | None = None
        self._slots = _mapped(path)
        with contextlib.suppress(OSError):
            self._file = os.open(path, os.O_RDWR)
        self._lock = Lock()

    def take(self, policy: Policy, who: str, now: float) -> Allowance:
        """One request of a client at a moment, in seconds since 1970."""
        name = int.from_bytes(blake2b(f"{policy.name}\n{who}".encode(), digest_size=8).digest())
        each = policy.window / policy.quota
        with self._alone():
            place, whole_at = self._slot(name, now, policy.window)
            used = whole_at - now + each
            granted = used <= policy.window * (1 + 1e-9)
            if granted:
                _SLOT.pack_into(self._slots, place, name, now + used)
            else:
                used -= each
        left = max(0, int((policy.window - used) / each + 1e-6))
        wait = each if left else max(0.0, used + each - policy.window)
        return Allowance(policy, granted, left, wait)

    def _slot(self, name: int, now: float, window: int) -> tuple[int, float]:
        """A client's slot, else the one nearest to free; and when its allowance is whole."""
        free, soonest = 0, float("inf")
        for near in range(_NEAR):
            place = (name + near) % _SLOTS * _SLOT.size
            holder, whole_at = _SLOT.unpack_from(self._slots, place)
            if holder == name:
                # One beyond the window is of a clock that was set back since.
                return place, whole_at if now < whole_at <= now + 1.001 * window else now
            if whole_at < soonest:
                free, soonest = place, whole_at
        return free, now

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        with self._lock:
            if self._file is None:
                yield
                return
            fcntl.lockf(self._file, fcntl.LOCK_EX)
            try:
                yield
            finally:
                fcntl.lockf(self._file, fcntl.LOCK_UN)


def _mapped(path: Path) -> mmap.mmap:
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            os.ftruncate(file, _SIZE)
            return mmap.mmap(file, _SIZE)
        finally:
            os.close(file)
    except OSError:
        return mmap.mmap(-1, _SIZE)
