"""Data structures and dataflows, and what else is said of them: categories, agreements, bounds."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from gateway.model.artefact import Artefact, Kind, Reference
from gateway.model.period import Span, span


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
class DimensionGroup:
    """Some dimensions of the key, named so that attributes can hang on them together."""

    id: str
    dimensions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Attribute(Component):
    """An attribute; `dimensions` names the dimensions that a series attribute hangs on.

    `group` names the group that they are, where the structure declares it so.
    """

    attachment: Attachment
    mandatory: bool
    dimensions: tuple[str, ...] = ()
    group: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DataStructure(Artefact):
    """A data structure definition with one measure; `dimensions` in key order, time apart."""

    kind: Kind = Kind.DATA_STRUCTURE
    dimensions: tuple[Component, ...]
    time: Component
    measure: Component
    attributes: tuple[Attribute, ...]
    groups: tuple[DimensionGroup, ...] = ()

    @property
    def dimension_ids(self) -> tuple[str, ...]:
        """The ids of the key's dimensions, in order, without time."""
        return tuple(dimension.id for dimension in self.dimensions)

    def attribute_ids(self, *attachments: Attachment) -> tuple[str, ...]:
        """The ids of the attributes with one of these attachments, in the order of the file."""
        return tuple(each.id for each in self.attributes if each.attachment in attachments)

    def stands_at_observation(self, attribute: Attribute, at_observation: str) -> bool:
        """Whether an attribute is stated with each observation, where some dimension stands there.

        Where no dimension in particular does, every one is that is not the whole data set's.
        """
        if attribute.attachment is not Attachment.SERIES:
            return attribute.attachment is Attachment.OBSERVATION
        if at_observation not in self.dimension_ids:
            return at_observation != self.time.id
        return not attribute.dimensions or at_observation in attribute.dimensions

    def components(self) -> Iterator[Component]:
        """Every component: dimensions, time, measure, attributes."""
        yield from self.dimensions
        yield self.time
        yield self.measure
        yield from self.attributes

    def references(self) -> Iterator[Reference]:
        """The concepts and code lists that the components use."""
        for component in self.components():
            yield component.concept
            if component.representation.codelist is not None:
                yield component.representation.codelist


@dataclass(frozen=True, slots=True, kw_only=True)
class Dataflow(Artefact):
    """Data that are published under one structure."""

    kind: Kind = Kind.DATAFLOW
    structure: Reference

    def references(self) -> Iterator[Reference]:
        """The data structure."""
        yield self.structure


@dataclass(frozen=True, slots=True, kw_only=True)
class Categorisation(Artefact):
    """That an artefact belongs under a category."""

    kind: Kind = Kind.CATEGORISATION
    source: Reference
    target: Reference

    def references(self) -> Iterator[Reference]:
        """The artefact and the category."""
        yield self.source
        yield self.target


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvisionAgreement(Artefact):
    """That one data provider supplies one dataflow."""

    kind: Kind = Kind.PROVISION_AGREEMENT
    flow: Reference
    provider: Reference

    def references(self) -> Iterator[Reference]:
        """The dataflow and the provider."""
        yield self.flow
        yield self.provider


@dataclass(frozen=True, slots=True, kw_only=True)
class DataConstraint(Artefact):
    """The codes that make sense in the artefacts it is attached to.

    `region` pairs some components with their allowed codes; a component that it does not name
    allows its whole code list. SDMX 2.1 calls it a content constraint.
    """

    kind: Kind = Kind.DATA_CONSTRAINT
    attached: tuple[Reference, ...]
    region: tuple[tuple[str, tuple[str, ...]], ...]

    def references(self) -> Iterator[Reference]:
        """The constrained artefacts."""
        yield from self.attached


@dataclass(frozen=True, slots=True, kw_only=True)
class AvailabilityConstraint(Artefact):
    """What data there are of an artefact: made for one answer, and kept nowhere.

    `region` pairs dimensions with the codes that data have, in the order of the key; `periods` are
    those of the time dimension, none where it is not told. Only SDMX 3.1 has a class for it;
    before, it is a constraint that tells the actual, not the allowed.
    """

    kind: Kind = Kind.AVAILABILITY_CONSTRAINT
    of: Reference
    region: tuple[tuple[str, tuple[str, ...]], ...]
    time: str
    periods: tuple[str, ...]
    series: int
    observations: int

    def references(self) -> Iterator[Reference]:
        """What it tells of."""
        yield self.of

    @property
    def days(self) -> Span:
        """The first and the last day of its periods, of which there is one at least."""
        firsts, lasts = zip(*map(span, self.periods), strict=True)
        return min(firsts), max(lasts)

    @property
    def metrics(self) -> tuple[tuple[str, int], ...]:
        """Its counts, by the ids of the annotations that tell them before 3.1.

        Source: SDMX-REST 1.5, availability, metrics.
        """
        return ("series_count", self.series), ("obs_count", self.observations)


METRICS = "sdmx_metrics"
"""The type of those annotations."""
