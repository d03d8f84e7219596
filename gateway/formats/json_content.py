"""What each artefact says in SDMX-JSON besides its identity, by the words of a version.

Source: sdmx-json-structure-schema.json of each version; where a schema leaves a choice, the
constructed sample of 2.1.0 (https://github.com/sdmx-twg/sdmx-json).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import singledispatch

from gateway.formats.json_frame import Fields, Json, text
from gateway.model.artefact import Artefact, Item, ItemScheme, Kind, Reference
from gateway.model.maps import RepresentationMap, StructureMap, StructureSet
from gateway.model.structure import (
    METRICS,
    Attachment,
    Attribute,
    AvailabilityConstraint,
    Categorisation,
    Component,
    DataConstraint,
    Dataflow,
    DataStructure,
    ProvisionAgreement,
    Representation,
)


@dataclass(frozen=True, slots=True)
class Version:
    """A version of SDMX-JSON: its schema, and the words and places it has of its own."""

    schema: str
    schema_at_root: bool  # 2.1 moved it there, so that editors find it, but still reads `meta`
    before_3: bool  # whether the information model is that of SDMX 2.1
    sections: Mapping[Kind, str]
    text_format: tuple[str, str]
    usage: tuple[str, str, str]  # the property, and its value for mandatory and for optional
    dataset: str  # what an attribute of the data set hangs on
    flow: str
    included: str
    role: str | None  # the property that says whether a constraint allows; none where all do
    whole: frozenset[Kind] = frozenset()  # what the schema does not accept as a stub
    unnamed: frozenset[Kind] = frozenset()  # what has no identity


SECTIONS = {
    Kind.DATA_STRUCTURE: "dataStructures",
    Kind.CATEGORY_SCHEME: "categorySchemes",
    Kind.CONCEPT_SCHEME: "conceptSchemes",
    Kind.CODELIST: "codelists",
    Kind.AGENCY_SCHEME: "agencySchemes",
    Kind.DATA_PROVIDER_SCHEME: "dataProviderSchemes",
    Kind.DATA_CONSUMER_SCHEME: "dataConsumerSchemes",
    Kind.DATAFLOW: "dataflows",
    Kind.PROVISION_AGREEMENT: "provisionAgreements",
    Kind.CATEGORISATION: "categorisations",
}


def urn(reference: Reference, version: Version) -> str:
    """The URN; classes of constraints have other names before SDMX 3.1."""
    found = reference.urn
    if version.role is not None:
        found = found.replace(".AvailabilityConstraint=", ".DataConstraint=")
    if version.before_3:
        found = found.replace(".DataConstraint=", ".ContentConstraint=")
    return found


def words(named: Artefact | Item, described: bool = True) -> Fields:
    """The name, and the description where there is one and it is wanted."""
    fields = text("name", named.name)
    if described and named.description is not None:
        fields |= text("description", named.description)
    return fields


def _filled(**lists: Sequence[Json]) -> Fields:
    """The lists that hold something: the schemas of 2.x refuse an empty one."""
    return {name: values for name, values in lists.items() if values}


@singledispatch
def content_of(artefact: Artefact, version: Version) -> Fields:
    """What an artefact says besides its identity; a stub leaves it out."""
    raise NotImplementedError(f"SDMX-JSON has no writer for {artefact.kind}")


_ITEMS = {
    Kind.AGENCY_SCHEME: "agencies",
    Kind.CATEGORY_SCHEME: "categories",
    Kind.CODELIST: "codes",
    Kind.CONCEPT_SCHEME: "concepts",
    Kind.DATA_CONSUMER_SCHEME: "dataConsumers",
    Kind.DATA_PROVIDER_SCHEME: "dataProviders",
}


@content_of.register
def _item_scheme(scheme: ItemScheme, version: Version) -> Fields:
    fields: Fields = {"isPartial": scheme.is_partial}
    if scheme.kind is Kind.CATEGORY_SCHEME:
        return fields | _categories(scheme.items, None)
    return fields | _filled(
        **{_ITEMS[scheme.kind]: [_item(item, scheme, version) for item in scheme.items]}
    )


def _item(item: Item, scheme: ItemScheme, version: Version) -> Fields:
    """An item; among organisations none is part of another, so they have no parent."""
    fields: Fields = {"id": item.id, **words(item)}
    if item.parent is not None and scheme.kind in {Kind.CODELIST, Kind.CONCEPT_SCHEME}:
        parent = replace(scheme.reference, item=item.parent)
        by_urn = version.before_3 and scheme.kind is Kind.CONCEPT_SCHEME
        fields["parent"] = parent.urn if by_urn else parent.item
    return fields


def _categories(items: Sequence[Item], parent: str | None) -> Fields:
    """The categories right below one, each with those below it; nested, ids lose their path."""
    return _filled(
        categories=[
            {"id": item.id.rpartition(".")[2], **words(item), **_categories(items, item.id)}
            for item in items
            if item.parent == parent
        ]
    )


@content_of.register
def _data_structure(structure: DataStructure, version: Version) -> Fields:
    components: Fields = {
        "dimensionList": _dimension_list(structure, version),
        "measureList": _measure_list(structure, version),
    }
    if structure.groups:
        components["groups"] = [
            {"id": each.id, "groupDimensions": each.dimensions} for each in structure.groups
        ]
    attributes = [_attribute(each, structure, version) for each in structure.attributes]
    if attributes:
        components["attributeList"] = {"id": "AttributeDescriptor", "attributes": attributes}
    return {"dataStructureComponents": components}


def _dimension_list(structure: DataStructure, version: Version) -> Fields:
    """The dimensions; positions count from 0 by the schemas, though from 1 in the sample."""
    dimensions = [
        _component(each, version) | {"position": position}
        for position, each in enumerate(structure.dimensions)
    ]
    time = _component(structure.time, version)
    return {
        "id": "DimensionDescriptor",
        **_filled(dimensions=dimensions),
        **({"timeDimensions": [time]} if version.before_3 else {"timeDimension": time}),
    }


def _measure_list(structure: DataStructure, version: Version) -> Fields:
    measure = _component(structure.measure, version)
    return {
        "id": "MeasureDescriptor",
        **({"primaryMeasure": measure} if version.before_3 else {"measures": [measure]}),
    }


def _component(component: Component, version: Version) -> Fields:
    return {
        "id": component.id,
        "conceptIdentity": component.concept.urn,
        **_representation(component.representation, version),
    }


def _representation(representation: Representation, version: Version) -> Fields:
    """How values are spelled, or nothing where that is left to the concept."""
    if representation.codelist is not None:
        return {"localRepresentation": {"enumeration": representation.codelist.urn}}
    if representation.text_type is not None:
        name, text_type = version.text_format
        return {"localRepresentation": {name: {text_type: representation.text_type}}}
    return {}


def _attribute(attribute: Attribute, structure: DataStructure, version: Version) -> Fields:
    """An attribute; with one measure, 2.x need not say that it belongs to that one."""
    name, mandatory, optional = version.usage
    return _component(attribute, version) | {
        name: mandatory if attribute.mandatory else optional,
        "attributeRelationship": _relationship(attribute, structure.measure, version),
    }


def _relationship(attribute: Attribute, measure: Component, version: Version) -> Fields:
    match attribute.attachment:
        case Attachment.DATASET:
            return {version.dataset: {}}
        case Attachment.SERIES if attribute.group is not None:
            return {"group": attribute.group}
        case Attachment.SERIES:
            return {"dimensions": attribute.dimensions}
        case Attachment.OBSERVATION:
            return {"primaryMeasure": measure.id} if version.before_3 else {"observation": {}}


@content_of.register
def _dataflow(flow: Dataflow, _: Version) -> Fields:
    return {"structure": flow.structure.urn}


@content_of.register
def _categorisation(categorisation: Categorisation, version: Version) -> Fields:
    return {"source": urn(categorisation.source, version), "target": categorisation.target.urn}


@content_of.register
def _provision_agreement(agreement: ProvisionAgreement, version: Version) -> Fields:
    return {version.flow: agreement.flow.urn, "dataProvider": agreement.provider.urn}


@content_of.register
def _data_constraint(constraint: DataConstraint, version: Version) -> Fields:
    fields: Fields = {} if version.role is None else {version.role: "Allowed"}
    fields["constraintAttachment"] = _attachment(constraint.attached)
    keys = [_key_values(id, codes, version) for id, codes in constraint.region]
    if keys:
        fields["cubeRegions"] = [{version.included: True, "keyValues": keys}]
    return fields


@content_of.register
def _availability(constraint: AvailabilityConstraint, version: Version) -> Fields:
    """What data have: in 2.1 with its counts, before with annotations that tell them."""
    region = _region(constraint, version)
    if version.role is None:
        return {
            "constraintAttachment": {_ATTACHED[constraint.of.kind]: constraint.of.urn},
            "cubeRegion": region,
            "seriesCount": constraint.series,
            "obsCount": constraint.observations,
        }
    return {
        version.role: "Actual",
        "annotations": [
            {"id": id, "type": METRICS, "title": str(count)} for id, count in constraint.metrics
        ],
        "constraintAttachment": _attachment([constraint.of]),
        "cubeRegions": [region],
    }


_ATTACHED = {
    Kind.DATA_STRUCTURE: "dataStructure",
    Kind.DATAFLOW: "dataflow",
    Kind.PROVISION_AGREEMENT: "provisionAgreement",
}


def _region(constraint: AvailabilityConstraint, version: Version) -> Fields:
    keys = [_key_values(id, codes, version) for id, codes in constraint.region]
    if constraint.periods:
        first, last = constraint.days
        bounds = {"startPeriod": _day(first), "endPeriod": _day(last)}
        include: Fields = {} if version.before_3 else {"include": True}
        keys.append({"id": constraint.time, **include, "timeRange": bounds})
    return {version.included: True, "keyValues": keys}


def _day(day: date) -> Fields:
    return {"period": day.isoformat(), "isInclusive": True}


def _attachment(attached: Sequence[Reference]) -> Fields:
    """What a constraint holds for, by kind; it is attached to one data provider at most."""
    fields: Fields = {}
    for kind in (Kind.DATA_STRUCTURE, Kind.DATAFLOW, Kind.PROVISION_AGREEMENT):
        fields |= _filled(**{SECTIONS[kind]: [each.urn for each in attached if each.kind is kind]})
    for each in attached:
        if each.kind is Kind.DATA_PROVIDER_SCHEME:
            fields["dataProvider"] = each.urn
    return fields


def _key_values(component: str, codes: Sequence[str], version: Version) -> Fields:
    """The codes of a component; 2.x has them bare too, but pysdmx 1.21 (2026-11) fails on those."""
    if version.before_3:
        return {"id": component, "values": codes}
    values = [{"value": code} for code in codes]
    return {"id": component, "include": True, **_filled(values=values)}


@content_of.register
def _representation_map(values: RepresentationMap, _: Version) -> Fields:
    return {
        "source": [_side(values.source)],
        "target": [_side(values.target)],
        **_filled(
            representationMappings=[
                {"sourceValues": [{"value": source}], "targetValues": [target]}
                for source, target in values.mappings
            ]
        ),
    }


def _side(codelist: Reference | None) -> Fields:
    return {"dataType": "String"} if codelist is None else {"codelist": codelist.urn}


@content_of.register
def _structure_map(structures: StructureMap, _: Version) -> Fields:
    return {
        "source": structures.source.urn,
        "target": structures.target.urn,
        **_filled(
            componentMaps=[
                {
                    "source": [each.source],
                    "target": [each.target],
                    **({} if each.by is None else {"representationMap": each.by.urn}),
                }
                for each in structures.components
                if each.source is not None
            ],
            fixedValueMaps=[
                {"target": each.target, "values": [each.fixed]}
                for each in structures.components
                if each.fixed is not None
            ],
        ),
    }


@content_of.register
def _structure_set(maps: StructureSet, _: Version) -> Fields:
    """The maps of a set, as 1.0 has them.

    A map of structures is left out: it names components by URNs that tell dimensions from
    attributes, which only the structures know.
    """
    return _filled(codelistMaps=[*_codelist_maps(maps.representation_maps)])


def _codelist_maps(maps: Sequence[RepresentationMap]) -> Iterator[Fields]:
    for each in maps:
        if each.source is not None and each.target is not None and each.mappings:
            yield {
                "id": each.id,
                **words(each),
                "source": each.source.urn,
                "target": each.target.urn,
                "codeMaps": [
                    {
                        "source": replace(each.source, item=source).urn,
                        "target": replace(each.target, item=target).urn,
                    }
                    for source, target in each.mappings
                ],
            }
