"""From sdmx1's objects to our own values; a fault in a file is raised with the words to mend it.

sdmx1 2.28 adds a placeholder for whatever a file refers to, drops `isPartial` and the order of
codes that are nested (seen 2026-11): those are read from the file's own element.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any, TypedDict

from lxml import etree
from sdmx.message import StructureMessage
from sdmx.model import common, v21
from sdmx.model.internationalstring import InternationalString

from gateway.model.artefact import Artefact, Item, ItemScheme, Kind, Reference
from gateway.model.structure import (
    Attachment,
    Attribute,
    Categorisation,
    Component,
    DataConstraint,
    Dataflow,
    DataStructure,
    DimensionGroup,
    ProvisionAgreement,
    Representation,
)
from gateway.model.text import LANGUAGES, Text
from gateway.registry.fault import Fault

NAMES_21 = {"ContentConstraint": Kind.DATA_CONSTRAINT}
"""Where SDMX 2.1 has another name for a class than SDMX 3."""


def read(message: StructureMessage, element: etree._Element) -> Artefact:
    """The artefact that an element of a message's file states. Raises Fault."""
    klass, id = etree.QName(element).localname, element.get("id", "")
    kind = NAMES_21.get(klass, klass)
    if kind not in _READERS:
        raise Fault(f"{klass} {id} is of a class that this gateway does not hold")
    collection, reader = _READERS[Kind(kind)]
    found = reader(getattr(message, collection)[id], Kind(kind))
    found = replace(found, is_partial=element.get("isPartial") == "true")
    return _in_order(found, element) if isinstance(found, ItemScheme) else found


def _in_order(scheme: ItemScheme, element: etree._Element) -> ItemScheme:
    """The items that the file states, as it orders them.

    sdmx1 puts narrower codes right after the broader one, turns the order of categories round, and
    lists a scheme's own agency in it.
    """
    by_id = {item.id: item for item in scheme.items}
    stated = [id for id in _stated(element) if id in by_id]
    nameless = next((id for id in stated if by_id[id].name is NAMELESS), None)
    if nameless is not None:
        raise Fault(f"{nameless} has no name")
    return replace(scheme, items=tuple(by_id[id] for id in stated))


def _stated(element: etree._Element, above: str = "") -> Iterator[str]:
    """The ids of the items in an element; of categories, the paths, each before those in it."""
    for each in element:
        if id := each.get("id"):
            path = f"{above}{id}"
            yield path
            yield from _stated(each, f"{path}.")


NAMELESS = Text("", "")
"""The name of an item that sdmx1 added itself."""


class _Identity(TypedDict):
    agency: str
    id: str
    version: str
    name: Text
    description: Text | None
    is_final: bool


def _identity(artefact: common.MaintainableArtefact) -> _Identity:
    reference = _reference(Kind.CODELIST, artefact)
    return _Identity(
        agency=reference.agency,
        id=reference.id,
        version=reference.version,
        name=_name(artefact),
        description=_text(artefact.description, f"description of {artefact.id}"),
        is_final=bool(artefact.is_final),
    )


def _reference(
    kind: Kind, artefact: common.MaintainableArtefact | None, item: str | None = None
) -> Reference:
    if artefact is None or artefact.maintainer is None or not artefact.version:
        raise Fault(f"a {kind} is named without agency or version")
    return Reference(kind, artefact.maintainer.id, artefact.id, str(artefact.version), item)


def _name(artefact: common.NameableArtefact) -> Text:
    text = _text(artefact.name, f"name of {artefact.id}")
    if text is None:
        raise Fault(f"{artefact.id} has no name")
    return text


def _text(words: InternationalString | None, subject: str) -> Text | None:
    said = {} if words is None else dict(words.localizations)
    if not said:
        return None
    if missing := [language for language in LANGUAGES if not said.get(language)]:
        raise Fault(f"the {subject} is not given in {', '.join(missing)}")
    return Text(es=said["es"], en=said["en"])


def _item_scheme(scheme: common.ItemScheme[Any], kind: Kind) -> ItemScheme:
    items = _categories(scheme) if kind is Kind.CATEGORY_SCHEME else _items(scheme)
    return ItemScheme(kind=kind, **_identity(scheme), items=tuple(items))


def _items(scheme: common.ItemScheme[Any]) -> Iterator[Item]:
    for item in scheme:
        description = _text(item.description, f"description of {item.id}")
        name = _text(item.name, f"name of {item.id}") or NAMELESS
        yield Item(item.id, name, description, _parent(item))


def _parent(item: common.Item[Any]) -> str | None:
    """The id of the broader item; sdmx1 gives the scheme itself for one at the top."""
    return item.parent.id if isinstance(item.parent, common.Item) else None


def _categories(scheme: common.ItemScheme[Any]) -> Iterator[Item]:
    """Categories by their paths, each after the one that holds it."""
    for category in scheme:
        if _parent(category) is None:
            yield from _below(category, None)


def _below(category: Any, above: str | None) -> Iterator[Item]:
    path = category.id if above is None else f"{above}.{category.id}"
    description = _text(category.description, f"description of {path}")
    yield Item(path, _name(category), description, above)
    for child in category.child:
        yield from _below(child, path)


def _data_structure(structure: v21.DataStructureDefinition, _: Kind) -> DataStructure:
    components = list(structure.dimensions.components)
    dimensions = [each for each in components if not isinstance(each, common.TimeDimension)]
    times = [each for each in components if isinstance(each, common.TimeDimension)]
    measures = list(structure.measures.components)
    if len(times) != 1 or len(measures) != 1:
        raise Fault(f"{structure.id} must have one time dimension and one measure")
    return DataStructure(
        **_identity(structure),
        groups=tuple(_group(each) for each in structure.group_dimensions.values()),
        dimensions=tuple(Component(*_parts(each)) for each in dimensions),
        time=Component(*_parts(times[0])),
        measure=Component(*_parts(measures[0])),
        attributes=tuple(_attribute(each) for each in structure.attributes.components),
    )


def _group(group: common.GroupDimensionDescriptor) -> DimensionGroup:
    found = tuple(each.id for each in group.components)
    if not found or group.attachment_constraint:
        raise Fault(f"the group {group.id} names no dimensions")
    return DimensionGroup(group.id, found)


def _parts(component: common.Component) -> tuple[str, Reference, Representation]:
    concept = component.concept_identity
    scheme = None if concept is None else concept.get_scheme()  # type: ignore[no-untyped-call]
    if concept is None or not isinstance(scheme, common.ConceptScheme):
        raise Fault(f"{component.id} names no concept of a scheme")
    identity = _reference(Kind.CONCEPT_SCHEME, scheme, concept.id)
    return component.id, identity, _representation(component)


def _representation(component: common.Component) -> Representation:
    local = component.local_representation
    if local is not None and local.enumerated is not None:
        return Representation(_reference(Kind.CODELIST, local.enumerated), None)
    facets = [] if local is None else local.non_enumerated
    formats = [facet.value_type.name for facet in facets if facet.value_type]
    if not formats:
        raise Fault(f"{component.id} has neither a code list nor a text format")
    return Representation(None, formats[0][:1].upper() + formats[0][1:])


def _attribute(attribute: common.DataAttribute) -> Attribute:
    related = attribute.related_to
    dimensions: tuple[str, ...] = ()
    group: str | None = None
    if isinstance(related, common.DimensionRelationship) and related.group_key is None:
        attachment = Attachment.SERIES
        dimensions = tuple(each.id for each in related.dimensions)
    elif isinstance(related, common.GroupRelationship) and related.group_key is not None:
        attachment = Attachment.SERIES
        dimensions, group = _group(related.group_key).dimensions, related.group_key.id
    elif isinstance(related, v21.PrimaryMeasureRelationship):
        attachment = Attachment.OBSERVATION
    elif isinstance(related, v21.NoSpecifiedRelationship):
        attachment = Attachment.DATASET
    else:
        raise Fault(
            f"{attribute.id} hangs on neither dimensions, a group, the observation nor the data set"
        )
    mandatory = attribute.usage_status is common.UsageStatus.mandatory
    return Attribute(*_parts(attribute), attachment, mandatory, dimensions, group)


def _dataflow(flow: v21.DataflowDefinition, _: Kind) -> Dataflow:
    structure = _reference(Kind.DATA_STRUCTURE, flow.structure)
    return Dataflow(**_identity(flow), structure=structure)


def _categorisation(categorisation: common.Categorisation, _: Kind) -> Artefact:
    source, category = categorisation.artefact, categorisation.category
    if not isinstance(source, common.MaintainableArtefact) or category is None:
        raise Fault(f"{categorisation.id} names no artefact or no category")
    scheme, path = _scheme_and_path(category)
    return Categorisation(
        **_identity(categorisation),
        source=_reference(_kind_of(source), source),
        target=_reference(Kind.CATEGORY_SCHEME, scheme, path),
    )


def _scheme_and_path(category: Any) -> tuple[Any, str]:
    """The scheme of a category and its path in it, from the ids that lead there."""
    path, holder = category.id, category.parent
    while isinstance(holder, common.Item):
        path, holder = f"{holder.id}.{path}", holder.parent
    return holder, path


def _kind_of(artefact: common.MaintainableArtefact) -> Kind:
    names = {"DataflowDefinition": "Dataflow", "DataStructureDefinition": "DataStructure"}
    klass = type(artefact).__name__
    return Kind(names.get(klass, klass))


def _agreement(agreement: common.ProvisionAgreement, _: Kind) -> Artefact:
    provider = agreement.data_provider
    if provider is None:
        raise Fault(f"{agreement.id} names no data provider")
    scheme = provider.get_scheme()  # type: ignore[no-untyped-call]
    return ProvisionAgreement(
        **_identity(agreement),
        flow=_reference(Kind.DATAFLOW, agreement.structure_usage),
        provider=_reference(Kind.DATA_PROVIDER_SCHEME, scheme, provider.id),
    )


def _constraint(constraint: v21.ContentConstraint, _: Kind) -> Artefact:
    regions = constraint.data_content_region
    if len(regions) != 1 or not regions[0].included or constraint.data_content_keys:
        raise Fault(f"{constraint.id} must have one cube region, included, and nothing else")
    content = [each for each in constraint.content if isinstance(each, common.MaintainableArtefact)]
    content.sort(key=lambda each: str(each.id))
    return DataConstraint(
        **_identity(constraint),
        attached=tuple(_reference(_kind_of(each), each) for each in content),
        region=tuple(
            (component.id, tuple(value.value for value in selection.values))
            for component, selection in regions[0].member.items()
        ),
    )


_Reader = Callable[[Any, Kind], Artefact]

_READERS: Mapping[str, tuple[str, _Reader]] = {
    Kind.AGENCY_SCHEME: ("organisation_scheme", _item_scheme),
    Kind.CATEGORISATION: ("categorisation", _categorisation),
    Kind.CATEGORY_SCHEME: ("category_scheme", _item_scheme),
    Kind.CODELIST: ("codelist", _item_scheme),
    Kind.CONCEPT_SCHEME: ("concept_scheme", _item_scheme),
    Kind.DATA_CONSTRAINT: ("constraint", _constraint),
    Kind.DATA_CONSUMER_SCHEME: ("organisation_scheme", _item_scheme),
    Kind.DATA_PROVIDER_SCHEME: ("organisation_scheme", _item_scheme),
    Kind.DATA_STRUCTURE: ("structure", _data_structure),
    Kind.DATAFLOW: ("dataflow", _dataflow),
    Kind.PROVISION_AGREEMENT: ("provisionagreement", _agreement),
}
