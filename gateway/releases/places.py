"""Where files are: in a folder of this machine's, or at a place that a URL names."""

import contextlib
import os
import tempfile
from collections.abc import Iterable
from importlib import import_module
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

from gateway.errors import BadConfiguration, StorageFault


class Place(Protocol):
    """Keeps contents under paths such as ``parts/….parquet``; whatever fails is an OSError."""

    def write(self, path: str, content: bytes | memoryview) -> None:
        """Put a content there for good: after any crash it is there whole, or not at all."""

    def read(self, path: str) -> bytes:
        """What is there. Raises FileNotFoundError where there is nothing."""

    def paths(self, folder: str) -> list[str]:
        """The paths of all that is in a folder, half-written files included."""

    def remove(self, path: str) -> None:
        """Delete what is there."""

    def shown(self, path: str) -> str:
        """A path as people find it."""


def place(where: Path | str, folders: Iterable[str]) -> Place:
    """A folder by its path, or what a URL names.

    Raises BadConfiguration for another kind of URL, StorageFault for a folder that cannot be used.
    """
    if isinstance(where, Path):
        return Folder(where, folders)
    try:
        scheme, host, path, query, fragment = urlsplit(where)
    except ValueError:
        scheme = host = path = query = fragment = ""
    plain = not query and not fragment and "@" not in host
    if scheme == "file" and host in ("", "localhost") and path.startswith("/") and plain:
        return Folder(Path(unquote(path)), folders)
    if scheme == "s3" and host and plain:
        return _bucket(f"{host}{path}".rstrip("/"))
    raise BadConfiguration(
        "files in gateway.toml is neither empty nor a URL of a kind that is known.",
        spanish="files en gateway.toml no está vacío ni es un URL de un tipo conocido.",
        subject="files",
        allowed=["file:///FOLDER", "s3://BUCKET/PREFIX"],
    )


def _bucket(root: str) -> Place:
    try:
        # An optional extra, and a quarter of a second to import: only where it is used.
        bucket: Place = import_module("gateway.releases.bucket").Bucket(root)
    except ImportError as error:
        raise BadConfiguration(
            "files names a bucket, but its library is not installed: "
            "pip install 'migration-statistics-gateway[s3]'.",
            spanish="files indica un bucket, pero falta su biblioteca: "
            "pip install 'migration-statistics-gateway[s3]'.",
            subject="files",
        ) from error
    return bucket


def reason(error: OSError) -> str:
    """Why it failed, in one line."""
    lines = (error.strerror or str(error) or type(error).__name__).splitlines()
    return lines[0].rstrip(".")


class Folder:
    """A folder on a disk, its own or shared."""

    def __init__(self, root: Path, folders: Iterable[str]) -> None:
        self._root = root
        try:
            for folder in (root / name for name in folders):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise StorageFault(
                f"The folder of files cannot be used: {root} ({reason(error)}).",
                spanish=f"No se puede usar la carpeta de archivos: {root} ({reason(error)}).",
                subject=str(root),
            ) from error

    def write(self, path: str, content: bytes | memoryview) -> None:
        """Write under a passing name, sync, then rename: a crash leaves no half file in place."""
        target = self._root / path
        # By content: a disk that spoiled an older file must not spoil a new release with it.
        if target.is_file() and target.read_bytes() == bytes(content):
            return
        handle, passing = tempfile.mkstemp(dir=target.parent, prefix=".new-")
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
        _sync_folder(target.parent)

    def read(self, path: str) -> bytes:
        """What is there."""
        return (self._root / path).read_bytes()

    def paths(self, folder: str) -> list[str]:
        """Those of files, passing ones included."""
        return [f"{folder}/{path.name}" for path in (self._root / folder).iterdir()]

    def remove(self, path: str) -> None:
        """Delete a file."""
        (self._root / path).unlink()

    def shown(self, path: str) -> str:
        """Its path on the disk."""
        return str(self._root / path)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
