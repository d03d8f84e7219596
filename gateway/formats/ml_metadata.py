"""Reference metadata in SDMX-ML: reported in 2.1, maintained in 3.0 and 3.1.

Source: SDMXMetadataGeneric.xsd of each version. In 2.1 a set has no version and a report names its
target by the kind of artefact.
"""

from collections.abc import Iterator
from dataclasses import replace

from lxml import etree

from gateway.errors import NotServed
from gateway.formats import ml
from gateway.formats.metadata_message import MetadataMessage
from gateway.formats.ml_metadata_structure import REPORT, target_id
from gateway.model.artefact import Reference
from gateway.model.metadata import MetadataSet


def write_21(message: MetadataMessage) -> Iterator[bytes]:
    """The message in SDMX-ML 2.1. Raises NotServed for stubs, which 2.1 does not know."""
    if message.stubs:
        raise NotServed(
            "SDMX-ML 2.1 has no stubs of metadata.",
            spanish="SDMX-ML 2.1 no tiene resúmenes de metadatos.",
            subject="detail",
        )
    yield _message(message, ml.ML_21)


def write_30(message: MetadataMessage) -> Iterator[bytes]:
    """The message in SDMX-ML 3.0, as one chunk."""
    yield _message(message, ml.ML_30)


def write_31(message: MetadataMessage) -> Iterator[bytes]:
    """The message in SDMX-ML 3.1, as one chunk."""
    yield _message(message, ml.ML_31)


def _message(message: MetadataMessage, edition: ml.Edition) -> bytes:
    edition = replace(edition, languages=message.manner.languages)
    parts = {"mes": "message", "met": "metadata/generic", "com": "common"}
    names = {prefix: edition.namespace(part) for prefix, part in parts.items()}
    root = etree.Element(edition.mes("GenericMetadata"), nsmap=names)
    header = ml.add_header(root, message.header, edition)
    for flow in _flows(message):
        described = ml.add(header, edition.mes("Structure"), structureID=flow.id)
        ml.add_reference(ml.add(described, edition.com("StructureUsage")), flow, edition)
    for each in message.sets:
        if edition.is_21:
            _add_reported(root, each, edition)
        else:
            _add_maintained(root, each, edition, stub=message.stubs)
    return ml.serialised(root)


def _flows(message: MetadataMessage) -> list[Reference]:
    return sorted({each.flow for each in message.sets})


def _add_reported(root: ml.Element, metadata: MetadataSet, edition: ml.Edition) -> None:
    element = ml.add(
        root,
        edition.mes("MetadataSet"),
        structureRef=metadata.flow.id,
        setID=metadata.id,
        action="Information",
    )
    ml.add_words(element, edition.com("Name"), metadata.name, edition)
    report = ml.add(element, _met("Report", edition), id=REPORT)
    kind = target_id(metadata.target.kind)
    target = ml.add(report, _met("Target", edition), id=kind)
    value = ml.add(target, _met("ReferenceValue", edition), id=kind)
    ml.add_reference(ml.add(value, _met("ObjectReference", edition)), metadata.target, edition)
    said = ml.add(report, _met("AttributeSet", edition))
    for id, text in metadata.said:
        attribute = ml.add(said, _met("ReportedAttribute", edition), id=id)
        ml.add_words(attribute, edition.com("Text"), text, edition)


def _add_maintained(
    root: ml.Element, metadata: MetadataSet, edition: ml.Edition, *, stub: bool
) -> None:
    element = ml.add(
        root,
        edition.mes("MetadataSet"),
        id=metadata.id,
        urn=metadata.reference.urn,
        agencyID=metadata.agency,
        version=metadata.version,
    )
    if stub:
        element.set("isExternalReference", "true")
    ml.add_words(element, edition.com("Name"), metadata.name, edition)
    if stub:
        return
    ml.add(element, _met("Metadataflow", edition), metadata.flow.urn)
    ml.add(element, _met("Target", edition), metadata.target.urn)
    for id, text in metadata.said:
        attribute = ml.add(element, _met("Attribute", edition), id=id)
        ml.add_words(attribute, edition.com("Text"), text, edition)


def _met(name: str, edition: ml.Edition) -> str:
    return f"{{{edition.namespace('metadata/generic')}}}{name}"
