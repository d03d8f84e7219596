"""Questions of a cube at random, and the plain filter that says what their answers must be."""

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby, zip_longest

from hypothesis import strategies as st

from gateway.model.period import chronological
from gateway.model.query import Condition, Filter, Key, Operator, Wanted
from gateway.model.visibility import Region, Sight, View, Visibility
from tests.figures import CODES, NOON, SUPPLY, Row

DIMENSIONS = ("FREQ", "AREA", "SEX")
KEY = (*DIMENSIONS, "TIME_PERIOD")
PERIODS = ("2022", "2022-12", "2023-01", "2023-M02", "2023-Q1", "2024")
EMBARGOES = (None, "2026-11-23T10:00:00Z", "2026-11-23T14:00:00Z", "2026-11-24", "some day")

full_keys = st.tuples(
    st.sampled_from(("A", "M")),
    st.sampled_from(CODES["CL_AREA"]),
    st.sampled_from(CODES["CL_SEX"]),
    st.sampled_from(PERIODS),
)
contents = st.fixed_dictionaries(
    {
        "OBS_VALUE": st.none() | st.sampled_from(["0", "1", "1.50", "-2"]),
        "OBS_STATUS": st.sampled_from(["A", "O"]),
        "COMMENT": st.none() | st.just("note"),
        "EMBARGO_TIME": st.sampled_from((None, None, None, *EMBARGOES)),
    }
)
tables = st.dictionaries(full_keys, contents, max_size=40).map(
    lambda table: [whole(key, content) for key, content in table.items()]
)


def whole(key: tuple[str, ...], content: Row) -> Row:
    """An observation; its series' attributes follow from its key."""
    row = dict(zip(KEY, key, strict=True))
    title = None if row["SEX"] == "F" else row["SEX"]
    return {**row, **content, "UNIT": f"unit of {row['AREA']}", "TITLE": title}


_codes = st.frozensets(st.sampled_from(["A", "M", "GT", "MX", "F", "_T", "NONE"]), min_size=1)
keys = st.lists(st.lists(st.none() | _codes, min_size=1, max_size=3).map(tuple), max_size=3)
_whole_periods = [each for each in Operator if each not in ("co", "nc", "sw", "ew")]


def _filters(name: str, conditions: st.SearchStrategy[Condition]) -> st.SearchStrategy[Filter]:
    group = st.lists(conditions, min_size=1, max_size=2).map(tuple)
    alternatives = st.lists(group, min_size=1, max_size=2).map(tuple)
    return st.builds(Filter, st.just(name), alternatives)


def _on(operators: Sequence[Operator], *values: str) -> st.SearchStrategy[Condition]:
    return st.builds(Condition, st.sampled_from(operators), st.sampled_from(values))


ANY = [*Operator]
_one_filter = st.one_of(
    *(_filters(name, _on(ANY, "GT", "M", "_", "A", "F")) for name in DIMENSIONS),
    _filters("TIME_PERIOD", _on(_whole_periods, *PERIODS) | _on([Operator.SW], "2023", "2022-")),
    _filters("OBS_VALUE", _on(ANY, "0", "1", "1.5", "-2")),
    _filters("OBS_STATUS", _on(ANY, "A", "O")),
    _filters("COMMENT", _on(ANY, "note", "o")),
    _filters("UNIT", _on(ANY, "unit of GT", "X")),
    _filters("TITLE", _on(ANY, "M", "_")),
)
filters = st.lists(_one_filter, max_size=3).map(tuple)
few = st.none() | st.integers(1, 3)
wanted = st.builds(Wanted, keys.map(tuple), filters, few, few)
regions = st.none() | st.lists(filters, max_size=2).map(tuple)


def passes(row: Row, filter: Filter) -> bool:
    """Whether one observation passes one filter, in the words of the standard."""
    value = row[filter.component]
    if value is None:
        return False
    if filter.component != "OBS_VALUE":
        return filter.matches(value, in_time=filter.component == "TIME_PERIOD")
    return any(all(_holds(each, value) for each in group) for group in filter.alternatives)


def _holds(condition: Condition, value: str) -> bool:
    compare = {
        Operator.EQ: float.__eq__,
        Operator.NE: float.__ne__,
        Operator.GT: float.__gt__,
        Operator.GE: float.__ge__,
        Operator.LT: float.__lt__,
        Operator.LE: float.__le__,
    }.get(condition.operator)
    if compare is None:
        return condition.holds(value)
    return bool(compare(float(value), float(condition.value)))


def lifted(row: Row, at: datetime) -> bool:
    """Whether an observation's embargo is over; one that cannot be read never is."""
    embargo = row.get("EMBARGO_TIME")
    if embargo is None:
        return True
    if embargo == "some day":
        return False
    text = embargo if "T" in embargo else f"{embargo}T00:00:00Z"
    return datetime.fromisoformat(text) <= at


def within(regions: tuple[Region, ...] | None) -> Visibility:
    """A caller who sees everything in some regions of the one provision, as of noon."""
    if regions is None:
        return Visibility(NOON)
    return Visibility(NOON, {SUPPLY: View(tuple(Sight(region) for region in regions))})


def has_key(row: Row, keys: Sequence[Key]) -> bool:
    """Whether an observation has one of the keys."""
    return not keys or any(
        all(codes is None or row[name] in codes for name, codes in zip_longest(DIMENSIONS, key))
        for key in keys
    )


def seen(rows: Sequence[Row], regions: Sequence[Region] | None, at: datetime) -> list[Row]:
    """The observations that a caller may see."""
    return [
        row
        for row in rows
        if lifted(row, at)
        and (regions is None or any(all(passes(row, f) for f in region) for region in regions))
    ]


def answer(rows: Sequence[Row], wanted: Wanted) -> list[Row]:
    """What is wanted of some observations, in order."""
    found = [
        row
        for row in rows
        if has_key(row, wanted.keys) and all(passes(row, each) for each in wanted.filters)
    ]
    found.sort(key=in_order)
    return ends(found, wanted)


def ends(rows: Sequence[Row], wanted: Wanted) -> list[Row]:
    """The first and the last so many of each series."""
    if wanted.first is None and wanted.last is None:
        return [*rows]
    kept: list[Row] = []
    for _, group in groupby(rows, key=lambda row: [row[name] for name in DIMENSIONS]):
        series = [*group]
        last = len(series) - (wanted.last or 0)
        kept += [
            row for place, row in enumerate(series) if place < (wanted.first or 0) or place >= last
        ]
    return kept


def in_order(row: Row) -> tuple[object, ...]:
    """By series, then by time."""
    return (*(row[name] for name in DIMENSIONS), chronological(str(row["TIME_PERIOD"])))
