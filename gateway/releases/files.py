"""Files under the SHA-256 of their content: written whole or not at all, never changed."""

import contextlib
import hashlib
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from enum import Enum
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from gateway.errors import StorageFault
from gateway.model.observations import canonical, fitted
from gateway.model.structure import DataStructure
from gateway.releases.places import place, reason

_ROW_GROUP = 122_880  # measured: larger and smaller groups both prune worse


class Kind(Enum):
    """What is kept: in a folder of its own, under names that end alike."""

    PART = ("parts", ".parquet")
    CHANGES = ("changes", ".parquet")
    SOURCE = ("sources", "")

    def __init__(self, folder: str, suffix: str) -> None:
        self.folder = folder
        self._suffix = suffix

    def path(self, digest: str) -> str:
        """The path of a content below the place where files are."""
        return f"{self.folder}/{digest}{self._suffix}"


def sha256(content: bytes | memoryview) -> str:
    """The digest that names a content."""
    return hashlib.sha256(content).hexdigest()


Named = Mapping[Kind, AbstractSet[str]]
"""The digests of the files that releases name, of every kind."""


def parquet(table: pa.Table) -> memoryview:
    """The Parquet file of a table: of the same rows always the same file."""
    sink = pa.BufferOutputStream()
    pq.write_table(canonical(table), sink, row_group_size=_ROW_GROUP, compression="zstd")
    return memoryview(sink.getvalue())


class Files:
    """What the releases of one gateway are made of. Safe to share between threads."""

    def __init__(self, where: Path | str) -> None:
        """Open a folder, or a place by its URL.

        Raises BadConfiguration for a URL that is none, StorageFault for an unusable folder.
        """
        self._place = place(where, [kind.folder for kind in Kind])

    def keep(self, kind: Kind, content: bytes | memoryview) -> str:
        """Keep a content; its digest. Raises StorageFault, and then nothing is there."""
        digest = sha256(content)
        try:
            self._place.write(kind.path(digest), content)
        except OSError as error:
            path = self._place.shown(kind.path(digest))
            raise StorageFault(
                f"{path} cannot be written ({reason(error)}). Nothing was released.",
                spanish=f"No se puede escribir {path} ({reason(error)}). No se publicó nada.",
                subject=path,
            ) from error
        return digest

    def keep_table(self, kind: Kind, table: pa.Table) -> str:
        """Keep a table, already in order, as Parquet; the digest of its file."""
        return self.keep(kind, parquet(table))

    def read(self, kind: Kind, digest: str) -> bytes:
        """A content that was kept.

        Raises StorageFault where its file is missing or is not what was written.
        """
        path = kind.path(digest)
        content = self._content(path)
        if content is None or sha256(content) != digest:
            wrong, falta = _WRONG[content is None]
            shown = self._place.shown(path)
            raise StorageFault(
                f"The file {shown} {wrong}: restore it from a backup.",
                spanish=f"El archivo {shown} {falta}: recupérelo de una copia de seguridad.",
                subject=shown,
            )
        return content

    def _content(self, path: str) -> bytes | None:
        """What is at a path; None where there is nothing."""
        with self._reached(path), contextlib.suppress(FileNotFoundError):
            return self._place.read(path)
        return None

    @contextlib.contextmanager
    def _reached(self, path: str) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            shown = self._place.shown(path)
            raise StorageFault(
                f"{shown} cannot be reached ({reason(error)}).",
                spanish=f"No se tiene acceso a {shown} ({reason(error)}).",
                subject=shown,
            ) from error

    def read_table(self, kind: Kind, digest: str) -> pa.Table:
        """A table that was kept. Raises StorageFault as `read` does."""
        return pq.read_table(pa.BufferReader(self.read(kind, digest)))

    def keep_source(self, content: bytes) -> str:
        """Keep a file that was handed in; its digest."""
        return self.keep(Kind.SOURCE, content)

    def keep_part(self, table: pa.Table) -> str:
        """Keep the observations of one year, already in order; the digest of their file."""
        return self.keep_table(Kind.PART, table)

    def keep_changes(self, table: pa.Table) -> str:
        """Keep what a release changed in a year, as it was and as it is; the digest of its file."""
        return self.keep_table(Kind.CHANGES, table)

    def read_part(self, digest: str, structure: DataStructure) -> pa.Table:
        """The observations of a part, in the columns that its structure has now."""
        return fitted(self.read_table(Kind.PART, digest), structure)

    def open_part(self, digest: str) -> pq.ParquetFile:
        """A part whose columns can be read one by one. Raises StorageFault as `read` does."""
        return pq.ParquetFile(pa.BufferReader(self.read(Kind.PART, digest)))

    def fault(self, kind: Kind, digest: str) -> str | None:
        """What became of a content that was kept; None where it is as it was."""
        content = self._content(kind.path(digest))
        if content is not None and sha256(content) == digest:
            return None
        return f"{self._place.shown(kind.path(digest))} {_WRONG[content is None][0]}"

    def faults(self, named: Named) -> Iterator[str]:
        """What is missing or was changed of the files that releases name."""
        for kind in Kind:
            found = (self.fault(kind, digest) for digest in sorted(named[kind]))
            yield from (fault for fault in found if fault is not None)

    def orphans(self, named: Named) -> list[str]:
        """Files that no release names: what a process that was stopped left behind."""
        return [self._place.shown(path) for path in self._unnamed(named)]

    def remove_orphans(self, named: Named) -> list[str]:
        """Delete the files that no release names; which they were."""
        unnamed = self._unnamed(named)
        for path in unnamed:
            with self._reached(path):
                self._place.remove(path)
        return [self._place.shown(path) for path in unnamed]

    def _unnamed(self, named: Named) -> list[str]:
        unnamed: list[str] = []
        for kind in Kind:
            known = {kind.path(digest) for digest in named[kind]}
            with self._reached(kind.folder):
                found = self._place.paths(kind.folder)
            unnamed += sorted(path for path in found if path not in known)
        return unnamed


_WRONG = {
    True: ("is missing", "falta"),
    False: ("was changed after it was released", "fue modificado después de publicarse"),
}
"""What is said of a file that is not there, and of one that is another."""
