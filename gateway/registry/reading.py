"""Reads the SDMX-ML 2.1 files of a `dsd/` folder into artefacts, all faults named at once.

sdmx1 reads the messages; what it gives is copied into our own values, so that nothing above this
room depends on its classes.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypedDict

import sdmx
from lxml import etree
from sdmx.message import StructureMessage
from sdmx.model import common, v21
from sdmx.model.internationalstring import InternationalString

from gateway.errors import BadConfiguration
from gateway.model.artefact import (
    Artefact,
    Attachment,
    Attribute,
    Codelist,
    Component,
    ConceptScheme,
    Dataflow,
    DataStructure,
    Item,
    Kind,
    Reference,
    Representation,
)
from gateway.model.text import LANGUAGES, Text

_SAFE = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)


class _Fault(Exception):
    """What is wrong inside one file; becomes a line of BadConfiguration."""


def read_folder(folder: Path) -> tuple[Artefact, ...]:
    """Every artefact in the folder's `*.xml`, in the order of the file names.

    Raises BadConfiguration with one line for each faulty file: broken XML (with its line), a
    name missing in one language, an artefact stated twice.
    """
    artefacts: dict[Reference, Artefact] = {}
    faults = []
    for path in sorted(folder.glob("*.xml")):
        try:
            found = {artefact.reference: artefact for artefact in _read_file(path)}
        except _Fault as fault:
            faults.append(f"{path.name}: {fault}")
            continue
        twice = sorted(found.keys() & artefacts.keys())
        faults += [f"{path.name}: {each} is stated in another file too" for each in twice]
        artefacts.update(found)
    if faults:
        raise BadConfiguration("\n".join(faults), subject=str(folder))
    if not artefacts:
        raise BadConfiguration(f"{folder} holds no structure file (*.xml).", subject=str(folder))
    return tuple(artefacts.values())


def _read_file(path: Path) -> Iterator[Artefact]:
    try:
        declared = _declared(etree.parse(path, _SAFE))  # first: sdmx1 names no line
        message = sdmx.read_sdmx(path)
    except etree.XMLSyntaxError as error:
        raise _Fault(f"line {error.lineno}: {error.msg}") from error
    except Exception as error:  # sdmx1 raises whatever its parser happens to meet
        raise _Fault(f"is not an SDMX-ML 2.1 structure message ({error})") from error
    if not isinstance(message, StructureMessage):
        raise _Fault("is not an SDMX-ML 2.1 structure message")
    yield from _artefacts(message, declared)


def _declared(document: etree._ElementTree) -> dict[tuple[str, str], bool]:
    """Class and id of what the file itself states, each with whether it is partial.

    sdmx1 adds a placeholder for everything that a file refers to, and drops `isPartial`.
    """
    stated = document.getroot().iterfind("{*}Structures/*/*[@agencyID]")
    return {
        (etree.QName(each).localname, each.get("id", "")): each.get("isPartial") == "true"
        for each in stated
    }


def _artefacts(
    message: StructureMessage, declared: dict[tuple[str, str], bool]
) -> Iterator[Artefact]:
    for (klass, id), partial in declared.items():
        match klass:
            case Kind.CODELIST:
                codelist = message.codelist[id]
                yield Codelist(**_identity(codelist, partial), codes=_items(codelist))
            case Kind.CONCEPT_SCHEME:
                scheme = message.concept_scheme[id]
                yield ConceptScheme(**_identity(scheme, partial), concepts=_items(scheme))
            case Kind.DATA_STRUCTURE:
                yield _data_structure(message.structure[id], partial)
            case Kind.DATAFLOW:
                flow = message.dataflow[id]
                structure = _reference(Kind.DATA_STRUCTURE, flow.structure)
                yield Dataflow(**_identity(flow, partial), structure=structure)
            case _:
                raise _Fault(f"{klass} {id} is of a class that this gateway does not hold yet")


class _Identity(TypedDict):
    agency: str
    id: str
    version: str
    name: Text
    description: Text | None
    is_final: bool
    is_partial: bool


def _identity(artefact: common.MaintainableArtefact, partial: bool) -> _Identity:
    reference = _reference(Kind.CODELIST, artefact)
    return _Identity(
        agency=reference.agency,
        id=reference.id,
        version=reference.version,
        name=_name(artefact),
        description=_text(artefact.description, f"description of {artefact.id}"),
        is_final=bool(artefact.is_final),
        is_partial=partial,
    )


def _reference(
    kind: Kind, artefact: common.MaintainableArtefact | None, item: str | None = None
) -> Reference:
    if artefact is None or artefact.maintainer is None or not artefact.version:
        raise _Fault(f"a {kind} is named without agency or version")
    return Reference(kind, artefact.maintainer.id, artefact.id, str(artefact.version), item)


def _name(artefact: common.NameableArtefact) -> Text:
    text = _text(artefact.name, f"name of {artefact.id}")
    if text is None:
        raise _Fault(f"{artefact.id} has no name")
    return text


def _text(words: InternationalString | None, subject: str) -> Text | None:
    said = {} if words is None else dict(words.localizations)
    if not said:
        return None
    if missing := [language for language in LANGUAGES if not said.get(language)]:
        raise _Fault(f"the {subject} is not given in {', '.join(missing)}")
    return Text(es=said["es"], en=said["en"])


def _items(scheme: common.ItemScheme[Any]) -> tuple[Item, ...]:
    return tuple(
        Item(
            item.id,
            _name(item),
            _text(item.description, f"description of {item.id}"),
            item.parent.id if isinstance(item.parent, common.Item) else None,
        )
        for item in scheme
    )


def _data_structure(structure: v21.DataStructureDefinition, partial: bool) -> DataStructure:
    components = list(structure.dimensions.components)
    dimensions = [each for each in components if not isinstance(each, common.TimeDimension)]
    times = [each for each in components if isinstance(each, common.TimeDimension)]
    measures = list(structure.measures.components)
    if len(times) != 1 or len(measures) != 1:
        raise _Fault(f"{structure.id} must have one time dimension and one measure")
    return DataStructure(
        **_identity(structure, partial),
        dimensions=tuple(Component(*_parts(each)) for each in dimensions),
        time=Component(*_parts(times[0])),
        measure=Component(*_parts(measures[0])),
        attributes=tuple(_attribute(each) for each in structure.attributes.components),
    )


def _parts(component: common.Component) -> tuple[str, Reference, Representation]:
    concept = component.concept_identity
    scheme = None if concept is None else concept.get_scheme()  # type: ignore[no-untyped-call]
    if concept is None or not isinstance(scheme, common.ConceptScheme):
        raise _Fault(f"{component.id} names no concept of a scheme")
    identity = _reference(Kind.CONCEPT_SCHEME, scheme, concept.id)
    return component.id, identity, _representation(component)


def _representation(component: common.Component) -> Representation:
    local = component.local_representation
    if local is None:
        raise _Fault(f"{component.id} has neither a code list nor a text format")
    if local.enumerated is not None:
        return Representation(_reference(Kind.CODELIST, local.enumerated), None)
    formats = [facet.value_type.name for facet in local.non_enumerated if facet.value_type]
    if not formats:
        raise _Fault(f"{component.id} has neither a code list nor a text format")
    return Representation(None, formats[0][:1].upper() + formats[0][1:])


def _attribute(attribute: common.DataAttribute) -> Attribute:
    related = attribute.related_to
    dimensions: tuple[str, ...] = ()
    if isinstance(related, common.DimensionRelationship):
        attachment = Attachment.SERIES
        dimensions = tuple(each.id for each in related.dimensions)
    elif isinstance(related, v21.PrimaryMeasureRelationship):
        attachment = Attachment.OBSERVATION
    elif isinstance(related, v21.NoSpecifiedRelationship):
        attachment = Attachment.DATASET
    else:
        raise _Fault(f"{attribute.id} hangs on a group; series, observation or data set are known")
    mandatory = attribute.usage_status is common.UsageStatus.mandatory
    return Attribute(*_parts(attribute), attachment, mandatory, dimensions)
