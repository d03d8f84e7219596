"""Negotiation: which format an Accept header or a name means."""

import pytest

from gateway.errors import NotAcceptable
from gateway.formats.table import DATA, SCHEMAS, STRUCTURES, accepted, named

SDMX = "application/vnd.sdmx."
JSON = f"{SDMX}data+json"
CSV, SS, GENERIC = f"{SDMX}data+csv", f"{SDMX}structurespecificdata+xml", f"{SDMX}genericdata+xml"


@pytest.mark.parametrize(
    ("accept", "on_v1", "on_v2"),
    [
        pytest.param(None, "generic", "json", id="no header"),
        pytest.param("", "generic", "json", id="empty header"),
        pytest.param("*/*", "generic", "json", id="anything"),
        pytest.param("application/*", "generic", "json", id="any application"),
        pytest.param("*/*;q=0.1", "generic", "json", id="anything, reluctantly"),
        pytest.param(CSV, "csv", "csv", id="csv"),
        pytest.param("text/csv", "csv", "csv", id="plain csv"),
        pytest.param(f"{CSV};version=2.0.0", "csv", "csv", id="csv 2.0.0"),
        pytest.param(f"{CSV};version=2.0", "csv", "csv", id="csv 2.0 is 2.0.0"),
        pytest.param(f"{CSV};version=2", "csv", "csv", id="csv 2 is 2.0.0"),
        pytest.param(f'{CSV}; version="2.0.0"', "csv", "csv", id="quoted version"),
        pytest.param(f"{CSV} ; Version=2.0.0 ; labels=id", "csv", "csv", id="blanks and case"),
        pytest.param(SS, "structurespecific", "structurespecific", id="structure-specific"),
        pytest.param(f"{SS};version=2.1", "structurespecific", "structurespecific", id="ss 2.1"),
        pytest.param(SS.upper(), "structurespecific", "structurespecific", id="upper case"),
        pytest.param(GENERIC, "generic", "generic", id="generic"),
        pytest.param("application/xml", "generic", "structurespecific", id="plain xml"),
        pytest.param("text/xml", "generic", "structurespecific", id="text xml"),
        pytest.param(f"{CSV};q=0.5,{SS}", "structurespecific", "structurespecific", id="q prefers"),
        pytest.param(f"{CSV};q=0.5,*/*;q=0.1", "csv", "csv", id="q over anything"),
        pytest.param(f"{JSON};q=0,*/*", "generic", "csv", id="q=0 refuses one"),
        pytest.param(f"{CSV};version=9,{SS};q=0.1", *["structurespecific"] * 2, id="second choice"),
        pytest.param("text/html,*/*;q=0.8", "generic", "json", id="a browser"),
        pytest.param(f"{SS};charset=utf-8", *["structurespecific"] * 2, id="charset"),
        pytest.param(f"{JSON};version=1.0.0", *["json-1.0"] * 2, id="json 1.0"),
        pytest.param(f"{JSON};version=2.0.0", *["json-2.0"] * 2, id="json 2.0"),
        pytest.param(f"{JSON};version=2.1", *["json"] * 2, id="json 2.1"),
        pytest.param("application/json", *["json"] * 2, id="plain json"),
        pytest.param(f",{CSV},", "csv", "csv", id="empty members"),
    ],
)
def test_an_accept_header_chooses(accept: str | None, on_v1: str, on_v2: str) -> None:
    """RFC 9110, 12.5.1: the most specific range counts, the best quality wins, ties go to ours."""
    found = [accepted(DATA[dialect], accept).names[0] for dialect in (1, 2)]

    assert found == [on_v1, on_v2]


@pytest.mark.parametrize(
    "accept",
    [
        "image/png",
        "text/html",
        f"{CSV};version=1.0.0",
        f"{CSV};version=9",
        f"{SDMX}data+json;version=2.2.0",
        f"{SS};version=3.0.0",
        f"{CSV};q=0",
        "*/*;q=0",
        f"{CSV};q=x",
        f"{CSV};q=nan",
        f"{CSV};q=-1",
        "nonsense",
        ";;;",
        "/",
        "*/json",
        "\x00",
    ],
)
@pytest.mark.parametrize("offers", [DATA[1], DATA[2], STRUCTURES[2]], ids=["v1", "v2", "structure"])
def test_what_is_not_on_offer_is_refused_with_what_is(accept: str, offers: object) -> None:
    """Each media type on offer is listed, with its version."""
    with pytest.raises(NotAcceptable) as caught:
        accepted(offers, accept)  # type: ignore[arg-type]

    assert set(caught.value.allowed) == {each.media_type for each in offers}  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("csv", CSV),
        ("CSV", CSV),
        ("ss", SS),
        ("structurespecific", SS),
        ("generic", GENERIC),
        (f"{SS};version=2.1", SS),
        ("text/csv", CSV),
        ("json", JSON),
        ("json-1.0", JSON),
    ],
)
@pytest.mark.parametrize("dialect", [1, 2])
def test_a_short_name_or_media_type_names_a_format(name: str, expected: str, dialect: int) -> None:
    """On both dialects, in upper or lower case."""
    assert named(DATA[dialect], name).type == expected


@pytest.mark.parametrize("name", ["xlsx", "", "json-3.0", "image/png", "csv;version=2"])
def test_an_unknown_name_is_refused(name: str) -> None:
    """With the names, or the media types, that there are."""
    with pytest.raises(NotAcceptable) as caught:
        named(DATA[2], name)

    assert any("csv" in each for each in caught.value.allowed)


def test_no_two_formats_of_one_kind_share_a_name() -> None:
    """A name means one format."""
    for offers in (*DATA.values(), *STRUCTURES.values(), *SCHEMAS.values()):
        names = [name for each in offers for name in each.names]

        assert len(names) == len(set(names))


def test_both_dialects_offer_the_same_formats() -> None:
    """They differ in the default alone, for clients of either ask for both's media types."""
    one, two = ({each.media_type for each in DATA[dialect]} for dialect in (1, 2))

    assert one == two
