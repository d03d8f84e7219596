"""Questions asked again in the same words: the same answers, on the same terms, and no longer."""

import io
import json
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import request
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from gateway.access.clients import DATA_EMBARGOED, DATA_READ
from gateway.access.grants import Grant
from gateway.access.stamp import PAUSE
from gateway.exchange import Exchange
from gateway.exchange.keeping import withdraw
from gateway.exchange.submission import submit
from gateway.web import create_app
from gateway.web.log import Log
from tests.conftest import ISSUER, Clock, basic, token
from tests.databases import Cluster
from tests.homes import configure, fresh
from tests.intake.books import SV, sample

FLOW = "dataflow/LMIG/DF_RETURNS/1.0.0"
DATA = f"/sdmx/v2/data/{FLOW}/A.SV"
CSV = {"Accept": "text/csv"}
SEEN, HELD, REFUSED, GONE, WAIT, BROKEN = 200, 304, 401, 404, 429, 503

QUESTIONS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "data": (DATA, CSV),
    "data-xml-gzip": (DATA, {"Accept": "application/xml", "Accept-Encoding": "gzip"}),
    "data-zstd": (f"{DATA}?compression=zstd&format=json", {}),
    "data-v1": ("/sdmx/v1/data/DF_RETURNS/A.SV", {"Accept-Language": "es"}),
    "data-file": (f"{DATA}?format=xlsx", {}),
    "a-part": (f"{DATA}?c[TIME_PERIOD]=ge:2020&lastNObservations=1", CSV),
    "another-site": (DATA, {**CSV, "Origin": "https://example.org"}),
    "availability": (f"/sdmx/v2/availability/{FLOW}/A.SV", {}),
    "availability-v1": ("/sdmx/v1/availableconstraint/DF_RETURNS", {}),
    "registration": (f"/sdmx/v2/registration/id/{SV}", {}),
    "structure": ("/sdmx/v2/structure/codelist/SDMX/CL_SEX", {}),
    "schema": (f"/sdmx/v2/schema/{FLOW}", {}),
    "metadata": ("/sdmx/v2/metadata/metadataset/*/*", {}),
}
ASKED = pytest.mark.parametrize("question", QUESTIONS.values(), ids=QUESTIONS)

_OWN = {"X-Request-ID", "RateLimit"}
"""Headers in which one request differs from another."""


class Desk:
    """A gateway with a clock of its own, another process at the same home, and one client."""

    def __init__(self, root: Path, limits: str = "data = 0", database: str = "") -> None:
        home = fresh(root / "home")
        configure(home, database=database)
        with (home.root / "config" / "gateway.toml").open("a") as settings:
            settings.write(f"[limits]\n{limits}\n")
        self._file = root / "dgme.csv"
        self.clock = Clock()
        self.clock.now = datetime.now(UTC)  # Authlib's tokens are of that time
        self.exchange, self.other = (Exchange(home, self.clock) for _ in range(2))
        self.sink = io.BytesIO()
        self.read: list[str] = []
        """The addresses of questions that were read, rather than answered again."""
        app = create_app(self.exchange, ISSUER, Log(self.sink))
        app.before_request(lambda: self.read.append(request.path))
        self.web = app.test_client()
        self._figure = 10_000
        self.renew()

    def renew(self) -> "Desk":
        """The same, with one grant, another release that all may read, and a new client."""
        grants, self.clock.now = self.other.grants, max(self.clock.now, datetime.now(UTC))
        for each in grants.rules().embargoes:
            grants.lift(each.id)
        old = [each.id for each in grants.rules().grants]
        grants.change([Grant("*", ("read",))], old, "tests", self.clock())
        self.release()
        self.clock.move(seconds=5)
        scopes = [DATA_READ, DATA_EMBARGOED]
        self.client, secret = self.exchange.clients.add("x", scopes, self.clock())
        self.token = token(self.web, self.client, secret)
        return self

    def release(self, lifts: datetime | None = None) -> None:
        """El Salvador's sample with another figure of 2023, by the other process."""
        self._figure += 1
        whole = sample(self.exchange, SV).decode()
        self._file.write_text(whole.replace("13358", str(self._figure)))
        submit(self.other, self._file, SV, visible_from=lifts)

    def get(self, path: str, headers: Mapping[str, str]) -> TestResponse:
        bearer = {"Authorization": f"Bearer {self.token}"}
        return self.web.get(path, headers={**bearer, **headers}, buffered=True)

    def twice(self, path: str, headers: Mapping[str, str]) -> tuple[TestResponse, TestResponse]:
        """The answer to the same words as before, and to others that mean the same."""
        again = self.get(path, headers)
        return again, self.get(path, {**headers, "X-Other-Words": str(len(self.read))})

    def warm(self, path: str, headers: Mapping[str, str]) -> TestResponse:
        """The answer, once it is known by heart."""
        for _ in range(3):
            self.get(path, headers)
        before = len(self.read)
        answer = self.get(path, headers)
        assert len(self.read) == before, "it was read again"
        return answer

    def close(self) -> None:
        self.exchange.close()
        self.other.close()


def told(answer: TestResponse) -> tuple[int, list[tuple[str, str]], bytes]:
    """All of an answer but what is each request's own."""
    headers = sorted((name, value) for name, value in answer.headers if name not in _OWN)
    return answer.status_code, headers, answer.data


@pytest.fixture(scope="module", params=["", pytest.param("postgresql", marks=pytest.mark.slow)])
def busy(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Desk]:
    """One in which much happens: making it takes longer than asking it."""
    with ExitStack() as stack:
        database = ""
        if request.param:
            cluster: Cluster = request.getfixturevalue("cluster")
            database = stack.enter_context(cluster.database(made=True))
        desk = Desk(tmp_path_factory.mktemp("busy"), database=database)
        yield desk
        desk.close()


@pytest.fixture
def desk(busy: Desk) -> Desk:
    return busy.renew()


@pytest.fixture(scope="module")
def still(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """One in which nothing happens."""
    desk = Desk(tmp_path_factory.mktemp("still"), "data = 5000")
    yield desk
    desk.close()


@ASKED
def test_an_answer_given_again_is_the_answer(
    still: Desk, question: tuple[str, Mapping[str, str]]
) -> None:
    """In every header and byte; so is that nothing changed, by tag and by date."""
    path, headers = question
    first = still.get(path, headers)
    tag, since = first.headers["ETag"], first.headers["Last-Modified"]

    again = still.warm(path, headers)
    by_tag = {**headers, "If-None-Match": tag}
    by_date = {**headers, "If-Modified-Since": since}

    assert told(again) == told(first)
    for held in (by_tag, by_date):
        long_way = still.get(path, held)
        assert long_way.status_code == 304
        assert told(still.warm(path, held)) == told(long_way)


@ASKED
def test_each_is_put_on_record_counted_and_told(
    still: Desk, question: tuple[str, Mapping[str, str]]
) -> None:
    """Who asked what, how it was decided, how much went out: as of any other request."""
    path, headers = question
    still.warm(path, headers)
    counted, (entries, _) = _counts(still), still.exchange.audit.head()

    answers = *still.twice(path, headers), still.get(path, {**headers, "X-Request-ID": "mine"})

    lines = [json.loads(line) for line in still.sink.getvalue().splitlines()[-3:]]
    ids = [line.pop("request") for line in lines]
    alike = [{**line, "time": "", "ms": 0} for line in lines]
    assert ids == [each.headers["X-Request-ID"] for each in answers]
    assert ids[-1] == "mine" != ids[0]
    assert alike == [alike[1]] * 3
    assert _counts(still) - counted == 3
    recorded = still.exchange.audit.entries(limit=3)
    if recorded[-1].number > entries:  # else it is open to anybody
        decided = [replace(each.decision, at=still.clock.now, request="") for each in recorded]
        assert [each.number for each in recorded] == [entries + 1, entries + 2, entries + 3]
        assert [each.decision.request for each in recorded] == ids
        assert decided == [decided[1]] * 3
        assert not [*still.exchange.audit.faults()]


def _counts(desk: Desk) -> float:
    lines = desk.web.get("/metrics", environ_base={"REMOTE_ADDR": "127.0.0.1"}).text.splitlines()
    found = [each for each in lines if each.startswith("gateway_answers_total")]
    return sum(float(each.rpartition(" ")[2]) for each in found)


@pytest.mark.parametrize(
    "other",
    [{"Accept": "application/xml"}, {"Accept-Language": "es"}, {"Accept-Encoding": "gzip"},
     {"Origin": "https://example.org"}, {"If-None-Match": "*"}, {"Authorization": "Bearer x"},
     {"Authorization": ""}, {"DPoP": "x"}],
    ids=lambda other: "-".join(other) + "-" + "".join(other.values())[:12],
)  # fmt: skip
def test_other_words_are_another_question(desk: Desk, other: Mapping[str, str]) -> None:
    """Any header may decide something: where one differs, the question is read."""
    desk.warm(DATA, CSV)
    before = len(desk.read)

    desk.get(DATA, {**CSV, **other})

    assert len(desk.read) == before + 1


Happens = Callable[[Desk], object]
REGION = "c[TIME_PERIOD]=ge:2021"


def soon(desk: Desk) -> datetime:
    return desk.clock() + timedelta(seconds=30)


def grant(desk: Desk, *, instead: bool = True, **what: object) -> object:
    """Another grant, in place of those that there are or beside them."""
    grants = desk.other.grants
    old = [each.id for each in grants.rules().grants if instead]
    new = Grant("*", ("read",), **what)  # type: ignore[arg-type]  # one of a table
    return grants.change([new], old, "tests", desk.clock())


def hold_back(desk: Desk) -> object:
    return desk.other.grants.embargo(SV, REGION, soon(desk), "tests", desk.clock())


def take_back(desk: Desk) -> object:
    return withdraw(desk.other, SV, len(desk.other.releases(SV)), "a wrong total")


def withdraw_key(desk: Desk) -> None:
    keys, now = desk.exchange.keys, desk.clock()
    old = [each.kid for each in keys.all() if each.is_trusted(now)]
    keys.rotate(now, timedelta())
    for kid in old:
        keys.retire(kid, now)


def revoke(desk: Desk) -> None:
    desk.exchange.clients.revoke(desk.client, desk.clock())


RIGHTS: Mapping[str, tuple[Happens, int]] = {
    "release": (Desk.release, SEEN),
    "other-grant": (lambda desk: grant(desk, provider="GT_MINTRAB"), GONE),
    "narrower-grant": (lambda desk: grant(desk, region=REGION), SEEN),
    "denial": (lambda desk: grant(desk, instead=False, region=REGION, denies=True), SEEN),
    "embargo": (hold_back, SEEN),
}
AT_ONCE: Mapping[str, tuple[Happens, int]] = {
    **RIGHTS,
    "withdrawal": (take_back, SEEN),
    "revoked-client": (revoke, REFUSED),
    "withdrawn-key": (withdraw_key, REFUSED),
    "expiry": (lambda desk: desk.clock.move(minutes=30), REFUSED),
}


@pytest.mark.parametrize(("happens", "status"), AT_ONCE.values(), ids=AT_ONCE)
def test_what_happens_acts_on_the_next_question(desk: Desk, happens: Happens, status: int) -> None:
    """Whichever process does it; who held the old answer is not told that it still holds."""
    before = desk.warm(DATA, CSV)
    holding = {**CSV, "If-None-Match": before.headers["ETag"]}
    desk.warm(DATA, holding)

    happens(desk)

    again, long_way = desk.twice(DATA, CSV)
    held, held_long = desk.twice(DATA, holding)
    assert again.status_code == held.status_code == status
    assert told(again) == told(long_way)
    assert told(held) == told(held_long)
    assert again.headers.get("ETag") != before.headers["ETag"]


LATER: Mapping[str, Happens] = {
    "embargoed-release": lambda desk: desk.release(soon(desk)),
    "grant-that-ends": lambda desk: grant(desk, valid_to=soon(desk)),
    "denial-that-begins": lambda desk: grant(
        desk, instead=False, denies=True, valid_from=soon(desk)
    ),
    "embargo-that-lifts": hold_back,
    "read-ahead": lambda desk: (grant(desk, embargoed=True), desk.release(soon(desk))),
}


@pytest.mark.parametrize("happens", LATER.values(), ids=LATER)
def test_a_turn_comes_at_its_second(desk: Desk, happens: Happens) -> None:
    """Until then the answer is given again, and from then on no more."""
    happens(desk)
    desk.clock.move(seconds=10)
    tag = desk.warm(DATA, CSV).headers["ETag"]
    holding = {**CSV, "If-None-Match": tag}
    desk.warm(DATA, holding)
    desk.clock.move(seconds=19.999)
    under = desk.warm(DATA, CSV), desk.warm(DATA, holding)

    desk.clock.move(seconds=0.001)

    assert [each.status_code for each in under] == [200, 304]
    for headers in (CSV, holding):
        again, long_way = desk.twice(DATA, headers)
        assert told(again) == told(long_way)
        assert again.status_code != 304
        assert again.headers.get("ETag") != tag


def test_what_another_process_revokes_stops_within_a_second(desk: Desk) -> None:
    """As a token that is remembered does."""
    desk.warm(DATA, CSV)
    desk.other.clients.revoke(desk.client, desk.clock())

    time.sleep(PAUSE + 0.1)

    assert desk.get(DATA, CSV).status_code == REFUSED


def test_an_allowance_is_counted_and_ends(tmp_path: Path) -> None:
    """What is left is told each time anew; who holds the answer already pays nothing."""
    desk = Desk(tmp_path, "data = 8")
    holding = {**CSV, "If-None-Match": desk.get(DATA, CSV).headers["ETag"]}

    answers = [desk.get(DATA, CSV) for _ in range(8)]
    held = desk.warm(DATA, holding)
    left = [each.headers["RateLimit"].partition("r=")[2][0] for each in answers]

    assert [each.status_code for each in answers] == [*[SEEN] * 7, WAIT]
    assert left == [*"65432100"]
    assert answers[-1].headers["Retry-After"]
    assert answers[-1].headers["RateLimit-Policy"] == answers[0].headers["RateLimit-Policy"]
    assert (held.status_code, held.headers.get("RateLimit")) == (304, None)
    desk.close()


def test_without_a_record_there_is_no_answer(tmp_path: Path) -> None:
    """Whether it is told for the first time or again; what was answered meanwhile is on record."""
    desk = Desk(tmp_path, "data = 0")
    holding = {**CSV, "If-None-Match": desk.get(DATA, CSV).headers["ETag"]}
    desk.warm(DATA, holding)
    before, _ = desk.exchange.audit.head()
    _rename(desk, "audit", "lost")

    statuses = [desk.get(DATA, holding).status_code]
    while statuses[-1] == HELD and len(statuses) < 1000:  # until it is seen, a moment later
        time.sleep(0.01)
        statuses.append(desk.get(DATA, holding).status_code)
    statuses.append(desk.get(DATA, CSV).status_code)

    assert statuses[-2:] == [BROKEN, BROKEN]
    _rename(desk, "lost", "audit")
    assert desk.get(DATA, holding).status_code == HELD
    assert desk.exchange.audit.head()[0] - before == statuses.count(HELD) + 1
    assert [*desk.exchange.audit.faults()] == []
    desk.close()


def _rename(desk: Desk, table: str, other: str) -> None:
    with closing(sqlite3.connect(desk.exchange.home.database)) as database:
        database.execute(f"ALTER TABLE {table} RENAME TO {other}")


def test_a_token_in_a_url_is_known_by_heart_too(desk: Desk) -> None:
    """Basic with the user name ``token``: other words for the same right."""
    headers = {**CSV, **basic("token", desk.token)}

    assert told(desk.warm(DATA, headers)) == told(desk.get(DATA, CSV))


events = st.one_of(
    st.sampled_from((0.5, 10, 30)).map(lambda by: lambda desk: desk.clock.move(seconds=by)),
    st.sampled_from([happens for happens, _ in RIGHTS.values()]),
    st.sampled_from([*LATER.values()]),
)
COMMON = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


def agrees(desk: Desk, story: list[Happens]) -> None:
    """Whatever happens, words that were heard before are answered as words never heard."""
    tag = desk.get(DATA, CSV).headers["ETag"]
    for happens in story:
        happens(desk)
        for headers in (CSV, {**CSV, "If-None-Match": tag}):
            again, long_way = desk.twice(DATA, headers)
            assert told(again) == told(long_way)
            desk.get(DATA, headers)
        tag = desk.get(DATA, CSV).headers.get("ETag", tag)


@settings(COMMON, max_examples=4)
@given(st.lists(events, min_size=4, max_size=8))
def test_no_story_makes_a_difference(busy: Desk, story: list[Happens]) -> None:
    """Releases, embargoes, grants and the clock, in any order."""
    agrees(busy.renew(), story)


@settings(COMMON, max_examples=150)
@given(st.lists(events, min_size=6, max_size=14))
@pytest.mark.slow
def test_no_long_story_makes_a_difference(busy: Desk, story: list[Happens]) -> None:
    """The same, many times over."""
    agrees(busy.renew(), story)
