"""Columns as codes in the order of their values; rows in the order of their keys."""

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from gateway.model.coding import coded, combined, order

words = st.none() | st.text(max_size=3)
columns = st.lists(st.lists(words, max_size=8), max_size=4)
tables = st.integers(0, 12).flatmap(
    lambda rows: st.lists(
        st.lists(st.none() | st.sampled_from("abc"), min_size=rows, max_size=rows),
        min_size=1,
        max_size=4,
    )
)


def column(*chunks: list[str | None]) -> pa.ChunkedArray:
    """A dictionary column; each chunk has a dictionary of its own."""
    kind = pa.dictionary(pa.int32(), pa.string())
    arrays = [pa.array(chunk, pa.string()).dictionary_encode() for chunk in chunks]
    return pa.chunked_array([array.cast(kind) for array in arrays], kind)


@given(columns)
def test_coding_keeps_every_value(chunks: list[list[str | None]]) -> None:
    """Decoded again, a column is what it was, absent values included."""
    found = coded(column(*chunks))

    flat = [value for chunk in chunks for value in chunk]
    assert [found.value(row) for row in range(len(flat))] == flat


@given(columns)
def test_codes_are_in_the_order_of_the_values(chunks: list[list[str | None]]) -> None:
    """So that sorting integers sorts the words, and an absent value comes last."""
    found = coded(column(*chunks))

    assert list(found.values) == sorted(set(found.values))
    assert all(0 <= code <= len(found.values) for code in found.codes)


@given(tables)
def test_rows_sort_by_the_first_column_then_the_next(table: list[list[str | None]]) -> None:
    """As Python sorts tuples, with absent values last; equal rows keep their order."""
    rows = order([coded(column(each)) for each in table])

    keys = [tuple((word is None, word or "") for word in row) for row in zip(*table, strict=True)]
    assert list(rows) == sorted(range(len(keys)), key=keys.__getitem__)


@given(tables)
def test_combined_numbers_tell_rows_apart(table: list[list[str | None]]) -> None:
    """One number a distinct row, from 0 without a gap, in the order of the rows."""
    count = len(table[0])

    numbers = list(combined([coded(column(each)) for each in table], count))

    keys = [tuple((word is None, word or "") for word in row) for row in zip(*table, strict=True)]
    distinct = sorted(set(keys))
    assert numbers == [distinct.index(key) for key in keys]


def test_many_wide_columns_do_not_overflow() -> None:
    """Sixteen columns of forty thousand codes each are more than an integer holds."""
    count = 40_000
    wide = coded(column([f"{n:05d}" for n in range(count)]))

    numbers = combined([wide] * 16, count)

    assert list(numbers) == list(range(count))
