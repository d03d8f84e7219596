"""Reference metadata: what is said of data in words, and the structure that the words have.

Source: SDMX 3.1, section 2, metadata structure definition and metadata set. In SDMX 2.1 a
metadata structure also says what kinds of artefact it describes; in 3.x its flows do.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from gateway.model.artefact import Artefact, Kind, Reference
from gateway.model.text import Text


@dataclass(frozen=True, slots=True)
class MetadataAttribute:
    """One thing that is said, in words: its id and the concept that it is of."""

    id: str
    concept: Reference
    required: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MetadataStructure(Artefact):
    """What is said of artefacts of some kinds."""

    kind: Kind = Kind.METADATA_STRUCTURE
    attributes: tuple[MetadataAttribute, ...]
    describes: tuple[Kind, ...]

    def references(self) -> Iterator[Reference]:
        """The concepts."""
        for attribute in self.attributes:
            yield attribute.concept


@dataclass(frozen=True, slots=True, kw_only=True)
class Metadataflow(Artefact):
    """Metadata sets under one structure, of artefacts of one kind and agency."""

    kind: Kind = Kind.METADATAFLOW
    structure: Reference
    describes: Kind

    @property
    def target(self) -> str:
        """What its sets are of, as a URN with wildcards."""
        every = Reference(self.describes, self.agency, "*", "*")
        return every.urn

    def references(self) -> Iterator[Reference]:
        """The metadata structure."""
        yield self.structure


@dataclass(frozen=True, slots=True, kw_only=True)
class MetadataProvisionAgreement(Artefact):
    """That one metadata provider supplies one metadataflow."""

    kind: Kind = Kind.METADATA_PROVISION_AGREEMENT
    flow: Reference
    provider: Reference

    def references(self) -> Iterator[Reference]:
        """The metadataflow and the provider."""
        yield self.flow
        yield self.provider


@dataclass(frozen=True, slots=True, kw_only=True)
class MetadataSet(Artefact):
    """What a provider says of one artefact: the words of each attribute, in their order.

    Its `agency` is the agency of the provider's scheme with the provider behind a full stop.
    """

    kind: Kind = Kind.METADATA_SET
    flow: Reference
    target: Reference
    said: tuple[tuple[str, Text], ...]

    @property
    def provider(self) -> tuple[str, str]:
        """The agency of the scheme and the provider's id."""
        agency, _, id = self.agency.rpartition(".")
        return agency, id
