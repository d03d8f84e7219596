"""SDMX-REST 1.5: the question that each URL asks."""

from datetime import UTC, datetime

import pytest

from gateway.errors import BadSyntax, NotServed
from gateway.model.query import (
    ArtefactPattern,
    Condition,
    DataQuery,
    Filter,
    Operator,
    StructureQuery,
    VersionPattern,
)
from gateway.model.query import (
    ProviderPattern as P,
)
from gateway.rest import v1
from gateway.rest.service import DIALECTS, question

Pairs = list[tuple[str, str]]


def pattern(agency: str = "", id: str = "", version: str = "~") -> ArtefactPattern:
    return ArtefactPattern(tuple(agency.split()), tuple(id.split()), (VersionPattern(version),))


def asked(path: str, pairs: Pairs | None = None) -> DataQuery | StructureQuery:
    return question(DIALECTS["v1"], path, pairs or [])


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("data/DF", DataQuery("dataflow", pattern("", "DF"))),
        ("data/DF/", DataQuery("dataflow", pattern("", "DF"))),
        ("data/LMIG,DF", DataQuery("dataflow", pattern("LMIG", "DF"))),
        ("data/LMIG,DF,1.0.0", DataQuery("dataflow", pattern("LMIG", "DF", "1.0.0"))),
        ("data/LMIG,DF,latest", DataQuery("dataflow", pattern("LMIG", "DF"))),
        ("data/all,DF,all", DataQuery("dataflow", pattern("", "DF", "*"))),
        ("data/DF/all", DataQuery("dataflow", pattern("", "DF"))),
        ("data/DF/all/all", DataQuery("dataflow", pattern("", "DF"))),
        ("data/DF/*/GT_IGM", DataQuery("dataflow", pattern("", "DF"), providers=(P("GT_IGM"),))),
        (
            "data/DF/all/LMIG,GT_IGM+X",
            DataQuery("dataflow", pattern("", "DF"), providers=(P("GT_IGM", "LMIG"), P("X"))),
        ),
        (
            "data/DF/all/LMIG,all",
            DataQuery("dataflow", pattern("", "DF"), providers=(P(None, "LMIG"),)),
        ),
        ("data/DF/all/all,X", DataQuery("dataflow", pattern("", "DF"), providers=(P("X"),))),
    ],
    ids=lambda value: value if isinstance(value, str) else "query",
)
def test_a_data_path_names_flow_and_providers(path: str, expected: DataQuery) -> None:
    """Agency and version may be left out; the latest version is meant."""
    assert asked(path) == expected


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("M.GT.MX", [{"M"}, {"GT"}, {"MX"}]),
        ("M.GT+MX..F.", [{"M"}, {"GT", "MX"}, None, {"F"}, None]),
        ("M.*.MX", [{"M"}, None, {"MX"}]),
        ("..", [None, None, None]),
        ("M", [{"M"}]),
    ],
)
def test_a_key_allows_codes(key: str, expected: list[set[str] | None]) -> None:
    """An empty position allows all; ``*`` does too, for pysdmx sends it here."""
    query = asked(f"data/DF/{key}")

    assert isinstance(query, DataQuery)
    assert query.keys == (tuple(each and frozenset(each) for each in expected),)


GE, LE = Condition(Operator.GE, "2020"), Condition(Operator.LE, "2024-06")


@pytest.mark.parametrize(
    ("pairs", "expected"),
    [
        pytest.param([], (), id="none"),
        pytest.param([("startPeriod", "2020")], (GE,), id="start"),
        pytest.param([("endPeriod", "2024-06")], (LE,), id="end"),
        pytest.param([("endPeriod", "2024-06"), ("startPeriod", "2020")], (GE, LE), id="both"),
        pytest.param([("detail", "Full"), ("includeHistory", "False")], (), id="defaults, aloud"),
    ],
)
def test_periods_bound_inclusively(pairs: Pairs, expected: tuple[Condition, ...]) -> None:
    """startPeriod and endPeriod belong to the answer."""
    query = asked("data/DF", pairs)

    assert isinstance(query, DataQuery)
    assert query.filters == ((Filter("TIME_PERIOD", (expected,)),) if expected else ())


def test_which_states_and_how_many_observations() -> None:
    """As sdmx1 sends them. Source: SDMX-REST 1.5, data queries."""
    query = asked(
        "data/DF",
        [
            ("firstNObservations", "1"),
            ("lastNObservations", "2"),
            ("updatedAfter", "2026-05-15T14:15:00Z"),
            ("includeHistory", "True"),
        ],
    )

    assert query == DataQuery(
        "dataflow",
        pattern("", "DF"),
        first=1,
        last=2,
        updated_after=datetime(2026, 5, 15, 14, 15, tzinfo=UTC),
        history=True,
    )


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("dataflow", StructureQuery(("dataflow",), pattern())),
        ("dataflow/LMIG/all/latest", StructureQuery(("dataflow",), pattern("LMIG"))),
        ("dataflow/LMIG/DF/latest/", StructureQuery(("dataflow",), pattern("LMIG", "DF"))),
        ("codelist/A+B/CL+CM/1.0", StructureQuery(("codelist",), pattern("A B", "CL CM", "1.0"))),
        ("codelist/LMIG/CL/all", StructureQuery(("codelist",), pattern("LMIG", "CL", "*"))),
        (
            "codelist/LMIG/CL/1.0/F+M",
            StructureQuery(("codelist",), pattern("LMIG", "CL", "1.0"), ("F", "M")),
        ),
        ("structure/LMIG", StructureQuery(v1.RESOURCES, pattern("LMIG"))),
        ("contentconstraint/LMIG", StructureQuery(("contentconstraint",), pattern("LMIG"))),
    ],
    ids=lambda value: value if isinstance(value, str) else "query",
)
def test_a_structure_path_names_artefacts(path: str, expected: StructureQuery) -> None:
    """The type comes first; ``structure`` is any type."""
    assert asked(path) == expected


@pytest.mark.parametrize(
    ("path", "pairs", "named"),
    [
        pytest.param("data", [], "dataflow", id="no flow"),
        pytest.param("data/A,B,1.0,D", [], "A,B,1.0,D", id="flow of four parts"),
        pytest.param("data/DF/K/P/X", [], "4", id="path too long"),
        pytest.param("data/DF/M..'", [], "'", id="quote in a key"),
        pytest.param("data/DF", [("c[SEX]", "F")], "c[SEX]", id="v2's parameter"),
        pytest.param("data/DF", [("startperiod", "2020")], "startperiod", id="letter case"),
        pytest.param("data/DF", [("startPeriod", "1")] * 2, "startPeriod", id="repeated"),
        pytest.param("data/DF", [("detail", "half")], "half", id="detail"),
        pytest.param("data/DF/all/A,B,C", [], "A,B,C", id="provider of three parts"),
        pytest.param("nothing/LMIG", [], "nothing", id="resource"),
        pytest.param("dataflow/L/D/1.0/I/X", [], "6", id="structure path too long"),
        pytest.param("codelist/LMIG/CL/newest", [], "newest", id="version"),
        pytest.param("codelist", [("asOf", "2024")], "asOf", id="v2's asOf"),
        pytest.param("", [], "resource", id="nothing"),
    ],
)
def test_what_cannot_be_read_is_refused_by_name(path: str, pairs: Pairs, named: str) -> None:
    """Never ignored, never guessed: the message holds the very word."""
    with pytest.raises(BadSyntax) as caught:
        asked(path, pairs)

    assert named in caught.value.sentence()


@pytest.mark.parametrize(
    ("word", "attributes", "measures"),
    [
        ("full", ("dsd",), ("all",)),
        ("dataonly", ("none",), ("all",)),
        ("SeriesKeysOnly", ("none",), ("none",)),
        ("nodata", ("dataset", "series"), ("none",)),
    ],
)
def test_how_much_of_the_data(
    word: str, attributes: tuple[str, ...], measures: tuple[str, ...]
) -> None:
    """`detail` says what `attributes` and `measures` say in version 2."""
    query = asked("data/DF", [("detail", word)])

    assert isinstance(query, DataQuery)
    assert (query.attributes, query.measures) == (attributes, measures)


@pytest.mark.parametrize("path", [pytest.param("metadata/DF", id="metadata")])
def test_what_waits_is_told_apart_from_what_is_wrong(path: str) -> None:
    """The standard knows it and this gateway does not answer it yet: 501 and not 400."""
    with pytest.raises(NotServed):
        asked(path)
