"""The index of a release: its observations as small integers in Arrow files that are memory-mapped.

Series are sorted by key, observations by series then time. It is made from the parts, which are
the record, and can be made again at any time.
"""

import hashlib
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from gateway.model.coding import coded, combined, narrow, packed
from gateway.model.observations import REPORTED, Observations
from gateway.model.period import chronological
from gateway.model.selection import (
    Coded,
    Codes,
    Selection,
    as_arrow,
    as_codes,
    as_floats,
    as_scalar,
)
from gateway.model.structure import Attachment, DataStructure
from gateway.model.visibility import EMBARGO

Column = Callable[[str], pa.ChunkedArray]
"""The values of a component for every observation of a release; all in one order."""

_NEVER = np.iinfo(np.int64).max


@dataclass(frozen=True, slots=True)
class Index:
    """The columns of a release.

    `keys` and `series_attributes` have a row for each series, `attributes` one for each distinct
    combination of observation attributes. `start` gives each series' first observation and has
    one entry more. For each observation: `period` is a code of `periods`, `note` a row of
    `attributes`, `values` its value as reported (null where missing), `numbers` the same as a
    number (NaN where missing). `of_whole` is stated of all of them. `embargo` gives for each row of
    `attributes` the microsecond since 1970 until which it is hidden, and is empty where nothing is.
    """

    structure: DataStructure
    keys: Mapping[str, Coded]
    series_attributes: Mapping[str, Coded]
    attributes: Mapping[str, Coded]
    start: npt.NDArray[np.int64]
    periods: tuple[str, ...]
    period: Codes
    note: Codes
    values: pa.Array
    numbers: npt.NDArray[np.float64]
    embargo: npt.NDArray[np.int64]
    of_whole: Mapping[str, str]

    def __len__(self) -> int:
        return len(self.period)

    @property
    def series(self) -> int:
        """How many series there are."""
        return len(self.start) - 1


def _embargo(attributes: Mapping[str, Coded]) -> npt.NDArray[np.int64]:
    """A time that cannot be read never comes; where there is none, it is over."""
    column = attributes.get(EMBARGO)
    if column is None or not column.values:
        return np.zeros(0, np.int64)
    return np.array([*map(_microsecond, column.values), 0], np.int64)[column.codes]


def _microsecond(text: str) -> int:
    """A moment; a day begins at midnight, and without a zone it is in UTC."""
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        return int(_NEVER)
    return microsecond(moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC))


def microsecond(moment: datetime) -> int:
    """Microseconds from the start of 1970 to a moment with a time zone."""
    since = moment - datetime(1970, 1, 1, tzinfo=UTC)
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def index_of(observations: Observations) -> Index:
    """The index of observations in any order."""
    return build(observations.structure, len(observations), observations.table.column)


def index_from(selection: Selection, numbers: npt.NDArray[np.float64] | None = None) -> Index:
    """The index of a selection that is in the order of series then time, each series having one.

    Its values as `numbers` are read from their spelling where they are not known.
    """
    rows = selection.chunk()
    start = np.searchsorted(rows.series, np.arange(selection.series + 1)).astype(np.int64)
    if numbers is None:
        numbers = as_floats(pc.fill_null(pc.cast(rows.values, pa.float64()), as_scalar(np.nan)))
    return Index(
        selection.structure,
        selection.keys,
        selection.series_attributes,
        selection.attributes,
        start,
        selection.periods,
        rows.periods,
        rows.notes,
        rows.values,
        numbers,
        _embargo(selection.attributes),
        selection.of_whole,
    )


def build(structure: DataStructure, rows: int, column: Column) -> Index:
    """The index of a release whose columns are fetched one at a time: few are held at once."""
    keys = {name: coded(column(name)) for name in structure.dimension_ids}
    times = coded(column(structure.time.id), by=chronological)
    full = packed([*(each.codes for each in keys.values()), times.codes], rows)
    order = np.argsort(full, kind="stable")
    series = full[order] // max(1, len(times.values))
    start = np.flatnonzero(np.diff(series, prepend=-1, append=-1)).astype(np.int64)
    first = order[start[:-1]] if rows else order
    attributes = _attributes(structure, Attachment.OBSERVATION, column)
    note = combined([*attributes.values()], rows)
    _, example = np.unique(note, return_index=True)
    sets = {name: each.take(example) for name, each in attributes.items()}
    on_series = _attributes(structure, Attachment.SERIES, column)
    reported = column(REPORTED).combine_chunks()
    return Index(
        structure,
        {name: each.take(first) for name, each in keys.items()},
        {name: each.take(first) for name, each in on_series.items()},
        sets,
        start if rows else np.zeros(1, np.int64),
        times.values,
        times.codes[order],
        note[order].astype(narrow(len(example))),
        reported.take(as_arrow(order)),
        _numbers(column(structure.measure.id))[order],
        _embargo(sets),
        _of_whole(structure, column, times.codes),
    )


def _of_whole(structure: DataStructure, column: Column, times: Codes) -> dict[str, str]:
    """What is stated of the whole release: by its latest period, where years say otherwise."""
    found = {}
    for name, each in _attributes(structure, Attachment.DATASET, column).items():
        there = np.flatnonzero(each.codes < len(each.values))
        if len(there):
            found[name] = each.values[int(each.codes[there[np.argmax(times[there])]])]
    return found


def _attributes(structure: DataStructure, on: Attachment, column: Column) -> dict[str, Coded]:
    return {name: coded(column(name)) for name in structure.attribute_ids(on)}


def _numbers(column: pa.ChunkedArray) -> npt.NDArray[np.float64]:
    return np.concatenate(
        [np.zeros(0), *(as_floats(chunk.fill_null(as_scalar(np.nan))) for chunk in column.chunks)]
    )


# On disk: one folder an index, one record batch a file, so that opening it copies nothing.


class _Manifest(msgspec.Struct, forbid_unknown_fields=True):
    """What `index.json` says: the words behind the codes, and the SHA-256 of the other files.

    And what is stated of the whole release.
    """

    words: dict[str, tuple[str, ...]]
    files: dict[str, str]
    of_whole: dict[str, str]


LAYOUT = 2
"""Raised when the files change their meaning: an index of another layout is made anew."""

_MANIFEST = "index.json"


def save(index: Index, folder: Path) -> None:
    """Write the files of an index into a folder that is there and empty, and sync them."""
    by_series = {**index.keys, **index.series_attributes}
    tables: dict[str, dict[str, pa.Array]] = {
        "series": {name: as_arrow(each.codes) for name, each in by_series.items()},
        "notes": {name: as_arrow(each.codes) for name, each in index.attributes.items()},
        "start": {"start": as_arrow(index.start)},
        "observations": {
            "period": as_arrow(index.period),
            "note": as_arrow(index.note),
            "number": as_arrow(index.numbers),
            "value": index.values,
        },
    }
    for name, columns in tables.items():
        batch = pa.record_batch([*columns.values()], names=[*columns])
        with (
            pa.OSFile(str(folder / f"{name}.arrow"), "wb") as sink,
            pa.ipc.new_file(sink, batch.schema) as writer,
        ):
            writer.write_batch(batch)
    words = {name: each.values for name, each in (by_series | {**index.attributes}).items()}
    words[index.structure.time.id] = index.periods
    files = {path.name: _digest(path) for path in folder.iterdir()}
    (folder / _MANIFEST).write_bytes(
        msgspec.json.encode(_Manifest(words, files, {**index.of_whole}))
    )
    for path in folder.iterdir():
        _sync(path)


def _sync(path: Path) -> None:
    """To the disk, before the folder gets its name: a power cut must leave no half index."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def load(folder: Path, structure: DataStructure) -> Index:
    """The index in a folder, memory-mapped, once it is seen to be what was written.

    Raises OSError, ValueError or KeyError where it is none.
    """
    if wrong := spoiled(folder):
        raise ValueError(f"{folder} is spoiled: {wrong}")
    manifest = _manifest(folder)
    words = manifest.words
    series, notes, rows = (
        _mapped(folder / f"{name}.arrow") for name in ("series", "notes", "observations")
    )

    def columns(of: pa.RecordBatch, names: tuple[str, ...]) -> dict[str, Coded]:
        return {name: Coded(as_codes(of.column(name)), words[name]) for name in names}

    sets = columns(notes, structure.attribute_ids(Attachment.OBSERVATION))
    return Index(
        structure,
        columns(series, structure.dimension_ids),
        columns(series, structure.attribute_ids(Attachment.SERIES)),
        sets,
        as_codes(_mapped(folder / "start.arrow").column("start")).astype(np.int64, copy=False),
        words[structure.time.id],
        as_codes(rows.column("period")),
        as_codes(rows.column("note")),
        rows.column("value"),
        as_floats(rows.column("number")),
        _embargo(sets),
        manifest.of_whole,
    )


def spoiled(folder: Path) -> list[str]:
    """The files of an index that are not what was written; OSError or ValueError for no index."""
    stated = _manifest(folder).files
    return [name for name, digest in stated.items() if _digest(folder / name) != digest]


def _manifest(folder: Path) -> _Manifest:
    return msgspec.json.decode((folder / _MANIFEST).read_bytes(), type=_Manifest)


def _mapped(path: Path) -> pa.RecordBatch:
    return pa.ipc.open_file(pa.memory_map(str(path))).get_batch(0)
