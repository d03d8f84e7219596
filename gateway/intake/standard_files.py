"""Reads SDMX data messages by a layout of their own: every component is a column by its id."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from gateway.intake import list_rules
from gateway.intake.columns import Records
from gateway.intake.language import Columns, Labels, Place, Rows, Table, Time, Values
from gateway.intake.messages import ACTION, HEAD, Message
from gateway.intake.provision import Provision
from gateway.intake.records import Listed, list_records
from gateway.intake.sheet import address
from gateway.model.finding import Finding
from gateway.model.structure import Attachment

_NO_VALUE = "NaN"
_TAKEN = ("", "I", "A", "R", "M")
"""What a line may ask for: to be stated. Deletions are releases without the line."""


def list_message(message: Message, provision: Provision) -> Listed:
    """The observations of a message of the provision's dataflow, and what is wrong with it."""
    records = _with_missing(message.records, provision)
    if faults := [*_wrong_message(message, provision)]:
        nothing = replace(records, columns=tuple(each.slice(0, 0) for each in records.columns))
        listed = list_records(nothing, _layout(records, provision))
        return replace(listed, findings=tuple(faults), read=len(records), faulty=len(records))
    listed = list_records(records, _layout(records, provision))
    more = (*_other_constants(listed, provision), *_differing(records, provision))
    return replace(listed, findings=(*listed.findings, *more))


def _layout(records: Records, provision: Provision) -> Provision:
    """The provision with the layout of messages instead of its own."""
    structure = provision.structure
    of_whole = structure.attribute_ids(Attachment.DATASET)
    given = {id: said for id, said in provision.constants().items() if id in of_whole}
    there = {
        each: Place(field=each, optional=True, empty=given.get(each))
        for each in structure.attribute_ids(*Attachment)
        if each in records.headings
    }
    return replace(
        provision,
        table=Table(heading=structure.dimension_ids[0], layout="records"),
        rows=Rows(),
        columns=Columns(leave_out=HEAD),
        labels=Labels(),
        components={each: Place(field=each) for each in structure.dimension_ids},
        time=Time(period=Place(field=structure.time.id)),
        attributes={**given, **there},
        values=Values(field=structure.measure.id, missing={_NO_VALUE: ""}),
        notes=(),
    )


def _with_missing(records: Records, provision: Provision) -> Records:
    """A line without a value states that the value is missing."""
    measure = provision.structure.measure.id
    if measure not in records.headings:
        return records
    at = records.headings.index(measure)
    column = records.columns[at]
    filled = pc.if_else(pc.equal(column, ""), pa.scalar(_NO_VALUE), column)
    columns = (*records.columns[:at], filled, *records.columns[at + 1 :])
    return replace(records, columns=columns)


def _wrong_message(message: Message, provision: Provision) -> Iterator[Finding]:
    """A message of another dataflow, or one that deletes."""
    records = message.records
    flow = provision.flow
    for said in message.about:
        if not any(_names(said, each) for each in (flow.id, provision.structure.id)):
            yield list_rules.other_dataflow(records.sheet, said, str(flow.reference))
    if ACTION in records.headings:
        at = records.headings.index(ACTION)
        for action in records.columns[at].unique().to_pylist():
            if action not in _TAKEN:
                row = int(np.argmax(np.asarray(pc.equal(records.columns[at], action))))
                cell = address(records.first + row, at)
                yield list_rules.action_not_taken(records.sheet, cell, action)


def _names(said: str, id: str) -> bool:
    """Whether an id, a short name or a URN names an artefact."""
    return said == id or f":{id}(" in said


def _other_constants(listed: Listed, provision: Provision) -> Iterator[Finding]:
    """What a provision states of all its figures holds for those of a message too."""
    for name, code in provision.components.items():
        if isinstance(code, str) and name in listed.frame.codes:
            column = listed.frame.codes[name]
            for other in column.values:
                if other != code:
                    row = int(np.argmax(column.codes == column.values.index(other)))
                    place = listed.frame.place(row)
                    yield list_rules.not_of_provision(*place, other, name, code)


def _differing(records: Records, provision: Provision) -> Iterator[Finding]:
    for name in provision.structure.attribute_ids(Attachment.DATASET):
        if name in records.headings:
            at = records.headings.index(name)
            said = sorted({*records.columns[at].unique().to_pylist()} - {""})
            if len(said) > 1:
                spot = address(records.header, at)
                yield list_rules.attribute_differs(records.sheet, spot, name, tuple(said[:3]))
