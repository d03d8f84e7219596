"""Code lists as spreadsheets: out to CSV, and back in as the next version.

A published version never changes: what comes back is a new one. Its number says how much changed,
by the rules of SDMX's semantic versions: words only (patch), codes added (minor), codes removed or
placed under another parent (major).
"""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace

from gateway.errors import BadFile
from gateway.model.artefact import Item, ItemScheme
from gateway.model.text import Text

COLUMNS = ("id", "parent", "name_es", "name_en", "description_es", "description_en")

_ID = re.compile(r"[A-Za-z0-9_@$-]+")


def to_csv(scheme: ItemScheme) -> str:
    """A scheme's items, one a line, in their order."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for item in scheme.items:
        description = item.description or Text("", "")
        words = (item.name.es, item.name.en, description.es, description.en)
        writer.writerow((item.id, item.parent or "", *words))
    return out.getvalue()


def from_csv(text: str, scheme: ItemScheme) -> ItemScheme:
    """The scheme with the items of a CSV, as its next version; itself where nothing changed.

    Raises BadFile with every fault and its line.
    """
    lines = _lines(text.removeprefix("\ufeff"))
    if faults := [*_faults(lines)]:
        raise BadFile("\n".join(faults))
    items = tuple(_item(row) for _, row in lines)
    if items == scheme.items:
        return scheme
    return replace(scheme, items=items, version=_next(scheme, items))


Line = tuple[int, dict[str, str]]
"""A record of the CSV with the number of the line that it ends in."""


def _lines(text: str) -> list[Line]:
    rows = csv.reader(io.StringIO(text), strict=True)
    try:
        if tuple(next(rows, ())) != COLUMNS:
            raise BadFile(f"The first line must read {','.join(COLUMNS)}.")
        records = [(rows.line_num, row) for row in rows if row]
    except csv.Error as error:
        raise BadFile(f"line {rows.line_num}: {error}") from error
    if wrong := [f"line {line}: {len(row)} cells where {len(COLUMNS)} belong"
                 for line, row in records if len(row) != len(COLUMNS)]:  # fmt: skip
        raise BadFile("\n".join(wrong))
    return [(line, dict(zip(COLUMNS, row, strict=True))) for line, row in records]


def _faults(lines: list[Line]) -> Iterator[str]:
    ids = Counter(row["id"] for _, row in lines)
    parents = {row["id"]: row["parent"] for _, row in lines}
    for number, row in lines:
        id, parent = row["id"], row["parent"]
        if not _ID.fullmatch(id):
            yield f"line {number}: {id!r} is no id (letters, figures, _ @ $ -)"
        if ids[id] > 1:
            yield f"line {number}: the id {id} stands in more than one line"
        if parent and parent not in parents:
            yield f"line {number}: there is no code {parent} to be the parent of {id}"
        elif _goes_round(id, parents):
            yield f"line {number}: {id} is broader than itself"
        if not row["name_es"] or not row["name_en"]:
            yield f"line {number}: {id} needs a name in both languages"
        if bool(row["description_es"]) != bool(row["description_en"]):
            yield f"line {number}: {id} has a description in one language only"


def _goes_round(id: str, parents: Mapping[str, str]) -> bool:
    """Whether the way up from a code comes back to it."""
    seen = {id}
    above = parents.get(id, "")
    while above and above not in seen:
        seen.add(above)
        above = parents.get(above, "")
    return above == id


def _item(row: dict[str, str]) -> Item:
    described = Text(es=row["description_es"], en=row["description_en"])
    return Item(
        row["id"],
        Text(es=row["name_es"], en=row["name_en"]),
        described if described.es else None,
        row["parent"] or None,
    )


def _next(scheme: ItemScheme, items: tuple[Item, ...]) -> str:
    """The version that follows.

    >>> _raised("1.2.3", "minor")
    '1.3.0'
    """
    before = {item.id: item.parent for item in scheme.items}
    after = {item.id: item.parent for item in items}
    if any(id not in after or after[id] != parent for id, parent in before.items()):
        return _raised(scheme.version, "major")
    return _raised(scheme.version, "minor" if after.keys() - before.keys() else "patch")


def _raised(version: str, part: str) -> str:
    major, minor, patch = (*(int(each) for each in version.split(".")), 0, 0)[:3]
    match part:
        case "major":
            return f"{major + 1}.0.0"
        case "minor":
            return f"{major}.{minor + 1}.0"
        case _:
            return f"{major}.{minor}.{patch + 1}"
