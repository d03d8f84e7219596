"""SDMX-ML data of every edition: generic and structure-specific, series, flat and cross-sectional.

The frame of a message is built with lxml around marks; the contents of the data sets, which
`ml_content` spells, take the marks' places. Source: the schemas of SDMX-ML 2.1, 3.0 and 3.1,
SDMXMessage.xsd.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache, partial

from lxml import etree

from gateway.errors import SemanticError
from gateway.formats import ml
from gateway.formats.escape import sayable
from gateway.formats.message import FLAT, DataMessage, DataSet, Header
from gateway.formats.ml_content import content, divided, of_whole
from gateway.model.artefact import Kind, Reference

_MARK = "observations"
_ID = "%"
"""Stands for the id of a message; no namespace that comes before it has such a sign."""

_FEW = 8
"""The frame of a message with more data sets, such as a history, is not kept."""


@dataclass(frozen=True, slots=True)
class _Form:
    """One form of data message; `time_series` are those of 2.1 that know no other shape."""

    edition: ml.Edition
    generic: bool = False
    time_series: bool = False

    @property
    def root(self) -> str:
        kind = "Generic" if self.generic else "StructureSpecific"
        return self.edition.mes(f"{kind}{'TimeSeries' if self.time_series else ''}Data")

    @property
    def namespaces(self) -> Mapping[str, str]:
        parts = {"mes": "message", "com": "common"}
        own = {"gen": "data/generic"} if self.generic else {"ss": "data/structurespecific"}
        names = {prefix: self.edition.namespace(part) for prefix, part in (parts | own).items()}
        return names if self.generic else {**names, "xsi": ml.INSTANCE}


@dataclass(frozen=True, slots=True)
class _Described:
    """What some data sets of a message are of, as its header describes it under an id."""

    number: int
    of: Reference
    at_observation: str

    @property
    def id(self) -> str:
        return f"STRUCTURE_{self.number}"

    @property
    def prefix(self) -> str:
        return f"ns{self.number}"

    def namespace(self, edition: ml.Edition) -> str:
        return f"{edition.urn(self.of)}:ObsLevelDim:{self.at_observation}"


_Part = tuple[DataSet, _Described]


def write(message: DataMessage, form: _Form) -> Iterator[bytes]:
    """The message in chunks.

    Raises SemanticError for a time-series form of another shape.
    """
    parts = [*_described(message)]
    for dataset, described in parts:
        _refuse_other_shapes(form, dataset, described.at_observation)
    contents = (
        content(
            dataset,
            described.at_observation,
            form.edition,
            None if form.generic else described.prefix,
        )
        for dataset, described in parts
    )
    yield from _framed(_frame(message, form, parts), contents)


write_generic = partial(write, form=_Form(ml.ML_21, generic=True))
write_generic_time_series = partial(write, form=_Form(ml.ML_21, generic=True, time_series=True))
write_specific = partial(write, form=_Form(ml.ML_21))
write_specific_time_series = partial(write, form=_Form(ml.ML_21, time_series=True))
write_30 = partial(write, form=_Form(ml.ML_30))
write_31 = partial(write, form=_Form(ml.ML_31))


def _shape(dataset: DataSet, asked: str) -> str:
    """The dimension at the observations: without observations there are series, under time."""
    time = dataset.subject.structure.time.id
    return time if asked == FLAT and not dataset.shown.observations else asked


def _described(message: DataMessage) -> Iterator[_Part]:
    """The data sets, those that are of the same and have one shape described as one."""
    known: dict[tuple[Reference, str], _Described] = {}
    for dataset in (part for each in message.datasets for part in divided(each)):
        same = (dataset.subject.of, _shape(dataset, message.dimension_at_observation))
        yield dataset, known.setdefault(same, _Described(len(known) + 1, *same))


def _refuse_other_shapes(form: _Form, dataset: DataSet, shape: str) -> None:
    time = dataset.subject.structure.time.id
    if form.time_series and shape != time:
        raise SemanticError(
            f"A time-series format has {time} at its observations, not {shape}.",
            spanish=f"Un formato de series de tiempo lleva {time} en sus observaciones, no "
            f"{shape}.",
            subject="dimensionAtObservation",
            allowed=(time,),
        )


@dataclass(frozen=True, slots=True)
class _Framed:
    """What a frame tells of a data set: what it says of itself, and of all that is in it."""

    described: _Described
    said: tuple[tuple[str, str], ...]
    whole: tuple[tuple[str, str], ...]


def _frame(message: DataMessage, form: _Form, parts: Sequence[_Part]) -> bytes:
    """The message with a mark in each data set, in place of what it contains."""
    told = [
        _Framed(
            described,
            tuple(_said(dataset, described.id, form).items()),
            tuple(of_whole(dataset).items()) if form.edition.is_21 and not form.generic else (),
        )
        for dataset, described in parts
    ]
    make = _made_frame if len(told) <= _FEW else _made_frame.__wrapped__
    header = message.header
    whole = make(form, header.prepared.isoformat(), header.sender, tuple(told))
    return whole.replace(_ID.encode(), header.id.encode(), 1)


@lru_cache(maxsize=64)
def _made_frame(form: _Form, prepared: str, sender: str, parts: tuple[_Framed, ...]) -> bytes:
    """The frame of a message whose id is a mark: all else is the same for many a question."""
    edition, every = form.edition, dict.fromkeys(each.described for each in parts)
    spaces = {} if form.generic else {each.prefix: each.namespace(edition) for each in every}
    namespaces = form.namespaces
    own = "" if form.generic else f"{{{namespaces['ss']}}}"
    root = etree.Element(form.root, nsmap={**namespaces, **spaces})
    header = Header(_ID, datetime.fromisoformat(prepared), sender)
    element = ml.add_header(root, header, edition)
    for described in every:
        named = {} if form.generic else {"namespace": spaces[described.prefix]}
        _describe(element, described, edition, **named)
    for each in parts:
        element = ml.add(root, edition.mes("DataSet"))
        for name, value in each.said:
            element.set(own + name, value)
        for name, value in each.whole:
            element.set(name, sayable(value))
        if not form.generic:
            element.set(f"{{{ml.INSTANCE}}}type", f"{each.described.prefix}:DataSetType")
        element.append(etree.Comment(_MARK))
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def _describe(header: ml.Element, described: _Described, edition: ml.Edition, **more: str) -> None:
    at = {"dimensionAtObservation": described.at_observation}
    element = ml.add(header, edition.mes("Structure"), structureID=described.id, **more, **at)
    usage = {
        Kind.DATAFLOW: "StructureUsage",
        Kind.DATA_STRUCTURE: "Structure",
        # As the schema of 2.1 spells it.
        Kind.PROVISION_AGREEMENT: "ProvisionAgrement" if edition.is_21 else "ProvisionAgreement",
    }[described.of.kind]
    ml.add_reference(ml.add(element, edition.com(usage)), described.of, edition)


def _said(dataset: DataSet, structure: str, form: _Form) -> dict[str, str]:
    """What a data set says of itself."""
    said = {"structureRef": structure, "action": str(dataset.action)}
    if dataset.valid_from is not None:
        said["validFromDate"] = dataset.valid_from.isoformat()
    if dataset.valid_to is not None:
        said["validToDate"] = dataset.valid_to.isoformat()
    if form.edition.is_21 and not form.generic:
        said["dataScope"] = dataset.subject.of.kind
    return said


def _framed(frame: bytes, contents: Iterable[Iterator[bytes]]) -> Iterator[bytes]:
    """The frame in pieces, and after each but the last the content of a data set."""
    before, *after = frame.split(f"<!--{_MARK}-->".encode())
    yield before
    for each, then in zip(contents, after, strict=True):
        yield from each
        yield then
