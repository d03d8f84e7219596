"""What metadata structures, metadataflows and their agreements say in SDMX-JSON.

Source: sdmx-json-structure-schema.json of each version. As in SDMX-ML, 1.0 has what is described
in the structure, 2.x in the flow.
"""

from gateway.formats.json_content import Version, content_of
from gateway.formats.json_frame import Fields, Json
from gateway.formats.ml_metadata_structure import REPORT, target_id
from gateway.model.artefact import Kind
from gateway.model.metadata import (
    MetadataAttribute,
    Metadataflow,
    MetadataProvisionAgreement,
    MetadataStructure,
)

__all__ = ["content_of"]


@content_of.register(MetadataStructure)
def _metadata_structure(structure: MetadataStructure, version: Version) -> Fields:
    attributes: list[Json] = [_attribute(each, version) for each in structure.attributes]
    if not version.before_3:
        listed = {"id": "MetadataAttributeDescriptor", "metadataAttributes": attributes}
        return {"metadataStructureComponents": {"metadataAttributeList": listed}}
    base = structure.reference.urn.replace(".MetadataStructure=", ".MetadataTarget=")
    report: Fields = {
        "id": REPORT,
        "metadataAttributes": attributes,
        "metadataTargets": [f"{base}.{target_id(kind)}" for kind in structure.describes],
    }
    targets = [_target(kind) for kind in structure.describes]
    return {
        "metadataStructureComponents": {"metadataTargets": targets, "reportStructures": [report]}
    }


def _target(kind: Kind) -> Fields:
    artefact: Fields = {
        "id": target_id(kind),
        "objectType": kind,
        "localRepresentation": {"textFormat": {"textType": "IdentifiableReference"}},
    }
    return {"id": target_id(kind), "identifiableObjectTargets": [artefact]}


def _attribute(attribute: MetadataAttribute, version: Version) -> Fields:
    name, text_type = version.text_format
    return {
        "id": attribute.id,
        "minOccurs": int(attribute.required),
        "maxOccurs": 1,
        "isPresentational": False,  # pysdmx 1.21 wants it (2026-11)
        "conceptIdentity": attribute.concept.urn,
        "localRepresentation": {name: {text_type: "String", "isMultiLingual": True}},
    }


@content_of.register(Metadataflow)
def _metadataflow(flow: Metadataflow, version: Version) -> Fields:
    fields: Fields = {"structure": flow.structure.urn}
    return fields if version.before_3 else fields | {"targets": [flow.target]}


@content_of.register(MetadataProvisionAgreement)
def _agreement(agreement: MetadataProvisionAgreement, _: Version) -> Fields:
    return {"metadataflow": agreement.flow.urn, "metadataProvider": agreement.provider.urn}
