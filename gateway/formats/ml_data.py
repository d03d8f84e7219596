"""SDMX-ML 2.1 data: structure-specific and generic, series under time.

The frame of a message is built with lxml around a mark; the observations take the mark's place.
Source: SDMX-ML 2.1 schemas, SDMXDataGeneric.xsd and SDMXDataStructureSpecific.xsd.
"""

from collections.abc import Iterator

from lxml import etree

from gateway.errors import NotServed
from gateway.formats import ml
from gateway.formats.escape import xml_attribute
from gateway.formats.fragments import Grammar, Group, rows
from gateway.formats.message import DataMessage, DataSet, refuse_untold
from gateway.model.artefact import Kind

_MARK = "observations"
_STRUCTURE_ID = "STRUCTURE"


def write_specific(message: DataMessage) -> Iterator[bytes]:
    """A structure-specific message in chunks."""
    time = _time(message)
    namespace = f"{message.subject.of.urn}:ObsLevelDim:{time}"
    names = {"mes": ml.MESSAGE, "ss": ml.SPECIFIC, "com": ml.COMMON, "xsi": ml.INSTANCE}
    root = etree.Element(ml.ML_21.mes("StructureSpecificData"), nsmap={**names, "ns1": namespace})
    _describe(ml.add_header(root, message.header), message, namespace=namespace)
    for dataset in message.datasets:
        element = ml.add(root, ml.ML_21.mes("DataSet"))
        for name, value in _said(dataset).items():
            element.set(f"{{{ml.SPECIFIC}}}{name}", value)
        element.set(f"{{{ml.SPECIFIC}}}dataScope", message.subject.of.kind)
        element.set(f"{{{ml.INSTANCE}}}type", "ns1:DataSetType")
        element.append(etree.Comment(_MARK))
    yield from _framed(root, message, _specific(message), "</Series>")


def write_generic(message: DataMessage) -> Iterator[bytes]:
    """A generic message in chunks."""
    _time(message)
    names = {"mes": ml.MESSAGE, "gen": ml.GENERIC, "com": ml.COMMON}
    root = etree.Element(ml.ML_21.mes("GenericData"), nsmap=names)
    _describe(ml.add_header(root, message.header), message)
    for dataset in message.datasets:
        ml.add(root, ml.ML_21.mes("DataSet"), **_said(dataset)).append(etree.Comment(_MARK))
    yield from _framed(root, message, _generic(), "</gen:Series>")


def _said(dataset: DataSet) -> dict[str, str]:
    """What a data set says of itself."""
    said = {"structureRef": _STRUCTURE_ID, "action": str(dataset.action)}
    if dataset.valid_from is not None:
        said["validFromDate"] = dataset.valid_from.isoformat()
    if dataset.valid_to is not None:
        said["validToDate"] = dataset.valid_to.isoformat()
    return said


def _time(message: DataMessage) -> str:
    refuse_untold(message)
    time = message.subject.structure.time.id
    if message.dimension_at_observation != time:
        raise NotServed(
            f"dimensionAtObservation={message.dimension_at_observation} is not served in SDMX-ML.",
            subject="dimensionAtObservation",
            allowed=(time,),
        )
    return time


def _describe(header: ml.Element, message: DataMessage, **namespace: str) -> None:
    described = ml.add(
        header,
        ml.ML_21.mes("Structure"),
        structureID=_STRUCTURE_ID,
        dimensionAtObservation=message.dimension_at_observation,
        **namespace,
    )
    usage = _USAGES[message.subject.of.kind]
    ml.add_reference(ml.add(described, ml.ML_21.com(usage)), message.subject.of)


_USAGES = {
    Kind.DATAFLOW: "StructureUsage",
    Kind.DATA_STRUCTURE: "Structure",
    Kind.PROVISION_AGREEMENT: "ProvisionAgrement",  # as the schema spells it
}


def _framed(
    root: ml.Element, message: DataMessage, grammar: Grammar, closes: str
) -> Iterator[bytes]:
    """The frame in pieces, and after each but the last the observations of a data set."""
    whole = etree.tostring(root, xml_declaration=True, encoding="UTF-8")
    before, *after = whole.split(f"<!--{_MARK}-->".encode())
    yield before
    for dataset, frame in zip(message.datasets, after, strict=True):
        chunks = rows(grammar, dataset.selections)
        if (first := next(chunks, None)) is not None:
            yield first
            yield from chunks
            yield closes.encode()
        yield frame


def _specific(message: DataMessage) -> Grammar:
    time, measure = message.subject.structure.time.id, message.subject.structure.measure.id

    def head(period: str, missing: bool) -> str:
        opened = f"<Obs{xml_attribute(time, period)}"
        return opened if missing else f'{opened} {measure}="'

    attributes = Group(lambda id, value: "" if value is None else xml_attribute(id, value))
    return Grammar(
        opens="<Series",
        dimension=xml_attribute,
        key_closes="",
        series_attributes=attributes,
        series_opens=">",
        head=head,
        value_closes=lambda missing: "" if missing else '"',
        attributes=attributes,
        row_closes="/>",
        between="</Series>",
    )


def _generic() -> Grammar:
    def value(id: str, code: str | None) -> str:
        if code is None:
            return ""
        return f"<gen:Value{xml_attribute('id', id)}{xml_attribute('value', code)}/>"

    def head(period: str, missing: bool) -> str:
        opened = f"<gen:Obs><gen:ObsDimension{xml_attribute('value', period)}/>"
        return opened if missing else f'{opened}<gen:ObsValue value="'

    attributes = Group(value, "<gen:Attributes>", "</gen:Attributes>")
    return Grammar(
        opens="<gen:Series><gen:SeriesKey>",
        dimension=value,
        key_closes="</gen:SeriesKey>",
        series_attributes=attributes,
        head=head,
        value_closes=lambda missing: "" if missing else '"/>',
        attributes=attributes,
        row_closes="</gen:Obs>",
        between="</gen:Series>",
    )
