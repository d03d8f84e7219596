"""Parquet for analysts' programs: codes as dictionaries, values as numbers beside their spelling.

A file holds one dataflow, in row groups that are written as they are read. What the data are is in
the metadata of the file, by keys that begin with `sdmx.`; what a column is, in that of its field.
"""

from collections.abc import Iterator, Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from gateway.errors import NotServed
from gateway.formats import flat
from gateway.formats.message import FLAT, DataMessage, DataSet
from gateway.formats.outlet import Outlet
from gateway.model.observations import REPORTED, columns
from gateway.model.selection import Coded, Codes, Selection, as_arrow, as_scalar, as_strings
from gateway.model.text import LANGUAGES, Text

_ROWS_AT_ONCE = 131_072
"""Rows of a row group: enough to compress well, few enough to hold."""


def write(message: DataMessage) -> Iterator[bytes]:
    """The file in chunks.

    Raises NotServed for changes and history, and for several dataflows, which have no one schema.
    """
    flat.refuse_more_than_a_state(message, "A Parquet file", ("format=csv-2.1",))
    flows = dict.fromkeys(str(each.subject.of) for each in message.datasets)
    if len(flows) > 1:
        raise NotServed(
            "A Parquet file holds one dataflow.",
            spanish="Un archivo Parquet contiene un solo flujo de datos.",
            subject="format",
            allowed=flows,
        )
    return _written(message)


def _written(message: DataMessage) -> Iterator[bytes]:
    outlet, schema = Outlet(), _schema(message)
    with pq.ParquetWriter(pa.PythonFile(outlet, "w"), schema, compression="zstd") as file:
        for dataset in message.datasets:
            for table in _tables(dataset, schema):
                file.write_table(table, row_group_size=_ROWS_AT_ONCE)
                yield outlet.drained()
    yield outlet.drained()


def _schema(message: DataMessage) -> pa.Schema:
    """The columns that are told, with the names of all that they are of."""
    subject = message.subject
    kept = {*flat.columns(message.datasets)}
    if subject.structure.measure.id in kept:
        kept.add(REPORTED)
    names = subject.labels.components
    fields = [
        each.with_metadata(_said("sdmx.name", names.get(each.name)))
        for each in columns(subject.structure)
        if each.name in kept
    ]
    return pa.schema(
        fields,
        {
            f"sdmx.{subject.of.kind.lower()}": subject.of.urn,
            "sdmx.datastructure": subject.structure.reference.urn,
            "sdmx.id": message.header.id,
            "sdmx.sender": message.header.sender,
            "sdmx.prepared": message.header.prepared.isoformat(timespec="seconds"),
            **_said("sdmx.name", subject.labels.of),
            **_sources(message),
        },
    )


def _said(key: str, text: Text | None) -> dict[str, str]:
    return {} if text is None else {f"{key}.{each}": text.said(each) for each in LANGUAGES}


def _sources(message: DataMessage) -> dict[str, str]:
    provenance = message.provenance
    said = {"sdmx.licence": provenance.licence, "sdmx.query": provenance.asked}
    for number, source in enumerate(provenance.sources(), 1):
        said[f"sdmx.source.{number}"] = (
            f"{source.provider.en}; {source.provision.en}; release {source.release} of "
            f"{source.released_at.isoformat(timespec='seconds')}; {source.file}"
        )
        said |= _said(f"sdmx.source.{number}.licence", source.licence)
    return {key: text for key, text in said.items() if text}


def _tables(dataset: DataSet, schema: pa.Schema) -> Iterator[pa.Table]:
    for selection in dataset.spread().shaped(FLAT):
        if dataset.shown.observations:
            yield from _observations(selection, schema)
        else:
            for start in range(0, selection.series, _ROWS_AT_ONCE):
                stop = min(start + _ROWS_AT_ONCE, selection.series)
                series = np.arange(start, stop, dtype=np.int32)
                yield _table({}, {}, selection, series, schema)


def _observations(selection: Selection, schema: pa.Schema) -> Iterator[pa.Table]:
    structure = selection.structure
    for chunk in selection.chunks(_ROWS_AT_ONCE):
        own = {
            structure.time.id: _dictionary(Coded(chunk.periods, selection.periods)),
            structure.measure.id: pc.cast(chunk.values, pa.float64()),
            REPORTED: chunk.values,
        }
        noted = _taken(selection.attributes, chunk.notes)
        yield _table(own, noted, selection, chunk.series, schema)


def _table(
    own: Mapping[str, pa.Array],
    noted: Mapping[str, pa.Array],
    selection: Selection,
    series: Codes,
    schema: pa.Schema,
) -> pa.Table:
    """Some rows in the columns of a schema; one that the selection does not have is empty."""
    keys = _taken(selection.keys, series)
    found = {**own, **noted, **keys, **_taken(selection.series_attributes, series)}
    arrays = [
        found[field.name] if field.name in found else pa.nulls(len(series), field.type)
        for field in schema
    ]
    return pa.table(arrays, schema=schema)


def _taken(columns: Mapping[str, Coded], rows: Codes) -> dict[str, pa.DictionaryArray]:
    return {id: _dictionary(column.take(rows)) for id, column in columns.items()}


def _dictionary(column: Coded) -> pa.DictionaryArray:
    """A column of codes; the code after the last value is null."""
    codes = as_arrow(column.codes.astype(np.int32))
    there = pc.less(codes, as_scalar(len(column.values)))
    indices = pc.if_else(there, codes, pa.nulls(len(codes), pa.int32()))
    return pa.DictionaryArray.from_arrays(indices, as_strings(column.values))
