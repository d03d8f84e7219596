"""A file that is never kept: what a writer puts into it is sent on as it comes."""

import io


class Outlet(io.RawIOBase):
    """What has been written and not yet sent. It cannot be read, nor written to twice."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self._size = 0

    def writable(self) -> bool:
        """It is for nothing else."""
        return True

    def tell(self) -> int:
        """How much was written in all."""
        return self._size

    def write(self, piece: bytes) -> int:  # type: ignore[override]  # typeshed admits any buffer
        """Keep a piece until it is drained."""
        kept = bytes(piece)
        self._pieces.append(kept)
        self._size += len(kept)
        return len(kept)

    def drained(self) -> bytes:
        """All that was written since it was last asked."""
        found, self._pieces = b"".join(self._pieces), []
        return found
