"""The cube answers a question as a plain filter over the same rows would."""

from collections.abc import Sequence
from itertools import zip_longest

from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.model.query import Condition, Filter, Key, Operator
from gateway.model.selection import Selection
from gateway.releases.cube import Cube
from tests.figures import CODES, STRUCTURE, Row, observations

NAMES = ("FREQ", "AREA", "SEX", "TIME_PERIOD")
PERIODS = ("2022", "2022-12", "2023-01", "2023-M02", "2023-Q1", "2024")

tables = st.dictionaries(
    st.tuples(
        st.sampled_from(("A", "M")),
        st.sampled_from(CODES["CL_AREA"]),
        st.sampled_from(CODES["CL_SEX"]),
        st.sampled_from(PERIODS),
    ),
    st.tuples(
        st.none() | st.sampled_from(["0", "1", "1.50"]),
        st.sampled_from(["A", "O"]),
        st.none() | st.just("note"),
    ),
    max_size=40,
)
codes = st.frozensets(st.sampled_from(["A", "M", "GT", "MX", "F", "_T", "NONE"]), min_size=1)
keys = st.lists(st.lists(st.none() | codes, min_size=1, max_size=3).map(tuple), max_size=3)
conditions = st.builds(
    Condition, st.sampled_from(Operator), st.sampled_from(["GT", "M", "_", "A", "F"])
)
on_time = st.builds(
    Condition,
    st.sampled_from([each for each in Operator if each not in ("co", "nc", "sw", "ew")]),
    st.sampled_from(PERIODS),
)


def groups(one: st.SearchStrategy[Condition]) -> st.SearchStrategy[object]:
    group = st.lists(one, min_size=1, max_size=2).map(tuple)
    return st.lists(group, min_size=1, max_size=2).map(tuple)


filters = st.lists(
    st.builds(Filter, st.sampled_from(NAMES[:3]), groups(conditions))
    | st.builds(Filter, st.just("TIME_PERIOD"), groups(on_time)),
    max_size=3,
)


def fits(row: Row, keys: Sequence[Key], filters: Sequence[Filter]) -> bool:
    """Whether one observation is asked for, in the words of the standard."""
    with_key = not keys or any(
        all(
            wanted is None or row[name] in wanted
            for name, wanted in zip_longest(NAMES[: len(key)], key)
        )
        for key in keys
    )
    return with_key and all(
        each.matches(row[each.component] or "", in_time=each.component == "TIME_PERIOD")
        for each in filters
    )


def rows(selection: Selection) -> list[Row]:
    """The observations of a selection, one by one."""
    found = []
    for number in range(len(selection)):
        series, note = int(selection.series[number]), int(selection.notes[number])
        found.append(
            {
                **{name: column.value(series) for name, column in selection.keys.items()},
                "TIME_PERIOD": selection.periods.value(number),
                "OBS_VALUE": selection.values[number].as_py(),
                **{name: column.value(note) for name, column in selection.attributes.items()},
                **{
                    name: column.value(series)
                    for name, column in selection.series_attributes.items()
                },
            }
        )
    return found


@settings(max_examples=200, deadline=None)
@given(tables, keys, filters)
def test_a_selection_is_what_a_plain_filter_gives(
    table: dict[tuple[str, ...], tuple[str | None, ...]],
    keys: list[Key],
    filters: list[Filter],
) -> None:
    """For any keys and filters: the same observations, with their attributes, in order."""
    whole: list[Row] = [
        {
            **dict(zip(NAMES, key, strict=True)),
            **dict(zip(("OBS_VALUE", "OBS_STATUS", "COMMENT"), rest, strict=True)),
            "UNIT": f"unit of {key[1]}",
            "TITLE": None if key[2] == "F" else key[2],
        }
        for key, rest in table.items()
    ]

    found = rows(Cube.of(observations(whole)).select(keys, filters))

    expected = [row for row in whole if fits(row, keys, filters)]
    assert found == sorted(expected, key=lambda row: [row[name] or "" for name in NAMES])


def test_series_are_numbered_from_0_without_a_gap() -> None:
    """Every series of a selection has an observation in it; writers count on that order."""
    table = observations(
        {"AREA": area, "TIME_PERIOD": period}
        for area in CODES["CL_AREA"]
        for period in ("2022-12", "2023-01")
    )
    group = (Condition(Operator.GE, "2023"),)

    found = Cube.of(table).select((), [Filter("TIME_PERIOD", (group,))])

    assert list(found.series) == [0, 1, 2, 3]


def test_chunks_are_the_selection_in_order() -> None:
    """Runs of at most so many rows; together they are the whole."""
    table = observations(
        {"AREA": area, "TIME_PERIOD": f"2023-{month:02d}"}
        for area in CODES["CL_AREA"]
        for month in range(1, 8)
    )
    whole = Cube.of(table).select((), ())

    chunks = list(whole.chunks(5))

    assert [len(chunk) for chunk in chunks] == [5] * 5 + [3]
    assert [row for chunk in chunks for row in rows(chunk)] == rows(whole)


def test_no_observations_select_nothing() -> None:
    """An empty cube answers with an empty selection."""
    found = Cube.of(observations([])).select((), ())

    assert len(found) == 0
    assert found.structure == STRUCTURE
