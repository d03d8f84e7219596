"""A large body in a file: its bytes, and behind them a foot that tells whether all are there."""

import os
import struct
from collections.abc import Iterator
from io import FileIO
from pathlib import Path

_PIECE = 256 * 1024
"""So much of a file is in memory while it is sent."""

_FOOT = struct.Struct("=8sQQQ")
_MARK = b"answer 1"
"""A foot is this mark, the size of the body, how many observations it has, and are kept back."""


def foot(size: int, counts: tuple[int, int]) -> bytes:
    """What stands behind a body of so many bytes."""
    return _FOOT.pack(_MARK, size, *counts)


class Filed:
    """A kept body, read as it is sent; it is closed when nobody has it any more.

    It outlives its eviction. Raises OSError where there is none, or not all of it.
    """

    def __init__(self, path: Path) -> None:
        self._file = FileIO(path)
        try:
            self.size, self.counts = _told(self._file)
        except OSError:
            self._file.close()
            raise

    def __iter__(self) -> Iterator[bytes]:
        left = self.size
        while left:
            piece = self._file.read(min(_PIECE, left))
            if not piece:
                raise OSError("A kept answer became shorter while it was read.")
            left -= len(piece)
            yield piece

    def __del__(self) -> None:
        if hasattr(self, "_file"):
            self.close()

    def close(self) -> None:
        """No more of it is read."""
        self._file.close()


def _told(file: FileIO) -> tuple[int, tuple[int, int]]:
    """The size of the body and its counts. Raises OSError where the foot does not fit them."""
    size = os.fstat(file.fileno()).st_size - _FOOT.size
    if size >= 0:
        mark, stated, rows, withheld = _FOOT.unpack(os.pread(file.fileno(), _FOOT.size, size))
        if (mark, stated) == (_MARK, size):
            return size, (rows, withheld)
    raise OSError("A kept answer is not whole.")
