"""Code maps: which label of an office stands for which code of the region.

A map is a CSV file with a `label` column and a `code` column, or a column named after each
component that it serves. Where one label can mean several codes, they stand with ``|`` between
them: such a label is known, and refused, for the gateway does not guess. Where a line leaves a
column empty, that component is looked up in the next map.
"""

import csv
import difflib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from gateway.errors import BadConfiguration
from gateway.intake.clean import label

CODE, LABEL, NOTE = "code", "label", "note"
EITHER = "|"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a code map; `key` is its label as `clean.label` gives it.

    `codes` are its codes by the column that they stand in.
    """

    key: str
    label: str
    codes: Mapping[str, str]

    def code(self, component: str) -> str | None:
        """The code for a component; several with ``|`` between them where the map is no function.

        None where the line leaves that component to the next map.
        """
        return self.codes.get(component, self.codes.get(CODE))


@dataclass(frozen=True, slots=True)
class CodeMap:
    """The entries of a code map by their keys, in the order of the file."""

    name: str
    columns: tuple[str, ...]
    entries: Mapping[str, Entry]

    def serves(self, component: str) -> bool:
        """Whether the map has codes for a component."""
        return component in self.columns or CODE in self.columns


def read_code_map(path: Path, components: Iterable[str]) -> CodeMap:
    """One code map; its columns beside label, code and note are named after components.

    Raises BadConfiguration with every fault in it.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, strict=True)
            rows = list(reader)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise BadConfiguration(f"the code map {path.name} cannot be read: {error}") from error
    columns = tuple(each for each in reader.fieldnames or () if each not in (LABEL, NOTE))
    entries: dict[str, Entry] = {}
    faults = [*_heading_faults(path.name, reader.fieldnames or (), components)]
    for number, row in enumerate(rows if not faults else (), start=2):
        faults += _add(entries, row, columns, f"{path.name}, line {number}")
    if faults:
        raise BadConfiguration("; ".join(faults))
    return CodeMap(path.name, columns, entries)


def _heading_faults(name: str, headings: Iterable[str], components: Iterable[str]) -> Iterator[str]:
    known = {LABEL, CODE, NOTE, *components}
    for each in headings:
        if each not in known:
            yield f"{name}, line 2: the column {each} is neither label, code, note nor a component"
    if not {LABEL} <= {*headings}:
        yield f"{name}, line 2: label and code are both needed"


def _add(
    entries: dict[str, Entry], row: Mapping[str, str], columns: tuple[str, ...], where: str
) -> Iterator[str]:
    if not row.get(LABEL) or not any(row.get(each) for each in columns):
        yield f"{where}: label and code are both needed"
        return
    codes = {each: row[each].strip() for each in columns if row.get(each)}
    entry = Entry(label(row[LABEL]), row[LABEL], codes)
    if entries.setdefault(entry.key, entry).codes != entry.codes:
        yield f"{where}: {entry.label} has two codes"


def closest(text: str, maps: Iterable[CodeMap]) -> tuple[Entry, ...]:
    """The entries whose labels come nearest to a text, best first; at most three."""
    known = {key: entry for each in reversed([*maps]) for key, entry in each.entries.items()}
    return tuple(known[key] for key in difflib.get_close_matches(label(text), known, n=3))
