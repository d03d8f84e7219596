"""A big release made by arithmetic: the real structure and codes, ten years of months."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from gateway.formats.message import DataMessage
from gateway.model.observations import REPORTED, Observations, columns
from gateway.model.query import Condition, Filter, Operator
from gateway.model.selection import Selection
from gateway.model.structure import Dataflow, DataStructure
from gateway.registry import Registry
from gateway.releases.cube import Cube
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
    codes: dict[str, list[str]]
    count: int

    @cached_property
    def unsorted(self) -> Observations:
        """The observations as an intake might bring them: in an order that is nobody's."""
        rng = np.random.default_rng(2021)
        series = np.arange(max(SLICE, self.count // len(MONTHS)))
        rows = rng.permutation(len(series) * len(MONTHS))
        values = rng.integers(0, 100_000, len(rows))
        number, month = rows // len(MONTHS), rows % len(MONTHS)
        own = {
            **{name: self._varied(name, number) for name in _VARIED},
            self.structure.time.id: _coded(MONTHS, month),
            self.structure.measure.id: pa.array(values.tolist(), pa.float64()),
            REPORTED: pa.array(values.tolist(), pa.int64()).cast(pa.string()),
        }
        schema = columns(self.structure)
        arrays = [
            own[field.name] if field.name in own else self._constant(field, len(rows))
            for field in schema
        ]
        return Observations(self.structure, pa.table(arrays, schema=schema))

    @cached_property
    def cube(self) -> Cube:
        """The cube of all observations."""
        return Cube.of(self.unsorted)

    def slice(self) -> Selection:
        """1,020 observations: the last five years of 17 citizenships from one country."""
        wanted: dict[str, frozenset[str]] = {
            "CITIZENSHIP": frozenset(self.codes["CITIZENSHIP"][:SLICE]),
            "COUNTERPART_AREA": frozenset(self.codes["COUNTERPART_AREA"][:1]),
        }
        key = tuple(wanted.get(name) for name in self.structure.dimension_ids)
        since = Filter(self.structure.time.id, ((Condition(Operator.GE, "2020-01"),),))
        return self.cube.select((key,), (since,))

    def message(self, selection: Selection) -> DataMessage:
        """A message that holds one selection."""
        of, time = self.flow.reference, self.structure.time.id
        return DataMessage(HEADER, of, self.structure, (selection,), time)

    def _varied(self, name: str, series: Numbers) -> pa.DictionaryArray:
        first, second = (len(self.codes[each]) for each in _VARIED)
        position = series % first if name == _VARIED[0] else series // first % second
        return _coded(self.codes[name], position)

    def _constant(self, field: pa.Field, rows: int) -> pa.Array:
        optional = field.nullable and field.name not in _CONSTANT
        if optional:
            return pa.nulls(rows, field.type)
        code = _CONSTANT.get(field.name) or self.codes[field.name][0]
        return _coded([code], np.zeros(rows, np.int64))


def figures(registry: Registry, count: int) -> Figures:
    """Returns, as many as asked for."""
    flow = registry.dataflow("LMIG:DF_RETURNS(1.0.0)")
    structure = registry.structure(flow)
    codes = {name: sorted(found) for name, found in registry.codes(structure).items()}
    return Figures(flow, structure, codes, count)


def _coded(words: Sequence[str], position: Numbers) -> pa.DictionaryArray:
    indices = pa.array(position.astype(np.int32))
    return pa.DictionaryArray.from_arrays(indices, pa.array(words, pa.string()))
