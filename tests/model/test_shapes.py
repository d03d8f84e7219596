"""A selection in another shape states the same; what is not shown is not in it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.model.joining import nothing, ordered
from gateway.model.query import Sort
from gateway.model.selection import Selection
from gateway.model.shapes import arranged, shown
from tests.figures import CODES, STRUCTURE, Row, everything, observations

TIME, FLAT = "TIME_PERIOD", "AllDimensions"
DIMENSIONS = STRUCTURE.dimension_ids


def stated(selection: Selection, at: str = TIME) -> list[Row]:
    """Every observation with all that is said of it, in its order; `at` is what `periods` are."""
    found = selection.chunk()
    return [
        {
            **{name: column.value(int(series)) for name, column in selection.keys.items()},
            at: selection.periods[period],
            "OBS_VALUE": value.as_py(),
            **{name: column.value(int(note)) for name, column in selection.attributes.items()},
            **{
                name: column.value(int(series))
                for name, column in selection.series_attributes.items()
            },
        }
        for series, period, note, value in zip(
            found.series, found.periods, found.notes, found.values, strict=True
        )
    ]


def by_key(rows: list[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: [row[name] or "" for name in (*DIMENSIONS, TIME)])


tables = st.dictionaries(
    st.tuples(
        st.sampled_from(CODES["CL_AREA"]),
        st.sampled_from(CODES["CL_SEX"]),
        st.sampled_from(["2022-12", "2023-01", "2023-02"]),
    ),
    st.fixed_dictionaries(
        {
            "OBS_VALUE": st.none() | st.integers(0, 9).map(str),
            "COMMENT": st.sampled_from([None, "c", "d"]),
        }
    ),
    min_size=1,
).map(
    lambda found: everything(
        observations(
            {"AREA": area, "SEX": sex, "TIME_PERIOD": period, "TITLE": None if sex == "F" else area}
            | row
            for (area, sex, period), row in found.items()
        )
    )
)


@settings(max_examples=40, deadline=None)
@given(tables, st.sampled_from(DIMENSIONS))
def test_under_any_dimension_the_same_is_stated(selection: Selection, dimension: str) -> None:
    """Of each observation, wherever its attributes stand."""
    found = arranged(selection, dimension)

    assert by_key(stated(found, at=dimension)) == by_key(stated(selection))


@settings(max_examples=40, deadline=None)
@given(tables, st.sampled_from(DIMENSIONS))
def test_series_under_a_dimension_are_whole_and_in_order(
    selection: Selection, dimension: str
) -> None:
    """Each once, time the last of its key; codes ascend within it, and none is there unused."""
    found = arranged(selection, dimension)

    rest = [name for name in DIMENSIONS if name != dimension]
    assert [*found.keys] == [*rest, TIME]
    keys = [tuple(row[name] or "" for name in found.keys) for row in stated(found, at=dimension)]
    assert keys == sorted(keys)
    assert len(set(keys)) == found.series
    assert [*found.periods] == sorted({str(row[dimension]) for row in stated(selection)})
    places = [*zip(found.chunk().series.tolist(), found.chunk().periods.tolist(), strict=True)]
    assert places == sorted(places)


def test_time_and_no_dimension_leave_it_as_it_is() -> None:
    selection = everything(observations([{}, {"AREA": "MX"}]))

    assert arranged(selection, TIME) is selection
    assert arranged(selection, FLAT) is selection


def test_attributes_of_the_whole_key_become_the_observations() -> None:
    """Those that hang on part of the key stay with the series while that part does."""
    selection = everything(observations([{"TITLE": "t"}, {"SEX": "F", "UNIT": None}]))

    found = arranged(selection, "SEX")

    assert found.series == 1
    assert [*found.series_attributes] == []
    assert [*found.attributes] == ["OBS_STATUS", "COMMENT", "EMBARGO_TIME", "UNIT", "TITLE"]


def test_an_order_of_its_own_is_kept() -> None:
    """Asked for by value, observations come by value under any dimension."""
    rows = [{"SEX": sex, "AREA": area, "OBS_VALUE": value} for sex, area, value in (
        ("F", "GT", "3"), ("M", "GT", "2"), ("F", "MX", "1"))]  # fmt: skip
    selection = ordered(everything(observations(rows)), (Sort("OBS_VALUE"),))

    found = stated(arranged(selection, "SEX"), at="SEX")

    assert [row["OBS_VALUE"] for row in found] == ["1", "2", "3"]


@pytest.mark.parametrize("dimension", DIMENSIONS)
def test_nothing_has_a_shape_too(dimension: str) -> None:
    assert len(arranged(nothing(STRUCTURE), dimension)) == 0


ATTRIBUTES = ("OBS_STATUS", "COMMENT", "EMBARGO_TIME", "UNIT", "TITLE")


@pytest.mark.parametrize(
    "ids", [(), ("COMMENT",), ("TITLE",), ATTRIBUTES], ids=["none", "observation", "series", "all"]
)
@pytest.mark.parametrize("measure", [True, False])
def test_only_what_is_shown_is_there(ids: tuple[str, ...], *, measure: bool) -> None:
    """The keys stay; so does everything where nothing is left out."""
    selection = everything(observations([{"COMMENT": "c", "TITLE": "t"}, {"AREA": "MX"}]))

    found = shown(selection, frozenset(ids), measure=measure)

    gone = {*ATTRIBUTES} - {*ids}
    assert stated(found) == [
        {name: None if name == "OBS_VALUE" and not measure else value
         for name, value in row.items() if name not in gone}
        for row in stated(selection)
    ]  # fmt: skip
    assert shown(selection) is selection
