"""The mirror dataflow: computed from what a caller may see of both sides, whenever he asks.

So nothing hidden can be worked out from it: each figure is a function of figures that the caller
can read himself, as both sides stood at the moment that he asks for. What has been compared once is
kept until a side changes.
"""

from collections import Counter, OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import cached_property
from itertools import pairwise
from threading import Lock

import numpy as np

from gateway.exchange.lists import hierarchies
from gateway.exchange.standing import rights, state_of
from gateway.intake.provision import Provision
from gateway.mirror.comparisons import Comparisons
from gateway.mirror.hierarchy import Hierarchy
from gateway.mirror.ledger import Sums
from gateway.mirror.remarks import Remark
from gateway.mirror.result import told
from gateway.mirror.sides import BROKEN_DOWN, Statement
from gateway.model.artefact import Artefact, Reference
from gateway.model.joining import difference, ends, nothing
from gateway.model.observations import FREQUENCY
from gateway.model.query import Wanted
from gateway.model.selection import Codes, Selection
from gateway.model.structure import Dataflow, DataStructure
from gateway.model.visibility import Visibility
from gateway.registry import Registry
from gateway.releases.cube import Cube
from gateway.releases.history import Dissemination, History, years_in
from gateway.releases.index import Index, index_from
from gateway.releases.store import Store

_START = datetime(1970, 1, 1, tzinfo=UTC)

_KEPT = 8
"""Comparisons that are kept: of so many different views, or moments of the past."""

_CUBES, _MOST = 1024, 8_000_000
"""Answers that are kept: so many, and of so many observations together."""

_EVERYTHING = Wanted()

_State = tuple[object, ...]
"""What stands for all that a caller sees: first the rights, then how each provision stands."""

_NEEDED = {FREQUENCY, "INDICATOR", "DIRECTION", "COUNT_BASIS", "DATA_SOURCE", *BROKEN_DOWN}
"""The dimensions of a structure whose data can be compared."""


class Mirror:
    """The comparisons of one gateway. Safe to share between threads."""

    def __init__(
        self,
        registry: Registry,
        provisions: Mapping[str, Provision],
        store: Store,
        remarks: Sequence[Remark] = (),
    ) -> None:
        self._registry = registry
        self._provisions = provisions
        self._store = store
        self._remarks = tuple(remarks)
        self._sums = Sums()
        self._compared: OrderedDict[_State, Comparisons] = OrderedDict()
        self._cubes: OrderedDict[tuple[_State, Wanted], Cube] = OrderedDict()
        self._lock = Lock()

    @cached_property
    def flows(self) -> frozenset[Reference]:
        """The dataflows of comparisons."""
        return frozenset(
            each.reference
            for each in self._registry.dataflows
            if self.gives(self._registry.structure(each))
        )

    def gives(self, artefact: Artefact) -> bool:
        """Whether the data of an artefact are comparisons."""
        if isinstance(artefact, DataStructure):
            return "MIRROR_MEASURE" in artefact.dimension_ids
        return artefact.reference in self.flows

    def seen(self, visibility: Visibility) -> Iterator[str]:
        """The provisions that are compared and of which a caller may see something."""
        return (each.id for each in self.compared if visibility.sees(each.id))

    def history(self, structure: DataStructure) -> "MirrorHistory":
        """The states of all comparisons, as observations of the mirror's structure."""
        return MirrorHistory(self, structure)

    @property
    def added(self) -> int:
        """How many observations were added up so far: what did not change is not, again."""
        return self._sums.added

    @property
    def measured(self) -> int:
        """Of how many pairs of values the measures were computed so far: as with what is added."""
        return self._sums.measured

    @cached_property
    def compared(self) -> tuple[Provision, ...]:
        """The provisions whose data can be compared."""
        return tuple(
            each for each in self._provisions.values() if {*each.structure.dimension_ids} >= _NEEDED
        )

    def indicators(self, flow: Dataflow, visibility: Visibility) -> frozenset[str]:
        """The indicators that a caller sees stated in a dataflow."""
        return frozenset(
            code
            for each in self.compared
            if each.flow.reference == flow.reference
            for code in self._stated(each, "INDICATOR", visibility)
        )

    def _stated(self, provision: Provision, dimension: str, visibility: Visibility) -> set[str]:
        release = self._store.catalogue.visible(provision.id, visibility)
        if release is None:
            return set()
        found = self._store.cube(release, provision.structure).select(Wanted(), visibility)
        return {*found.keys[dimension].values}

    def cube(
        self, structure: DataStructure, visibility: Visibility, wanted: Wanted = _EVERYTHING
    ) -> Cube:
        """Comparisons of what a caller sees at the moment of a visibility.

        All those that a question asks for are in it, and none that its keys or its filters on keys
        and time leave out. What else it asks for is still to be selected.
        """
        state = (rights(visibility), *self.states(visibility))
        narrow = _of_keys_and_time(structure, wanted)
        with self._lock:
            if (kept := self._cubes.get((state, narrow))) is not None:
                self._cubes.move_to_end((state, narrow))
                return kept
        compared = self._comparisons(state, visibility)
        if compared is None:
            return Cube(structure.id, index_from(nothing(structure)))
        found = told(structure, compared, narrow)
        cube = Cube(structure.id, index_from(found.selection, found.numbers))
        self._keep(state, narrow, cube)
        return cube

    def _keep(self, state: "_State", wanted: Wanted, cube: Cube) -> None:
        """For the next who asks the same: as many as have so many observations together."""
        with self._lock:
            self._cubes[state, wanted] = cube
            size = sum(len(each.index) for each in self._cubes.values())
            while size > _MOST or len(self._cubes) > _CUBES:
                size -= len(self._cubes.popitem(last=False)[1].index)

    def _comparisons(self, state: "_State", visibility: Visibility) -> Comparisons | None:
        """What is compared of all that a caller sees; None where that is nothing.

        It goes on from what was compared last for the same rights.
        """
        with self._lock:
            if (kept := self._compared.get(state)) is not None:
                self._compared.move_to_end(state)
                return kept
            before = next((each for key, each in reversed(self._compared.items())
                           if key[0] == state[0]), None)  # fmt: skip
        statements = [*self.statements(visibility)]
        if not statements:
            return None
        lists = self.lists(statements[0].selection.structure)
        found = Comparisons(statements, lists, self._sums, self._remarks, before)
        with self._lock:
            self._compared[state] = found
            while len(self._compared) > _KEPT:
                self._compared.popitem(last=False)
        return found

    def states(self, visibility: Visibility) -> Iterator[tuple[object, ...]]:
        """What stands for all that a caller sees of each provision."""
        for each in self.compared:
            found = state_of(self._store, each.id, each.structure, visibility)
            if found is not None:
                yield each.id, *found[0]

    def statements(self, visibility: Visibility) -> Iterator[Statement]:
        """What each provision states that is compared, as a caller sees it."""
        for each in self.compared:
            release = self._store.catalogue.visible(each.id, visibility)
            if release is None:
                continue
            cube = self._store.cube(release, each.structure)
            found = cube.select(Wanted(), visibility)
            if len(found):
                state = state_of(self._store, each.id, each.structure, visibility)
                seen = (rights(visibility), *(state[0][1:] if state else ()))
                years = {part.year: (part.sha256, *seen) for part in release.parts}
                stated = Statement(each.id, release.number, found, years=years)
                yield replace(stated, in_part=_in_part(cube.index, stated))

    def lists(self, structure: DataStructure) -> list[Hierarchy]:
        """The code lists of the dimensions that may be broken down, in the order of a cell."""
        return hierarchies(self._registry, structure)

    def moments(self, visibility: Visibility) -> list[datetime]:
        """Each moment at which some side changed for a caller, in order."""
        found: set[datetime] = set()
        for each in self.compared:
            history = History(self._store, each.id, each.structure)
            found.update(history.moments(visibility))
        return sorted(found)


def _of_keys_and_time(structure: DataStructure, wanted: Wanted) -> Wanted:
    """What of a question says which series and which periods it asks for."""
    named = (*structure.dimension_ids, structure.time.id)
    filters = tuple(each for each in wanted.filters if each.component in named)
    return Wanted(wanted.keys, filters)


def _in_part(index: Index, seen: Statement) -> bool:
    """Whether some series is hidden in a year, or a figure of a table whose gaps say nothing.

    Told by what is seen alone: were it told by a hidden zero, the zero could be found out.
    """
    if len(seen.selection) == len(index):
        return False
    if seen.selection.series < index.series or not seen.states_zeros:
        return True
    chunk = seen.chunk
    series = np.repeat(np.arange(index.series), np.diff(index.start))
    stated = _by_year(series, index.period, index.periods)
    left = _by_year(chunk.series, chunk.periods, seen.selection.periods)
    return any(count < stated[year] for year, count in left.items())


def _by_year(series: Codes, period: Codes, periods: Sequence[str]) -> Counter[int]:
    """How many series each year has; observations are in the order of series, then time."""
    years = np.array([int(each[:4]) for each in periods], np.int64)[period]
    first = np.flatnonzero(np.diff(series * np.int64(10_000) + years, prepend=-1))
    return Counter(years[first].tolist())


class MirrorHistory:
    """The states of all comparisons as one caller may see them: as `History` is of a provision."""

    def __init__(self, mirror: Mirror, structure: DataStructure) -> None:
        self._mirror = mirror
        self._structure = structure

    def state(self, wanted: Wanted, visibility: Visibility) -> Selection:
        """What is wanted of the comparisons at the moment of a visibility."""
        cube = self._mirror.cube(self._structure, visibility, wanted)
        return cube.select(wanted, Visibility(visibility.at))

    def cube(self, visibility: Visibility) -> Cube | None:
        """All comparisons of what a caller sees: nothing more of them is hidden."""
        return self._mirror.cube(self._structure, visibility)

    def years(self, wanted: Wanted, visibility: Visibility) -> Counter[int]:
        """How many of the observations that `state` gives are of each year."""
        cube = self._mirror.cube(self._structure, visibility, wanted)
        return years_in(cube, wanted, Visibility(visibility.at))

    def since(self, moment: datetime, wanted: Wanted, visibility: Visibility) -> Dissemination:
        """What is wanted of the changes between a moment and that of a visibility."""
        found = self._between(visibility.as_of(moment), visibility, wanted)
        return Dissemination(
            visibility.at,
            ends(found.changed, wanted.first, wanted.last),
            ends(found.deleted, wanted.first, wanted.last),
        )

    def disseminations(self, wanted: Wanted, visibility: Visibility) -> Iterator[Dissemination]:
        """Every change of what is wanted, up to the moment of a visibility, in order."""
        for then, now in pairwise([_START, *self._mirror.moments(visibility)]):
            found = self._between(visibility.as_of(then), visibility.as_of(now), wanted)
            if len(found.changed) or len(found.deleted):
                yield found

    def _between(self, then: Visibility, now: Visibility, wanted: Wanted) -> Dissemination:
        whole = replace(wanted, first=None, last=None)
        found = difference(self.state(whole, then), self.state(whole, now))
        return Dissemination(now.at, found.changed, found.deleted)
