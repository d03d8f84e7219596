"""What is measured: writing beside other writers, a slice beside a smaller one, answers again."""

import io
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import IO

import duckdb
import pyarrow as pa
from flask.testing import FlaskClient
from pyarrow import csv
from pysdmx.io import get_datasets, write_sdmx
from pysdmx.io.format import Format as PysdmxFormat

from gateway.formats import table
from gateway.formats.message import DataMessage
from gateway.formats.table import Format
from gateway.model.observations import REPORTED
from gateway.model.query import Wanted
from gateway.model.selection import Selection
from gateway.registry import Registry
from gateway.releases.index import index_of
from tests.benchmarks.clock import beside, seconds
from tests.benchmarks.figures import Figures, figures
from tests.formats.reading import structures, written

FOREIGN = 20_000
"""Observations that slower writers get at most: their rates do not depend on how many."""

_BOTH = (
    ("structure-specific 2.1", table.SPECIFIC, PysdmxFormat.DATA_SDMX_ML_2_1_STR),
    ("structure-specific 3.0", table.DATA_30, PysdmxFormat.DATA_SDMX_ML_3_0),
    ("generic 2.1", table.GENERIC, PysdmxFormat.DATA_SDMX_ML_2_1_GEN),
    ("CSV 2.0", table.CSV, PysdmxFormat.DATA_SDMX_CSV_2_0_0),
)
"""The formats that pysdmx writes too."""


@dataclass(frozen=True)
class Measure:
    """One result; `than` says what the ratio compares with, where there is one."""

    name: str
    value: float
    unit: str
    ratio: float | None = None
    than: str = ""

    def __str__(self) -> str:
        ratio = "" if self.ratio is None else f"{self.ratio:10.2f} × {self.than}"
        return f"{self.name:<44}{self.value:14,.3f} {self.unit:<18}{ratio}".rstrip()


def writing(big: Figures, registry: Registry) -> Iterator[Measure]:
    """Observations a CPU second, in each format, beside pysdmx and Arrow's own CSV writer."""
    everything = big.message(big.select(Wanted()))
    small = figures(registry, min(FOREIGN, big.count))
    specific = written(table.SPECIFIC, small.message(small.select(Wanted())))
    foreign = get_datasets(io.BytesIO(specific), io.BytesIO(structures(registry)), validate=False)
    for name, ours, theirs in _BOTH:
        rate = len(everything.selections[0]) / seconds(_drain(ours, everything), 3)
        other = len(small.unsorted) / seconds(partial(write_sdmx, foreign, theirs))
        yield Measure(f"write {name}", rate, "observations/s", rate / other, "pysdmx")
    yield _beside_cat(table.DATA_30, everything)
    took = seconds(_drain(table.JSON_21, everything), 3)
    yield Measure("write SDMX-JSON 2.1", len(big.unsorted) / took, "observations/s")
    plain = big.unsorted.table
    took, arrow = beside(
        _drain(table.CSV, everything), lambda: csv.write_csv(plain, pa.BufferOutputStream()), 3
    )
    rate = len(big.unsorted) / took
    yield Measure("write CSV 2.0", rate, "observations/s", arrow / took, "Arrow's CSV, unsorted")
    yield from _beside_duckdb(big, everything)


_COPY = """
COPY (
    SELECT 'dataflow' AS STRUCTURE, 'LMIG:DF_RETURNS(1.0.0)' AS STRUCTURE_ID, 'I' AS ACTION, *
    FROM flat
) TO '/dev/null' (FORMAT csv, HEADER)
"""


def _beside_duckdb(big: Figures, everything: DataMessage) -> Iterator[Measure]:
    """The same lines as COPY writes them, on one thread as ours; and the other flat formats."""
    with duckdb.connect(config={"threads": 1}) as engine:
        engine.register("flat", big.unsorted.table.drop_columns([REPORTED]))
        took, theirs = beside(
            _drain(table.CSV, everything),
            lambda: engine.execute(_COPY),
            3,
        )
    rows = len(big.unsorted)
    yield Measure("write CSV 2.0", rows / took, "observations/s", theirs / took, "DuckDB's COPY")
    for each in (table.CSV_LABELS, table.XLSX, table.PARQUET):
        rate = rows / seconds(_drain(each, everything))
        yield Measure(f"write {each.names[0]}", rate, "observations/s")


def _beside_cat(format: Format[DataMessage], message: DataMessage) -> Measure:
    """Into a file, beside copying the ready one there: the least that a server of files does."""
    with tempfile.TemporaryFile() as ready, tempfile.TemporaryFile() as copy:
        ready.write(written(format, message))

        def copied(pieces: Callable[[], Iterator[bytes]]) -> None:
            copy.seek(0)
            copy.writelines(pieces())

        took, cat = beside(
            lambda: copied(lambda: format.write(message)), lambda: copied(partial(_read, ready)), 5
        )
    rate = len(message.selections[0]) / took
    return Measure(f"{format.names[0]} to a file", rate, "observations/s", cat / took, "cat")


def _read(file: IO[bytes]) -> Iterator[bytes]:
    file.seek(0)
    while piece := file.read(2**17):  # as GNU cat does
        yield piece


def _drain(format: Format[DataMessage], message: DataMessage) -> Callable[[], object]:
    """Write a message as a socket takes it: chunk by chunk, keeping none."""
    return lambda: sum(len(chunk) for chunk in format.write(message))


def slicing(big: Figures, tenth: Figures) -> Iterator[Measure]:
    """A thousand observations found and rendered, beside the same in a tenth of the release."""
    assert len(big.slice()) == len(tenth.slice()) == 1_020
    ours, smaller = beside(rendered(big, big.slice), rendered(tenth, tenth.slice), 31)
    than = "the same in a tenth of the release"
    yield Measure("slice of 1,020 observations", ours * 1000, "ms", ours / smaller, than)


def rendered(of: Figures, select: Callable[[], Selection]) -> Callable[[], object]:
    """A selection made and written as XML."""
    return lambda: written(table.SPECIFIC, of.message(select()))


def building(big: Figures) -> Iterator[Measure]:
    """What a release costs between its checks and its files."""
    yield Measure("sort", seconds(big.unsorted.sorted), "CPU s")
    yield Measure("build the cube", seconds(lambda: index_of(big.unsorted)), "CPU s")


def answering(web: FlaskClient) -> Iterator[Measure]:
    """A flow with all that it refers to, municipalities too: first, again, and not modified."""
    path = "/sdmx/v2/structure/dataflow/LMIG/DF_RETURNS/1.0.0?references=all"
    first = seconds(lambda: web.get(path).data)
    etag = web.get(path).headers["ETag"]
    assert web.get(path, headers={"If-None-Match": etag}).status_code == 304
    again, unchanged = beside(
        lambda: web.get(path).data, lambda: web.get(path, headers={"If-None-Match": etag}), 31
    )
    yield Measure("references=all, first time", first * 1000, "ms")
    yield Measure("references=all, again", again * 1000, "ms", again / first, "the first time")
    name = "references=all, not modified"
    yield Measure(name, unchanged * 1000, "ms", unchanged / first, "the first time")
