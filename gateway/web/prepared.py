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
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import closing
from pathlib import Path
from typing import BinaryIO

from gateway.web.filed import Filed, foot

_STEP = 16 * 1024 * 1024
"""After so much of a body was written, it is seen to that all take no more room than they may."""

_LOCK = ".lock"
_BODY = ".body"
_PASSING = ".part"

_PAUSE = 10
"""Seconds after which a body to which nothing was added does not keep others from making it."""

_LEFT = 600
"""Seconds after which it is taken for one that nobody will end."""


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
        if not self.most:
            return None
        path = self.path(tag)
        try:
            found = Filed(path)
        except FileNotFoundError:
            return None
        except OSError:
            _remove(path)
            return None
        with contextlib.suppress(OSError):
            os.utime(path)
        return found

    def size(self, tag: str) -> int:
        """How much room the body of a tag takes; 0 where it is not kept."""
        try:
            return self.path(tag).stat().st_size
        except OSError:
            return 0

    def is_made(self, tag: str) -> bool:
        """Whether somebody is making the body of a tag right now."""
        recent = time.time() - _PAUSE
        return any(
            path.name.startswith(f"{tag}.") and path.suffix == _PASSING and changed > recent
            for changed, path, _ in self._files()
        )

    def keeping(
        self, tag: str, pieces: Iterator[bytes], counts: tuple[int, int], begin: Callable[[], None]
    ) -> Iterator[bytes]:
        """The same pieces; once all were taken, their body is kept if it is of the right size.

        Where they break off, or nobody wants the rest, nothing of them stays. `begin` is called
        once they are more than `least`, in whichever thread.
        """
        with closing(_Part(self, tag, begin)) as part:
            for piece in pieces:
                part.add(piece)
                yield piece
            kept = part.keep(counts)
        if kept:
            self.make_room()

    def passing(self, tag: str) -> BinaryIO:
        """A file that is not there yet for readers. Raises OSError."""
        self._all.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._folder.mkdir(mode=0o700, exist_ok=True)
        if self._lock is None:
            self._lock = os.open(self._folder / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
            fcntl.flock(self._lock, fcntl.LOCK_SH)
        file, path = tempfile.mkstemp(_PASSING, f"{tag}.", self._folder)
        os.close(file)
        return Path(path).open("wb")

    def make_room(self) -> None:
        """Remove the least lately used until all take no more room than they may.

        What is being made counts too, and goes with the rest when its time comes: its reader reads
        slowly, or its process was killed.
        """
        found = sorted(self._files())
        size = sum(each for *_, each in found)
        for _, path, its in found:
            if size <= self.most:
                return
            _remove(path)
            size -= its

    def keep_only(self, tags: Collection[str], before: float) -> None:
        """Remove the bodies of other tags, of those that were there before a moment.

        The moment is in seconds since 1970. With them goes what was left half made, and by runs
        that had not ended when this one began.
        """
        _sweep(self._all, self._folder.name)
        for changed, path, _ in self._files():
            stale = path.suffix == _BODY and path.stem not in tags and changed < before
            if stale or (path.suffix == _PASSING and changed < before - _LEFT):
                _remove(path)

    def path(self, tag: str) -> Path:
        """Where the body of a tag stands, when it is kept."""
        return self._folder / f"{tag}{_BODY}"

    def _files(self) -> Iterator[tuple[float, Path, int]]:
        """When each file was last used, which it is, and its size; but for the lock.

        Another process may remove files at the same time, so that any may be gone.
        """
        with contextlib.suppress(OSError), os.scandir(self._folder) as files:
            for each in files:
                if each.name != _LOCK:
                    with contextlib.suppress(FileNotFoundError):
                        status = each.stat()
                        yield status.st_mtime, Path(each.path), status.st_size


class _Part:
    """A body on its way: in memory as long as it is small, then in a file under a passing name."""

    def __init__(self, store: Prepared, tag: str, begin: Callable[[], None]) -> None:
        self._store = store
        self._tag = tag
        self._begin = begin
        self._pieces: list[bytes] = []
        self._size = self._unseen = 0
        self._file: BinaryIO | None = None
        self._given_up = not store.most

    def add(self, piece: bytes) -> None:
        """One more piece."""
        self._size += len(piece)
        if self._given_up:
            return
        if self._size > self._store.most:
            self.close()
        elif self._file is None and self._size <= self._store.least:
            self._pieces.append(piece)
        else:
            self._write(piece)

    def _write(self, piece: bytes) -> None:
        try:
            file = self._file or self._opened()
            if file is not None:
                file.writelines((*self._pieces, piece))
                self._pieces.clear()
                self._see_to_room(file, len(piece))
        except OSError:
            self.close()

    def _opened(self) -> BinaryIO | None:
        """A file for it; none where somebody else is making one."""
        self._begin()
        if self._store.is_made(self._tag):
            self.close()
            return None
        self._file = self._store.passing(self._tag)
        return self._file

    def _see_to_room(self, file: BinaryIO, more: int) -> None:
        self._unseen += more
        if self._unseen > _STEP:
            self._unseen = 0
            self._store.make_room()
            if not os.fstat(file.fileno()).st_nlink:
                self.close()

    def keep(self, counts: tuple[int, int]) -> bool:
        """All of it is there; whether it was put in its place.

        It needs no sync: a crash of the machine ends the run too.
        """
        if self._file is None:
            return False
        try:
            self._file.write(foot(self._size, counts))
            self._file.flush()
            Path(self._file.name).rename(self._store.path(self._tag))
        except OSError:
            return False
        self._file.close()
        self._file = None
        return True

    def close(self) -> None:
        """Nothing of what was not kept stays, and no more is written."""
        self._given_up = True
        self._pieces.clear()
        file, self._file = self._file, None
        if file is not None:
            _remove(Path(file.name))
            with contextlib.suppress(OSError):
                file.close()


def _remove(path: Path) -> None:
    """What is being read is read to its end; what is being made gives back its room at once.

    In this order: what came into its place meanwhile is whole, and stays so.
    """
    with contextlib.suppress(OSError), path.open("rb+") as file:
        path.unlink()
        if path.suffix == _PASSING:
            file.truncate(0)


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
        return not _is_new(folder)  # another run is about to make it
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    finally:
        os.close(lock)
    return True


def _is_new(folder: Path) -> bool:
    try:
        return folder.stat().st_mtime > time.time() - _PAUSE
    except OSError:
        return False
