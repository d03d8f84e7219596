"""Definitions read once: kept as MessagePack under the hash of the files that they were read from.

sdmx1, with the pandas that it brings, is imported only where a file has changed. That is what the
one import inside a function of this house is for: a command that only asks starts in half the time.
"""

import contextlib
import hashlib
import tempfile
from importlib import import_module
from pathlib import Path

import msgspec

from gateway import __version__
from gateway.model.artefact import Artefact, ItemScheme
from gateway.model.maps import RepresentationMap, StructureMap, StructureSet
from gateway.model.structure import (
    Categorisation,
    DataConstraint,
    Dataflow,
    DataStructure,
    ProvisionAgreement,
)

_CLASSES: dict[str, type[Artefact]] = {
    each.__name__: each
    for each in (
        Categorisation,
        DataConstraint,
        Dataflow,
        DataStructure,
        ItemScheme,
        ProvisionAgreement,
        RepresentationMap,
        StructureMap,
        StructureSet,
    )
}


def definitions(folder: Path, kept: Path) -> tuple[Artefact, ...]:
    """The artefacts of a `dsd/` folder, from `kept` where its files have not changed since.

    A kept copy that cannot be read or written is done without. Raises BadConfiguration as
    `checking.read_folder` does.
    """
    digest = content_digest(folder)
    cache = kept / f"definitions-{digest[:32]}.msgpack"
    with contextlib.suppress(OSError, msgspec.MsgspecError, KeyError):
        return _decoded(cache.read_bytes())
    checking = import_module("gateway.registry.checking")
    artefacts: tuple[Artefact, ...] = checking.read_folder(folder)
    with contextlib.suppress(OSError):
        _keep(cache, artefacts)
    return artefacts


def content_digest(folder: Path) -> str:
    """The SHA-256 over every structure file of a folder, names included, and our own version."""
    whole = hashlib.sha256(__version__.encode())
    for path in sorted(folder.glob("*.xml")):
        whole.update(f"{path.name}:{hashlib.sha256(path.read_bytes()).hexdigest()}".encode())
    return whole.hexdigest()


def _decoded(content: bytes) -> tuple[Artefact, ...]:
    pairs = msgspec.msgpack.decode(content, type=list[tuple[str, msgspec.Raw]])
    return tuple(msgspec.msgpack.decode(raw, type=_CLASSES[name]) for name, raw in pairs)


def _keep(cache: Path, artefacts: tuple[Artefact, ...]) -> None:
    """Write under a passing name, then rename: two processes may do so at once."""
    content = msgspec.msgpack.encode([(type(each).__name__, each) for each in artefacts])
    cache.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=cache.parent, delete=False) as file:
        file.write(content)
    Path(file.name).rename(cache)
    for old in cache.parent.glob("definitions-*.msgpack"):
        if old != cache:
            old.unlink(missing_ok=True)
