"""The store: a release made, then asked, beside DuckDB on the same Parquet files."""

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa

from gateway.exchange import Exchange
from gateway.model.observations import Observations, file_order
from gateway.model.query import Wanted
from gateway.model.release import Part, Release, Replaces
from gateway.model.visibility import Visibility
from gateway.releases.available import availability
from gateway.releases.cube import Cube
from gateway.releases.publishing import Publisher, Supply
from gateway.releases.store import Store
from gateway.releases.succession import following
from gateway.settings import Home
from tests.benchmarks.clock import beside, seconds
from tests.benchmarks.figures import Figures, figures
from tests.benchmarks.measures import Measure, rendered
from tests.figures import SUPPLY
from tests.process import run

AT_ONCE = 20_000_000
"""More observations than this are not held in memory whole, here or by who hands them in."""

DUCKDB = "DuckDB on the same parts"


def storing(exchange: Exchange, count: int) -> Iterator[Measure]:
    """What a release costs, and what each kind of question then costs."""
    made = figures(exchange.registry, count)
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder) / "home")
        own = Exchange(home)
        yield from _publishing(own.store, made)
        release = own.store.catalogue.current(SUPPLY)
        assert release is not None
        parts = [home.files / "parts" / f"{part.sha256}.parquet" for part in release.parts]
        beside_duckdb = _Asked(own.store, release, made, parts)
        yield from beside_duckdb.measures()
        own.close()
        done = run(["-m", "tests.benchmarks.streaming", home.root], timeout=600)
        assert done.returncode == 0, done.stderr
        yield Measure(f"peak memory, {count:,} streamed", float(done.stdout), "MB")


def _publishing(store: Store, made: Figures) -> Iterator[Measure]:
    if made.count > AT_ONCE:
        took = seconds(partial(_piecemeal, store, made))
        yield Measure(f"parts and index of {made.count:,}", took, "CPU s")
        return
    publisher = Publisher(store)
    table = made.unsorted.table
    order = ", ".join(f'"{name}"' for name in file_order(made.structure))

    def duckdb_sorts() -> None:
        with duckdb.connect(config={"threads": 1}) as connection, _folder() as folder:
            connection.register("observations", table)
            connection.execute(
                f"COPY (SELECT * FROM observations ORDER BY {order}) "  # noqa: S608 - our own names
                f"TO '{folder}/all.parquet' (FORMAT parquet, COMPRESSION zstd)"
            )

    ours = seconds(lambda: publisher.publish(_supply(made.unsorted), datetime.now(UTC)))
    theirs = seconds(duckdb_sorts)
    than = "DuckDB sorting to one Parquet file"
    yield Measure(f"publish {made.count:,}", ours, "CPU s", ours / theirs, than)
    revised = _revised(made.unsorted)
    again = seconds(lambda: publisher.publish(_supply(revised), datetime.now(UTC)))
    yield Measure("publish again, one in a thousand revised", again, "CPU s", again / ours, "first")
    same = seconds(lambda: publisher.publish(_supply(revised), datetime.now(UTC)))
    yield Measure("hand in the same again", same, "CPU s", same / ours, "first")


def _folder() -> "tempfile.TemporaryDirectory[str]":
    return tempfile.TemporaryDirectory()


def _supply(observations: Observations) -> Supply:
    """Sorted here, as the intake does once all checks have passed."""
    return Supply(
        SUPPLY, "LMIG:DF_RETURNS(1.0.0)", observations.sorted(), Replaces.YEARS, "x.csv", b"x"
    )


def _revised(observations: Observations) -> Observations:
    """The same with one value in a thousand greater by one."""
    table, measure = observations.table, observations.structure.measure.id
    values = np.array(table.column(measure).combine_chunks())
    values[::1000] += 1
    place = table.schema.get_field_index(measure)
    return Observations(
        observations.structure, table.set_column(place, table.schema.field(place), pa.array(values))
    )


def _piecemeal(store: Store, made: Figures) -> Release:
    """A release year by year, and its index column by column."""
    parts = []
    for year, observations in made.years():
        digest = store.files.keep_part(observations.table)
        parts.append(Part(year, digest, len(observations)))
    release = following(
        None,
        tuple(parts),
        None,
        datetime.now(UTC),
        provision=SUPPLY,
        dataflow="LMIG:DF_RETURNS(1.0.0)",
        source_name="x.csv",
        source_sha256=store.files.keep_source(b"x"),
    )
    store.index(release, made.structure)
    return store.catalogue.publish(release, (), ())


@dataclass(frozen=True)
class _Asked:
    """The same questions to a release and to DuckDB on its parts, one thread each."""

    store: Store
    release: Release
    made: Figures
    parts: list[Path]

    def measures(self) -> Iterator[Measure]:
        """Each answer found and fetched; DuckDB's as Arrow, ours as the chunks that are written."""
        questions: list[tuple[str, Wanted, str, int]] = [
            ("one series", self.made.one(), self._where(self.made.one()), 31),
            ("slice of 1,020", self.made.few(), self._where(self.made.few()), 31),
            ("last of each series", Wanted(last=1), self._last(), 3),
            ("everything", Wanted(), "SELECT * FROM parts", 3),
        ]
        cube = self.store.cube(self.release, self.made.structure)
        visibility = Visibility(datetime.now(UTC))
        with duckdb.connect(config={"threads": 1}) as connection:
            paths = ", ".join(f"'{path}'" for path in self.parts)
            connection.execute(
                f"CREATE VIEW parts AS SELECT * FROM read_parquet([{paths}])"  # noqa: S608
            )
            for name, wanted, sql, times in questions:
                ours = partial(_fetch, cube, wanted, visibility)
                yield from self._beside(name, ours, partial(_rows, connection, sql), times)
            ours = partial(availability, cube, Wanted(), visibility)
            theirs = partial(_rows, connection, self._available())
            yield from self._beside("availability of all", ours, theirs, 3)
        slice_ = rendered(self.made, partial(cube.select, self.made.few(), visibility))
        yield Measure("slice of 1,020, rendered", seconds(slice_, 31) * 1000, "ms")

    def _beside(
        self, name: str, ours: Callable[[], object], theirs: Callable[[], object], times: int
    ) -> Iterator[Measure]:
        took, other = beside(ours, theirs, times)
        yield Measure(f"{name}, of {self.made.count:,}", took * 1000, "ms", took / other, DUCKDB)

    def _where(self, wanted: Wanted) -> str:
        (key,) = wanted.keys
        named = zip(self.made.structure.dimension_ids, key, strict=True)
        tests = [f'"{id}" IN ({_listed(codes)})' for id, codes in named if codes is not None]
        tests += ["TIME_PERIOD >= '2020-01'"] if wanted.filters else []
        return f"SELECT * FROM parts WHERE {' AND '.join(tests)}"  # noqa: S608

    def _last(self) -> str:
        keys = ", ".join(f'"{id}"' for id in self.made.structure.dimension_ids)
        return (
            f"SELECT {keys}, max(TIME_PERIOD), arg_max(OBS_VALUE, TIME_PERIOD) "  # noqa: S608
            f"FROM parts GROUP BY {keys}"
        )

    def _available(self) -> str:
        names = (*self.made.structure.dimension_ids, self.made.structure.time.id)
        lists = ", ".join(f'list(DISTINCT "{id}")' for id in names)
        return f"SELECT {lists} FROM parts"  # noqa: S608


def _listed(codes: frozenset[str]) -> str:
    return ", ".join(f"'{code}'" for code in sorted(codes))


def _rows(connection: duckdb.DuckDBPyConnection, sql: str) -> int:
    return int(connection.sql(sql).to_arrow_table().num_rows)


def _fetch(cube: Cube, wanted: Wanted, visibility: Visibility) -> int:
    found = cube.select(wanted, visibility)
    return sum(len(chunk) for chunk in found.chunks(65_536))
