"""The columns of a table by what their headings say, whatever page they stand on and wherever."""

from collections.abc import Iterator
from dataclasses import dataclass

from gateway.intake.clean import among, label
from gateway.intake.labels import Cleaner, parts_of
from gateway.intake.language import Columns
from gateway.intake.pages import Page


@dataclass(frozen=True, slots=True)
class Column:
    """One headed column: `path` names it from the top heading down.

    `at` is where it stands on each page, None where it does not. A column that states a total has
    as `parts` the positions of the columns that it adds up, where that is known.
    """

    path: tuple[str, ...]
    at: tuple[int | None, ...]
    mark: str = ""
    left_out: bool = False
    total: bool = False
    parts: tuple[int, ...] = ()


Key = tuple[tuple[str, ...], int]
"""A column's headings, and how many columns with the same ones stand before it."""


def columns_of(cleaner: Cleaner, pages: tuple[Page, ...], words: Columns) -> tuple[Column, ...]:
    """Every column with a heading, in the order in which they first appear.

    A column without any heading is a spacer. Those to be left out come after the others.
    """
    found: dict[Key, list[int | None]] = {}
    said: dict[Key, tuple[tuple[str, ...], str]] = {}
    for number, page in enumerate(pages):
        for key, column, path, mark in _headed(cleaner, page, words):
            found.setdefault(key, [None] * len(pages))[number] = column
            said[key] = said[key] if key in said and said[key][1] else (path, mark)
    left = {key for key, (path, _) in said.items()
            if any(each and among(each, words.leave_out) for each in path)}  # fmt: skip
    kept = [key for key in found if key not in left]
    parts = parts_of([said[key][0] for key in kept], words.totals)
    return (
        *(
            Column(said[key][0], tuple(found[key]), said[key][1], False, of is not None, of or ())
            for key, of in zip(kept, parts, strict=True)
        ),
        *(Column(said[key][0], tuple(found[key]), left_out=True) for key in found if key in left),
    )


def _headed(
    cleaner: Cleaner, page: Page, words: Columns
) -> Iterator[tuple[Key, int, tuple[str, ...], str]]:
    width = len(cleaner.sheet.values[page.header])
    counts: dict[tuple[str, ...], int] = {}
    before: tuple[str, ...] = ()
    for column in range(page.labels + 1, width):
        said = [cleaner.said(row, column) for row in range(page.header, page.first)]
        path = tuple(each.text for each in said)
        if not any(path):
            continue
        if words.fill:
            path = _filled(path, before)
        before = path
        same = tuple(label(each) for each in path)
        counts[same] = counts.get(same, -1) + 1
        marks = dict.fromkeys(each.mark for each in said if each.mark)
        yield (same, counts[same]), column, path, " ".join(marks)


def _filled(path: tuple[str, ...], before: tuple[str, ...]) -> tuple[str, ...]:
    """A path whose empty outer headings are those of the column before it."""
    given = next(level for level, each in enumerate(path) if each)
    return (*before[:given], *path[given:]) if before else path
