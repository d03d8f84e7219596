"""A big release made by arithmetic: the real structure and codes, ten years of months."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from gateway.formats.message import DataMessage, DataSet, Subject
from gateway.model.labels import Labels
from gateway.model.observations import REPORTED, Observations, columns
from gateway.model.query import Condition, Filter, Operator, Wanted
from gateway.model.selection import Selection, as_arrow
from gateway.model.structure import Dataflow, DataStructure
from gateway.model.visibility import Visibility
from gateway.registry import Registry
from gateway.releases.cube import Cube
from gateway.releases.index import index_of
from tests.figures import NOON
from tests.formats.reading import HEADER

MONTHS = tuple(f"{year}-{month:02d}" for year in range(2015, 2025) for month in range(1, 13))
"""The periods of every series."""

SLICE = 17
"""Series of a slice: with the five last years of each it holds 1,020 observations."""

_VARIED = ("CITIZENSHIP", "COUNTERPART_AREA")
"""The dimensions whose codes make the series; the others have one code."""

_CONSTANT = {"OBS_STATUS": "A", "CONF_STATUS": "F", "UNIT_MEASURE": "EVENT", "DECIMALS": "0"}

Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Figures:
    """A flow with about `count` observations, whole series only."""

    flow: Dataflow
    structure: DataStructure
    labels: Labels
    codes: dict[str, list[str]]
    count: int

    @cached_property
    def unsorted(self) -> Observations:
        """The observations as an intake might bring them: in an order that is nobody's."""
        rows = np.random.default_rng(2021).permutation(self.series * len(MONTHS))
        return self._observations(rows // len(MONTHS), rows % len(MONTHS))

    def years(self) -> Iterator[tuple[int, Observations]]:
        """The same year by year, in the order of files: for more than memory holds at once."""
        for start in range(0, len(MONTHS), 12):
            series = np.repeat(np.arange(self.series), 12)
            month = np.tile(np.arange(start, start + 12), self.series)
            yield int(MONTHS[start][:4]), self._observations(series, month)

    @property
    def series(self) -> int:
        """How many series there are."""
        return max(SLICE, self.count // len(MONTHS))

    def _observations(self, series: Numbers, month: Numbers) -> Observations:
        values = np.random.default_rng(1977).integers(0, 100_000, len(series))
        own = {
            **{name: self._varied(name, series) for name in _VARIED},
            self.structure.time.id: coded(MONTHS, month),
            self.structure.measure.id: as_arrow(values.astype(np.float64)),
            REPORTED: as_arrow(values).cast(pa.string()),
        }
        schema = columns(self.structure)
        arrays = [
            own[field.name] if field.name in own else self._constant(field, len(series))
            for field in schema
        ]
        return Observations(self.structure, pa.table(arrays, schema=schema))

    @cached_property
    def cube(self) -> Cube:
        """The cube of all observations."""
        return Cube("RETURNS", index_of(self.unsorted))

    def select(self, wanted: Wanted) -> Selection:
        """What is wanted of the whole cube."""
        return self.cube.select(wanted, Visibility(NOON))

    def slice(self) -> Selection:
        """1,020 observations: the last five years of 17 citizenships from one country."""
        return self.select(self.few())

    def few(self) -> Wanted:
        """The question of which `slice` is the answer."""
        wanted: dict[str, frozenset[str]] = {
            "CITIZENSHIP": frozenset(self.codes["CITIZENSHIP"][:SLICE]),
            "COUNTERPART_AREA": frozenset(self.codes["COUNTERPART_AREA"][:1]),
        }
        key = tuple(wanted.get(name) for name in self.structure.dimension_ids)
        since = Filter(self.structure.time.id, ((Condition(Operator.GE, "2020-01"),),))
        return Wanted((key,), (since,))

    def others(self) -> Iterator[Wanted]:
        """Questions like `few` without end, each another: who, from where, and which five years."""
        random = np.random.default_rng(1492)
        who, where = (self.codes[name] for name in _VARIED)
        while True:
            country = int(random.integers(max(1, self.series // len(who))))
            there = min(len(who), self.series - country * len(who))
            wanted = {
                "CITIZENSHIP": frozenset(who[n] for n in random.permutation(there)[:SLICE]),
                "COUNTERPART_AREA": frozenset({where[country]}),
            }
            since = int(random.integers(len(MONTHS) - 60 + 1))
            months = (
                Condition(Operator.GE, MONTHS[since]),
                Condition(Operator.LE, MONTHS[since + 59]),
            )
            key = tuple(wanted.get(name) for name in self.structure.dimension_ids)
            yield Wanted((key,), (Filter(self.structure.time.id, (months,)),))

    def one(self) -> Wanted:
        """The question of a single series, by its whole key."""
        ids = self.structure.dimension_ids
        codes = (_CONSTANT.get(id) or self.codes[id][0] for id in ids)
        return Wanted((tuple(frozenset({code}) for code in codes),))

    def message(self, selection: Selection) -> DataMessage:
        """A message that holds one selection."""
        of = self.flow.reference
        subject = Subject(of, self.structure, self.labels)
        return DataMessage(HEADER, (DataSet(subject, (selection,)),), self.structure.time.id)

    def _varied(self, name: str, series: Numbers) -> pa.DictionaryArray:
        first, second = (len(self.codes[each]) for each in _VARIED)
        position = series % first if name == _VARIED[0] else series // first % second
        return coded(self.codes[name], position)

    def _constant(self, field: pa.Field, rows: int) -> pa.Array:
        optional = field.nullable and field.name not in _CONSTANT
        if optional:
            return pa.nulls(rows, field.type)
        code = _CONSTANT.get(field.name) or self.codes[field.name][0]
        return coded([code], np.zeros(rows, np.int64))


def figures(registry: Registry, count: int) -> Figures:
    """Returns, as many as asked for."""
    flow = registry.dataflow("LMIG:DF_RETURNS(1.0.0)")
    structure = registry.structure(flow)
    codes = {name: sorted(found) for name, found in registry.codes(structure).items()}
    return Figures(flow, structure, registry.labels(flow.reference, structure), codes, count)


def coded(words: Sequence[str], position: Numbers) -> pa.DictionaryArray:
    indices = pa.array(position.astype(np.int32))
    return pa.DictionaryArray.from_arrays(indices, pa.array(words, pa.string()))
