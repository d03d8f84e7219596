"""Publishing: checked observations become a release, whole or not at all; or one is withdrawn.

Apart from the store that reads, for it brings DuckDB: a question starts without.
"""

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime

import pyarrow as pa

from gateway.errors import Conflict, SemanticError
from gateway.model.finding import Finding
from gateway.model.observations import Observations, join
from gateway.model.release import Changes, Part, Release, Replaces, State
from gateway.model.structure import DataStructure
from gateway.releases.changes import SIDE, by_year, sides, years_of
from gateway.releases.engine import Engine
from gateway.releases.files import Kind, parquet, sha256
from gateway.releases.replacing import with_other_periods
from gateway.releases.store import Store
from gateway.releases.submissions import RELEASABLE, Step
from gateway.releases.succession import following, refuse_to_withdraw, standing

_TRIES = 5
"""How often a publisher begins anew where others are faster, before it says so."""


@dataclass(frozen=True, slots=True)
class Supply:
    """A file handed in, read and checked: for which provision, with which observations, in order.

    What it does not replace stays as it is. `visible_from` is None for at once, yet not before
    what it builds on. `submission` is the one that becomes released with it.
    """

    provision: str
    dataflow: str
    observations: Observations
    replaces: Replaces
    source_name: str
    source: bytes
    findings: Sequence[Finding] = ()
    visible_from: datetime | None = None
    submission: str | None = None


@dataclass(frozen=True, slots=True)
class _Next:
    """The years of a release to be: each part, its observations where read, and what changed."""

    parts: tuple[Part, ...]
    changes: tuple[Changes, ...]
    read: Mapping[int, pa.Table]


def refuse_past(visible_from: datetime | None, now: datetime) -> None:
    """Raise SemanticError for a time of visibility that is over."""
    if visible_from is not None and visible_from < now:
        moment = visible_from.isoformat()
        raise SemanticError(
            f"{moment} lies in the past: what could be seen then is on record.",
            spanish=f"{moment} ya pasó: lo que se veía entonces quedó registrado.",
            subject="visible_from",
        )


class Publisher:
    """Makes releases in a store. Safe to share between threads and processes."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._engine = Engine()

    def publish(self, supply: Supply, now: datetime) -> tuple[Release, bool]:
        """Make a supply what its provision states from now on.

        Returns the release and True; or, where nothing would change, the current release and
        False. Raises Conflict where others keep being faster, SemanticError for a time of
        visibility in the past, StorageFault where it cannot be kept.
        """
        refuse_past(supply.visible_from, now)
        for _ in range(_TRIES - 1):
            with contextlib.suppress(Conflict):
                return self._publish(supply, now)
        return self._publish(supply, now)

    def _publish(self, supply: Supply, now: datetime) -> tuple[Release, bool]:
        current = self._store.catalogue.current(supply.provision)
        after = self._next(supply, current)
        if current is not None and not after.changes and _seen_alike(supply, current):
            self._keep_unchanged(supply, current)
            return current, False
        structure = supply.observations.structure
        release = following(
            current,
            after.parts,
            supply.visible_from,
            now,
            provision=supply.provision,
            dataflow=supply.dataflow,
            source_name=supply.source_name,
            source_sha256=self._store.files.keep_source(supply.source),
        )
        self._store.index(release, structure, after.read)
        done = self._store.catalogue.publish(
            release, after.changes, supply.findings, supply.submission
        )
        self._store.drop_old_indexes(supply.provision, now)
        return done, True

    def _keep_unchanged(self, supply: Supply, current: Release) -> None:
        if supply.submission is not None:
            step = Step(supply.submission, RELEASABLE, State.UNCHANGED, release=current.number)
            self._store.catalogue.submissions.settle(step)

    def _next(self, supply: Supply, current: Release | None) -> _Next:
        before = {part.year: part for part in current.parts} if current is not None else {}
        structure = supply.observations.structure
        parts = {} if supply.replaces is Replaces.EVERYTHING else dict(before)
        changes, read = [], {}
        for year, stated in by_year(supply.observations):
            table = self._whole_year(stated, before.get(year), supply)
            parts[year], changed = self._year(year, before.get(year), table, structure)
            changes.append(changed)
            read[year] = table
        gone = before.keys() - parts.keys()
        changes += [Changes(year, 0, 0, before[year].observations, None) for year in gone]
        return _Next(
            tuple(parts[year] for year in sorted(parts)),
            tuple(sorted((each for each in changes if each), key=lambda each: each.year)),
            read,
        )

    def _whole_year(self, stated: pa.Table, before: Part | None, supply: Supply) -> pa.Table:
        """What a year is to state: what a supply says, and perhaps the periods that it leaves."""
        if before is None or supply.replaces is not Replaces.PERIODS:
            return stated
        structure = supply.observations.structure
        earlier = self._store.files.read_part(before.sha256, structure)
        return with_other_periods(stated, earlier, structure)

    def _year(
        self, year: int, before: Part | None, table: pa.Table, structure: DataStructure
    ) -> tuple[Part, Changes]:
        """The part for a year, and what it changes: the part before where that is nothing."""
        content = parquet(table)
        part = Part(year, sha256(content), table.num_rows)
        if part == before:
            self._store.files.keep(Kind.PART, content)  # mended, should the disk have spoiled it
            return before, Changes(year, 0, 0, 0, None)
        changed = Changes(year, table.num_rows, 0, 0, None)
        if before is not None:
            earlier = self._store.files.read_part(before.sha256, structure)
            changed = self._changed(year, earlier, table, structure)
            if not changed:
                return before, changed
        self._store.files.keep(Kind.PART, content)
        return part, changed

    def _changed(
        self, year: int, before: pa.Table, after: pa.Table, structure: DataStructure
    ) -> Changes:
        pairs = self._engine.pairs(before, after, (*structure.dimension_ids, structure.time.id))
        inserted, deleted = int((pairs.before < 0).sum()), int((pairs.after < 0).sum())
        revised = len(pairs.before) - inserted - deleted
        if not len(pairs.before):
            return Changes(year, 0, 0, 0, None)
        digest = self._store.files.keep_changes(sides(pairs, before, after, structure))
        return Changes(year, inserted, revised, deleted, digest)

    def withdraw(
        self, provision: str, number: int, structure: DataStructure, because: str, now: datetime
    ) -> Release:
        """Take back a release by stating again what was stated before it, be that nothing.

        Only the release whose content stands can be withdrawn; it stays on record. Raises NotFound
        where there is no such release, SemanticError where another one stands or what was stated
        before is still under embargo, Conflict where another publisher was faster.
        """
        history = self._store.catalogue.all(provision)
        stand = standing(history)
        refuse_to_withdraw(provision, number, stand, now)
        current, taken = history[-1], stand[-1]
        restored = stand[-2] if len(stand) > 1 else None
        release = following(
            current,
            restored.parts if restored is not None else (),
            now,
            now,
            provision=provision,
            dataflow=current.dataflow,
            source_name=(restored or taken).source_name,
            source_sha256=(restored or taken).source_sha256,
            withdraws=number,
            because=because,
        )
        changes = tuple(self._between(current, release, structure))
        self._store.index(release, structure)
        done = self._store.catalogue.publish(release, changes, ())
        self._store.drop_old_indexes(provision, now)
        return done

    def _between(
        self, current: Release, release: Release, structure: DataStructure
    ) -> Iterator[Changes]:
        """What a release of parts that are there already changes."""
        before = {part.year: part for part in current.parts}
        after = {part.year: part for part in release.parts}
        for year in sorted(before.keys() | after.keys()):
            was, now = before.get(year), after.get(year)
            if was is None and now is not None:
                yield Changes(year, now.observations, 0, 0, None)
            elif now is None and was is not None:
                yield Changes(year, 0, 0, was.observations, None)
            elif was is not None and now is not None and was != now:
                read = self._store.files.read_part
                tables = (read(each.sha256, structure) for each in (was, now))
                yield self._changed(year, next(tables), next(tables), structure)

    def difference(
        self, one: Release, other: Release, structure: DataStructure
    ) -> tuple[pa.Table, pa.Table]:
        """All that differs between two releases; years that they share are not looked at.

        First the observations, in the columns of `columns(structure)` and SIDE; then for each year
        and side how many they are and what their values add up to: YEAR, SIDE, rows, total.
        """
        shared = {*one.parts} & {*other.parts}
        before, after = (self._tables(each, structure, shared) for each in (one, other))
        pairs = self._engine.pairs(before, after, (*structure.dimension_ids, structure.time.id))
        differing = sides(pairs, before, after, structure)
        by_year = differing.append_column("YEAR", years_of(differing, structure))
        return differing, self._engine.sums(by_year, ("YEAR", SIDE), structure.measure.id)

    def _tables(
        self, release: Release, structure: DataStructure, without: AbstractSet[Part]
    ) -> pa.Table:
        parts = [part for part in release.parts if part not in without]
        read = self._store.files.read_part
        return join(structure, [read(part.sha256, structure) for part in parts]).table


def _seen_alike(supply: Supply, current: Release) -> bool:
    """Whether a supply asks for no other time of visibility than there is."""
    return supply.visible_from is None or supply.visible_from == current.visible_from
