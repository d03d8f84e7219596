"""Where each provision's data are and when they last changed, asked for over HTTP."""

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient
from lxml import etree

from gateway.errors import NoResults, NotFound
from gateway.exchange import Exchange
from gateway.formats import table
from gateway.formats.registry_message import RegistrationMessage
from gateway.formats.table import Format
from gateway.model.query import Condition, Filter, Operator, RegistrationQuery
from gateway.model.visibility import Sight, View, Visibility
from tests.definitions import OFFICIAL_ML, faults

MOUNT = "/sdmx/v2/registration"
ALL = ["GT_IGM_RETURNS", "MX_UPMRIP_RETURNS", "SV_DGME_RETURNS"]
SV = ALL[2:]

Headers = dict[str, str]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("", ALL),
        ("/", ALL),
        ("/*/*/*/*", ALL),
        ("/id/SV_DGME_RETURNS", SV),
        ("/id/SV_DGME_RETURNS,GT_IGM_RETURNS", ["GT_IGM_RETURNS", *SV]),
        ("/provider", ALL),
        ("/provider/LMIG/SV_DGME", SV),
        ("/provider/*/SV_DGME,GT_IGM/", ["GT_IGM_RETURNS", *SV]),
        ("/provider/LMIG/*", ALL),
        ("/dataflow/LMIG/DF_RETURNS/1.0.0", ALL),
        ("/dataflow/LMIG/DF_STOCK,DF_RETURNS/+", ALL),
        ("/datastructure/LMIG/LMIG_FLOW", ALL),
        ("/provisionagreement/*/SV_DGME_RETURNS/*", SV),
        ("/datastructure/*/*/*?updatedAfter=2009-05-15T14%3A15%3A00%2B01%3A00", ALL),
    ],
)
def test_registrations_are_found(
    web: FlaskClient, bearer: Headers, path: str, expected: list[str]
) -> None:
    """By id, by provider or by what they are of. Source: SDMX-REST 2.2.2, registration.md."""
    answer = web.get(MOUNT + path, headers=bearer)

    assert answer.status_code == 200, answer.text
    assert answer.mimetype == "application/vnd.sdmx.registry+xml"
    found = etree.fromstring(answer.data).iterfind(".//{*}Registration")
    assert [each.get("id") for each in found] == expected


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/id/NOTHING", 404),
        ("/id/UNDESA_STOCK", 404),
        ("/dataflow/LMIG/DF_NONE", 404),
        ("/dataflow/LMIG/DF_STOCK", 204),
        ("/provider/LMIG/NOBODY", 204),
        ("?updatedBefore=2009-05-15", 204),
        ("/id", 400),
        ("/id/A/B", 400),
        ("/flow/LMIG", 400),
        ("/dataflow/A/B/1.0/X", 400),
        ("?asOf=2009-05-15", 400),
        ("?format=json", 406),
    ],
)
def test_what_is_not_there_has_its_status(
    web: FlaskClient, bearer: Headers, path: str, status: int
) -> None:
    """An id with nothing to see is as one that does not exist."""
    assert web.get(MOUNT + path, headers=bearer).status_code == status


def test_registrations_take_a_token(web: FlaskClient) -> None:
    """They say when data change, which is not everybody's to know."""
    assert web.get(MOUNT).status_code == 401
    assert web.get("/sdmx/v1/registration/id/SV_DGME_RETURNS").status_code == 400


@pytest.mark.parametrize("format", table.REGISTRATIONS, ids=lambda each: each.names[-1])
def test_registrations_are_valid(loaded: Exchange, format: Format[RegistrationMessage]) -> None:
    """By the official schemas of SDMX-ML 2.1, 3.0 and 3.1."""
    message = loaded.registrations(RegistrationQuery(), loaded.everything(), "https://g.example")

    body = b"".join(format.write(message))

    assert faults(format.names[-1], body) == []
    assert OFFICIAL_ML.keys() == {each.names[-1] for each in table.REGISTRATIONS}


def test_the_source_of_a_registration_answers(web: FlaskClient, bearer: Headers) -> None:
    """Its URL is that of the data, and its constraint says what they may cover."""
    answer = etree.fromstring(web.get(f"{MOUNT}/id/SV_DGME_RETURNS", headers=bearer).data)
    url = urlsplit(answer.findtext(".//{*}DataURL"))

    data = web.get(f"{url.path}?format=csv", headers=bearer)

    assert data.status_code == 200
    assert "LMIG:SV_DGME_RETURNS(1.0.0)" in data.text
    assert "LMIG:CC_RETURNS(1.0.0)" in answer.findtext(".//{*}Constraint")


def test_the_last_update_is_that_of_the_release_in_sight(loaded: Exchange) -> None:
    """Bounds leave out their own moment."""
    (release,) = loaded.releases("SV_DGME_RETURNS")
    at, second = release.visible_from, timedelta(microseconds=1)

    def found(**bounds: object) -> int:
        query = RegistrationQuery(ids=("SV_DGME_RETURNS",), **bounds)
        try:
            message = loaded.registrations(query, loaded.everything(), "")
        except NotFound:
            return 0
        assert {each.updated for each in message.registrations} == {at}
        return len(message.registrations)

    assert found(updated_after=at - second, updated_before=at + second) == 1
    assert found(updated_after=at) == found(updated_before=at) == 0


NOWHERE = (Filter("TIME_PERIOD", ((Condition(Operator.LT, "1900"),),)),)


@pytest.mark.parametrize(
    "views",
    [
        pytest.param({}, id="another provision"),
        pytest.param({"SV_DGME_RETURNS": View(())}, id="no region"),
        pytest.param({"SV_DGME_RETURNS": View((Sight(NOWHERE),))}, id="a region without data"),
    ],
)
def test_what_nothing_is_seen_of_is_not_registered(
    loaded: Exchange, views: dict[str, View]
) -> None:
    """Not by its id either."""
    seen = Visibility(loaded.clock(), {"GT_IGM_RETURNS": View(), **views})

    message = loaded.registrations(RegistrationQuery(), seen, "")

    assert "SV_DGME_RETURNS" not in {each.id for each in message.registrations}
    with pytest.raises(NotFound):
        loaded.registrations(RegistrationQuery(ids=("SV_DGME_RETURNS",)), seen, "")


def test_before_the_first_release_nothing_is_registered(loaded: Exchange) -> None:
    """Nor before an embargo lifts: what cannot be seen is as if it were not there."""
    before = Visibility(loaded.clock() - timedelta(days=365))

    with pytest.raises(NoResults):
        loaded.registrations(RegistrationQuery(), before, "")
