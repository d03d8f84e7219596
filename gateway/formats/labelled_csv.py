"""CSV for people: each code with its name beside it, and no column that only SDMX needs.

A column has the id of its component for a header, so that programs find it in any language; the
column of names beside it has the component's name in the caller's. Text that a spreadsheet would
run is made inert: this is a file to be opened, and who needs every character asks for SDMX-CSV.
"""

from collections import Counter
from collections.abc import Iterator

from gateway.formats.escape import csv_field, inert
from gateway.formats.flat import (
    Spelling,
    Table,
    columns,
    component_labels,
    refuse_more_than_a_state,
    spelled,
)
from gateway.formats.message import DataMessage, DataSet, Manner
from gateway.model.labels import Labels

_FLOW = "DATAFLOW"


def write(message: DataMessage) -> Iterator[bytes]:
    """The message in chunks. Raises NotServed for changes and history."""
    refuse_more_than_a_state(message, "CSV with labels", ("SDMX-CSV 2.1",))
    return _write(message)


def _write(message: DataMessage) -> Iterator[bytes]:
    several = len({each.subject.of for each in message.datasets}) > 1
    table = Table(columns(message.datasets), 2 if several else 0)
    labels = component_labels(message.datasets)
    opens = f"{_FLOW},{_FLOW}_NAME," if several else ""
    yield f"{opens}{table.header(_spelling(labels, labels, message.manner))}\n".encode()
    for dataset in message.datasets:
        spelling = _spelling(dataset.subject.labels, labels, message.manner)
        yield from table.rows(dataset, spelling, _opens(dataset, message.manner) if several else "")


def _opens(dataset: DataSet, manner: Manner) -> str:
    of, name = dataset.subject.of, dataset.subject.labels.of.said(manner.languages[0])
    return f"{csv_field(str(of))},{_field(name)}"


def _spelling(labels: Labels, of_table: Labels, manner: Manner) -> Spelling:
    """`of_table` tells which columns have names beside them, in every row the same."""
    language = manner.languages[0]
    names = {id: text.said(language) for id, text in of_table.components.items()}
    often = Counter([*names, *names.values()])

    def header(id: str) -> str:
        if id not in of_table.codes:
            return csv_field(id)
        name = names.get(id, f"{id}_NAME")
        return f"{csv_field(id)},{_field(name if often[name] < 2 else f'{name} ({id})')}"

    def cell(id: str, code: str) -> str:
        if id not in of_table.codes:
            return _field(code)
        name = labels.codes.get(id, {}).get(code)
        return f"{_field(code)},{'' if name is None else _field(name.said(language))}"

    return Spelling(
        header,
        cell,
        fields=lambda id: 2 if id in of_table.codes else 1,
        period=lambda period: csv_field(spelled(period, manner.times)),
    )


def _field(text: str) -> str:
    return csv_field(inert(text))
