"""What a message says besides its content: who sends what, and when it was prepared."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from gateway.model.artefact import Artefact, Reference
from gateway.model.labels import Labels
from gateway.model.selection import Selection
from gateway.model.shapes import arranged, shown, spread
from gateway.model.structure import DataStructure
from gateway.model.text import LANGUAGES, Language, Text

FLAT = "AllDimensions"
"""The word for no dimension in particular at the observations."""


class Said(StrEnum):
    """How a flat format says a code. Source: SDMX-CSV 2.1, field guide, labels."""

    ID = "id"
    NAME = "name"
    BOTH = "both"


class Times(StrEnum):
    """How a flat format spells a period. Source: SDMX-CSV 2.1, field guide, timeFormat."""

    ORIGINAL = "original"
    NORMALIZED = "normalized"


class Keys(StrEnum):
    """Which keys SDMX-CSV spells out in columns of their own. Source: its field guide, keys."""

    NONE = "none"
    OBSERVATION = "obs"
    SERIES = "series"
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class Manner:
    """How a caller wants a message told: in which languages, the best first; and how CSV is."""

    languages: tuple[Language, ...] = LANGUAGES
    labels: Said = Said.ID
    times: Times = Times.ORIGINAL
    keys: Keys = Keys.NONE


@dataclass(frozen=True, slots=True)
class Header:
    """The header of a message: its id, when it was prepared (with time zone) and its sender."""

    id: str
    prepared: datetime
    sender: str


class Action(StrEnum):
    """What a reader is to do with a data set. Source: SDMX-ML 2.1, SDMXCommon.xsd, ActionType."""

    INFORMATION = "Information"
    REPLACE = "Replace"
    DELETE = "Delete"


@dataclass(frozen=True, slots=True)
class Subject:
    """What a data set is of: the dataflow, structure or agreement asked for, and its structure.

    `labels` are the names of the components and of their codes.
    """

    of: Reference
    structure: DataStructure
    labels: Labels


@dataclass(frozen=True, slots=True)
class Shown:
    """Which components of a data set are told besides its dimensions.

    `attributes` are ids; None for all that the structure has. Without `observations` only the
    series are told: their keys, and those of their attributes that are shown.
    """

    attributes: frozenset[str] | None = None
    measure: bool = True
    observations: bool = True


@dataclass(frozen=True, slots=True)
class DataSet:
    """Observations to be written together, one selection a provision, and since when they hold.

    `valid_to` is when deleted observations ceased to hold. Both are None where nothing is said.
    """

    subject: Subject
    selections: tuple[Selection, ...]
    action: Action = Action.INFORMATION
    valid_from: datetime | None = None
    valid_to: datetime | None = None
    shown: Shown = Shown()

    def shaped(self, dimension_at_observation: str) -> Iterator[Selection]:
        """The selections with what is shown of them, in series under a dimension, one by one."""
        for each in self.selections:
            less = shown(each, self.shown.attributes, measure=self.shown.measure)
            yield arranged(less, dimension_at_observation)

    def spread(self) -> "DataSet":
        """The same, with what is stated of the whole stated of each series.

        What is deleted is named by its key alone: in SDMX-CSV an attribute would be what to delete.
        """
        if self.action is Action.DELETE:
            return self
        return replace(self, selections=tuple(spread(each) for each in self.selections))


@dataclass(frozen=True, slots=True)
class Source:
    """The release of one provision that observations are from, and who supplied its file.

    `licence` is what its provider says of it; None where nothing is said.
    """

    provider: Text
    provision: Text
    release: int
    released_at: datetime
    file: str
    licence: Text | None = None


def nobody() -> tuple[Source, ...]:
    """No source is known."""
    return ()


@dataclass(frozen=True, slots=True)
class Provenance:
    """What people want to know of data that they keep: what was asked, of whom, on which terms.

    `sources` are looked up when a format tells them, for most do not. Empty is not known.
    """

    asked: str = ""
    licence: str = ""
    sources: Callable[[], tuple[Source, ...]] = nobody


@dataclass(frozen=True, slots=True)
class DataMessage:
    """Data sets to be written, at least one, and which dimension stands at the observations.

    That is one of the dimensions, or `FLAT`.
    """

    header: Header
    datasets: tuple[DataSet, ...]
    dimension_at_observation: str
    manner: Manner = Manner()
    provenance: Provenance = Provenance()

    @property
    def subject(self) -> Subject:
        """What the first data set is of; most messages have no other."""
        return self.datasets[0].subject

    @property
    def selections(self) -> tuple[Selection, ...]:
        """The selections of every data set."""
        return tuple(each for dataset in self.datasets for each in dataset.selections)

    def told(self, manner: Manner) -> "DataMessage":
        """The same message in another manner."""
        return replace(self, manner=manner)

    def asked_for(self, url: str) -> "DataMessage":
        """The same message as the answer to a URL."""
        return replace(self, provenance=replace(self.provenance, asked=url))


def file_name(message: DataMessage, extension: str) -> str:
    """What a message is called as a file, in signs that every system and header takes.

    Empty without an extension: then it is not sent as a file.
    """
    names = dict.fromkeys(each.subject.of.id for each in message.datasets)
    stem = re.sub(r"[^A-Za-z0-9_-]", "_", "-".join(names))[:100]
    return f"{stem}.{extension}" if extension else ""


@dataclass(frozen=True, slots=True)
class StructureMessage:
    """Artefacts to be written: whole, or as stubs that only name (and perhaps describe) them.

    `related` are those that were not asked for by name but stand beside what was.
    """

    header: Header
    artefacts: tuple[Artefact, ...]
    stubs: frozenset[Reference] = frozenset()
    stubs_described: bool = False
    related: frozenset[Reference] = frozenset()
    manner: Manner = Manner()

    def told(self, manner: Manner) -> "StructureMessage":
        """The same message in another manner."""
        return replace(self, manner=manner)
