"""Answers to availability questions: a constraint for each artefact, and what it refers to.

All that is counted is counted under the caller's visibility, the providers included.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from gateway.errors import NoResults, SemanticError
from gateway.exchange.data import Asked, Data
from gateway.exchange.fitting import refuse_moments
from gateway.model.artefact import Artefact, Reference
from gateway.model.availability import Availability, together
from gateway.model.query import AvailabilityQuery
from gateway.model.structure import AvailabilityConstraint, DataStructure
from gateway.model.text import Text
from gateway.model.visibility import Visibility
from gateway.registry import Registry, referred
from gateway.releases.available import availability
from gateway.releases.changed import changes
from gateway.releases.history import States
from gateway.releases.store import Store

VERSION = "1.0"
"""Of every constraint: of two parts, as what follows the data has no semantic version."""


@dataclass(frozen=True, slots=True)
class Found:
    """A constraint, the structure of its data, and who supplied them."""

    constraint: AvailabilityConstraint
    structure: DataStructure
    providers: tuple[Reference, ...]


class Availabilities:
    """What data there are of the provisions of a gateway."""

    def __init__(self, data: Data, registry: Registry, store: Store) -> None:
        self._data = data
        self._registry = registry
        self._store = store
        self._providers = {each.id: each.provider_reference for each in data.provisions}

    def answer(
        self, query: AvailabilityQuery, visibility: Visibility
    ) -> tuple[tuple[Artefact, ...], tuple[Artefact, ...]]:
        """The constraints, and what `references` ask for beside them.

        Raises what `Data.answer` raises; NoResults where no value is available.
        """
        refuse_moments(query.data, visibility.at)
        found = [*self._found(query, visibility)]
        if not found:
            raise NoResults(
                "No observation fits the question.",
                spanish="Ninguna observación responde a la pregunta.",
                subject=str(query.data.flows),
            )
        told = [(each.constraint, each.structure) for each in found]
        providers = dict.fromkeys(one for each in found for one in each.providers)
        related = referred(self._registry, told, providers, query.references)
        return tuple(each.constraint for each in found), related

    def _found(self, query: AvailabilityQuery, visibility: Visibility) -> Iterator[Found]:
        for asked in _with_components(self._data.asked(query.data, visibility), query.components):
            states = self._data.states(asked.supply)
            parts = {id: self._of(each, asked, query, visibility) for id, each in states.items()}
            supplied = [id for id, part in parts.items() if any(part.values.values())]
            if supplied and asked.supply.derived:
                supplied = [*asked.supply.provisions]
            if supplied:
                structure = asked.supply.structure
                whole = together(parts.values(), structure.time.id)
                constraint = _constraint(self._registry.get(asked.supply.of), structure, whole)
                yield Found(constraint, structure, tuple(self._providers[id] for id in supplied))

    def _of(
        self, states: States, asked: Asked, query: AvailabilityQuery, visibility: Visibility
    ) -> Availability:
        structure, wanted = asked.supply.structure, asked.query.wanted
        if query.data.updated_after is not None:
            return changes(states, structure, query.data.updated_after, wanted, visibility,
                           query.mode, query.components)  # fmt: skip
        cube = states.cube(visibility)
        if asked.supply.derived:  # from what the caller sees, so that all of it is his to see
            visibility = Visibility(visibility.at)
        if cube is None:
            return together((), structure.time.id)
        return availability(cube, wanted, visibility, query.mode, query.components)


def _with_components(asked: Sequence[Asked], components: Sequence[str]) -> Iterator[Asked]:
    """Those whose structure has all components; refused, where it is named or none has."""
    refusals = []
    for each in asked:
        structure = each.supply.structure
        known = (*structure.dimension_ids, structure.time.id)
        missing = [id for id in components if id not in known]
        if not missing:
            yield each
            continue
        refusal = SemanticError(
            f"{structure.id} has no dimension {missing[0]}.",
            spanish=f"{structure.id} no tiene dimensión {missing[0]}.",
            subject=missing[0],
            allowed=known,
        )
        if each.supply.named:
            raise refusal
        refusals.append(refusal)
    if refusals and len(refusals) == len(asked):
        raise refusals[0]


def _constraint(
    of: Artefact, structure: DataStructure, found: Availability
) -> AvailabilityConstraint:
    values = {id: tuple(counted) for id, counted in found.values.items() if counted}
    return AvailabilityConstraint(
        agency=of.agency,
        id=f"AC_{of.id}",
        version=VERSION,
        name=Text(f"Datos disponibles: {of.name.es}", f"Available data: {of.name.en}"),
        is_final=False,
        of=of.reference,
        region=tuple((id, values[id]) for id in structure.dimension_ids if id in values),
        time=structure.time.id,
        periods=values.get(structure.time.id, ()),
        series=found.whole.series,
        observations=found.whole.observations,
    )
