"""What a message says besides its content: who sends what, and when it was prepared."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from gateway.model.artefact import Artefact, Reference
from gateway.model.selection import Selection
from gateway.model.structure import DataStructure


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
class DataSet:
    """Observations to be written together, one selection a provision, and since when they hold.

    `valid_to` is when deleted observations ceased to hold. Both are None where nothing is said.
    """

    selections: tuple[Selection, ...]
    action: Action = Action.INFORMATION
    valid_from: datetime | None = None
    valid_to: datetime | None = None


@dataclass(frozen=True, slots=True)
class DataMessage:
    """Data sets to be written: of which dataflow or structure, and what stands at observations."""

    header: Header
    of: Reference
    structure: DataStructure
    datasets: tuple[DataSet, ...]
    dimension_at_observation: str

    @property
    def selections(self) -> tuple[Selection, ...]:
        """The selections of every data set."""
        return tuple(each for dataset in self.datasets for each in dataset.selections)


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
