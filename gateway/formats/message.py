"""What a message says besides its content: who sends what, and when it was prepared."""

from dataclasses import dataclass
from datetime import datetime

from gateway.model.artefact import Artefact, Reference
from gateway.model.selection import Selection
from gateway.model.structure import DataStructure


@dataclass(frozen=True, slots=True)
class Header:
    """The header of a message: its id, when it was prepared (with time zone) and its sender."""

    id: str
    prepared: datetime
    sender: str


@dataclass(frozen=True, slots=True)
class DataMessage:
    """Observations to be written: of which dataflow or structure, one selection a provision."""

    header: Header
    of: Reference
    structure: DataStructure
    selections: tuple[Selection, ...]
    dimension_at_observation: str


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
