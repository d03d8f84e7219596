"""SDMX-CSV 2.0.0: one line for each observation.

Columns: STRUCTURE, STRUCTURE_ID, ACTION, the dimensions in key order, time, the measure, then the
observation's attributes and the series' attributes. Source: SDMX-CSV 2.0, field guide.
"""

from collections.abc import Iterator

from gateway.errors import NotServed
from gateway.formats.escape import csv_field
from gateway.formats.fragments import Grammar, Group, rows
from gateway.formats.message import DataMessage, refuse_untold
from gateway.model.artefact import Kind
from gateway.model.structure import Attachment

_STRUCTURES = {
    Kind.DATAFLOW: "dataflow",
    Kind.DATA_STRUCTURE: "datastructure",
    Kind.PROVISION_AGREEMENT: "dataprovision",
}


def write(message: DataMessage) -> Iterator[bytes]:
    """The message in chunks. Raises NotServed for history, which has no place in a line."""
    if any(dataset.valid_from or dataset.valid_to for dataset in message.datasets):
        raise NotServed(
            "SDMX-CSV cannot say since when an observation held.",
            subject="includeHistory",
            allowed=("SDMX-ML",),
        )
    refuse_untold(message)
    structure = message.subject.structure
    columns = [
        *("STRUCTURE", "STRUCTURE_ID", "ACTION"),
        *structure.dimension_ids,
        structure.time.id,
        structure.measure.id,
        *structure.attribute_ids(Attachment.OBSERVATION),
        *structure.attribute_ids(Attachment.SERIES),
    ]
    yield (",".join(columns) + "\n").encode()
    kind, name = _STRUCTURES[message.subject.of.kind], csv_field(str(message.subject.of))
    for dataset in message.datasets:
        # sdmx1 2.28 reads no other action than I in version 2.0 (seen 2026-11).
        opens = f"{kind},{name},{dataset.action[0]},"
        yield from rows(_grammar(opens), dataset.selections)


def _grammar(opens: str) -> Grammar:
    return Grammar(
        opens=opens,
        dimension=lambda _, code: csv_field(code) + ",",
        key_closes="",
        head=lambda period, _: csv_field(period) + ",",
        value_closes=lambda _: "",
        attributes=Group(_attribute),
        row_closes="",
        suffix=Group(_attribute),
        suffix_closes="\n",
        every_row=True,
    )


def _attribute(_: str, value: str | None) -> str:
    return "," + ("" if value is None else csv_field(value))
