"""Availability questions: a path and its parameters in both dialects, as one value."""

import pytest

from gateway.errors import BadSyntax
from gateway.model.availability import Mode
from gateway.model.query import AvailabilityQuery, DataQuery
from gateway.rest.parameters import Pairs
from gateway.rest.service import DIALECTS, question

KEY = "M.GT.MX"


def asked(dialect: str, path: str, pairs: Pairs = ()) -> AvailabilityQuery:
    """The question of a path below a mount."""
    found = question(DIALECTS[dialect], path, pairs)
    assert isinstance(found, AvailabilityQuery)
    return found


def data(dialect: str, path: str, pairs: Pairs = ()) -> DataQuery:
    """The data question behind it."""
    found = question(DIALECTS[dialect], f"data/{path}", pairs)
    assert isinstance(found, DataQuery)
    return found


@pytest.mark.parametrize(
    ("dialect", "path", "behind", "components"),
    [
        ("v1", "DF", "DF", ()),
        ("v1", f"A,DF,1.0.0/{KEY}", f"A,DF,1.0.0/{KEY}", ()),
        ("v1", f"DF/{KEY}/A,P+Q/SEX", f"DF/{KEY}/A,P+Q", ("SEX",)),
        ("v1", "DF/all/all/SEX+AGE", "DF", ("SEX", "AGE")),
        ("v1", "DF/all/all/SEX,AGE/", "DF", ("SEX", "AGE")),
        ("v1", "DF/all/all/all", "DF", ()),
        ("v2", "", "", ()),
        ("v2", "dataflow/A/DF", "dataflow/A/DF", ()),
        ("v2", "*/A/DF/+/*/*", "*/A/DF/+/*", ()),
        ("v2", f"dataflow/A/DF/1.0.0/{KEY},A.SV/SEX", f"dataflow/A/DF/1.0.0/{KEY},A.SV", ("SEX",)),
        ("v2", "datastructure/A/D/*/*/SEX,TIME_PERIOD", "datastructure/A/D/*/*",
         ("SEX", "TIME_PERIOD")),
        ("v2", "provisionagreement/A/P/1.0.0/", "provisionagreement/A/P/1.0.0", ()),
    ],
)  # fmt: skip
def test_a_path_is_that_of_data_and_components(
    dialect: str, path: str, behind: str, components: tuple[str, ...]
) -> None:
    """What is asked of data is asked of their availability, word by word."""
    resource = {"v1": "availableconstraint", "v2": "availability"}[dialect]

    found = asked(dialect, f"{resource}/{path}")

    assert found == AvailabilityQuery(data(dialect, behind), components)


@pytest.mark.parametrize(
    ("dialect", "path", "pairs"),
    [
        ("v1", "availableconstraint/DF", [("startPeriod", "2020"), ("endPeriod", "2024-Q1")]),
        ("v1", "availableconstraint/DF", [("updatedAfter", "2024-01-01T00:00:00Z")]),
        ("v2", "availability/dataflow/A/DF", [("c[SEX]", "F,M"), ("c[TIME_PERIOD]", "ge:2020")]),
        ("v2", "availability/*/A/DF", [("updatedAfter", "2024-01-01T00:00:00Z")]),
        ("v2", "availability/*/A/DF", [("updateAfter", "2024-01-01T00:00:00Z")]),
        (
            "v2",
            "availability/*/A/DF",
            [("c[TIME_PERIOD]", "ge:2020-Q3"), ("reportingYearStartDay", "--07-01")],
        ),
    ],
)
def test_the_parameters_of_data_mean_the_same(dialect: str, path: str, pairs: Pairs) -> None:
    """As far as availability has them."""
    assert asked(dialect, path, pairs).data == data(dialect, path.split("/", 1)[1], pairs)


@pytest.mark.parametrize(
    ("dialect", "path"), [("v1", "availableconstraint/DF"), ("v2", "availability/*/A/DF")]
)
def test_references_and_mode_are_words_of_the_standard(dialect: str, path: str) -> None:
    """Several references between commas; exact and none where nothing is said."""
    pairs = [("references", "codelist,DataStructure"), ("mode", "Available")]

    found = asked(dialect, path, pairs)

    assert (found.references, found.mode) == (("codelist", "datastructure"), Mode.AVAILABLE)
    plain = asked(dialect, path)
    assert (plain.references, plain.mode) == (("none",), Mode.EXACT)


@pytest.mark.parametrize(
    ("dialect", "path", "pairs", "named"),
    [
        ("v1", "availableconstraint", [], "dataflow"),
        ("v1", "availableconstraint/DF/K/P/C/X", [], "5"),
        ("v1", "availableconstraint/DF", [("c[SEX]", "F")], "c[SEX]"),
        ("v1", "availableconstraint/DF", [("lastNObservations", "1")], "lastNObservations"),
        ("v1", "availableconstraint/DF", [("references", "valuelist")], "valuelist"),
        ("v1", "availableconstraint/DF/all/all/'", [], "'"),
        ("v2", "availability/dataflow/A/DF/1.0.0/K/C/X", [], "7"),
        ("v2", "availability/flow/A/DF", [], "flow"),
        ("v2", "availability/*/A/DF", [("startPeriod", "2020")], "startPeriod"),
        ("v2", "availability/*/A/DF", [("limit", "2")], "limit"),
        ("v2", "availability/*/A/DF", [("asOf", "2024-01-01T00:00:00Z")], "asOf"),
        ("v2", "availability/*/A/DF", [("references", "children")], "children"),
        ("v2", "availability/*/A/DF", [("mode", "some")], "some"),
        ("v2", "availability/*/A/DF", [("mode", "exact"), ("mode", "exact")], "mode"),
        ("v2", "availability/dataflow/A/DF/*/*/<b>", [], "<b>"),
    ],
)
def test_what_cannot_be_read_is_refused_by_name(
    dialect: str, path: str, pairs: Pairs, named: str
) -> None:
    """Never ignored, never guessed: the message holds the very word."""
    with pytest.raises(BadSyntax) as caught:
        asked(dialect, path, pairs)

    assert named in caught.value.sentence()
