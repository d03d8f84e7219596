"""Backups: everything that a gateway holds as one file, taken and put back while it serves.

A backup is a tar file: `backup.json`, the tables as lines of JSON, every file that a release names
under its digest, and what the home itself holds (`config/`, `dsd/`, `keys/`). The tables are read
in one transaction, and files never change: it is the state of one moment.
"""

import io
import os
import tarfile
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path, PurePosixPath

import msgspec
from sqlalchemy import delete, insert, select

from gateway.database import metadata
from gateway.database.revisions import MIGRATIONS, known
from gateway.errors import BadFile, SemanticError, StorageFault
from gateway.exchange.exchange import Exchange
from gateway.releases.files import Kind, Named, sha256
from gateway.settings import Home

_MANIFEST = "backup.json"
_OF_HOME = ("config", "dsd", "keys")

Rows = Sequence[Mapping[str, object]]


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What `backup.json` says: when it was taken, how much is in it, its tables' SHA-256."""

    taken_at: datetime
    revision: str
    releases: int
    files: int
    tables: dict[str, str]


def backup(exchange: Exchange, target: Path) -> Manifest:
    """Write a backup; a file of that name is replaced once the new one is whole.

    Raises StorageFault where it cannot be written, or where a file that a release names is missing
    or spoiled: a backup of that would be none.
    """
    tables = _tables(exchange)
    named = _named(tables)
    lines = {name: msgspec.json.Encoder().encode_lines(rows) for name, rows in tables.items()}
    manifest = Manifest(
        exchange.clock(),
        known(MIGRATIONS)[-1],
        len(tables["releases"]),
        sum(map(len, named.values())),
        {name: sha256(content) for name, content in lines.items()},
    )
    with _writing(target) as tar:
        _add(tar, _MANIFEST, msgspec.json.encode(manifest))
        for name, content in lines.items():
            _add(tar, f"tables/{name}.jsonl", content)
        for kind, digests in named.items():
            for digest in sorted(digests):
                content = exchange.store.files.read(kind, digest)
                _add(tar, f"files/{kind.path(digest)}", content)
        for path in _own_files(exchange.home):
            _add(tar, path.relative_to(exchange.home.root).as_posix(), path.read_bytes())
    return manifest


def _tables(exchange: Exchange) -> dict[str, Rows]:
    exchange.audit.settle()
    with exchange.database.reading() as connection:
        return {
            table.name: [dict(row._mapping) for row in connection.execute(select(table))]
            for table in metadata.sorted_tables
        }


def _named(tables: Mapping[str, Rows]) -> Named:
    """The files that the releases and submissions of some tables name."""

    def digests(table: str, column: str) -> set[str]:
        return {str(row[column]) for row in tables[table] if row[column] is not None}

    kept = (row for row in tables["submissions"] if row["submitted_by"] is not None)
    handed_in = {str(row["source_sha256"]) for row in kept}
    return {
        Kind.SOURCE: digests("releases", "source_sha256") | handed_in,
        Kind.PART: digests("parts", "sha256"),
        Kind.CHANGES: digests("changes", "sha256"),
    }


def _own_files(home: Home) -> list[Path]:
    folders = (home.root / name for name in _OF_HOME)
    return sorted(path for folder in folders for path in folder.rglob("*") if path.is_file())


@contextmanager
def _writing(target: Path) -> Iterator[tarfile.TarFile]:
    """A tar file under a passing name, which gets its own once it is on the disk."""
    try:
        handle, name = tempfile.mkstemp(prefix=".backup-", dir=target.parent)  # mode 0600
        passing = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                with tarfile.open(fileobj=file, mode="w") as tar:
                    yield tar
                file.flush()
                os.fsync(file.fileno())
            passing.rename(target)
        finally:
            passing.unlink(missing_ok=True)
    except OSError as error:
        raise StorageFault(
            f"The backup {target} cannot be written ({error.strerror}).",
            spanish=f"No se puede escribir la copia de seguridad {target} ({error.strerror}).",
            subject=str(target),
        ) from error


def _add(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    member = tarfile.TarInfo(name)
    member.size, member.mode = len(content), 0o600
    tar.addfile(member, io.BytesIO(content))


def adopt(source: Path, home: Home) -> list[str]:
    """Put the `config/`, `dsd/` and `keys/` of a backup into a home, each where it has none.

    Returns which. To be done before the home is opened, for it says where the database is.
    """
    with _reading(source) as tar:
        _manifest(tar, source)
    home.create()
    wanted = [name for name in _OF_HOME if not any((home.root / name).glob("*"))]
    adopted = set()
    with _reading(source) as tar:
        for member in tar:
            path = PurePosixPath(member.name)
            if member.isfile() and path.parts[0] in wanted and ".." not in path.parts:
                _put(home.root / path, _content(tar, member))
                adopted.add(path.parts[0])
    return sorted(adopted)


def _put(target: Path, content: bytes) -> None:
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)


def restore(exchange: Exchange, source: Path, *, replace: bool = False) -> Manifest:
    """Put back what a backup holds: its files, then in one transaction its tables.

    Whoever asks meanwhile reads the old state or the new one. Raises SemanticError where there are
    releases or clients already and they are not to be replaced, BadFile for a file that is no
    backup, or is spoiled, StorageFault where it cannot be put back.
    """
    if not replace and any(
        _tables(exchange)[name] for name in ("releases", "submissions", "clients")
    ):
        raise SemanticError(
            f"{exchange.home.root} holds releases or clients; nothing was put over them.",
            spanish=f"{exchange.home.root} ya tiene entregas o clientes; no se puso nada encima.",
            subject=str(exchange.home.root),
        )
    with _reading(source) as tar:
        manifest = _manifest(tar, source)
        tables = dict(_put_back(exchange, tar, manifest, source))
    if set(tables) != set(metadata.tables):
        raise _spoiled(source, "tables")
    with exchange.database.writing() as connection:
        for table in reversed(metadata.sorted_tables):
            connection.execute(delete(table))
        for table in metadata.sorted_tables:
            if tables[table.name]:
                connection.execute(insert(table), tables[table.name])
    return manifest


def _put_back(
    exchange: Exchange, tar: tarfile.TarFile, manifest: Manifest, source: Path
) -> Iterator[tuple[str, Rows]]:
    """Keep the files of a backup; its tables by name."""
    for member in tar:
        folder, *rest = PurePosixPath(member.name).parts
        if folder == "files":
            _keep(exchange, rest, _content(tar, member), source)
        elif folder == "tables":
            name = rest[0].removesuffix(".jsonl")
            yield name, _rows(name, _content(tar, member), manifest, source)


def _keep(exchange: Exchange, path: Sequence[str], content: bytes, source: Path) -> None:
    """Keep a file of a backup, if it is the one that its name says."""
    kind = next((each for each in Kind if each.folder == path[0]), None)
    digest = sha256(content)
    if kind is None or kind.path(digest) != "/".join(path):
        raise _spoiled(source, "/".join(path))
    exchange.store.files.keep(kind, content)


def _manifest(tar: tarfile.TarFile, source: Path) -> Manifest:
    """The first thing in a backup."""
    member = tar.next()
    if member is None or member.name != _MANIFEST:
        raise _spoiled(source, _MANIFEST)
    manifest = msgspec.json.decode(_content(tar, member), type=Manifest)
    if manifest.revision != known(MIGRATIONS)[-1]:
        raise BadFile(
            f"{source} was taken by another version of the gateway (its tables are at "
            f"{manifest.revision}, ours at {known(MIGRATIONS)[-1]}): restore it with that one, "
            "then open the home with this one.",
            spanish=f"{source} es de otra versión del programa (sus tablas están en "
            f"{manifest.revision}; las de esta, en {known(MIGRATIONS)[-1]}): recupérela con "
            "aquella y abra después la carpeta con esta.",
            subject=str(source),
        )
    return manifest


def _rows(name: str, content: bytes, manifest: Manifest, source: Path) -> Rows:
    if manifest.tables.get(name) != sha256(content):
        raise _spoiled(source, name)
    return msgspec.json.Decoder(dict[str, object]).decode_lines(content)


def _content(tar: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    file = tar.extractfile(member)
    return file.read() if file is not None else b""


@contextmanager
def _reading(source: Path) -> Iterator[tarfile.TarFile]:
    try:
        with tarfile.open(source, mode="r:") as tar:
            yield tar
    except (OSError, tarfile.TarError, msgspec.MsgspecError) as error:
        raise _spoiled(source, str(error)) from error


def _spoiled(source: Path, what: str) -> BadFile:
    return BadFile(
        f"{source} is no backup that can be put back ({what}).",
        spanish=f"{source} no es una copia de seguridad que se pueda recuperar ({what}).",
        subject=str(source),
    )
