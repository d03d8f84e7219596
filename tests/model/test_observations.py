"""Observations: their columns, and the order of every file that is written."""

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from gateway.model.observations import REPORTED, columns, join
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
