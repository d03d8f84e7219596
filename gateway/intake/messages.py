"""SDMX data messages as lists of records: SDMX-CSV, SDMX-ML and SDMX-JSON.

Source: SDMX-CSV 1.0 and 2.0; SDMX-ML 2.1 and 3.0, generic and structure specific; SDMX-JSON data
1.0 and 2.x. The headings of the list are ids of components; the first line is row 2, as in the CSV
that states the same.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec
import pyarrow as pa
from lxml import etree

from gateway.intake.columns import Records, quick_records
from gateway.intake.delimited import SUFFIXES
from gateway.intake.json_message import json_lines
from gateway.intake.language import Labels, Table
from gateway.intake.ml_message import ml_lines
from gateway.intake.sheet import Sheet, Value, bad

STRUCTURE, STRUCTURE_ID, DATAFLOW, ACTION = "STRUCTURE", "STRUCTURE_ID", "DATAFLOW", "ACTION"
HEAD = (STRUCTURE, STRUCTURE_ID, DATAFLOW, ACTION)
"""Columns of an SDMX-CSV that say what a line is about, and not what it states."""

_CSV = Table(heading=(STRUCTURE, DATAFLOW))


@dataclass(frozen=True, slots=True)
class Message:
    """A message's lines. `about` are the names of its structures, as ids, short names or URNs."""

    records: Records
    about: tuple[str, ...]


Line = Mapping[str, str]
"""The values of one observation by the ids of their components."""


def read_message(content: bytes, name: str) -> Message | None:
    """The message in a file, or None for a file of another kind.

    Raises BadFile for a message that cannot be read.
    """
    start = content[:4096].removeprefix(b"\xef\xbb\xbf").lstrip()
    if start.startswith(b"<") and b"sdmx.org" in start:
        return _ml(content, name)
    if start.startswith(b"{"):
        return _json(content, name)
    if Path(name).suffix.lower() in SUFFIXES and start.startswith((b"STRUCTURE", b"DATAFLOW")):
        return _csv(content, name)
    return None


def _ml(content: bytes, name: str) -> Message:
    if b"<!DOCTYPE" in content[:4096]:
        raise _unreadable(name, "SDMX-ML")
    try:
        about, lines = ml_lines(content)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise _unreadable(name, "SDMX-ML") from error
    return Message(_listed(name, lines), about)


def _json(content: bytes, name: str) -> Message:
    try:
        about, lines = json_lines(content)
    except (msgspec.MsgspecError, UnicodeDecodeError, LookupError, ValueError, TypeError) as error:
        raise _unreadable(name, "SDMX-JSON") from error
    return Message(_listed(name, lines), about)


def _csv(content: bytes, name: str) -> Message | None:
    records = quick_records(content, name, _CSV, Labels())
    if records is None:
        raise _unreadable(name, "SDMX-CSV")
    known = {heading: at for at, heading in enumerate(records.headings)}
    at = known.get(STRUCTURE_ID, known.get(DATAFLOW))
    if at is None:
        return None
    about = records.columns[at].unique().to_pylist()
    return Message(_without_labels(records), tuple(each for each in about if each))


def _without_labels(records: Records) -> Records:
    """Headings may say ``FREQ: Frequency``, where labels were asked for."""
    return replace(records, headings=tuple(each.split(":")[0] for each in records.headings))


def _unreadable(name: str, kind: str) -> Exception:
    return bad(
        name,
        f"starts like an {kind} data message but cannot be read",
        f"empieza como un mensaje de datos {kind} pero no se puede leer",
    )


def _listed(name: str, lines: list[Line]) -> Records:
    headings = tuple(dict.fromkeys(each for line in lines for each in line))
    columns = (
        pa.array([line.get(heading, "") for line in lines], pa.string()) for heading in headings
    )
    return Records(Path(name).stem, 0, 1, headings, tuple(columns))


def as_sheet(message: Message) -> Sheet:
    """The lines as a sheet, with the addresses that findings name."""
    records = message.records
    lines = zip(*(column.to_pylist() for column in records.columns), strict=True)
    values: list[list[Value]] = [[each or None for each in line] for line in lines]
    return Sheet(records.sheet, [[*records.headings], *values], {})
