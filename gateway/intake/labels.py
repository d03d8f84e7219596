"""What a label or heading says once its typography is taken off."""

import re
from dataclasses import dataclass, field

from gateway.intake.clean import among, label
from gateway.intake.language import Labels
from gateway.intake.sheet import Sheet


@dataclass(frozen=True, slots=True)
class Said:
    """A label without its footnote mark, and the mark."""

    text: str
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Cleaner:
    """Reads the labels of one sheet as a provision's `[labels]` says."""

    sheet: Sheet
    words: Labels
    _known: dict[str, Said] = field(default_factory=dict)

    def said(self, row: int, column: int) -> Said:
        """What a cell says. A mark that the sheet itself raises goes before one of the pattern."""
        if column >= len(self.sheet.values[row]) or self.sheet.values[row][column] is None:
            return Said("")
        text = self.sheet.text(row, column)
        if text not in self._known:
            self._known[text] = self._cleaned(text)
        found = self._known[text]
        raised = self.sheet.marks.get((row, column))
        return found if raised is None else Said(found.text, raised)

    def _cleaned(self, text: str) -> Said:
        for pattern in self.words.drop:
            text = re.sub(pattern, "", text)
        mark = re.search(f"(?:{self.words.marks})$", text) if self.words.marks else None
        if mark is None or not text[: mark.start()].strip():
            return Said(" ".join(text.split()))
        return Said(" ".join(text[: mark.start()].split()), mark[0].strip(" ()"))


Path = tuple[str, ...]


def parts_of(paths: list[Path], totals: tuple[str, ...]) -> list[tuple[int, ...] | None]:
    """For each path the positions of those that it adds up; None where it states no total.

    A total's labels, and empty ones beside them, stand for every label at their level. Where there
    is no such detail, the totals that are one step finer are what it adds up.

    >>> parts_of([("Ene", "a"), ("Ene", "b"), ("Ene", "Sub"), ("Total", "")], ("Sub", "Total"))
    [None, None, (0, 1), (0, 1)]
    >>> parts_of([("Ene", "Sub"), ("Feb", "Sub"), ("Total", "Total")], ("Sub", "Total"))
    [(), (), (0, 1)]
    """
    free = [_free(path, totals) for path in paths]
    detail = [position for position, levels in enumerate(free) if levels is None]
    finest = {levels: _grouped(paths, detail, levels) for levels in free if levels is not None}
    found: list[tuple[int, ...] | None] = []
    for path, levels in zip(paths, free, strict=True):
        if levels is None:
            found.append(None)
            continue
        parts = finest[levels].get(_fixed(path, levels), ())
        found.append(parts or _finer(paths, free, path, levels))
    return found


Levels = frozenset[int]


def _free(path: Path, totals: tuple[str, ...]) -> Levels | None:
    """The levels at which a path stands for every label; None where it is detail."""
    said = {level for level, each in enumerate(path) if each and among(each, totals)}
    if not said:
        return None
    return frozenset(said | {level for level, each in enumerate(path) if not each})


def _fixed(path: Path, free: Levels) -> Path:
    return tuple(label(each) for level, each in enumerate(path) if level not in free)


def _grouped(paths: list[Path], among: list[int], free: Levels) -> dict[Path, tuple[int, ...]]:
    groups: dict[Path, list[int]] = {}
    for position in among:
        groups.setdefault(_fixed(paths[position], free), []).append(position)
    return {key: tuple(positions) for key, positions in groups.items()}


def _finer(
    paths: list[Path], free: list[Levels | None], path: Path, levels: Levels
) -> tuple[int, ...]:
    finer = [n for n, each in enumerate(free) if each is not None and each < levels]
    fitting = [n for n in finer if _fixed(paths[n], levels) == _fixed(path, levels)]
    least = min((len(free[n] or ()) for n in fitting), default=0)
    return tuple(n for n in fitting if len(free[n] or ()) == least)
