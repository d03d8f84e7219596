"""A listing: a short table that is no data set, as JSON, CSV or a workbook.

Text, numbers, several codes in one cell, or figures by code. Nothing stands where there is nothing:
null in JSON, an empty cell elsewhere.
"""

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from gateway.formats import book
from gateway.formats.book import Book, Column, Page

Value = str | float | bool | None | Sequence[str] | Mapping[str, str | float | Sequence[str]]


@dataclass(frozen=True, slots=True)
class Listing:
    """Rows under headings; `about` is what is said of all of them, `prepared` when they changed."""

    name: str
    prepared: datetime
    about: Mapping[str, str]
    headings: tuple[str, ...]
    rows: Sequence[tuple[Value, ...]]


def write_json(listing: Listing) -> Iterator[bytes]:
    """One object: what is said of all rows, and the rows as objects."""
    rows = [
        {name: _plain(value) for name, value in zip(listing.headings, row, strict=True)}
        for row in listing.rows
    ]
    yield json.dumps({**listing.about, listing.name: rows}, ensure_ascii=False).encode()


def write_csv(listing: Listing) -> Iterator[bytes]:
    """Under RFC 4180; what is said of all rows stands in front of each."""
    text = io.StringIO()
    rows = csv.writer(text)
    rows.writerow((*listing.about, *listing.headings))
    for row in listing.rows:
        rows.writerow((*listing.about.values(), *map(_cell, row)))
    yield text.getvalue().encode()


def write_xlsx(listing: Listing) -> Iterator[bytes]:
    """One sheet, with numbers as numbers, its headings in sight and ready to be filtered."""
    headings = tuple(map(Column, (*listing.about, *listing.headings)))
    rows = tuple(
        tuple(None if e is None else _cell(e) for e in (*listing.about.values(), *row))
        for row in listing.rows
    )
    page = Page(listing.name, headings, rows)
    yield book.write(Book(listing.name, listing.prepared, (page,)))


def _plain(value: Value) -> object:
    """As JSON has it: a whole number without a point."""
    if isinstance(value, Mapping):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if isinstance(value, str | int | float | None) else list(value)


def _cell(value: Value) -> str | float:
    """As one cell holds it.

    >>> _cell(("GT", "MX")), _cell({"GT": 12.0, "MX": 0.5}), _cell(None)
    ('GT,MX', 'GT=12 MX=0.5', '')
    """
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case float() if value.is_integer():
            return int(value)
        case str() | int() | float():
            return value
        case Mapping():
            return " ".join(f"{name}={_cell(each)}" for name, each in value.items())
    return ",".join(value)
