"""Attacks on the policy, by their numbers in the list of attacks that must fail.

Each says what is answered, and that nothing of what is hidden is told.
"""

import csv
import re
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from statistics import median
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from gateway.access.clients import SCOPES
from gateway.access.grants import Grant
from gateway.errors import BadSyntax
from gateway.exchange import Exchange
from gateway.exchange.granting import hold_back
from gateway.exchange.submission import submit
from gateway.web import create_app
from tests.conftest import ISSUER, Clock, token
from tests.homes import fresh
from tests.intake.books import GT, SV

V2 = "/sdmx/v2/data/dataflow/LMIG"
RETURNS = f"{V2}/DF_RETURNS/1.0.0"

Header = dict[str, str]


@dataclass(frozen=True)
class House:
    """A gateway with the returns of two countries, in which nobody is granted anything yet."""

    exchange: Exchange
    web: FlaskClient
    clock: Clock

    def client(self, id: str, *grants: Grant) -> Header:
        """A client with all scopes and some grants of its own."""
        now = self.clock()
        _, secret = self.exchange.clients.add(id, SCOPES, now, id)
        if grants:
            self.exchange.grants.change(grants, [], "tests", now)
        return {"Authorization": f"Bearer {token(self.web, id, secret)}"}

    def get(self, path: str, by: Header, **headers: str) -> TestResponse:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.web.get(path, headers={**by, **named})

    def areas(self, by: Header) -> set[str]:
        """The countries whose returns a caller reads."""
        answer = self.get(f"{RETURNS}?format=csv", by)
        return {row["REF_AREA"] for row in csv.DictReader(answer.text.splitlines())}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    clock = Clock()
    clock.now = datetime.now(UTC)  # tokens are issued by the machine's clock
    with closing(Exchange(fresh(tmp_path_factory.mktemp("attacks")), clock)) as exchange:
        for id in (GT, SV):
            sample = exchange.provision(id).sample
            assert sample is not None
            submit(exchange, sample, id)
        yield House(exchange, create_app(exchange, ISSUER).test_client(), clock)


def to(client: str, **what: object) -> Grant:
    return Grant(f"client:{client}", ("read",), **what)  # type: ignore[arg-type]


def headers(answer: TestResponse) -> list[tuple[str, str]]:
    """All headers that a caller can tell one answer from another by; the length is the body's."""
    return sorted((name, value) for name, value in answer.headers
                  if name not in ("Date", "Content-Length"))  # fmt: skip


def asked(answer: TestResponse) -> str:
    """The body without its suggestions, which are those most like the name that was asked for."""
    return re.sub(r"Allowed: .*?\.(?=[\"<])", "", answer.text)


def test_t23_what_one_caller_was_answered_is_never_another_s(house: House) -> None:
    """Same URL, A then B: no cache may keep it, and A's ETag means nothing to B."""
    a = house.client("t23-a", to("t23-a"))
    b = house.client("t23-b", to("t23-b", provider="SV_DGME"))

    first = house.get(f"{RETURNS}?format=csv", a)
    tag = first.headers.get("ETag", '"none"')
    second = house.get(f"{RETURNS}?format=csv", b, If_None_Match=tag)

    assert "private" in first.headers["Cache-Control"]
    assert "Authorization" in first.headers["Vary"]
    assert second.status_code == 200
    assert second.headers.get("ETag") != tag
    assert "GT" not in {row["REF_AREA"] for row in csv.DictReader(second.text.splitlines())}


@pytest.mark.parametrize(
    "path",
    [
        pytest.param("/sdmx/v2/data/dataflow/LMIG/{}/1.0.0", id="v2"),
        pytest.param("/sdmx/v2/data/dataflow/LMIG/{}", id="v2, any version"),
        pytest.param("/sdmx/v2/data/*/LMIG/{}/+", id="v2, any context"),
        pytest.param("/sdmx/v2/data/dataflow/LMIG/{}/1.0.0/M.GT?c[SEX]=F", id="v2, a good key"),
        pytest.param("/sdmx/v2/data/dataflow/LMIG/{}/1.0.0/NO.SUCH?c[NO]=X", id="v2, a bad key"),
        pytest.param("/sdmx/v2/data/dataflow/LMIG/{}?asOf=2026-01-01T00:00:00Z", id="v2, asOf"),
        pytest.param("/sdmx/v2/data/dataflow/LMIG/{}?includeHistory=true", id="v2, history"),
        pytest.param("/sdmx/v1/data/{}", id="v1"),
        pytest.param("/sdmx/v1/data/LMIG,{},1.0.0/M.GT/GT_IGM?startPeriod=2020", id="v1, whole"),
    ],
)
def test_t24_a_hidden_dataflow_is_as_one_that_is_not_there(house: House, path: str) -> None:
    """Status, body and headers are the same but for the name that was asked for."""
    id = f"t24-{abs(hash(path)):x}"
    by = house.client(id, to(id, dataflow="LMIG:DF_STOCK"))

    hidden = house.get(path.format("DF_RETURNS"), by)
    unknown = house.get(path.format("DF_UNKNOWN"), by)

    assert hidden.status_code in (204, 404)
    assert asked(hidden).replace("DF_RETURNS", "DF_UNKNOWN") == asked(unknown)
    assert "LMIG:DF_RETURNS(" not in unknown.text  # nor is it suggested
    assert headers(hidden) == headers(unknown)


@pytest.mark.parametrize(
    "path",
    [
        pytest.param("/sdmx/v2/data/dataflow/LMIG/{}/1.0.0", id="v2, data"),
        pytest.param("/sdmx/v1/data/LMIG,{},1.0.0", id="v1, data"),
        pytest.param("/sdmx/v2/availability/dataflow/LMIG/{}/1.0.0", id="v2, availability"),
        pytest.param("/sdmx/v2/availability/dataflow/LMIG/{}/1.0.0/M.GT/SEX", id="v2, a component"),
        pytest.param("/sdmx/v1/availableconstraint/LMIG,{},1.0.0", id="v1, availability"),
        pytest.param("/sdmx/v2/registration/context/dataflow/LMIG/{}/1.0.0", id="v2, registration"),
        pytest.param(
            "/sdmx/v1/registration/context/dataflow/LMIG/{}/1.0.0", id="v1, no such thing"
        ),
    ],
)
def test_t24_a_hidden_dataflow_is_the_same_byte_by_byte(house: House, path: str) -> None:
    """The length too: the id that is asked for is as long, and nothing but it differs."""
    id = f"t24-{abs(hash((path, 'bytes'))):x}"
    by = house.client(id, to(id, dataflow="LMIG:DF_STOCK"))

    def told(flow: str, accept: str) -> tuple[object, ...]:
        answer = house.get(path.format(flow), by, Accept=accept)
        lines = [each for each in answer.headers if each[0] not in ("Date", "X-Request-Id")]
        return answer.status_code, *lines, answer.data.replace(flow.encode(), b"FLOW")

    for accept in ("*/*", "application/xml", "text/html"):
        assert told("DF_RETURNS", accept) == told("DF_RETURNX", accept)


def test_t24_nor_does_it_take_another_time(house: House) -> None:
    """The same way is gone for both: neither waits for figures."""
    by = house.client("t24-time", to("t24-time", dataflow="LMIG:DF_STOCK"))
    times: dict[str, list[float]] = {"DF_RETURNS": [], "DF_UNKNOWN": []}

    for _ in range(25):
        for flow, took in times.items():
            start = time.perf_counter()
            house.get(f"{V2}/{flow}/1.0.0", by)
            took.append(time.perf_counter() - start)

    hidden, unknown = (median(took) for took in times.values())
    assert 0.5 < hidden / unknown < 2


def test_t24_a_grant_that_is_revoked_hides_at_once(house: House) -> None:
    """With the token that is out; in another process too; and a denial is stronger than a grant."""
    by = house.client("t24-gone", to("t24-gone"))
    now = house.clock()
    assert house.areas(by) == {"GT", "SV"}

    with closing(Exchange(house.exchange.home, house.clock)) as other:
        denial = other.grants.add(to("t24-gone", provider="GT_*", denies=True), "tests", now)
        assert house.areas(by) == {"SV"}
        other.grants.revoke(denial.id, "tests", now)
        assert house.areas(by) == {"GT", "SV"}
        granted = [each for each in other.grants.all() if each.subject == "client:t24-gone"]
        other.grants.revoke(granted[0].id, "tests", now)

    assert house.get(RETURNS, by).status_code == 404


STRANGE = {
    "quotes": "M.GT' OR '1'='1",
    "comment": "M.GT;--",
    "percent": "%",
    "like": "M.G_",
    "expression": "M.(GT|SV)",
    "nul": "M.\x00",
    "many alternatives": "M." + "+".join(["GT"] * 10_000),
    "nested wildcards": ".".join(["*"] * 400),
}


@pytest.mark.parametrize("key", STRANGE.values(), ids=STRANGE)
def test_t25_signs_of_other_languages_mean_nothing_in_a_key(house: House, key: str) -> None:
    """Refused, or read as what they are; within a moment, and with nothing but what is granted."""
    name = f"t25-{abs(hash(key)):x}"
    by = house.client(name, to(name, region="c[REF_AREA]=SV"))

    start = time.perf_counter()
    answers = [
        house.get(f"{RETURNS}/{quote(key, safe='')}?format=csv", by),
        house.get(f"{V2}/{quote(key, safe='')}", by),
        house.get(f"{RETURNS}?c[SEX]={quote(key, safe='')}&format=csv", by),
        house.get(f"/sdmx/v2/data/dataflow/LMIG/DF_RETURNS/{quote(key, safe='')}", by),
    ]

    assert {each.status_code for each in answers} <= {200, 204, 400, 404, 414, 422}
    assert not any(b",GT," in each.data for each in answers)
    assert time.perf_counter() - start < 5


@pytest.mark.parametrize("pattern", ["(a+)+$", "DF_[A-Z]", "DF_%", "DF_?", "a:b:c", "x" * 500])
def test_t25_a_pattern_has_one_sign_of_its_own(house: House, pattern: str) -> None:
    """The asterisk; whatever else is refused, and so no pattern takes long to try."""
    with pytest.raises(BadSyntax):
        house.exchange.grants.add(to("nobody", dataflow=pattern), "tests", house.clock())


def test_t27_nothing_that_is_asked_can_forge_an_entry(house: House) -> None:
    """No line, escape sequence or secret of a question gets into the audit as it was sent."""
    by = house.client("t27", to("t27"))
    forged = 'GT\n{"number": 1}\x1b[2J'

    house.get(f"{RETURNS}?c[COMMENT_OBS]={quote(forged)}", by)
    house.get(f"{RETURNS}?access_token=s3cr3t-in-a-url", by)
    house.get(f"{RETURNS}/M.GT?format=csv", by)

    entries = house.exchange.audit.entries(client="t27")
    assert entries[-1].decision.query.endswith("DF_RETURNS/1.0.0/M.GT")
    assert entries[-1].decision.rows > 0
    everything = "".join(repr(each) for each in entries)
    assert "s3cr3t" not in everything
    assert not re.search(r"[\x00-\x1f\x7f]", "".join(each.decision.query for each in entries))
    assert by["Authorization"].removeprefix("Bearer ") not in everything
    assert [*house.exchange.audit.faults()] == []


def test_t23_a_provider_learns_who_asked_and_nothing_of_another_s_figures(house: House) -> None:
    """How much was told and kept back it reads of its own alone: a joint count would tell both."""
    by = house.client("t23-reader", to("t23-reader"))
    office = house.client("t23-office", Grant("client:t23-office", ("audit",), provider="GT_IGM"))
    house.get(f"{RETURNS}/M.GT?format=csv", by)
    house.get("/sdmx/v2/data/provisionagreement/LMIG/GT_IGM_RETURNS?format=csv", by)

    answer = house.get("/audit?client=t23-reader", office)

    assert answer.json is not None
    joint, own = answer.json["entries"]
    assert (joint["providers"], joint["rows"], joint["suppressed"]) == (["GT_IGM"], None, None)
    assert (own["providers"], own["suppressed"]) == (["GT_IGM"], 0)
    assert own["rows"] > 0


def test_t31_an_embargo_ends_at_its_second_and_not_before(house: House) -> None:
    """Without anyone acting, for a caller whose rights were worked out long before."""
    by = house.client("t31", to("t31"))
    ahead = house.client("t31-ahead", to("t31-ahead", embargoed=True))
    until = house.clock() + timedelta(minutes=2)
    start = house.clock.now
    hold_back(house.exchange, SV, "c[TIME_PERIOD]=ge:2000", until, "tests")

    seen = {}
    for seconds in (-30, -0.000001, 0, 30):
        house.clock.now = until + timedelta(seconds=seconds)
        seen[seconds] = (house.areas(by), house.areas(ahead))
    house.clock.now = start

    assert seen == {
        -30: ({"GT"}, {"GT", "SV"}),
        -0.000001: ({"GT"}, {"GT", "SV"}),
        0: ({"GT", "SV"}, {"GT", "SV"}),
        30: ({"GT", "SV"}, {"GT", "SV"}),
    }


def test_t31_a_grant_begins_and_ends_at_its_second(house: House) -> None:
    """By the gateway's clock alone."""
    start = house.clock.now
    begins, ends = start + timedelta(minutes=1), start + timedelta(minutes=2)
    by = house.client("t31-grant", to("t31-grant", valid_from=begins, valid_to=ends))
    instant = timedelta(microseconds=1)

    statuses = []
    for at in (begins - instant, begins, ends - instant, ends):
        house.clock.now = at
        statuses.append(house.get(f"{RETURNS}?format=csv", by).status_code)
    house.clock.now = start

    assert statuses == [404, 200, 200, 404]


def test_a_workbook_of_a_comparison_tells_only_what_its_reader_sees(house: House) -> None:
    """Who sees no side finds no mirror; who sees one hears of no other, there or not."""
    nothing = house.client("no-side")
    one = house.client("one-side", to("one-side", provider="GT_IGM"))
    path = "/mirror/pair.xlsx?dataflow=DF_RETURNS&between={},MX"

    refused = house.get(path.format("GT"), nothing)
    assert refused.status_code == 404
    assert "GT_IGM" not in refused.text
    told = {pair: house.get(path.format(pair), one) for pair in ("GT", "SV")}
    assert {each.status_code for each in told.values()} == {404}
    assert "only GT_IGM states one side" in told["GT"].text
    assert "SV_DGME" not in told["SV"].text
