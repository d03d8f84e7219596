"""The standing of a question: what decides its answer, known before anything is looked up.

Two answers with one standing, in one format and manner, are the same to the byte. So it makes the
ETag of an answer, and the id in its header.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from operator import attrgetter
from threading import Lock

import msgspec
import numpy as np

from gateway.model.digest import digest, remembered_digest
from gateway.model.query import (
    AvailabilityQuery,
    Condition,
    DataQuery,
    Filter,
    Key,
    RegistrationQuery,
)
from gateway.model.structure import DataStructure
from gateway.model.visibility import Visibility
from gateway.releases.index import Index, microsecond
from gateway.releases.store import Store

_START = datetime(1970, 1, 1, tzinfo=UTC)
_END = datetime.max.replace(tzinfo=UTC)
_NEVER = microsecond(_END)

AnyQuery = AvailabilityQuery | DataQuery | RegistrationQuery
"""A question of which the answer depends on data."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A digest of all that an answer depends on, and since when nothing of that has changed.

    What a caller may see is in the digest, but not since when: rights have no history. `until` is
    the next moment at which it may be another, as long as rules and releases stay as they are.
    """

    digest: str
    since: datetime
    until: datetime = field(default=_START, compare=False)


def rights(visibility: Visibility) -> str:
    """A digest of all that a visibility allows, without the moment at which it is asked."""
    if visibility.digest:
        return visibility.digest
    held = {each.name: getattr(visibility, each.name) for each in fields(visibility)}
    return digest(
        {name: value for name, value in held.items() if name not in ("at", "until", "releases")}
    )


def of_supplies(
    store: Store,
    supplies: Mapping[str, DataStructure],
    as_of: datetime | None,
    visibility: Visibility,
    definitions: tuple[Hashable, datetime],
) -> Standing:
    """How all that some provisions supply, by their ids, stands, whatever is asked of it.

    `definitions` are what stands for all definitions, and when they last changed.
    """
    at = visibility if as_of is None else visibility.as_of(as_of)
    states = [
        state
        for provision, structure in supplies.items()
        if (state := state_of(store, provision, structure, at)) is not None
    ]
    made_of, changed_at = definitions
    names = tuple(name for name, _ in states)
    return Standing(
        digest(made_of, names, rights(visibility)),
        max(changed_at, *(since for _, since in states), _START),
    )


def asked_of(supplied: Standing, query: AnyQuery) -> Standing:
    """How a question stands that is asked of what supplies it."""
    return replace(supplied, digest=remembered_digest(supplied.digest, _of_question(query)))


@dataclass(frozen=True, slots=True)
class _Held:
    """A standing, the releases that it was made from, and from which moment on it holds."""

    standing: Standing
    version: tuple[object, ...]
    since: datetime


class Standings:
    """Standings that were worked out before, as long as they hold.

    One holds until there is another release, whichever process publishes it, and at most until its
    next turn: a release that becomes visible, an embargo that lifts. Of other rights, another one
    is kept. Safe to share between threads.
    """

    def __init__(self, store: Store, most: int = 4096) -> None:
        self._store = store
        self._most = most
        self._held: OrderedDict[Hashable, _Held] = OrderedDict()
        self._lock = Lock()

    def get(
        self,
        asked: Hashable,
        visibility: Visibility,
        feeds: Callable[[], Mapping[str, DataStructure]],
        make: Callable[[Mapping[str, DataStructure]], Standing],
    ) -> Standing:
        """A standing, made only where it is not known; `asked` tells it from others."""
        # Before the look: what comes meanwhile counts.
        version = visibility.releases or self._store.catalogue.version()
        held = self._held.get(asked)
        at = visibility.at
        if held is not None and held.version == version and held.since <= at < held.standing.until:
            return held.standing
        supplies = feeds()
        made = make(supplies)
        if version is not None:
            turns = (turn(self._store, *each, visibility) for each in supplies.items())
            made = replace(made, until=min((*turns, visibility.until or _END)))
            self._keep(asked, _Held(made, version, at))
        return made

    def _keep(self, asked: Hashable, held: _Held) -> None:
        with self._lock:
            self._held[asked] = held
            self._held.move_to_end(asked)
            while len(self._held) > self._most:
                self._held.popitem(last=False)


def turn(
    store: Store, provision: str, structure: DataStructure, visibility: Visibility
) -> datetime:
    """The next moment at which `state_of` will differ, as far as anybody knows now."""
    release = store.catalogue.visible(provision, visibility)
    to_come = [store.catalogue.following(provision, visibility) or _END]
    if release is not None:
        to_come += [release.visible_from]
        to_come += [each.until for each in visibility.view(provision).embargoes]
        to_come += _lifting(store.index(release, structure), visibility.at)
    return min(each for each in (*to_come, _END) if each > visibility.at)


def _lifting(index: Index, after: datetime) -> list[datetime]:
    """When the next embargo of observations lifts; some never do."""
    later = index.embargo[index.embargo > microsecond(after)]
    first = int(later.min()) if len(later) else _NEVER
    return [_START + timedelta(microseconds=first)] if first < _NEVER else []


@lru_cache(maxsize=1024)
def _of_question(query: AnyQuery) -> str:
    """A digest of a question, without the order of what holds in any order."""
    match query:
        case AvailabilityQuery():
            told = replace(query, data=replace(query.data, keys=(), filters=()))
            return digest(_of_question(query.data), told)
        case RegistrationQuery():
            return digest(query)
    rest = replace(query, keys=(), providers=(), filters=())
    unordered = (sorted({*map(_key, query.keys)}), sorted({*map(_filter, query.filters)}))
    return digest(*unordered, frozenset(query.providers), remembered_digest(rest))


def _key(key: Key) -> bytes:
    return _encoded([None if codes is None else sorted(codes) for codes in key])


def _filter(filter: Filter) -> bytes:
    groups = {tuple(sorted({*map(_of_condition, group)})) for group in filter.alternatives}
    return _encoded((filter.component, sorted(groups)))


_of_condition = attrgetter(*(each.name for each in fields(Condition)))
_encoded = msgspec.json.Encoder().encode


def state_of(
    store: Store, provision: str, structure: DataStructure, visibility: Visibility
) -> tuple[tuple[str, bool, int, int], datetime] | None:
    """What stands for all that a caller sees of a provision, and since when it is so.

    Of one that is read ahead, it counts too whether it is public: rights that do not read ahead
    hold from then on. Each release is chained to those before it, so that its digest stands for its
    history too.
    """
    release = store.catalogue.visible(provision, visibility)
    if release is None:
        return None
    view = visibility.view(provision)
    index = store.index(release, structure)
    starts = release.released_at if view.ahead else release.visible_from
    public = release.visible_from <= visibility.at
    lifted = [each.until for each in view.embargoes if each.until <= visibility.at]
    times = np.unique(index.embargo) if len(index.embargo) else index.embargo
    over = times[times <= microsecond(visibility.at)]
    last = _START + timedelta(microseconds=int(over[-1]) if len(over) else 0)
    since = max([starts, last, *lifted, *([release.visible_from] if public else [])])
    return (release.digest, public, len(over), len(lifted)), since
