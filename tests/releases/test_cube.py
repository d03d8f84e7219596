"""The cube answers a question as a plain filter over the same rows would."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.model.availability import Counts, Mode
from gateway.model.query import Condition, Filter, Key, Operator, Wanted
from gateway.model.visibility import Region, Visibility
from gateway.releases.available import availability
from gateway.releases.cube import Cube
from gateway.releases.index import index_of, load, save, spoiled
from tests.figures import CODES, NOON, STRUCTURE, SUPPLY, Row, cube, everything, observations, rows
from tests.releases import asking

ALL = Visibility(NOON)


@settings(deadline=None)
@given(asking.tables, asking.wanted, asking.regions)
def test_a_selection_is_what_a_plain_filter_gives(
    table: list[Row], wanted: Wanted, regions: tuple[Region, ...] | None
) -> None:
    """For any keys, filters, first and last so many, and any caller: the same, in order."""
    found = rows(cube(observations(table)).select(wanted, asking.within(regions)))

    assert found == asking.answer(asking.seen(table, regions, NOON), wanted)


@settings(deadline=None)
@given(asking.tables, asking.wanted)
def test_an_index_on_disk_is_the_index_in_memory(table: list[Row], wanted: Wanted) -> None:
    """Written, opened again and memory-mapped, it answers the same."""
    made = index_of(observations(table))

    with tempfile.TemporaryDirectory() as folder:
        save(made, Path(folder))
        found = rows(Cube(SUPPLY, load(Path(folder), STRUCTURE)).select(wanted, ALL))
        faults = spoiled(Path(folder))

    assert found == rows(Cube(SUPPLY, made).select(wanted, ALL))
    assert faults == []


def keyed(rows: list[Row], name: str) -> dict[str, Counts]:
    """For each value of a component, how many series and observations have it."""
    found: dict[str, Counts] = {}
    for value in {str(row[name]) for row in rows}:
        with_it = [row for row in rows if row[name] == value]
        series = {tuple(row[each] for each in asking.DIMENSIONS) for row in with_it}
        found[value] = Counts(len(series), len(with_it))
    return found


@settings(deadline=None)
@given(asking.tables, asking.wanted, asking.regions)
def test_exact_availability_counts_the_answer(
    table: list[Row], wanted: Wanted, regions: tuple[Region, ...] | None
) -> None:
    """Of everything that would be answered, and of nothing that a caller may not see."""
    found = availability(cube(observations(table)), wanted, asking.within(regions))

    answer = asking.answer(asking.seen(table, regions, NOON), wanted)
    assert {name: dict(counted) for name, counted in found.values.items()} == {
        name: keyed(answer, name) for name in asking.KEY
    }
    assert found.whole.observations == len(answer)
    assert found.whole.series == sum(each.series for each in found.values["SEX"].values())


@settings(deadline=None)
@given(asking.tables, asking.keys.map(lambda keys: tuple(keys[:1])), asking.filters)
def test_available_values_are_those_that_could_be_asked_for(
    table: list[Row], keys: tuple[Key, ...], filters: tuple[Filter, ...]
) -> None:
    """Each component without what the question says of it. Source: availability.md."""
    found = availability(cube(observations(table)), Wanted(keys, filters), ALL, Mode.AVAILABLE)

    for place, name in enumerate(asking.KEY):
        freer = Wanted(
            tuple((*key[:place], None, *key[place + 1 :]) for key in keys),
            tuple(each for each in filters if each.component != name),
        )
        seen = asking.seen(table, None, NOON)
        assert dict(found.values[name]) == keyed(asking.answer(seen, freer), name)


def test_the_standard_s_example_of_available_values() -> None:
    """UK and FR, and what may be added to a question. Source: SDMX-REST 2.2.2, availability.md."""
    table: list[Row] = [
        {"AREA": "MX", "FREQ": "A", "SEX": "M"},  # UK, employed
        {"AREA": "GT", "FREQ": "A", "SEX": "M"},  # FR, employed
        {"AREA": "GT", "FREQ": "M", "SEX": "F"},  # FR, unemployed
    ]
    asked = Wanted(((None, frozenset({"GT"}), frozenset({"F"})),))
    of = cube(observations(table))

    exact = availability(of, asked, ALL)
    available = availability(of, asked, ALL, Mode.AVAILABLE)

    assert [set(exact.values[name]) for name in asking.DIMENSIONS] == [{"M"}, {"GT"}, {"F"}]
    assert [set(available.values[name]) for name in asking.DIMENSIONS] == [
        {"M"},
        {"GT"},
        {"F", "M"},
    ]


def test_one_component_may_be_asked_for_alone() -> None:
    found = availability(cube(observations([{}])), Wanted(), ALL, components=["AREA"])

    assert found.values == {"AREA": {"GT": Counts(1, 1)}}


def test_nothing_is_seen_of_a_provision_that_is_not_granted() -> None:
    """Not its counts either."""
    of = cube(observations([{}]))
    nobody = (Visibility(NOON, {}), asking.within(()))

    assert [len(of.select(Wanted(), each)) for each in nobody] == [0, 0]
    assert [availability(of, Wanted(), each).whole for each in nobody] == [Counts(0, 0)] * 2


@pytest.mark.parametrize("by_key", [True, False], ids=["key", "filter"])
def test_no_word_of_what_a_caller_may_not_see_is_in_a_selection(*, by_key: bool) -> None:
    """Not even where the question leads past all of it; some formats tell every word there is."""
    of = cube(
        observations({"AREA": area, "SEX": sex} for area in ("GT", "MX") for sex in ("F", "M"))
    )
    guatemala = Filter("AREA", ((Condition(Operator.EQ, "GT"),),))
    key = (frozenset({"M"}), frozenset({"GT"}))
    asked = Wanted((key,)) if by_key else Wanted(filters=(guatemala,))

    found = of.select(asked, asking.within(((guatemala,),)))

    assert len(found) == 2
    assert found.keys["AREA"].values == ("GT",)


def test_series_are_numbered_from_0_without_a_gap() -> None:
    """Every series of a selection has an observation in it; writers count on that order."""
    table = observations(
        {"AREA": area, "TIME_PERIOD": period}
        for area in CODES["CL_AREA"]
        for period in (("2022-12", "2023-01") if area != "MX" else ("2022-12",))
    )
    group = (Condition(Operator.GE, "2023"),)

    found = cube(table).select(Wanted(filters=(Filter("TIME_PERIOD", (group,)),)), ALL)

    assert list(found.chunk().series) == [0, 1, 2]
    assert found.series == 3


@pytest.mark.parametrize("size", [1, 5, 28, 1000])
def test_chunks_are_the_selection_in_order(size: int) -> None:
    """Runs of at most so many rows; together they are the whole."""
    table = observations(
        {"AREA": area, "TIME_PERIOD": f"2023-{month:02d}"}
        for area in CODES["CL_AREA"]
        for month in range(1, 8)
    )
    selected = everything(table)

    chunks = list(selected.chunks(size))

    assert all(len(chunk) == size for chunk in chunks[:-1])
    assert [value for chunk in chunks for value in chunk.values] == [*selected.chunk().values]
    assert [int(each) for chunk in chunks for each in chunk.series] == [
        place for place in range(4) for _ in range(7)
    ]


DAYS = [f"{year}-D{day:03}" for year in range(1950, 2000) for day in range(1, 361)]


@pytest.fixture(scope="module")
def large() -> Cube:
    """Four series that are longer than what is fetched at once."""
    return cube(
        observations(
            {"AREA": area, "TIME_PERIOD": day, "OBS_VALUE": f"{number}"}
            for area in CODES["CL_AREA"]
            for number, day in enumerate(DAYS)
        )
    )


BUT_THE_FIRST = Filter("TIME_PERIOD", ((Condition(Operator.GT, DAYS[0]),),))


@settings(deadline=None)
@given(st.sampled_from([(), (BUT_THE_FIRST,)]), st.integers(0, 71_000), st.integers(1, 40_000))
def test_a_large_selection_is_fetched_in_chunks(
    large: Cube, filters: tuple[Filter, ...], start: int, size: int
) -> None:
    """What is not held in memory at once: any chunk has the right rows of the right series."""
    skipped = len(filters)
    each = len(DAYS) - skipped

    whole = large.select(Wanted(filters=filters), ALL)
    chunk = whole.rows.chunk(start, min(start + size, len(whole)))

    assert len(whole) == 4 * each
    rows = range(start, start + len(chunk))
    assert [*chunk.series] == [row // each for row in rows]
    assert chunk.values.to_pylist() == [str(row % each + skipped) for row in rows]


def test_no_observations_select_nothing() -> None:
    """An empty cube answers with an empty selection."""
    found = everything(observations([]))

    assert len(found) == 0
    assert found.structure == STRUCTURE
    assert [*found.chunks(5)] == []
