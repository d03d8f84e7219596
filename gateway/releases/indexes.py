"""The indexes of one home: made where they are missing, opened by every process that serves.

They are no record. What is missing or spoiled here is made again from the parts; where this folder
cannot be written, an index is kept in memory.
"""

import contextlib
import hashlib
import shutil
import tempfile
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from secrets import token_hex
from threading import Lock

from gateway.model.artefact import Reference
from gateway.model.structure import DataStructure
from gateway.releases.index import LAYOUT, Index, load, save, spoiled

_OPEN = 64
"""Indexes that stay open: their pages are the system's to keep or to drop."""

_PASSING = ".new-"


class Indexes:
    """A folder of indexes by the content that they are of. Safe to share between threads."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._open: OrderedDict[str, Index] = OrderedDict()
        self._lock = Lock()

    def get(self, content: str, structure: DataStructure, make: Callable[[], Index]) -> Index:
        """The index of a content as a structure describes it."""
        name = _name(content, structure)
        with self._lock:
            if name in self._open:
                self._open.move_to_end(name)
                return self._open[name]
        index = self._opened(name, structure) or self._made(name, structure, make())
        with self._lock:
            self._open[name] = index
            while len(self._open) > _OPEN:
                self._open.popitem(last=False)
        return index

    def _opened(self, name: str, structure: DataStructure) -> Index | None:
        # ArrowInvalid is a ValueError, MsgspecError too; what is no index is made again.
        with contextlib.suppress(OSError, ValueError, KeyError):
            return load(self._root / name, structure)
        return None

    def _made(self, name: str, structure: DataStructure, index: Index) -> Index:
        """The index from its files, so that its memory is shared; itself where it has none."""
        try:
            self._root.mkdir(mode=0o700, parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(prefix=_PASSING, dir=self._root) as passing:
                (whole := Path(passing) / name).mkdir()
                save(index, whole)
                self._replace(whole, self._root / name)
        except OSError:
            return index
        return self._opened(name, structure) or index

    def _replace(self, whole: Path, target: Path) -> None:
        """By renaming: another process sees the old index, or the new one."""
        if target.exists():
            target.rename(whole.with_suffix(".old"))
        # Another process may have put the same one there in between: then it stays.
        with contextlib.suppress(OSError):
            whole.rename(target)

    def renew(self, content: str, structure: DataStructure, make: Callable[[], Index]) -> None:
        """Make an index anew whatever is there."""
        name = _name(content, structure)
        made = self._made(name, structure, make())
        with self._lock:
            self._open[name] = made

    def forget(self) -> None:
        """Close every index, so that the next question looks at the files again."""
        with self._lock:
            self._open.clear()

    def drop(self, contents: Iterable[str]) -> None:
        """Remove the indexes of some contents; who has one open keeps it."""
        gone = {each[:_SHORT] for each in contents}
        for path in self._folders():
            if path.name.split("-")[0] in gone:
                self._remove(path)

    def keep_only(self, contents: Iterable[str]) -> list[Path]:
        """Remove every other index and what a stopped process left behind; what was removed."""
        known = {each[:_SHORT] for each in contents}
        gone = [path for path in self._folders() if path.name.split("-")[0] not in known]
        for path in gone:
            self._remove(path)
        self.forget()
        return gone

    def _remove(self, path: Path) -> None:
        """Under a passing name first: stopped in the middle, it leaves no half index in place."""
        passing = self._root / f"{_PASSING}{token_hex(8)}"
        with contextlib.suppress(OSError):  # another process may have removed it
            path.rename(passing)
        shutil.rmtree(passing, ignore_errors=True)

    def faults(self) -> Iterator[str]:
        """The files of an index that are not what was written."""
        for folder in self._folders():
            if folder.name.startswith(_PASSING):
                continue
            try:
                names = spoiled(folder)
            except (OSError, ValueError):
                names = ["its manifest"]
            if names:
                yield f"{folder} is spoiled ({', '.join(names)}): gateway releases index"

    def _folders(self) -> list[Path]:
        return sorted(self._root.iterdir()) if self._root.is_dir() else []


_SHORT = 32


def _name(content: str, structure: DataStructure) -> str:
    """The content first; then what else decides what an index is like."""
    components = tuple(each.id for each in structure.components())
    return f"{content[:_SHORT]}-{_like(structure.reference, components)}"


@lru_cache(maxsize=256)
def _like(of: Reference, components: tuple[str, ...]) -> str:
    like = (LAYOUT, of.urn, [*components])
    return hashlib.sha256(repr(like).encode()).hexdigest()[:16]
