"""Files under the SHA-256 of their content: written whole or not at all, never changed."""

import contextlib
import hashlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from gateway.errors import StorageFault
from gateway.model.observations import columns
from gateway.model.structure import DataStructure

_ROW_GROUP = 122_880  # measured: larger and smaller groups both prune worse


def sha256(content: bytes | memoryview) -> str:
    """The digest that names a content."""
    return hashlib.sha256(content).hexdigest()


class Files:
    """The parts and sources of one home."""

    def __init__(self, root: Path) -> None:
        self._parts = root / "parts"
        self._sources = root / "sources"

    def keep_source(self, content: bytes) -> str:
        """Keep a file that was handed in; its digest."""
        return _keep(self._sources, content, "")

    def keep_part(self, table: pa.Table) -> str:
        """Keep the observations of one year, already in order; the digest of their file."""
        sink = pa.BufferOutputStream()
        pq.write_table(table, sink, row_group_size=_ROW_GROUP, compression="zstd")
        return _keep(self._parts, memoryview(sink.getvalue()), ".parquet")

    def read_part(self, digest: str, structure: DataStructure) -> pa.Table:
        """The observations of a part, in the columns that its structure has now.

        Raises StorageFault where the file is missing or is not what was written.
        """
        path = self._parts / f"{digest}.parquet"
        try:
            content = path.read_bytes()
        except OSError as error:
            raise StorageFault(
                f"The part {path} cannot be read ({error.strerror}): restore it from a backup.",
                spanish=f"No se puede leer la parte {path} ({error.strerror}): recupérela de una "
                "copia de seguridad.",
                subject=str(path),
            ) from error
        if sha256(content) != digest:
            raise StorageFault(
                f"The part {path} was changed after it was released: restore it from a backup.",
                spanish=f"La parte {path} fue modificada después de publicarse: recupérela de una "
                "copia de seguridad.",
                subject=str(path),
            )
        schema = columns(structure)
        return pq.read_table(pa.BufferReader(content)).select(schema.names).cast(schema)

    def faults(self, parts: set[str], sources: set[str]) -> Iterator[str]:
        """What is missing or was changed of the files that releases name."""
        for folder, digests, suffix in (
            (self._parts, parts, ".parquet"),
            (self._sources, sources, ""),
        ):
            for digest in sorted(digests):
                path = folder / f"{digest}{suffix}"
                if not path.is_file():
                    yield f"{path} is missing"
                elif sha256(path.read_bytes()) != digest:
                    yield f"{path} was changed after it was released"

    def orphans(self, parts: set[str], sources: set[str]) -> list[Path]:
        """Files that no release names: what a process that was stopped left behind."""
        known = {f"{digest}.parquet" for digest in parts} | sources
        found = [*self._parts.iterdir(), *self._sources.iterdir()]
        return sorted(path for path in found if path.name not in known)


def _keep(folder: Path, content: bytes | memoryview, suffix: str) -> str:
    """Write under a passing name, sync, then rename: a crash leaves no half file in place."""
    digest = sha256(content)
    target = folder / f"{digest}{suffix}"
    try:
        # By content: a disk that spoiled an older file must not spoil a new release with it.
        if target.is_file() and sha256(target.read_bytes()) == digest:
            return digest
        handle, passing = tempfile.mkstemp(dir=folder, prefix=".new-")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            Path(passing).rename(target)
        except BaseException:
            with contextlib.suppress(OSError):
                Path(passing).unlink()
            raise
        _sync_folder(folder)
    except OSError as error:
        raise StorageFault(
            f"{target} cannot be written ({error.strerror}). Nothing was released.",
            spanish=f"No se puede escribir {target} ({error.strerror}). No se publicó nada.",
            subject=str(target),
        ) from error
    return digest


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
