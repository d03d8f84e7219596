"""Files of survey records, of which only named columns are ever read: CSV, DBF and SAV.

Each comes as batches of text columns, so that memory does not grow with the records.
"""

import csv
import io
import math
import struct
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyreadstat
from pyarrow import csv as arrow_csv

from gateway.intake.delimited import SUFFIXES, decoded, separator
from gateway.intake.sheet import bad, damaged, shown, stored

_SAV = (b"$FL2", b"$FL3")
_DBF = frozenset((0x03, 0x30, 0x31, 0x83, 0x8B, 0xF5))
_BATCH = 100_000

Batches = Callable[[Sequence[int]], Iterator[pa.Table]]
"""Tables of the columns at some positions, all text, named by those positions."""


@dataclass(frozen=True, slots=True)
class Survey:
    """A file's columns by name, and its records. `first` is the row of the first record."""

    name: str
    headings: tuple[str, ...]
    batches: Batches


def open_survey(content: bytes, name: str) -> Survey:
    """A file of records, none of which is read yet. Raises BadFile."""
    suffix = Path(name).suffix.lower()
    if content.startswith(_SAV):
        return _sav(content, name)
    if suffix == ".dbf" and len(content) > 32 and content[0] in _DBF:
        return _dbf(content, name)
    if suffix in SUFFIXES and content:
        return _csv(content, name)
    raise bad(
        name,
        "holds no survey records; hand in a .csv, .dbf or .sav file",
        "no contiene registros de una encuesta; entregue un archivo .csv, .dbf o .sav",
    )


def _csv(content: bytes, name: str) -> Survey:
    top = decoded(content[: 1 << 20], name)
    mark = separator(top)
    line = top.splitlines()[0]
    headings = tuple(next(csv.reader([line], delimiter=mark)))
    encoding = _encoding(content)

    def batches(wanted: Sequence[int]) -> Iterator[pa.Table]:
        names = [str(at) for at in range(len(headings))]
        kept = [str(at) for at in wanted]
        try:
            reader = arrow_csv.open_csv(
                pa.BufferReader(content),
                read_options=arrow_csv.ReadOptions(
                    skip_rows=1, column_names=names, encoding=encoding, block_size=1 << 22
                ),
                parse_options=arrow_csv.ParseOptions(delimiter=mark),
                convert_options=arrow_csv.ConvertOptions(
                    include_columns=kept,
                    column_types=dict.fromkeys(names, pa.string()),
                    strings_can_be_null=False,
                ),
            )
            for batch in reader:
                yield pa.Table.from_batches([batch])
        except (pa.ArrowInvalid, UnicodeDecodeError) as error:
            raise bad(
                name,
                "is no CSV file: its lines are not cut into equally many cells",
                "no es un archivo CSV: sus líneas no tienen todas las mismas celdas",
            ) from error

    return Survey(name, headings, batches)


def _encoding(content: bytes) -> str:
    """UTF-8 where the whole file is; what is neither is read as Windows-1252."""
    try:
        for start in range(0, len(content), 1 << 24):
            content[start : start + (1 << 24) + 4].decode("utf-8", errors="strict")
    except UnicodeDecodeError as error:
        if error.reason != "unexpected end of data":
            return "cp1252"
    return "utf8"


def _dbf(content: bytes, name: str) -> Survey:
    """Source: dBASE III file structure; a record is a flag and fields of fixed width."""
    count, start, width = struct.unpack("<IHH", content[4:12])
    fields, at = [], 32
    while content[at : at + 1] not in (b"\r", b"") and at < start:
        field = content[at : at + 32]
        fields.append((field[:11].split(b"\x00")[0].decode("cp1252"), field[16]))
        at += 32
    if sum(length for _, length in fields) + 1 != width or len(content) < start + count * width:
        raise damaged(name, ".dbf")
    kinds = [("flag", "S1"), *((str(n), f"S{length}") for n, (_, length) in enumerate(fields))]
    records = np.frombuffer(content, np.dtype(kinds), count, start)

    def batches(wanted: Sequence[int]) -> Iterator[pa.Table]:
        for first in range(0, count, _BATCH):
            part = records[first : first + _BATCH]
            part = part[part["flag"] != b"*"]  # records that were deleted are still in the file
            yield pa.table({str(each): _texts(part[str(each)]) for each in wanted})

    return Survey(name, tuple(heading for heading, _ in fields), batches)


def _texts(column: np.ndarray) -> pa.Array:
    return pa.array([each.decode("cp1252").strip() for each in column.tolist()], pa.string())


def _sav(content: bytes, name: str) -> Survey:
    try:
        _, meta = pyreadstat.read_sav(io.BytesIO(content), metadataonly=True)
    except (pyreadstat.ReadstatError, ValueError, UnicodeDecodeError) as error:
        raise damaged(name, ".sav") from error
    headings = tuple(meta.column_names)

    def batches(wanted: Sequence[int]) -> Iterator[pa.Table]:
        names = [headings[at] for at in wanted]
        first = 0
        while True:
            frame, _ = pyreadstat.read_sav(
                io.BytesIO(content), usecols=names, row_offset=first, row_limit=_BATCH
            )
            if not len(frame):
                return
            columns = {
                str(at): [_said(each) for each in frame[heading]]
                for at, heading in zip(wanted, names, strict=True)
            }
            yield pa.table({at: pa.array(each, pa.string()) for at, each in columns.items()})
            first += len(frame)

    return Survey(name, headings, batches)


def _said(value: object) -> str:
    """A value's text; what is missing in SPSS is empty."""
    missing = isinstance(value, float) and math.isnan(value)
    return "" if missing else shown(stored(value))
