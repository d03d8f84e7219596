"""Large rendered bodies, kept in files by their tags so that a whole flow is made once.

They are of one run of the gateway and end with it: the next may be of another version, have other
limits or another address, under which the same tag would stand for other bytes. All processes of a
run share its folder. A run holds a lock in it, so that the next can tell what nobody owns any more.
Trouble with the disk is no trouble for an answer: it is sent as made, and not kept.
"""

import contextlib
import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import closing
from io import FileIO
from pathlib import Path
from typing import BinaryIO

_PIECE = 256 * 1024
"""So much of a file is in memory while it is sent."""

_LOCK = ".lock"
_BODY = ".body"
_PASSING = ".part"


class Filed:
    """A kept body, read as it is sent; whoever has it closes it. It outlives its eviction."""

    def __init__(self, path: Path) -> None:
        self._file = FileIO(path)
        self.size = os.fstat(self._file.fileno()).st_size

    def __iter__(self) -> Iterator[bytes]:
        while piece := self._file.read(_PIECE):
            yield piece

    def close(self) -> None:
        """No more of it is read."""
        self._file.close()


class Prepared:
    """Bodies of more than `least` bytes; the least lately used go when all take more than `most`.

    `folder` is for all runs, and `run` names this one. With 0 for `most` nothing is kept. Safe to
    share between threads and processes: a body comes into its place whole.
    """

    def __init__(self, folder: Path, run: str, least: int, most: int) -> None:
        self.least = least
        self.most = most
        self._all = folder
        self._folder = folder / run
        self._lock: int | None = None
        _sweep(folder, run)

    def get(self, tag: str) -> Filed | None:
        """The body of a tag, where it is kept, opened."""
        path = self._folder / f"{tag}{_BODY}"
        try:
            found = Filed(path)
        except OSError:
            return None
        with contextlib.suppress(OSError):
            os.utime(path)
        return found

    def keeping(self, tag: str, pieces: Iterator[bytes]) -> Iterator[bytes]:
        """The same pieces; once all were taken, their body is kept if it is of the right size.

        Where they break off, or nobody wants the rest, nothing of them stays.
        """
        with closing(_Part(self)) as part:
            for piece in pieces:
                part.add(piece)
                yield piece
            part.keep(self._folder / f"{tag}{_BODY}")
        self._evict()

    def passing(self) -> BinaryIO:
        """A file that is not there yet for readers. Raises OSError."""
        self._all.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._folder.mkdir(mode=0o700, exist_ok=True)
        if self._lock is None:
            self._lock = os.open(self._folder / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
            fcntl.flock(self._lock, fcntl.LOCK_SH)
        file, path = tempfile.mkstemp(_PASSING, dir=self._folder)
        os.close(file)
        return Path(path).open("wb")

    def _evict(self) -> None:
        """What a process left half made when it was killed goes with the rest, when its time comes.

        Another process may evict at the same time, so that any file may be gone.
        """
        found: list[tuple[int, str, int]] = []
        with contextlib.suppress(OSError), os.scandir(self._folder) as files:
            for each in files:
                with contextlib.suppress(FileNotFoundError):
                    status = each.stat()
                    found.append((status.st_mtime_ns, each.path, status.st_size))
        size = sum(each for *_, each in found)
        for _, path, its in sorted(found):
            if size <= self.most:
                return
            if its:  # the lock has no bytes
                with contextlib.suppress(OSError):
                    Path(path).unlink()
                size -= its


class _Part:
    """A body on its way: in memory as long as it is small, then in a file under a passing name."""

    def __init__(self, store: Prepared) -> None:
        self._store = store
        self._pieces: list[bytes] = []
        self._size = 0
        self._file: BinaryIO | None = None
        self._given_up = not store.most

    def add(self, piece: bytes) -> None:
        """One more piece."""
        self._size += len(piece)
        if self._given_up:
            return
        if self._size > self._store.most:
            self._give_up()
        elif self._file is None and self._size <= self._store.least:
            self._pieces.append(piece)
        else:
            self._write(piece)

    def _write(self, piece: bytes) -> None:
        try:
            if self._file is None:
                self._file = self._store.passing()
            self._file.writelines((*self._pieces, piece))
            self._pieces.clear()
        except OSError:
            self._give_up()

    def keep(self, path: Path) -> None:
        """All of it is there. It needs no sync: a crash of the machine ends the run too."""
        if self._file is None:
            return
        try:
            self._file.flush()
            Path(self._file.name).rename(path)
        except OSError:
            return
        self._file.close()
        self._file = None

    def _give_up(self) -> None:
        self._given_up = True
        self.close()

    def close(self) -> None:
        """Nothing of what was not kept stays."""
        self._pieces.clear()
        file, self._file = self._file, None
        if file is not None:
            with contextlib.suppress(OSError):
                Path(file.name).unlink(missing_ok=True)
            with contextlib.suppress(OSError):
                file.close()


def _sweep(folder: Path, run: str) -> None:
    """Remove what runs left that have ended, or were killed."""
    try:
        others = [each for each in folder.iterdir() if each.name != run]
    except OSError:
        return
    for each in others:
        if _is_left(each):
            shutil.rmtree(each, ignore_errors=True)


def _is_left(folder: Path) -> bool:
    try:
        lock = os.open(folder / _LOCK, os.O_RDWR)
    except OSError:
        return True
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    finally:
        os.close(lock)
    return True
