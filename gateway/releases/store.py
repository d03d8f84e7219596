"""The store: opens releases for reading, and says what of it all does not hold."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from itertools import groupby

import pyarrow as pa
import pyarrow.parquet as pq

from gateway.model.observations import Observations, columns, fitted_column, join
from gateway.model.release import Release
from gateway.model.structure import DataStructure
from gateway.model.visibility import Visibility
from gateway.releases import statement
from gateway.releases.catalogue import Catalogue
from gateway.releases.cube import Cube
from gateway.releases.files import Files, Kind, Named
from gateway.releases.index import Index, build
from gateway.releases.indexes import Indexes
from gateway.releases.statement import Record


class Store:
    """Catalogue, files and indexes together. Safe to share between threads."""

    def __init__(self, catalogue: Catalogue, files: Files, indexes: Indexes) -> None:
        self.catalogue = catalogue
        self.files = files
        self.indexes = indexes

    def cube(self, release: Release, structure: DataStructure) -> Cube:
        """The cube of a release."""
        return Cube(release.provision, self.index(release, structure), release.visible_from)

    def visible(
        self, provision: str, structure: DataStructure, visibility: Visibility
    ) -> Cube | None:
        """The cube of the newest release of a provision that a caller may see."""
        release = self.catalogue.visible(provision, visibility)
        return None if release is None else self.cube(release, structure)

    def index(
        self,
        release: Release,
        structure: DataStructure,
        read: Mapping[int, pa.Table] | None = None,
    ) -> Index:
        """The index of a release, made where it is missing; `read` are years in memory already."""
        return self.indexes.get(
            release.content,
            structure,
            lambda: self._build(release, structure, read or {}),
        )

    def renew_index(self, release: Release, structure: DataStructure) -> None:
        """Make the index of a release anew from its parts."""
        self.indexes.renew(release.content, structure, lambda: self._build(release, structure, {}))

    def _build(
        self, release: Release, structure: DataStructure, read: Mapping[int, pa.Table]
    ) -> Index:
        """Column by column, for a large release does not fit in memory whole."""
        parts = [
            read[part.year] if part.year in read else self.files.open_part(part.sha256)
            for part in release.parts
        ]
        fields = {field.name: field for field in columns(structure)}

        def column(name: str) -> pa.ChunkedArray:
            field = fields[name]
            found = [_column(part, field) for part in parts]
            return pa.chunked_array([c for each in found for c in each.chunks], field.type)

        return build(structure, release.observations, column)

    def observations(self, release: Release, structure: DataStructure) -> Observations:
        """All that a release states, in memory."""
        read = self.files.read_part
        return join(structure, [read(part.sha256, structure) for part in release.parts])

    def drop_old_indexes(self, provision: str, now: datetime) -> None:
        """Remove the indexes of releases that are neither seen now, nor will be, nor just were.

        One of them is made again when somebody asks for that moment of the past.
        """
        history = self.catalogue.all(provision)
        seen = self.catalogue.visible(provision, Visibility(now))
        kept = {each.content for each in (seen, *history[-2:]) if each is not None}
        self.indexes.drop({each.content for each in history} - kept)

    def faults(self) -> Iterator[str]:
        """What does not hold: a broken chain, a missing or changed file, a file of nobody's."""
        records = self.catalogue.records()
        for _, group in groupby(records, key=lambda each: each.release.provision):
            history = [*group]
            for record, found in zip(history, statement.faults(history), strict=True):
                release = record.release
                name = f"release {release.number} of {release.provision}"
                yield from (f"{name}: {fault}" for fault in found)
        named = self._named(records)
        yield from self.files.faults(named)
        for path in self.files.orphans(named):
            yield f"{path} belongs to no release"
        yield from self.indexes.faults()

    def remove_orphans(self) -> list[str]:
        """Delete the files that no release names; which they were.

        Not while a file is being released: its parts are no release's until it is.
        """
        return self.files.remove_orphans(self._named(self.catalogue.records()))

    def _named(self, records: Iterable[Record]) -> Named:
        """The files that releases and submissions name."""
        kept = [*records]
        changes = {each.sha256 for record in kept for each in record.changes}
        sources = {record.release.source_sha256 for record in kept}
        return {
            Kind.PART: {part.sha256 for record in kept for part in record.release.parts},
            Kind.CHANGES: {digest for digest in changes if digest is not None},
            Kind.SOURCE: sources | self.catalogue.submissions.sources(),
        }


def _column(part: pa.Table | pq.ParquetFile, field: pa.Field) -> pa.ChunkedArray:
    """One column of a part as a structure has it now."""
    if isinstance(part, pq.ParquetFile):
        there = field.name in part.schema_arrow.names
        part = part.read(columns=[field.name] if there else [])
    return fitted_column(part, field)
