"""Observations: their columns, and the order of every file that is written."""

from dataclasses import replace

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import BadConfiguration
from gateway.model.observations import REPORTED, canonical, columns, fitted, join
from gateway.model.structure import Component, DataStructure
from gateway.releases.files import parquet
from tests.figures import STRUCTURE, observations

keys = st.lists(
    st.tuples(
        st.sampled_from(["A", "M"]),
        st.sampled_from(["GT", "MX", "SV"]),
        st.sampled_from(["F", "M"]),
        st.sampled_from(["2022", "2023-01", "2023-02", "2023-Q1"]),
    ),
    unique=True,
    max_size=20,
)
NAMES = ("FREQ", "AREA", "SEX", "TIME_PERIOD")


@given(keys)
def test_observations_sort_by_dimensions_then_time(keys: list[tuple[str, ...]]) -> None:
    """By area and sex before frequency, which tells few rows apart; no row is lost."""
    table = observations(dict(zip(NAMES, key, strict=True)) for key in keys).table

    found = [tuple(row[name] for name in NAMES) for row in table.to_pylist()]
    assert found == sorted(keys, key=lambda key: (key[1], key[2], key[0], key[3]))


def test_columns_come_in_a_known_order() -> None:
    """Key, time, value, its spelling, then attributes; only the key may not be null."""
    schema = columns(STRUCTURE)

    assert schema.names == [
        *("FREQ", "AREA", "SEX", "TIME_PERIOD", "OBS_VALUE", REPORTED),
        *("OBS_STATUS", "COMMENT", "EMBARGO_TIME", "UNIT", "TITLE"),
    ]
    assert [field.name for field in schema if not field.nullable] == list(NAMES)


def test_tables_join_whatever_their_dictionaries() -> None:
    """Each part has codes of its own; joined they mean the same."""
    parts = [observations([{"AREA": area}]).table for area in ("SV", "GT", "MX")]

    whole = join(STRUCTURE, parts)

    assert whole.table.column("AREA").to_pylist() == ["SV", "GT", "MX"]
    assert len(whole) == 3


def test_no_parts_are_no_observations() -> None:
    """An empty release is a table without rows, not an error."""
    whole = join(STRUCTURE, [])

    assert len(whole) == 0
    assert whole.table.schema.equals(columns(STRUCTURE))


def test_missing_is_not_zero() -> None:
    """Null and 0 stay two things from the first table on."""
    table = observations([{"OBS_VALUE": None}, {"OBS_VALUE": "0", "TIME_PERIOD": "2023-02"}]).table

    assert table.column("OBS_VALUE").to_pylist() == [None, 0.0]
    assert table.column(REPORTED).to_pylist() == [None, "0"]
    assert pa.types.is_float64(table.column("OBS_VALUE").type)


@given(st.permutations(["GT", "MX", "SV"]), st.integers(0, 3))
def test_the_same_rows_are_the_same_file(areas: list[str], others: int) -> None:
    """Whatever their dictionaries hold besides, and in whatever order: one content, one file."""
    whole = observations([{"AREA": area} for area in areas]).table
    more = observations([{"AREA": area} for area in areas[:others]]).table
    joined = join(STRUCTURE, [more, whole]).table.slice(others)

    assert bytes(parquet(joined)) == bytes(parquet(whole))
    assert canonical(joined).to_pylist() == joined.to_pylist()


def changed(**components: Component) -> DataStructure:
    """The small structure with another component beside its own."""
    return replace(
        STRUCTURE,
        **{name: (*getattr(STRUCTURE, name), one) for name, one in components.items()},
    )


def test_a_structure_may_gain_an_attribute() -> None:
    """It is absent from every observation that was released before."""
    comment = next(each for each in STRUCTURE.attributes if each.id == "COMMENT")
    gained = changed(attributes=replace(comment, id="SOURCE"))

    table = fitted(observations([{}, {"AREA": "MX"}]).table, gained)

    assert table.schema.names == columns(gained).names
    assert table.column("SOURCE").to_pylist() == [None, None]
    assert table.column("AREA").to_pylist() == ["GT", "MX"]


def test_a_structure_may_not_gain_a_dimension() -> None:
    """Observations that were released before have no place in it."""
    gained = changed(dimensions=replace(STRUCTURE.dimensions[0], id="AGE"))

    with pytest.raises(BadConfiguration, match="no dimension AGE"):
        fitted(observations([{}]).table, gained)
