"""Journals: where a process puts a decision on record at once, before it is chained with others'.

To chain an entry is to write to the one database after everybody else, which takes longer than an
answer that is kept. So each process appends its entries to a file of its own, which is all that an
answer waits for: what is written to a file is there whatever becomes of the process. A moment later
they are chained, many at once, by whoever comes first; what a killed process left, likewise. How
much of a file is chained stands in the database, in the transaction that chains it: so each entry
is chained once.
"""

import errno
import fcntl
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex
from threading import Lock

from gateway.errors import StorageFault

_LARGEST = 16 * 1024 * 1024

_AT_ONCE = 1024 * 1024
"""Bytes that are read of a file at once, or one entry."""

_SUFFIX = ".journal"


@dataclass(frozen=True, slots=True)
class Piece:
    """Entries of a journal that were not chained yet, and up to which byte they go.

    An entry that was broken off, as the machine went down, is one of them. There is more to do
    where others follow, or where nobody writes to the file any more.
    """

    name: str
    entries: list[bytes]
    upto: int
    is_more: bool


class Journal:
    """The file of this process, made when there is something to write. Safe between threads.

    While it is written to, it is locked: so others know that its process is there.
    """

    def __init__(self, folder: Path, largest: int = _LARGEST) -> None:
        """After so many bytes another file is begun: one that is chained whole is removed."""
        self._folder = folder
        self._largest = largest
        self._lock = Lock()
        self._open: _Open | None = None

    def append(self, entry: bytes) -> None:
        """Write an entry. Raises StorageFault where that cannot be: then nothing of it is there."""
        with self._lock, _told(self._folder):
            if self._open is None or self._open.size > self._largest:
                self._leave()
                self._open = _made(self._folder)
            self._open.write(entry + b"\n")

    def is_gone(self) -> bool:
        """Whether somebody removed the file while it is written to."""
        with self._lock:
            return self._open is not None and self._open.is_gone()

    def rescue(self, taken: Mapping[str, int]) -> None:
        """Write what was not chained of a file that is gone to another. Raises StorageFault."""
        with self._lock, _told(self._folder):
            if self._open is not None:
                other = _made(self._folder)
                other.write(self._open.after(taken.get(self._open.name, 0)))
                self._leave()
                self._open = other

    def close(self) -> None:
        """Leave the file to whoever chains the rest of it; the next entry goes to another."""
        with self._lock:
            self._leave()

    def _leave(self) -> None:
        if self._open is not None:
            os.close(self._open.file)
        self._open = None


@dataclass(slots=True)
class _Open:
    """A file that is written to, and how much is."""

    name: str
    file: int
    size: int = 0

    def write(self, lines: bytes) -> None:
        written = os.write(self.file, lines)
        if written < len(lines):
            os.ftruncate(self.file, self.size)
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        self.size += written

    def after(self, taken: int) -> bytes:
        return os.pread(self.file, self.size - taken, taken)

    def is_gone(self) -> bool:
        return not os.fstat(self.file).st_nlink


def _made(folder: Path) -> _Open:
    """A new file, locked. Another process may remove it before it is: then there is another."""
    folder.mkdir(mode=0o700, exist_ok=True)
    while True:
        path = folder / f"{token_hex(16)}{_SUFFIX}"
        file = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_EXCL, 0o600)
        fcntl.flock(file, fcntl.LOCK_EX)
        made = _Open(path.name, file)
        if not made.is_gone():
            return made
        os.close(file)


@contextmanager
def _told(folder: Path) -> Iterator[None]:
    """Raise what goes wrong with a file as StorageFault."""
    try:
        yield
    except OSError as error:
        raise StorageFault(
            f"What is decided cannot be put on record in {folder} ({error.strerror}).",
            spanish=f"No se puede asentar en {folder} lo que se decide ({error.strerror}).",
            subject=str(folder),
        ) from error


class Journals:
    """All the files of a home: of this process, of others, and what killed ones left."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def sizes(self) -> dict[str, int]:
        """How many bytes there are of each."""
        return {name: size for name, _, size in self._files()}

    def pieces(self, taken: Mapping[str, int], wanted: Mapping[str, int]) -> Iterator[Piece]:
        """What was not chained yet, some of each file, of so many bytes that are wanted of it."""
        for name, file, _ in self._files():
            begin, end = taken.get(name, 0), wanted.get(name, 0)
            if end > begin:
                is_left = _is_left(file)
                found = _read(file, begin, end)
                upto = (
                    len(found) if is_left and begin + len(found) == end else found.rfind(b"\n") + 1
                )
                if upto:
                    entries = found[:upto].removesuffix(b"\n").split(b"\n")
                    yield Piece(name, entries, begin + upto, is_left or begin + upto < end)

    def drop(self, taken: Mapping[str, int]) -> Iterator[str]:
        """Remove files that are chained whole and that nobody writes to; their names."""
        for name, file, size in self._files():
            if size == taken.get(name, 0) and _is_left(file) and os.fstat(file).st_size == size:
                (self._folder / name).unlink(missing_ok=True)
                yield name

    def _files(self) -> Iterator[tuple[str, int, int]]:
        """Each by its name, opened, and its size."""
        for path in sorted(self._folder.glob(f"*{_SUFFIX}")):
            with _opened(path) as file:
                if file is not None:
                    yield path.name, file, os.fstat(file).st_size


@contextmanager
def _opened(path: Path) -> Iterator[int | None]:
    """A file to read, None where somebody has removed it; its lock is given back at the end."""
    try:
        file = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        yield None
        return
    try:
        yield file
    finally:
        os.close(file)


def _read(file: int, begin: int, end: int) -> bytes:
    """Some whole entries, one at least where there is one."""
    found = os.pread(file, min(_AT_ONCE, end - begin), begin)
    return found if b"\n" in found else os.pread(file, end - begin, begin)


def _is_left(file: int) -> bool:
    """Whether no process has a file open to write; then this one has its lock until it closes."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
