"""Metadata structures, metadataflows and metadata provision agreements in SDMX-ML.

Source: SDMXStructureMetadataStructure.xsd, SDMXStructureMetadataflow.xsd and
SDMXStructureProvisionAgreement.xsd. What is described stands in the structure in 2.1, where each
kind of artefact is a target of its own, and in the flow in 3.x.
"""

from gateway.formats import ml
from gateway.model.artefact import Artefact, Kind
from gateway.model.metadata import Metadataflow, MetadataProvisionAgreement, MetadataStructure

REPORT = "REPORT"
"""The one report structure of a metadata structure in SDMX 2.1."""


def target_id(kind: Kind) -> str:
    """The id of the target for a kind of artefact in SDMX 2.1.

    >>> target_id(Kind.PROVISION_AGREEMENT)
    'PROVISIONAGREEMENT'
    """
    return kind.upper()


def add_metadata_structure(parent: ml.Element, found: Artefact, edition: ml.Edition) -> None:
    """What is said, and in 2.1 of which kinds of artefact."""
    if not isinstance(found, MetadataStructure):
        return
    components = ml.add(parent, edition.struct("MetadataStructureComponents"))
    if edition.is_21:
        for kind in found.describes:
            _add_target(components, kind, edition)
        attributes = ml.add(components, edition.struct("ReportStructure"), id=REPORT)
    else:
        attributes = ml.add(
            components, edition.struct("MetadataAttributeList"), id="MetadataAttributeDescriptor"
        )
    for each in found.attributes:
        element = ml.add(
            attributes,
            edition.struct("MetadataAttribute"),
            id=each.id,
            minOccurs="1" if each.required else "0",
            maxOccurs="1",
        )
        concept = ml.add(element, edition.struct("ConceptIdentity"))
        ml.add_reference(concept, each.concept, edition)
        representation = ml.add(element, edition.struct("LocalRepresentation"))
        ml.add(
            representation, edition.struct("TextFormat"), textType="String", isMultiLingual="true"
        )
    if edition.is_21:
        for kind in found.describes:
            named = ml.add(attributes, edition.struct("MetadataTarget"))
            ml.add_local_reference(named, target_id(kind), edition)


def _add_target(parent: ml.Element, kind: Kind, edition: ml.Edition) -> None:
    target = ml.add(parent, edition.struct("MetadataTarget"), id=target_id(kind))
    artefact = ml.add(
        target,
        edition.struct("IdentifiableObjectTarget"),
        id=target_id(kind),
        objectType=kind,
    )
    representation = ml.add(artefact, edition.struct("LocalRepresentation"))
    ml.add(representation, edition.struct("TextFormat"), textType="IdentifiableReference")


def add_metadataflow(parent: ml.Element, found: Artefact, edition: ml.Edition) -> None:
    """The structure of its sets, and in 3.x what they are of."""
    if isinstance(found, Metadataflow):
        ml.add_reference(ml.add(parent, edition.struct("Structure")), found.structure, edition)
        if not edition.is_21:
            ml.add(parent, edition.struct("Target"), found.target)


def add_metadata_agreement(parent: ml.Element, found: Artefact, edition: ml.Edition) -> None:
    """The metadataflow and its provider."""
    if isinstance(found, MetadataProvisionAgreement):
        ml.add_reference(ml.add(parent, edition.struct("Metadataflow")), found.flow, edition)
        provider = ml.add(parent, edition.struct("MetadataProvider"))
        ml.add_reference(provider, found.provider, edition)
