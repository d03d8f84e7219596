"""The engine's set work against the same in plain Python."""

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.releases.engine import Engine

ENGINE = Engine()

rows = st.dictionaries(
    st.tuples(st.sampled_from("AB"), st.integers(0, 3)),
    st.tuples(st.none() | st.sampled_from([0.0, 1.5]), st.none() | st.sampled_from(["", "x"])),
)
Rows = dict[tuple[str, int], tuple[float | None, str | None]]


def table(content: Rows) -> pa.Table:
    """A row for each key."""
    whole = [(*key, *rest) for key, rest in content.items()]
    kinds = (pa.string(), pa.int64(), pa.float64(), pa.string())
    arrays = [pa.array([row[place] for row in whole], kind) for place, kind in enumerate(kinds)]
    return pa.table(arrays, names=["K", "L", "VALUE", "NOTE"])


@settings(max_examples=60, deadline=None)
@given(rows, rows)
def test_pairs_are_the_rows_that_differ(before: Rows, after: Rows) -> None:
    """What came, what went, what is otherwise; missing is the same as missing, and not zero."""
    pairs = ENGINE.pairs(table(before), table(after), ["K", "L"])

    old, new = [*before], [*after]
    found = {
        (old[was] if was >= 0 else None, new[now] if now >= 0 else None)
        for was, now in zip(pairs.before.tolist(), pairs.after.tolist(), strict=True)
    }
    assert found == {
        (key if key in before else None, key if key in after else None)
        for key in before.keys() | after.keys()
        if before.get(key) != after.get(key)
    }


@settings(max_examples=60, deadline=None)
@given(rows)
def test_sums_are_of_what_is_there(content: Rows) -> None:
    """A missing value adds nothing; of only missing values the sum is missing too."""
    found = ENGINE.sums(table(content), ["K"], "VALUE").to_pylist()

    expected = []
    for name in sorted({key for key, _ in content}):
        own = [value for (key, _), (value, _) in content.items() if key == name]
        there = [value for value in own if value is not None]
        total = sum(there) if there else None
        expected.append({"K": name, "rows": len(own), "total": total})
    assert found == expected
