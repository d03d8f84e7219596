"""What a schema is written from: a structure, and the codes that its components may take."""

from collections.abc import Mapping
from dataclasses import dataclass

from gateway.errors import NotServed
from gateway.model.artefact import Reference
from gateway.model.structure import Component, DataStructure

ALL_DIMENSIONS = "AllDimensions"
"""The word for observations that each state their whole key, in place of a dimension's id."""


@dataclass(frozen=True, slots=True)
class SchemaMessage:
    """The rules for data messages of a dataflow, data structure or provision agreement.

    `codes` holds the allowed codes of every component that has a code list, constraints applied,
    and of no other. `dimension_at_observation` is the time dimension or `ALL_DIMENSIONS`. With
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
        """Whether observations stand alone, not in series. Raises NotServed for a third form."""
        served = (self.structure.time.id, ALL_DIMENSIONS)
        if self.dimension_at_observation not in served:
            raise NotServed(
                f"There is no schema for dimensionAtObservation={self.dimension_at_observation}.",
                subject="dimensionAtObservation",
                allowed=served,
            )
        return self.dimension_at_observation == ALL_DIMENSIONS

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
