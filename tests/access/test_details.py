"""Rich authorization requests: what narrows a token, read strictly and written back the same."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.access.caller import ACTIONS, Detail
from gateway.access.details import as_claim, details, from_claim
from gateway.errors import BadSyntax

TYPE = {"type": "sdmx_data"}
CODES = st.lists(st.sampled_from(["F", "N", "C", "D"]), max_size=4, unique=True).map(tuple)
FLOWS = st.lists(
    st.sampled_from(["LMIG:DF_RETURNS(1.0.0)", "LMIG:*(*)", "*:DF_*(1.*)"]), max_size=3
)
DETAILS = st.builds(
    Detail,
    st.lists(st.sampled_from(ACTIONS), max_size=3, unique=True).map(tuple),
    FLOWS.map(tuple),
    st.sampled_from(["", "M.GT", "M.GT+MX..*", "*"]),
    CODES,
)


@given(st.lists(DETAILS, min_size=1, max_size=20).map(tuple))
def test_what_is_written_is_read_back(wanted: tuple[Detail, ...]) -> None:
    assert from_claim(as_claim(wanted)) == wanted
    assert details(json.dumps(as_claim(wanted))) == wanted


@pytest.mark.parametrize(
    "element",
    [
        pytest.param({}, id="no type"),
        pytest.param({"type": "payment"}, id="another type"),
        pytest.param({"type": ["sdmx_data"]}, id="list of types"),
        pytest.param(TYPE | {"locations": ["x"]}, id="unknown member"),
        pytest.param(TYPE | {"actions": ["write"]}, id="unknown action"),
        pytest.param(TYPE | {"actions": []}, id="no action"),
        pytest.param(TYPE | {"actions": "read"}, id="action as text"),
        pytest.param(TYPE | {"actions": None}, id="null"),
        pytest.param(TYPE | {"actions": [["read"]]}, id="list of lists"),
        pytest.param(TYPE | {"actions": ["read"] * 21}, id="too many"),
        pytest.param(TYPE | {"dataflows": ["DF_RETURNS"]}, id="flow without agency"),
        pytest.param(TYPE | {"dataflows": ["LMIG:DF' OR 1=1(1.0)"]}, id="SQL"),
        pytest.param(TYPE | {"dataflows": ["LMIG:" + "*" * 65 + "(1.0)"]}, id="long flow"),
        pytest.param(TYPE | {"key": "M.GT'"}, id="no key"),
        pytest.param(TYPE | {"key": "M.G T"}, id="blank in a key"),
        pytest.param(TYPE | {"key": "M++GT"}, id="empty alternative"),
        pytest.param(TYPE | {"key": "A" * 501}, id="long key"),
        pytest.param(TYPE | {"key": 1}, id="number for a key"),
        pytest.param(TYPE | {"conf": [""]}, id="empty code"),
        pytest.param("sdmx_data", id="text"),
        pytest.param(None, id="nothing"),
    ],
)
def test_what_is_not_exactly_known_is_refused(element: object) -> None:
    """A narrowing that was misread would be none."""
    with pytest.raises(BadSyntax, match="authorization_details"):
        details(json.dumps([element]))


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", "null", "1", "[" * 5000, "x", json.dumps([TYPE] * 21)]
)
def test_what_is_no_list_of_details_is_refused(text: str) -> None:
    with pytest.raises(BadSyntax, match="authorization_details"):
        details(text)
