"""What every SDMX artefact has: a kind, an identity, names, and references to others.

Source: SDMX 3.1, section 2 (information model). 2.1 and 3.x differ in names and spelling, not in
what is kept here; formats spell each version.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from gateway.model.text import Text


class Kind(StrEnum):
    """A class of maintained artefact, by its name in the information model of SDMX 3."""

    AGENCY_SCHEME = "AgencyScheme"
    AVAILABILITY_CONSTRAINT = "AvailabilityConstraint"
    CATEGORISATION = "Categorisation"
    CATEGORY_SCHEME = "CategoryScheme"
    CODELIST = "Codelist"
    CONCEPT_SCHEME = "ConceptScheme"
    DATA_CONSTRAINT = "DataConstraint"
    DATA_CONSUMER_SCHEME = "DataConsumerScheme"
    DATA_PROVIDER_SCHEME = "DataProviderScheme"
    DATA_STRUCTURE = "DataStructure"
    DATAFLOW = "Dataflow"
    PROVISION_AGREEMENT = "ProvisionAgreement"
    REPRESENTATION_MAP = "RepresentationMap"
    STRUCTURE_MAP = "StructureMap"
    STRUCTURE_SET = "StructureSet"  # SDMX 2.1 only: maps in a folder of their own

    @property
    def package(self) -> str:
        """The package of the information model that the class belongs to, as URNs spell it."""
        return _PACKAGES[self]

    @property
    def item(self) -> str | None:
        """The class of the scheme's items, or None for what has none."""
        return _ITEMS.get(self)


_PACKAGES = {
    Kind.AGENCY_SCHEME: "base",
    Kind.AVAILABILITY_CONSTRAINT: "registry",
    Kind.CATEGORISATION: "categoryscheme",
    Kind.CATEGORY_SCHEME: "categoryscheme",
    Kind.CODELIST: "codelist",
    Kind.CONCEPT_SCHEME: "conceptscheme",
    Kind.DATA_CONSTRAINT: "registry",
    Kind.DATA_CONSUMER_SCHEME: "base",
    Kind.DATA_PROVIDER_SCHEME: "base",
    Kind.DATA_STRUCTURE: "datastructure",
    Kind.DATAFLOW: "datastructure",
    Kind.PROVISION_AGREEMENT: "registry",
    Kind.REPRESENTATION_MAP: "structuremapping",
    Kind.STRUCTURE_MAP: "structuremapping",
    Kind.STRUCTURE_SET: "mapping",
}

_ITEMS = {
    Kind.AGENCY_SCHEME: "Agency",
    Kind.CATEGORY_SCHEME: "Category",
    Kind.CODELIST: "Code",
    Kind.CONCEPT_SCHEME: "Concept",
    Kind.DATA_CONSUMER_SCHEME: "DataConsumer",
    Kind.DATA_PROVIDER_SCHEME: "DataProvider",
}


@dataclass(frozen=True, slots=True, order=True)
class Reference:
    """What names a maintained artefact, or with `item` one item inside it.

    A category inside another is named by its whole path: ``MOBILITY.RETURNS``.
    """

    kind: Kind
    agency: str
    id: str
    version: str
    item: str | None = None

    def __str__(self) -> str:
        """The short form that SDMX-CSV and our messages use.

        >>> str(Reference(Kind.DATAFLOW, "LMIG", "DF_RETURNS", "1.0.0"))
        'LMIG:DF_RETURNS(1.0.0)'
        """
        return f"{self.agency}:{self.id}({self.version})"

    @property
    def urn(self) -> str:
        """The SDMX URN.

        >>> Reference(Kind.CODELIST, "SDMX", "CL_SEX", "2.1", "F").urn
        'urn:sdmx:org.sdmx.infomodel.codelist.Code=SDMX:CL_SEX(2.1).F'
        """
        klass = self.kind.item if self.item else self.kind
        tail = f".{self.item}" if self.item else ""
        return f"urn:sdmx:org.sdmx.infomodel.{self.kind.package}.{klass}={self}{tail}"

    @property
    def artefact(self) -> "Reference":
        """The maintained artefact itself, without the item."""
        return Reference(self.kind, self.agency, self.id, self.version)


@dataclass(frozen=True, slots=True, kw_only=True)
class Artefact:
    """What every maintained artefact has: an identity, names and the flags of its file."""

    kind: Kind
    agency: str
    id: str
    version: str
    name: Text
    description: Text | None = None
    is_final: bool = True
    is_partial: bool = False

    @property
    def reference(self) -> Reference:
        """What names this artefact."""
        return Reference(self.kind, self.agency, self.id, self.version)

    def references(self) -> Iterator[Reference]:
        """What this one is built from, one level down; items by their own references."""
        yield from ()


@dataclass(frozen=True, slots=True)
class Item:
    """A code, concept, category or organisation; `parent` is the broader item in the scheme."""

    id: str
    name: Text
    description: Text | None = None
    parent: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemScheme(Artefact):
    """A list of items, in the order of its file: codes, concepts, categories, organisations.

    Categories have unique ids within their parent only; all others within the scheme.
    """

    items: tuple[Item, ...]
