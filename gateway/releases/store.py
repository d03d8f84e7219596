"""The store: publishes checked observations as releases, and opens releases for reading."""

from collections import OrderedDict
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from threading import Lock

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from gateway.model.finding import Finding
from gateway.model.observations import Observations, join
from gateway.model.release import Part, Release
from gateway.model.structure import DataStructure
from gateway.releases.catalogue import FIRST, Catalogue, chain_faults
from gateway.releases.cube import Cube
from gateway.releases.files import Files

_OPEN_CUBES = 32


class Store:
    """Catalogue and files together. Safe to share between threads."""

    def __init__(self, catalogue: Catalogue, files: Files) -> None:
        self.catalogue = catalogue
        self._files = files
        self._cubes: OrderedDict[str, Cube] = OrderedDict()
        self._lock = Lock()

    def publish(
        self,
        provision: str,
        dataflow: str,
        observations: Observations,
        *,
        keep_other_years: bool,
        source: tuple[str, bytes],
        findings: Iterable[Finding],
        now: datetime,
    ) -> tuple[Release, bool]:
        """Make these observations, in order, what the provision states from `now` on.

        With `keep_other_years` the years that they do not speak of stay as the current release
        has them. `source` is the name and content of the file handed in. Returns the release
        and True; or, where nothing would change, the current release and False.
        """
        current = self.catalogue.current(provision)
        kept = {part.year: part for part in current.parts} if current is not None else {}
        written = {
            year: self._part(year, table, kept.get(year), observations.structure)
            for year, table in _by_year(observations)
        }
        made_of = {**(kept if keep_other_years else {}), **written}
        if current is not None and made_of == kept:
            return current, False
        name, content = source
        parts = tuple(made_of[year] for year in sorted(made_of))
        release = Release(
            provision=provision,
            number=1 if current is None else current.number + 1,
            dataflow=dataflow,
            released_at=now,
            visible_from=now,
            source_name=name,
            source_sha256=self._files.keep_source(content),
            observations=sum(part.observations for part in parts),
            parts=parts,
            previous_digest=FIRST if current is None else current.digest,
            digest="",
        )
        return self.catalogue.publish(release, findings), True

    def _part(self, year: int, table: pa.Table, before: Part | None, of: DataStructure) -> Part:
        """The part for a year: the one before where its content is the same, else a new one."""
        if before is not None and _same(self._files.read_part(before.sha256, of), table):
            return before
        return Part(year, self._files.keep_part(table), table.num_rows)

    def cube(self, release: Release, structure: DataStructure) -> Cube:
        """The serving index of a release; the most recently used ones stay open."""
        with self._lock:
            if release.digest in self._cubes:
                self._cubes.move_to_end(release.digest)
                return self._cubes[release.digest]
        parts = [self._files.read_part(part.sha256, structure) for part in release.parts]
        cube = Cube.of(join(structure, parts))
        with self._lock:
            self._cubes[release.digest] = cube
            while len(self._cubes) > _OPEN_CUBES:
                self._cubes.popitem(last=False)
        return cube

    def observations(self, release: Release, structure: DataStructure) -> Observations:
        """All that a release states."""
        parts = [self._files.read_part(part.sha256, structure) for part in release.parts]
        return join(structure, parts)

    def faults(self) -> Iterator[str]:
        """What does not hold: a broken chain, a missing or changed file, a file of nobody's."""
        history = self.catalogue.all()
        for provision in sorted({release.provision for release in history}):
            yield from chain_faults([each for each in history if each.provision == provision])
        parts, sources = _named(history)
        yield from self._files.faults(parts, sources)
        for path in self._files.orphans(parts, sources):
            yield f"{path} belongs to no release"

    def remove_orphans(self) -> list[Path]:
        """Delete the files that no release names; their paths.

        Not while a file is being released: its parts are no release's until it is.
        """
        orphans = self._files.orphans(*_named(self.catalogue.all()))
        for path in orphans:
            path.unlink()
        return orphans


def _named(history: list[Release]) -> tuple[set[str], set[str]]:
    """The digests of the parts and of the sources that releases name."""
    parts = {part.sha256 for release in history for part in release.parts}
    return parts, {release.source_sha256 for release in history}


def _by_year(observations: Observations) -> Iterator[tuple[int, pa.Table]]:
    """The observations of each year, by the first four figures of their period."""
    times = observations.table.column(observations.structure.time.id)
    years = pc.cast(pc.utf8_slice_codeunits(pc.cast(times, pa.string()), 0, 4), pa.int32())
    for year in np.unique(years.to_numpy()):
        yield int(year), observations.table.filter(pc.equal(years, int(year)))


def _same(one: pa.Table, other: pa.Table) -> bool:
    """Whether two tables state the same, however their dictionaries are laid out."""
    plain = pa.schema(
        [
            pa.field(field.name, pa.string() if pa.types.is_dictionary(field.type) else field.type)
            for field in one.schema
        ]
    )
    return bool(one.cast(plain).equals(other.cast(plain)))
