"""SDMX-REST 2.2.2: the question that each URL asks."""

from datetime import UTC, datetime

import pytest

from gateway.errors import BadSyntax
from gateway.model.query import (
    ArtefactPattern,
    Condition,
    DataQuery,
    Filter,
    Operator,
    Page,
    Sort,
    StructureQuery,
    VersionPattern,
)
from gateway.rest import v2
from gateway.rest.service import DIALECTS, question

Pairs = list[tuple[str, str]]


def pattern(agency: str = "", id: str = "", versions: str = "*") -> ArtefactPattern:
    return ArtefactPattern(
        tuple(agency.split()),
        tuple(id.split()),
        tuple(VersionPattern(each) for each in versions.split()),
    )


def one(code: str) -> frozenset[str]:
    return frozenset({code})


def asked(path: str, pairs: Pairs | None = None) -> DataQuery | StructureQuery:
    return question(DIALECTS["v2"], path, pairs or [])


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("data", DataQuery("*", pattern())),
        ("data/", DataQuery("*", pattern())),
        ("data/dataflow", DataQuery("dataflow", pattern())),
        ("data/dataflow/LMIG", DataQuery("dataflow", pattern("LMIG"))),
        ("data/dataflow/LMIG/", DataQuery("dataflow", pattern("LMIG"))),
        ("data/dataflow/LMIG/DF/1.0.0", DataQuery("dataflow", pattern("LMIG", "DF", "1.0.0"))),
        ("data/dataflow/*/DF/~", DataQuery("dataflow", pattern("", "DF", "~"))),
        ("data/dataflow/all/DF/latest", DataQuery("dataflow", pattern("", "DF", "~"))),
        ("data/*/LMIG/DF/+", DataQuery("*", pattern("LMIG", "DF", "+"))),
        (
            "data/dataflow/A,B/DF,DG/1.0.0,2.0",
            DataQuery("dataflow", pattern("A B", "DF DG", "1.0.0 2.0")),
        ),
        (
            "data/datastructure/LMIG/S/1.0.0-draft",
            DataQuery("datastructure", pattern("LMIG", "S", "1.0.0-draft")),
        ),
        (
            "data/dataflow,provisionagreement/LMIG",
            DataQuery("dataflow,provisionagreement", pattern("LMIG")),
        ),
        ("data/dataflow,*/LMIG", DataQuery("*", pattern("LMIG"))),
        ("data/provisionagreement/L/P", DataQuery("provisionagreement", pattern("L", "P"))),
        ("data/dataflow/A.B/DF", DataQuery("dataflow", pattern("A.B", "DF"))),
        ("data/dataflow/LMIG/DF/1.0.0/*", DataQuery("dataflow", pattern("LMIG", "DF", "1.0.0"))),
    ],
    ids=lambda value: value if isinstance(value, str) else "query",
)
def test_a_data_path_names_its_flow(path: str, expected: DataQuery) -> None:
    """Trailing parts may be left out, a trailing slash says nothing, ``,`` separates."""
    assert asked(path) == expected


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("M.GT.MX", ((one("M"), one("GT"), one("MX")),)),
        ("M.*.MX", ((one("M"), None, one("MX")),)),
        ("M..MX", ((one("M"), None, one("MX")),)),
        (".GT+MX..", ((None, frozenset({"GT", "MX"}), None, None),)),
        ("M.GT,A.SV", ((one("M"), one("GT")), (one("A"), one("SV")))),
        ("M._T.*", ((one("M"), one("_T"), None),)),
        ("all", ()),
        ("*", ()),
    ],
)
def test_a_key_allows_codes(key: str, expected: object) -> None:
    """``*`` or nothing allows all; ``,`` stands between whole keys; ``+`` is read from sdmx1."""
    query = asked(f"data/dataflow/LMIG/DF/1.0.0/{key}")

    assert isinstance(query, DataQuery)
    assert query.keys == expected


def equal(*values: str) -> tuple[tuple[Condition, ...], ...]:
    return tuple((Condition(Operator.EQ, value),) for value in values)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param("F", equal("F"), id="one"),
        pytest.param("F,M", equal("F", "M"), id="or"),
        pytest.param(
            "ge:2020+le:2024",
            ((Condition(Operator.GE, "2020"), Condition(Operator.LE, "2024")),),
            id="and",
        ),
        pytest.param(
            "ge:2020 le:2024",
            ((Condition(Operator.GE, "2020"), Condition(Operator.LE, "2024")),),
            id="and, its plus decoded to a blank",
        ),
        pytest.param(
            "A,B+C",
            (*equal("A"), (Condition(Operator.EQ, "B"), Condition(Operator.EQ, "C"))),
            id="and binds tighter",
        ),
        pytest.param(
            "ge:1+le:2,ge:3+le:4",
            (
                (Condition(Operator.GE, "1"), Condition(Operator.LE, "2")),
                (Condition(Operator.GE, "3"), Condition(Operator.LE, "4")),
            ),
            id="two ranges",
        ),
        pytest.param(
            "ne:A,B", ((Condition(Operator.NE, "A"),), *equal("B")), id="ne binds to one value"
        ),
        pytest.param("a:b", equal("a:b"), id="a colon in a value"),
        pytest.param("eq:a:b", equal("a:b"), id="an operator before a colon in a value"),
        pytest.param(
            "ge:2024-01-01T00:00:00",
            ((Condition(Operator.GE, "2024-01-01T00:00:00"),),),
            id="a time of day",
        ),
        *(
            pytest.param(f"{each}:X", ((Condition(each, "X"),),), id=f"operator {each}")
            for each in Operator
        ),
    ],
)
def test_a_component_filter_is_or_of_ands(value: str, expected: object) -> None:
    """Source: SDMX-REST 2.2.2, data.md, operators."""
    query = asked("data/dataflow/LMIG/DF", [("c[SEX]", value)])

    assert isinstance(query, DataQuery)
    assert query.filters == (Filter("SEX", expected),)


def test_filters_of_several_components_all_hold() -> None:
    """Each parameter is a filter of its own."""
    query = asked("data", [("c[SEX]", "F"), ("c[TIME_PERIOD]", "ge:2020")])

    assert isinstance(query, DataQuery)
    assert [each.component for each in query.filters] == ["SEX", "TIME_PERIOD"]


MOMENT = datetime(2026, 5, 15, 14, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    ("pairs", "expected"),
    [
        pytest.param([("firstNObservations", "2")], {"first": 2}, id="first"),
        pytest.param([("lastNObservations", "1")], {"last": 1}, id="last"),
        pytest.param([("offset", "0"), ("limit", "3")], {"page": Page((), 0, 3)}, id="page"),
        pytest.param(
            [("sort", "series_key TIME_PERIOD:desc")],
            {"page": Page((Sort("series_key"), Sort("TIME_PERIOD", descending=True)))},
            id="sort, its plus decoded to a blank",
        ),
        pytest.param([("sort", "*:asc")], {"page": Page((Sort("*"),))}, id="sort by all"),
        pytest.param(
            [("updatedAfter", "2026-05-15T16:15:00+02:00")], {"updated_after": MOMENT}, id="zone"
        ),
        pytest.param(
            [("updatedAfter", "2026-05-15T16:15:00 02:00")],
            {"updated_after": MOMENT},
            id="zone, its plus decoded to a blank",
        ),
        pytest.param(
            [("updateAfter", "2026-05-15T14:15:00Z")],
            {"updated_after": MOMENT},
            id="updatedAfter as sdmx1 spells it",
        ),
        pytest.param([("asOf", "2026-05-15T14:15:00")], {"as_of": MOMENT}, id="no zone is UTC"),
        pytest.param([("includeHistory", "True")], {"history": True}, id="history"),
        pytest.param([("includeHistory", "false")], {}, id="no history"),
        pytest.param(
            [("attributes", "obs,UNIT"), ("measures", "none")],
            {"attributes": ("obs", "UNIT"), "measures": ("none",)},
            id="which components",
        ),
        pytest.param(
            [("c[TIME_PERIOD]", "ge:2010-Q3"), ("reportingYearStartDay", "--07-01")],
            {"filters": (Filter("TIME_PERIOD", ((Condition(Operator.GE, "2010-Q3", (7, 1)),),)),)},
            id="reporting year",
        ),
    ],
)
def test_which_states_and_how_many_observations(pairs: Pairs, expected: dict[str, object]) -> None:
    """Source: SDMX-REST 2.2.2, data.md."""
    assert asked("data", pairs) == DataQuery("*", pattern(), **expected)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("firstNObservations", each) for each in ("0", "-1", "1.5", "", "x", "٣")),
        *(("limit", each) for each in ("0", "all", "1e3")),
        *(("offset", each) for each in ("-1", "x")),
        *(("sort", each) for each in ("", "A:down", "A:", "A;B", ":desc", "A++B")),
        *(("updatedAfter", each) for each in ("yesterday", "2026-13-01", "")),
        ("includeHistory", "perhaps"),
        *((name, each) for name in ("attributes", "measures") for each in ("", "dsd,", "a b")),
        *(("reportingYearStartDay", each) for each in ("07-01", "--13-01", "--02-30", "--7-1")),
    ],
)
def test_a_value_that_means_nothing_is_refused(name: str, value: str) -> None:
    """Never taken for the default."""
    with pytest.raises(BadSyntax):
        asked("data", [(name, value)])


def test_the_dimension_at_observation_is_read() -> None:
    """It reaches the writers, which know what they can say."""
    query = asked("data", [("dimensionAtObservation", "AllDimensions")])

    assert isinstance(query, DataQuery)
    assert query.dimension_at_observation == "AllDimensions"


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("structure", StructureQuery(v2.RESOURCES, pattern(versions="~"))),
        ("structure/codelist", StructureQuery(("codelist",), pattern(versions="~"))),
        ("structure/codelist/", StructureQuery(("codelist",), pattern(versions="~"))),
        ("structure/*/LMIG", StructureQuery(v2.RESOURCES, pattern("LMIG", versions="~"))),
        ("structure/all/LMIG", StructureQuery(v2.RESOURCES, pattern("LMIG", versions="~"))),
        ("structure/codelist,dataflow/*/*/*", StructureQuery(("codelist", "dataflow"), pattern())),
        (
            "structure/codelist/LMIG/CL_SEX/+",
            StructureQuery(("codelist",), pattern("LMIG", "CL_SEX", "+")),
        ),
        (
            "structure/codelist/LMIG/CL_SEX/2.1/F,M",
            StructureQuery(("codelist",), pattern("LMIG", "CL_SEX", "2.1"), ("F", "M")),
        ),
        (
            "structure/codelist/LMIG/CL_SEX/2.1/*",
            StructureQuery(("codelist",), pattern("LMIG", "CL_SEX", "2.1")),
        ),
        ("structure/hierarchy", StructureQuery(("hierarchy",), pattern(versions="~"))),
    ],
    ids=lambda value: value if isinstance(value, str) else "query",
)
def test_a_structure_path_names_artefacts(path: str, expected: StructureQuery) -> None:
    """Every type of the standard may be asked for; the version is the latest unless it is named."""
    assert asked(path) == expected


def test_detail_and_references_are_read() -> None:
    """Upper and lower case are the same word."""
    pairs = [("detail", "AllStubs"), ("references", "children")]

    query = asked("structure/codelist", pairs)

    assert isinstance(query, StructureQuery)
    assert (query.detail, query.references) == ("allstubs", ("children",))


@pytest.mark.parametrize(
    ("path", "pairs", "named"),
    [
        pytest.param("data/flow/LMIG", [], "flow", id="context"),
        pytest.param("data/dataflow/a/b/c/d/e", [], "6", id="path too long"),
        pytest.param("data/dataflow//DF", [], "''", id="empty agency"),
        pytest.param("data/dataflow/LMIG/DF/1.x", [], "1.x", id="version"),
        pytest.param("data/dataflow/LMIG/DF/1.0/A B", [], "A B", id="blank in a key"),
        pytest.param("data/dataflow/LMIG/DF/1.0/A..'", [], "'", id="quote in a key"),
        pytest.param("data/dataflow/LMIG/<b>", [], "<b>", id="sign in an id"),
        pytest.param("data", [("startPeriod", "2020")], "startPeriod", id="v1's parameter"),
        pytest.param("data", [("Limit", "2")], "Limit", id="unknown parameter"),
        pytest.param("data", [("c[]", "F")], "c[]", id="no component"),
        pytest.param("data", [("c[SEX", "F")], "c[SEX", id="bracket left open"),
        pytest.param("data", [("c", "F")], "c", id="no bracket"),
        pytest.param("data", [("c[SEX]", "")], "c[SEX]", id="empty filter"),
        pytest.param("data", [("c[SEX]", "F,")], "c[SEX]", id="empty alternative"),
        pytest.param("data", [("c[SEX]", "ge:")], "c[SEX]", id="operator without a value"),
        pytest.param("data", [("c[SEX]", "F"), ("c[SEX]", "M")], "c[SEX]", id="repeated"),
        pytest.param("structure/codelists", [], "codelists", id="artefact type"),
        pytest.param("structure", [("detail", "some")], "some", id="detail"),
        pytest.param("structure", [("reference", "all")], "reference", id="parameter of no query"),
        pytest.param("codelist/LMIG", [], "codelist", id="v1's path"),
        pytest.param("", [], "names no resource", id="nothing"),
    ],
)
def test_what_cannot_be_read_is_refused_by_name(path: str, pairs: Pairs, named: str) -> None:
    """Never ignored, never guessed: the message holds the very word."""
    with pytest.raises(BadSyntax) as caught:
        asked(path, pairs)

    assert named in caught.value.sentence()


@pytest.mark.parametrize(
    ("value", "passing"),
    [
        ("A", "A"),
        ("A,B", "AB"),
        ("ge:B", "BCD"),
        ("ge:B+le:C", "BC"),
        ("A,B+C", "A"),
        ("ge:A+le:A,ge:C+le:D", "ACD"),
        ("ne:A,B", "BCD"),
        ("ne:A+B", "B"),
        ("ne:A,ne:B", "ABCD"),
        ("ne:A+ne:B", "CD"),
        ("nc:A+nc:B", "CD"),
        ("sw:A,ew:D", "AD"),
        ("gt:A+lt:D", "BC"),
    ],
)
def test_the_standards_table_of_examples(value: str, passing: str) -> None:
    """Which of A, B, C and D pass. Source: SDMX-REST 2.2.2, data.md, operators."""
    query = asked("data", [("c[X]", value)])

    assert isinstance(query, DataQuery)
    (found,) = query.filters
    assert "".join(each for each in "ABCD" if found.matches(each, in_time=False)) == passing
