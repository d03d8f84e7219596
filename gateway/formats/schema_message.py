"""What a schema is written from: a structure, and the codes that its components may take."""

from collections.abc import Mapping
from dataclasses import dataclass

from gateway.errors import SemanticError
from gateway.formats.message import FLAT
from gateway.model.artefact import Reference
from gateway.model.structure import Component, DataStructure


@dataclass(frozen=True, slots=True)
class SchemaMessage:
    """The rules for data messages of a dataflow, data structure or provision agreement.

    `codes` holds the allowed codes of every component that has a code list, constraints applied,
    and of no other. `dimension_at_observation` is the time dimension, another one or `FLAT`. With
    `deletion` they are the rules for messages that take data back: there a dimension may be left
    out, which takes back what has any code of it. Source: SDMX 3.1, section 3A, actions of data
    sets.
    """

    of: Reference
    structure: DataStructure
    codes: Mapping[str, tuple[str, ...]]
    dimension_at_observation: str
    deletion: bool = False

    @property
    def namespace(self) -> str:
        """The namespace of these data in SDMX-ML.

        The standard recommends the URN of the data structure (SDMX 3.1, section 3A, part IV,
        data-structure-specific schema); its samples have the dataflow's, and so do our messages.
        """
        return f"{self.of.urn}:ObsLevelDim:{self.dimension_at_observation}"

    @property
    def flat(self) -> bool:
        """Whether observations stand alone, not in series."""
        return self.at_observation is None

    @property
    def at_observation(self) -> Component | None:
        """The dimension at the observations; None for no one in particular.

        Raises SemanticError for one that the structure does not have.
        """
        dimensions = (*self.structure.dimensions, self.structure.time)
        found = {each.id: each for each in dimensions}
        if self.dimension_at_observation not in (*found, FLAT):
            raise SemanticError(
                f"{self.structure.id} has no dimension {self.dimension_at_observation}.",
                spanish=f"{self.structure.id} no tiene dimensión {self.dimension_at_observation}.",
                subject="dimensionAtObservation",
                allowed=(self.structure.time.id, FLAT, *self.structure.dimension_ids),
            )
        return found.get(self.dimension_at_observation)

    @property
    def of_series(self) -> tuple[Component, ...]:
        """The dimensions in the key of a series, in order, time last; none where there is none."""
        at = self.at_observation
        dimensions = (*self.structure.dimensions, self.structure.time)
        return () if at is None else tuple(each for each in dimensions if each is not at)

    def list_names(self) -> dict[str, str]:
        """The name of each coded component's list of allowed codes, by the component's id.

        It is the one that the standard recommends for a code list (SDMX 3.1, section 3A, part IV,
        type names). Where components that share a code list may take different codes of it, each
        has a name of its own.
        """
        coded = [each for each in self.structure.components() if each.id in self.codes]
        allowed: dict[str, set[tuple[str, ...]]] = {}
        for each in coded:
            allowed.setdefault(_codelist(each), set()).add(self.codes[each.id])
        return {
            each.id: _codelist(each) if len(allowed[_codelist(each)]) == 1 else _own(each)
            for each in coded
        }

    def lists(self) -> dict[str, tuple[str, ...]]:
        """The distinct lists of allowed codes, by name."""
        return {name: self.codes[id] for id, name in self.list_names().items()}


def _codelist(component: Component) -> str:
    codelist = component.representation.codelist
    if codelist is None:
        return _own(component)
    return f"{codelist.kind}.{codelist.agency}.{codelist.id}.{codelist.version}"


def _own(component: Component) -> str:
    return f"Component.{component.id}"
