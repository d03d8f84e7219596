"""SDMX artefacts as values: what a structure file states and a structure message repeats.

Only the parts of the information model that the region uses. Source: SDMX 2.1, section 2 and
SDMX-ML 2.1 schemas; every artefact has a Spanish and an English name.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from gateway.model.text import Text


class Kind(StrEnum):
    """A class of maintained artefact, by its name in the information model."""

    CODELIST = "Codelist"
    CONCEPT_SCHEME = "ConceptScheme"
    DATA_STRUCTURE = "DataStructure"
    DATAFLOW = "Dataflow"

    @property
    def package(self) -> str:
        """The package of the information model that the class belongs to, as URNs spell it."""
        return _PACKAGES[self]


_PACKAGES = {
    Kind.CODELIST: "codelist",
    Kind.CONCEPT_SCHEME: "conceptscheme",
    Kind.DATA_STRUCTURE: "datastructure",
    Kind.DATAFLOW: "datastructure",
}


@dataclass(frozen=True, slots=True, order=True)
class Reference:
    """What names a maintained artefact, or with `item` one item inside it."""

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

        >>> Reference(Kind.DATAFLOW, "LMIG", "DF_RETURNS", "1.0.0").urn
        'urn:sdmx:org.sdmx.infomodel.datastructure.Dataflow=LMIG:DF_RETURNS(1.0.0)'
        """
        klass = "Concept" if self.item else self.kind
        tail = f".{self.item}" if self.item else ""
        return f"urn:sdmx:org.sdmx.infomodel.{self.kind.package}.{klass}={self}{tail}"

    @property
    def artefact(self) -> "Reference":
        """The maintained artefact itself, without the item."""
        return Reference(self.kind, self.agency, self.id, self.version)


@dataclass(frozen=True, slots=True, kw_only=True)
class Maintained:
    """What every artefact has: an identity, a name and the two flags of its file."""

    agency: str
    id: str
    version: str
    name: Text
    description: Text | None
    is_final: bool
    is_partial: bool

    kind: ClassVar[Kind]

    @property
    def reference(self) -> Reference:
        """What names this artefact."""
        return Reference(self.kind, self.agency, self.id, self.version)

    def references(self) -> frozenset[Reference]:
        """The artefacts that this one is built from, one level down."""
        return frozenset()


@dataclass(frozen=True, slots=True)
class Item:
    """A code or a concept: `parent` is the id of the broader item in the same scheme."""

    id: str
    name: Text
    description: Text | None = None
    parent: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Codelist(Maintained):
    """A list of codes, in the order of its file."""

    codes: tuple[Item, ...]

    kind: ClassVar[Kind] = Kind.CODELIST


@dataclass(frozen=True, slots=True, kw_only=True)
class ConceptScheme(Maintained):
    """A list of concepts, in the order of its file."""

    concepts: tuple[Item, ...]

    kind: ClassVar[Kind] = Kind.CONCEPT_SCHEME


@dataclass(frozen=True, slots=True)
class Representation:
    """How a component's values are spelled: codes of a list, or else text of an SDMX type."""

    codelist: Reference | None
    text_type: str | None


class Attachment(StrEnum):
    """What an attribute describes."""

    DATASET = "dataset"
    SERIES = "series"
    OBSERVATION = "observation"


@dataclass(frozen=True, slots=True)
class Component:
    """A dimension, the time dimension or the measure of a data structure."""

    id: str
    concept: Reference
    representation: Representation


@dataclass(frozen=True, slots=True)
class Attribute(Component):
    """An attribute; `dimensions` names the dimensions that a series attribute hangs on."""

    attachment: Attachment
    mandatory: bool
    dimensions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DataStructure(Maintained):
    """A data structure definition with one measure; `dimensions` in key order, time apart."""

    dimensions: tuple[Component, ...]
    time: Component
    measure: Component
    attributes: tuple[Attribute, ...]

    kind: ClassVar[Kind] = Kind.DATA_STRUCTURE

    @property
    def dimension_ids(self) -> tuple[str, ...]:
        """The ids of the key's dimensions, in order, without time."""
        return tuple(dimension.id for dimension in self.dimensions)

    def attribute_ids(self, *attachments: Attachment) -> tuple[str, ...]:
        """The ids of the attributes with one of these attachments, in the order of the file."""
        return tuple(each.id for each in self.attributes if each.attachment in attachments)

    def components(self) -> Iterator[Component]:
        """Every component: dimensions, time, measure, attributes."""
        yield from self.dimensions
        yield self.time
        yield self.measure
        yield from self.attributes

    def references(self) -> frozenset[Reference]:
        """The concept schemes and code lists that the components use."""
        schemes = {component.concept.artefact for component in self.components()}
        codelists = {component.representation.codelist for component in self.components()}
        return frozenset(schemes | {each for each in codelists if each is not None})


@dataclass(frozen=True, slots=True, kw_only=True)
class Dataflow(Maintained):
    """Data that are published under one structure."""

    structure: Reference

    kind: ClassVar[Kind] = Kind.DATAFLOW

    def references(self) -> frozenset[Reference]:
        """The data structure."""
        return frozenset({self.structure})


Artefact = Codelist | ConceptScheme | DataStructure | Dataflow
