"""SDMX-CSV 1.0, 2.0 and 2.1: one line for each observation, with the whole key in each.

Columns: DATAFLOW in 1.0; from 2.0 on STRUCTURE, STRUCTURE_ID, STRUCTURE_NAME with labels=name,
ACTION, SERIES_KEY and OBS_KEY with keys=series, obs or both; then the components (`flat`). No
component of ours has several values or languages, so that no column needs the brackets of 2.x, and
commas part the fields in every language. Text stands as it is: who opens a file in a spreadsheet
should ask for one that is made for it. Source: SDMX-CSV field guides 1.0 (2018), 2.0 and 2.1.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial

from gateway.errors import NotServed
from gateway.formats.escape import csv_field
from gateway.formats.flat import (
    Spelling,
    Table,
    columns,
    component_labels,
    refuse_history,
    refuse_more_than_a_state,
    spelled,
)
from gateway.formats.fragments import Lead
from gateway.formats.message import (
    Action,
    DataMessage,
    DataSet,
    Keys,
    Manner,
    Said,
    Subject,
)
from gateway.model.artefact import Kind
from gateway.model.labels import Labels
from gateway.model.selection import Selection
from gateway.model.text import Text

_STRUCTURES = {
    Kind.DATAFLOW: "dataflow",
    Kind.DATA_STRUCTURE: "datastructure",
    Kind.PROVISION_AGREEMENT: "dataprovision",
}


@dataclass(frozen=True, slots=True)
class _Version:
    """What a version says in its own way: actions, none where it has no word for them.

    `absent` is a value that its source left out, and `measure` the header of every measure.
    """

    actions: Mapping[Action, str] | None
    absent: str = ""
    measure: str | None = None


_V10 = _Version(None, measure="OBS_VALUE")

# sdmx1 2.28 reads no other action than A, D, I and R (seen 2026-11).
_V20 = _Version({Action.INFORMATION: "I", Action.REPLACE: "R", Action.DELETE: "D"})

# 2.1 has Merge where 2.0 had Information and Append, and tells a value that is known to be missing
# (NaN) from one that the message leaves out (empty).
_V21 = _Version({Action.INFORMATION: "M", Action.REPLACE: "R", Action.DELETE: "D"}, absent="NaN")


def write_10(message: DataMessage) -> Iterator[bytes]:
    """The message in SDMX-CSV 1.0; raises NotServed for what that has no column for."""
    newer = ("format=csv", "format=csv-2.1")
    refuse_more_than_a_state(message, "SDMX-CSV 1.0", newer)
    for dataset in message.datasets:
        if (of := dataset.subject.of).kind is not Kind.DATAFLOW:
            raise NotServed(
                f"SDMX-CSV 1.0 names dataflows, and {of} is none.",
                spanish=f"SDMX-CSV 1.0 nombra flujos de datos, y {of} no lo es.",
                subject="context",
                allowed=newer,
            )
    return _write(message, _V10)


def write_20(message: DataMessage) -> Iterator[bytes]:
    """The message in SDMX-CSV 2.0."""
    return _write(message, _V20)


def write_21(message: DataMessage) -> Iterator[bytes]:
    """The message in SDMX-CSV 2.1."""
    return _write(message, _V21)


def _write(message: DataMessage, version: _Version) -> Iterator[bytes]:
    refuse_history(message, "SDMX-CSV")
    manner = message.manner
    header = _leading(manner, version)
    table = Table(columns(message.datasets), len(header))
    names = _spelling(component_labels(message.datasets), manner, version)
    yield f"{','.join(header)},{table.header(names)}\n".encode()
    for dataset in message.datasets:
        spelling = _spelling(dataset.subject.labels, manner, version, dataset.action)
        opens = _opens(dataset, manner, version)
        keys = Keys.NONE if version.actions is None else manner.keys
        yield from table.rows(dataset, spelling, opens, partial(_leads, dataset, keys))


def _leading(manner: Manner, version: _Version) -> list[str]:
    if version.actions is None:
        return ["DATAFLOW"]
    named = ["STRUCTURE_NAME"] if manner.labels is Said.NAME else []
    keys = {
        Keys.NONE: [],
        Keys.SERIES: ["SERIES_KEY"],
        Keys.OBSERVATION: ["OBS_KEY"],
        Keys.BOTH: ["SERIES_KEY", "OBS_KEY"],
    }[manner.keys]
    return ["STRUCTURE", "STRUCTURE_ID", *named, "ACTION", *keys]


def _opens(dataset: DataSet, manner: Manner, version: _Version) -> str:
    """The fields before the keys, of which each line of a data set has the same."""
    of = _artefact(dataset.subject, manner)
    if version.actions is None:
        return of
    return f"{_STRUCTURES[dataset.subject.of.kind]},{of},{version.actions[dataset.action]}"


def _artefact(subject: Subject, manner: Manner) -> str:
    name = subject.labels.of.said(manner.languages[0])
    return _labelled(str(subject.of), name, manner.labels)


def _labelled(id: str, name: str | None, labels: Said) -> str:
    """An id by itself, with its name in the same field, or with its name in the next one."""
    match labels:
        case Said.BOTH if name is not None:
            return csv_field(f"{id}: {name}")
        case Said.NAME:
            return f"{csv_field(id)},{csv_field(name or '')}"
    return csv_field(id)


def _spelling(
    labels: Labels, manner: Manner, version: _Version, action: Action = Action.INFORMATION
) -> Spelling:
    language = manner.languages[0]

    def said(text: Text | None) -> str | None:
        return None if text is None else text.said(language)

    def header(id: str) -> str:
        name = said(labels.components.get(id))
        return version.measure if version.measure == id else _labelled(id, name, manner.labels)

    def cell(id: str, code: str) -> str:
        return _labelled(code, said(labels.codes.get(id, {}).get(code)), manner.labels)

    return Spelling(
        header,
        cell,
        fields=lambda _: 2 if manner.labels is Said.NAME else 1,
        period=lambda period: csv_field(spelled(period, manner.times)),
        absent="" if action is Action.DELETE else version.absent,
    )


def _leads(
    dataset: DataSet, keys: Keys, selection: Selection
) -> tuple[tuple[Lead, ...], Callable[[str], str] | None]:
    """The keys in columns of their own: codes in the order of the structure, dots between.

    The key of an observation has its period too, always as reported, so that keys can be joined
    with those of other formats. A row that tells of a series has no key of an observation.
    """
    first = selection.structure.dimension_ids[0]
    safe = all(csv_field(c) == c for column in selection.keys.values() for c in column.values)
    quote = "" if safe else '"'

    def dimension(id: str, code: str) -> str:
        return ("," + quote if id == first else ".") + code.replace('"', '""')

    series, observation = Lead(dimension, quote), Lead(dimension)

    def closes(text: str) -> str:
        return f".{text}{quote}"

    match keys:
        case Keys.NONE:
            return (), None
        case Keys.SERIES:
            return (series,), None
        case _ if not dataset.shown.observations:
            return (_NO_KEY,) if keys is Keys.OBSERVATION else (series, _NO_KEY), None
        case Keys.OBSERVATION:
            return (observation,), closes
    return (series, observation), closes


_NO_KEY = Lead(lambda *_: "", ",")
