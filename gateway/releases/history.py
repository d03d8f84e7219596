"""What a provision stated at other moments: since when, until when, and what has changed.

A state is what a caller could see at a moment: the newest release visible then, less what was under
embargo then, within the caller's regions, and of what is confidential what the caller reads.
So a release that is embargoed or withdrawn, an observation whose embargo lifts, and one whose
status changes, come and go like any other change.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import groupby, pairwise
from typing import Protocol

import numpy as np

from gateway.model.joining import (
    Difference,
    difference,
    ends,
    identities,
    joined,
    narrowed,
    nothing,
)
from gateway.model.query import Condition, Filter, Operator, Wanted
from gateway.model.release import Release
from gateway.model.selection import Selection
from gateway.model.structure import DataStructure
from gateway.model.visibility import Visibility
from gateway.releases.available import availability
from gateway.releases.cube import Cube
from gateway.releases.index import Index, microsecond
from gateway.releases.store import Store

_START = datetime(1970, 1, 1, tzinfo=UTC)
_END = datetime.max.replace(tzinfo=UTC)
_INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Dissemination:
    """What a caller saw change at a moment: what came or became different, and what went."""

    at: datetime
    changed: Selection
    deleted: Selection


@dataclass(frozen=True, slots=True)
class Versions:
    """Observations, each as it was from a moment on, until another; None where it still is so."""

    selection: Selection
    valid_from: tuple[datetime, ...]
    valid_to: tuple[datetime | None, ...]


class States(Protocol):
    """What was, is and has changed of some observations, as callers may see them."""

    def state(self, wanted: Wanted, visibility: Visibility) -> Selection:
        """What is wanted of the state at the moment of a visibility."""
        ...

    def cube(self, visibility: Visibility) -> Cube | None:
        """The cube of that state, to count in; None where nothing is to be seen."""
        ...

    def years(self, wanted: Wanted, visibility: Visibility) -> Counter[int]:
        """How many of the observations that `state` gives are of each year."""
        ...

    def since(self, moment: datetime, wanted: Wanted, visibility: Visibility) -> Dissemination:
        """What is wanted of the changes between a moment and that of a visibility."""
        ...

    def disseminations(self, wanted: Wanted, visibility: Visibility) -> Iterator[Dissemination]:
        """Every change of what is wanted, up to the moment of a visibility, in order."""
        ...


def years_in(cube: Cube | None, wanted: Wanted, visibility: Visibility) -> Counter[int]:
    """How many wanted observations of a cube are of each year; none is fetched."""
    counts: Counter[int] = Counter()
    if cube is None:
        return counts
    time = cube.index.structure.time.id
    found = availability(cube, wanted, visibility, components=(time,)).values[time]
    for period, count in found.items():
        counts[int(period[:4])] += count.observations
    return counts


class History:
    """The states of one provision as one caller may see them."""

    def __init__(self, store: Store, provision: str, structure: DataStructure) -> None:
        self._store = store
        self._provision = provision
        self._structure = structure

    def state(self, wanted: Wanted, visibility: Visibility) -> Selection:
        """What is wanted of the state at the moment of a visibility."""
        return self._select(self._release(visibility), wanted, visibility)

    def cube(self, visibility: Visibility) -> Cube | None:
        """The cube of the state at the moment of a visibility."""
        release = self._release(visibility)
        return None if release is None else self._store.cube(release, self._structure)

    def years(self, wanted: Wanted, visibility: Visibility) -> Counter[int]:
        """How many of the observations that `state` gives are of each year; none is fetched."""
        return years_in(self.cube(visibility), wanted, visibility)

    def since(self, moment: datetime, wanted: Wanted, visibility: Visibility) -> Dissemination:
        """What is wanted of the changes between the state at a moment and that of a visibility.

        An observation that changed and changed back has not changed. Of the changes, too, `wanted`
        may ask for the first and the last of each series.
        """
        before = visibility.as_of(moment)
        found = self._difference(self._release(before), before,
                                 self._release(visibility), visibility, wanted)  # fmt: skip
        return Dissemination(
            visibility.at,
            ends(found.changed, wanted.first, wanted.last),
            ends(found.deleted, wanted.first, wanted.last),
        )

    def disseminations(self, wanted: Wanted, visibility: Visibility) -> Iterator[Dissemination]:
        """Every change of what is wanted, from the first state to that of a visibility, in order.

        A change that the caller could not see is none.
        """
        moments = [*self._moments(visibility)]
        states = [(None, visibility.as_of(_START)), *moments]
        for (was, then), (became, now) in pairwise(states):
            found = self._difference(was, then, became, now, wanted)
            if len(found):
                yield Dissemination(now.at, found.changed, found.deleted)

    def moments(self, visibility: Visibility) -> Iterator[datetime]:
        """Each moment at which the state may have changed, up to that of a visibility."""
        return (then.at for _, then in self._moments(visibility))

    def versions(self, wanted: Wanted, visibility: Visibility) -> Versions:
        """Every state of every observation that is wanted, with the time that it held."""
        found = [*self.disseminations(wanted, visibility)]
        return _versions(found) if found else Versions(nothing(self._structure), (), ())

    def _moments(self, visibility: Visibility) -> Iterator[tuple[Release | None, Visibility]]:
        """Each moment at which the state may have changed, with the release visible from then."""
        if not visibility.sees(self._provision):
            return
        ahead = visibility.view(self._provision).ahead
        history = self._store.catalogue.all(self._provision)
        reigns = [*_reigns(history, visibility.at, ahead=ahead)]
        starts = [start for start, _ in reigns]
        ends = [*(start - _INSTANT for start in starts[1:]), visibility.at]
        for (start, release), end in zip(reigns, ends, strict=False):
            yield release, visibility.as_of(start)
            for moment in self._lifted(release, visibility, start, end):
                yield release, visibility.as_of(moment)

    def _lifted(
        self, release: Release, visibility: Visibility, after: datetime, until: datetime
    ) -> list[datetime]:
        """When more of a release came to be seen, later than one moment up to another."""
        index = self._store.index(release, self._structure)
        view = visibility.view(self._provision)
        others = {release.visible_from, *(each.until for each in view.embargoes)}
        lifted = {each for each in others if after < each <= until}
        return sorted(lifted.union(_lifted(index, after, until)))

    def turns(self, visibility: Visibility) -> tuple[datetime | None, datetime | None]:
        """The last moment at which the state changed for a caller, and the next one known of.

        An answer of now holds since the one, and until the other at the latest.
        """
        if not visibility.sees(self._provision):
            return None, None
        ahead = visibility.view(self._provision).ahead
        history = self._store.catalogue.all(self._provision)
        to_come = [
            each
            for release in history
            for each in (release.released_at if ahead else release.visible_from,)
            if each > visibility.at
        ]
        release = self._release(visibility)
        if release is None:
            return None, min(to_come, default=None)
        start = release.released_at if ahead else release.visible_from
        lifted = self._lifted(release, visibility, start, visibility.at)
        to_come += self._lifted(release, visibility, visibility.at, _END)
        return max([start, *lifted]), min(to_come, default=None)

    def _release(self, visibility: Visibility) -> Release | None:
        return self._store.catalogue.visible(self._provision, visibility)

    def _select(self, release: Release | None, wanted: Wanted, visibility: Visibility) -> Selection:
        if release is None:
            return nothing(self._structure)
        return self._store.cube(release, self._structure).select(wanted, visibility)

    def _difference(
        self,
        was: Release | None,
        then: Visibility,
        became: Release | None,
        now: Visibility,
        wanted: Wanted,
    ) -> Difference:
        whole = replace(wanted, first=None, last=None)
        if was is not None and became is not None and not self._opens(was, then, became, now):
            differing = {*was.parts} ^ {*became.parts}
            whole = _only_years(whole, {part.year for part in differing}, self._structure)
        return difference(self._select(was, whole, then), self._select(became, whole, now))

    def _opens(self, was: Release, then: Visibility, became: Release, now: Visibility) -> bool:
        """Whether what is the same in two releases may have been seen of one alone.

        An embargo ended between two moments, or one release was out and the other is not: of that
        some read all, some a part, and some nothing.
        """
        were_out = was.visible_from <= then.at, became.visible_from <= now.at
        return len({*were_out}) > 1 or bool(self._lifted(became, now, then.at, now.at))


def _reigns(
    history: Sequence[Release], until: datetime, *, ahead: bool
) -> Iterator[tuple[datetime, Release]]:
    """From when each release was the newest visible one; those that never were are left out.

    Who reads ahead sees each from its release on.
    """
    begins = _released_at if ahead else _visible_from
    seen = sorted((each for each in history if begins(each) <= until), key=begins)
    newest: Release | None = None
    for moment, together in groupby(seen, key=begins):
        last = max(together, key=lambda each: each.number)
        if newest is None or last.number > newest.number:
            newest = last
            yield moment, last


def _visible_from(release: Release) -> datetime:
    return release.visible_from


def _released_at(release: Release) -> datetime:
    return release.released_at


def _lifted(index: Index, after: datetime, until: datetime) -> list[datetime]:
    """The moments at which embargoes of observations end, later than one moment up to another."""
    times = np.unique(index.embargo)
    ended = times[(times > microsecond(after)) & (times <= microsecond(until))]
    return [_START + timedelta(microseconds=time) for time in ended.tolist()]


def _only_years(wanted: Wanted, years: set[int], structure: DataStructure) -> Wanted:
    """The same question of some years: parts that two releases share cannot differ."""
    groups = tuple((Condition(Operator.SW, f"{year:04}"),) for year in sorted(years))
    return replace(wanted, filters=(*wanted.filters, Filter(structure.time.id, groups)))


def _versions(found: Sequence[Dissemination]) -> Versions:
    """Each observation that changed, until the next change of the same key."""
    selections = [*(each.changed for each in found), *(each.deleted for each in found)]
    whole = joined(selections)
    events = np.repeat([*range(len(found))] * 2, [len(each) for each in selections])
    keys, _ = identities(whole)
    order = np.lexsort([events, keys])
    following = np.full(len(keys), -1)
    same = keys[order[:-1]] == keys[order[1:]]
    following[order[:-1][same]] = events[order[1:][same]]
    changed = sum(len(each.changed) for each in found)
    times = [each.at for each in found]
    return Versions(
        narrowed(whole, whole.chunk().chunk(0, changed)),
        tuple(times[event] for event in events[:changed].tolist()),
        tuple(times[event] if event >= 0 else None for event in following[:changed].tolist()),
    )
