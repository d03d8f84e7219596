"""A question's URL, written and read again, asks the same question. Both versions of SDMX-REST."""

from collections.abc import Callable
from datetime import UTC, datetime
from urllib.parse import parse_qsl, unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import SemanticError
from gateway.model.query import (
    ArtefactPattern,
    Condition,
    DataQuery,
    Filter,
    Operator,
    Page,
    ProviderPattern,
    Sort,
    VersionPattern,
)
from gateway.rest import v1, v2
from gateway.rest.service import DIALECTS, question

PATHS: dict[str, Callable[[DataQuery], str]] = {"v1": v1.data_path, "v2": v2.data_path}


def read(dialect: str, url: str) -> DataQuery:
    """The question of a URL below the mount, as a server gets it."""
    parts = urlsplit(url)
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    query = question(DIALECTS[dialect], unquote(parts.path), pairs)
    assert isinstance(query, DataQuery)
    return query


ids = st.from_regex(r"[A-Z][A-Z0-9_]{0,5}", fullmatch=True)
several = st.lists(ids, max_size=3, unique=True).map(tuple)
versions = st.sampled_from(("+", "~", "*", "1.0", "1.0.0", "2.1+.0", "1.~", "1.0.0-draft"))
moments = st.none() | st.datetimes(timezones=st.just(UTC))
counts = st.none() | st.integers(1, 10**9)
SPECIAL = "0123456789-:TaÑ.&=#%/?'\"<>\\;é中🙂"
values = st.text(SPECIAL, min_size=1, max_size=8)
conditions = st.builds(Condition, st.sampled_from(Operator), values)
groups = st.lists(conditions, min_size=1, max_size=3).map(tuple)
filters = st.dictionaries(ids, st.lists(groups, min_size=1, max_size=3).map(tuple), max_size=3).map(
    lambda found: tuple(Filter(id, each) for id, each in found.items())
)


def keys(codes: st.SearchStrategy[frozenset[str]]) -> st.SearchStrategy[object]:
    key = st.lists(st.none() | codes, min_size=1, max_size=4).map(tuple)
    return key.filter(any)


one_code = keys(ids.map(lambda id: frozenset({id})))
some_codes = keys(st.frozensets(ids, min_size=1, max_size=3))
shared = {
    "dimension_at_observation": ids,
    "first": counts,
    "last": counts,
    "updated_after": moments,
    "history": st.booleans(),
}


@given(
    st.builds(
        DataQuery,
        st.sampled_from((*v2.CONTEXTS, "dataflow,provisionagreement")),
        st.builds(
            ArtefactPattern,
            several,
            several,
            st.lists(versions.map(VersionPattern), min_size=1, max_size=2).map(tuple),
        ),
        st.lists(one_code, max_size=3).map(tuple),
        filters,
        page=st.builds(
            Page,
            st.lists(st.builds(Sort, ids, st.booleans()), max_size=2).map(tuple),
            st.integers(0, 10**9),
            counts,
        ),
        as_of=moments,
        attributes=st.lists(ids, min_size=1, max_size=3).map(tuple),
        measures=st.lists(ids, min_size=1, max_size=3).map(tuple),
        **shared,
    )
)
def test_a_question_of_version_2_survives_its_url(query: DataQuery) -> None:
    """Whatever a question holds is in its URL, quoted where a URL asks for it, and nothing else."""
    assert read("v2", v2.data_path(query)) == query


def bounds(given: dict[Operator, str]) -> tuple[Filter, ...]:
    group = tuple(Condition(sign, given[sign]) for sign in (Operator.GE, Operator.LE)
                  if sign in given)  # fmt: skip
    return (Filter("TIME_PERIOD", (group,)),) if group else ()


@given(
    st.builds(
        DataQuery,
        st.just("dataflow"),
        st.builds(
            ArtefactPattern, several, several, versions.map(lambda text: (VersionPattern(text),))
        ),
        st.lists(some_codes, max_size=1).map(tuple),
        st.dictionaries(st.sampled_from((Operator.GE, Operator.LE)), values).map(bounds),
        st.lists(
            st.builds(ProviderPattern, ids) | st.builds(ProviderPattern, st.none() | ids, ids),
            max_size=3,
        ).map(tuple),
        **shared,
    ),
    st.sampled_from([*v1.DATA_DETAILS.values()]),
)
def test_a_question_of_version_1_survives_its_url(
    query: DataQuery, shown: tuple[tuple[str, ...], tuple[str, ...]]
) -> None:
    """Providers with their agency, ``+`` within a position, every word of `detail`."""
    attributes, measures = shown
    whole = DataQuery(**{**fields(query), "attributes": attributes, "measures": measures})

    assert read("v1", v1.data_path(whole)) == whole


def fields(query: DataQuery) -> dict[str, object]:
    return {name: getattr(query, name) for name in DataQuery.__dataclass_fields__}


FLOW = ArtefactPattern(("LMIG",), ("DF",), (VersionPattern("1.0.0"),))
GE, LE = Condition(Operator.GE, "2020"), Condition(Operator.LE, "2024")
MX_GT = (None, frozenset({"GT", "MX"}))


def filtered(component: str, condition: Condition) -> DataQuery:
    return DataQuery("dataflow", FLOW, filters=(Filter(component, ((condition,),)),))


@pytest.mark.parametrize(
    ("dialect", "query", "expected"),
    [
        pytest.param(
            "v2",
            filtered("T", Condition(Operator.GE, "2010-Q3", (7, 1))),
            "data/dataflow/LMIG/DF/1.0.0?c%5BT%5D=ge:2010-Q3&reportingYearStartDay=--07-01",
            id="reporting year",
        ),
        pytest.param(
            "v2", DataQuery("dataflow", FLOW), "data/dataflow/LMIG/DF/1.0.0", id="defaults left out"
        ),
        pytest.param(
            "v2",
            DataQuery("dataflow", FLOW, (MX_GT,)),
            "data/dataflow/LMIG/DF/1.0.0/*.GT,*.MX",
            id="no OR inside a position",
        ),
        pytest.param(
            "v1",
            DataQuery("dataflow", FLOW, (MX_GT,)),
            "data/LMIG,DF,1.0.0/.GT+MX",
            id="but in version 1",
        ),
        pytest.param(
            "v2",
            DataQuery("dataflow", FLOW, filters=(Filter("T", ((GE,),)), Filter("T", ((LE,),)))),
            "data/dataflow/LMIG/DF/1.0.0?c%5BT%5D=ge:2020%2Ble:2024",
            id="two filters of one component",
        ),
        pytest.param(
            "v2",
            DataQuery("dataflow", FLOW, ((None, None),)),
            "data/dataflow/LMIG/DF/1.0.0",
            id="a key that allows all",
        ),
        pytest.param(
            "v2",
            DataQuery("*", FLOW, attributes=("none",), measures=("none",)),
            "data/*/LMIG/DF/1.0.0?attributes=none&measures=none",
            id="series keys",
        ),
        pytest.param(
            "v1",
            DataQuery("dataflow", FLOW, attributes=("none",), measures=("none",)),
            "data/LMIG,DF,1.0.0?detail=serieskeysonly",
            id="series keys in version 1",
        ),
    ],
)
def test_a_url_is_as_short_as_people_write_it(
    dialect: str, query: DataQuery, expected: str
) -> None:
    """It may be shown to people, as the narrower question that would be answered."""
    assert PATHS[dialect](query) == expected


@pytest.mark.parametrize(
    ("dialect", "query", "named"),
    [
        ("v1", DataQuery("datastructure", FLOW), "context"),
        ("v1", DataQuery("dataflow", FLOW, as_of=datetime(2026, 1, 1, tzinfo=UTC)), "asOf"),
        ("v1", DataQuery("dataflow", FLOW, page=Page(limit=2)), "limit"),
        ("v1", DataQuery("dataflow", FLOW, (MX_GT, MX_GT)), "several keys"),
        ("v1", filtered("SEX", GE), "c[SEX]"),
        ("v1", filtered("TIME_PERIOD", Condition(Operator.GT, "2020")), "c[TIME_PERIOD]"),
        ("v1", DataQuery("dataflow", FLOW, measures=("none",)), "attributes and measures"),
        ("v2", DataQuery("dataflow", FLOW, providers=(ProviderPattern("P"),)), "data provider"),
        ("v2", filtered("TITLE", Condition(Operator.CO, "two words")), "two words"),
        ("v2", DataQuery("dataflow", FLOW, ((frozenset(),),)), "without codes"),
    ],
)
def test_what_a_version_cannot_say_is_refused(dialect: str, query: DataQuery, named: str) -> None:
    """Never a URL that asks for something else."""
    with pytest.raises(SemanticError) as caught:
        PATHS[dialect](query)

    assert named in caught.value.sentence()
