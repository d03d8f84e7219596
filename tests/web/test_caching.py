"""What a client holds already is not sent again, and nothing else is passed off as it."""

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from gateway.access.clients import DATA_READ
from gateway.access.grants import Grant
from gateway.exchange import Exchange
from gateway.exchange.standing import rights
from gateway.exchange.submission import submit
from gateway.model.query import Condition, Filter, Operator
from gateway.model.visibility import Sight, View, Visibility
from gateway.settings import defaults
from gateway.web import create_app
from tests.conftest import ISSUER, Clock, token
from tests.homes import fresh
from tests.intake.books import SV, sample

DATA = "/sdmx/v2/data/dataflow/LMIG/DF_RETURNS/1.0.0/A.SV"
REGISTRATION = "/sdmx/v2/registration/id/SV_DGME_RETURNS"
FORMATS = ("csv", "ss", "generic")


class Desk:
    """A gateway with a clock of its own, and one client."""

    def __init__(self, root: Path) -> None:
        self._file = root / "dgme.csv"
        self.clock = Clock()
        self.clock.now = datetime.now(UTC)  # Authlib's tokens are of that time
        self.exchange = Exchange(fresh(root / "home"), self.clock)
        self.web = create_app(self.exchange, ISSUER).test_client()
        self.exchange.grants.add(Grant("*", ("read",)), "tests", self.clock())
        self.credentials = self.exchange.clients.add("x", [DATA_READ], self.clock())

    def release(self, figure: str, visible_from: datetime | None = None) -> None:
        """El Salvador's sample with another figure of 2023."""
        whole = sample(self.exchange, SV).decode()
        self._file.write_text(whole.replace("13358", figure))
        done = submit(self.exchange, self._file, SV, visible_from=visible_from)
        assert done.release is not None

    def get(self, path: str = DATA, **headers: str) -> TestResponse:
        """With a token of now, for it lasts ten minutes; `_` in a header's name is a hyphen."""
        more = {name.replace("_", "-"): value for name, value in headers.items()}
        bearer = f"Bearer {token(self.web, *self.credentials)}"
        return self.web.get(path, headers={"Authorization": bearer, **more})


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path)
    desk.release("13358")
    desk.clock.move(seconds=5)
    yield desk
    desk.exchange.close()


class Interrupted:
    """A clock at which something happens when it is looked at for the `left`-th time from now."""

    def __init__(self, clock: Clock, happens: Callable[[], None]) -> None:
        self._clock = clock
        self._happens = happens
        self.left = 0

    def __call__(self) -> datetime:
        self.left -= 1
        if self.left == 0:
            self._happens()
        return self._clock() + timedelta(seconds=1)


def test_a_tag_stands_for_one_body_whenever_a_release_comes(tmp_path: Path) -> None:
    """Before, while and after another process answers: none is of one release under another's."""
    shutil.copytree(defaults() / "config", tmp_path / "home" / "config")
    settings = tmp_path / "home" / "config" / "gateway.toml"
    settings.write_text("[cache]\nmemory = 0\ndisk = 0\n", encoding="utf-8")
    desk = Desk(tmp_path)
    desk.release("13358")
    bearer = {"Authorization": f"Bearer {token(desk.web, *desk.credentials)}"}
    bodies: dict[str, set[bytes]] = {}
    clock = Interrupted(desk.clock, lambda: desk.release(f"{13000 + len(bodies)}"))
    exchange = Exchange(desk.exchange.home, clock)
    web = create_app(exchange, ISSUER).test_client()
    for left in (0, *(number for each in range(1, 9) for number in (each, 0))):
        clock.left = left
        answer = web.get(DATA, headers=bearer)
        bodies.setdefault(answer.headers["ETag"], set()).add(answer.data)
    exchange.close()
    desk.exchange.close()

    assert len(bodies) > 4
    assert {len(each) for each in bodies.values()} == {1}


@pytest.mark.parametrize("format", FORMATS)
def test_the_same_answer_is_the_same_to_the_byte(
    web: FlaskClient, bearer: dict[str, str], format: str
) -> None:
    """A strong ETag promises that, in each format, whoever renders it."""
    first, again = (web.get(f"{DATA}?format={format}", headers=bearer) for _ in range(2))

    assert first.status_code == HTTPStatus.OK
    assert not first.headers["ETag"].startswith("W/")
    assert (first.headers["ETag"], first.data) == (again.headers["ETag"], again.data)


def test_what_a_client_holds_is_304(web: FlaskClient, bearer: dict[str, str]) -> None:
    """Without a body; with the headers that a cache renews."""
    tag = web.get(DATA, headers=bearer).headers["ETag"]

    again = web.get(DATA, headers={**bearer, "If-None-Match": f'"x", {tag}'})

    assert (again.status_code, again.data) == (HTTPStatus.NOT_MODIFIED, b"")
    assert again.headers["ETag"] == tag
    assert again.headers["Cache-Control"] == "private, no-cache"
    assert "Authorization" in again.headers["Vary"]


def test_304_takes_a_token_too(web: FlaskClient, bearer: dict[str, str]) -> None:
    """A tag is no right to read."""
    tag = web.get(DATA, headers=bearer).headers["ETag"]

    assert web.get(DATA, headers={"If-None-Match": tag}).status_code == HTTPStatus.UNAUTHORIZED


def test_each_question_and_format_has_its_tag(web: FlaskClient, bearer: dict[str, str]) -> None:
    """None is taken for another."""
    paths = [
        *(f"{DATA}?format={name}" for name in FORMATS),
        f"{DATA}?firstNObservations=1",
        f"{DATA}?lastNObservations=1",
        f"{DATA}?c[TIME_PERIOD]=ge:2020",
        f"{DATA}?dimensionAtObservation=AllDimensions",
        f"{DATA}?updatedAfter=2020-01-01T00:00:00Z",
        f"{DATA}?limit=3",
        f"{DATA}?sort=TIME_PERIOD:desc",
        "/sdmx/v2/data/dataflow/LMIG/DF_RETURNS/1.0.0/A",
    ]

    answers = [web.get(path, headers=bearer) for path in paths]

    assert {each.status_code for each in answers} == {HTTPStatus.OK}
    assert len({each.headers["ETag"] for each in answers}) == len(paths)


def test_one_question_asked_in_two_ways_has_one_tag(
    web: FlaskClient, bearer: dict[str, str]
) -> None:
    """The order in which alternatives are named says nothing."""
    one, other = (
        web.get(f"{DATA}?c[SEX]={codes}&c[TIME_PERIOD]=ge:2020", headers=bearer)
        for codes in ("_T,F", "F,_T")
    )

    assert one.headers["ETag"] == other.headers["ETag"]


def test_the_tag_holds_until_a_release_is_visible(desk: Desk) -> None:
    """Under embargo nothing changes, not by a sign; at its second everything does."""
    lifts = desk.clock() + timedelta(minutes=5)
    before = desk.get()
    desk.release("13359", lifts)
    desk.clock.move(minutes=4, seconds=59)
    tag, since = before.headers["ETag"], before.headers["Last-Modified"]

    under = desk.get(If_None_Match=tag), desk.get(If_Modified_Since=since)
    desk.clock.move(seconds=1)
    lifted = desk.get(If_None_Match=tag), desk.get(If_Modified_Since=since)
    desk.clock.move(seconds=1)

    assert [each.status_code for each in (*under, *lifted)] == [304, 304, 200, 200]
    assert {each.headers["ETag"] for each in under} == {tag}
    assert desk.get().last_modified == lifts.replace(microsecond=0)


def test_the_tag_of_who_reads_ahead_changes_when_all_may_read(desk: Desk) -> None:
    """At that second the ordinary rights hold too, and a registration tells another date."""
    ahead = Grant("*", ("read",), embargoed=True)
    desk.exchange.grants.add(ahead, "tests", desk.clock())
    lifts = desk.clock() + timedelta(minutes=5)
    desk.release("13359", lifts)
    desk.clock.move(minutes=4, seconds=59)
    paths = (DATA, REGISTRATION)
    before = [desk.get(path) for path in paths]

    tags = [each.headers["ETag"] for each in before]
    asked = [*zip(paths, tags, strict=True)]
    held = [desk.get(path, If_None_Match=tag) for path, tag in asked]
    desk.clock.move(seconds=1)
    after = [desk.get(path, If_None_Match=tag) for path, tag in asked]
    desk.clock.move(seconds=1)

    assert [each.status_code for each in held] == [304, 304]
    assert [each.status_code for each in after] == [200, 200]
    assert desk.get(REGISTRATION).last_modified == lifts.replace(microsecond=0)


def test_what_is_kept_is_put_on_record_as_what_was_made(desk: Desk) -> None:
    """With as many figures; to who holds it already, none go out."""
    tags = [desk.get(f"{DATA}?format=csv").headers["ETag"] for _ in range(2)]
    desk.get(f"{DATA}?format=csv", If_None_Match=tags[-1])

    entries = desk.exchange.audit.entries(action="read")

    assert [each.decision.status for each in entries[-3:]] == [200, 200, 304]
    assert entries[-3].decision.rows == entries[-2].decision.rows > 0
    assert entries[-1].decision.rows == 0


def test_a_date_is_not_said_within_its_second(desk: Desk) -> None:
    """It counts whole seconds: what changes later in the same one would be missed."""
    desk.release("13360")

    assert "Last-Modified" not in desk.get().headers
    desk.clock.move(seconds=1)
    assert "Last-Modified" in desk.get().headers


def test_the_past_keeps_its_tag(desk: Desk) -> None:
    """What was visible at a moment gone by does not change any more."""
    path = f"{DATA}?asOf={desk.clock():%Y-%m-%dT%H:%M:%SZ}"
    desk.clock.move(seconds=5)
    before = desk.get(path)
    desk.release("13361")
    desk.clock.move(seconds=5)

    assert desk.get(path, If_None_Match=before.headers["ETag"]).status_code == 304
    assert desk.get(If_None_Match=before.headers["ETag"]).status_code == 200


def test_a_tag_wins_over_a_date(desk: Desk) -> None:
    """RFC 9110, 13.2.2: a date is heeded only where no tag is sent."""
    since = desk.get().headers["Last-Modified"]

    assert desk.get(If_None_Match='"other"', If_Modified_Since=since).status_code == 200


@pytest.mark.parametrize("path", ["/sdmx/v2/structure/codelist/SDMX", "/sdmx/v1/codelist/SDMX"])
def test_definitions_have_a_date_too(web: FlaskClient, path: str) -> None:
    """When the newest file of `dsd/` or `config/` was changed."""
    since = web.get(path).headers["Last-Modified"]

    assert web.get(path, headers={"If-Modified-Since": since}).status_code == 304


def test_rights_differ_by_all_but_the_moment() -> None:
    """Two callers with the same rights share a tag; any right makes another."""
    noon = datetime(2026, 11, 23, 12, tzinfo=UTC)
    region = (Filter("SEX", ((Condition(Operator.EQ, "F"),),)),)
    whole = View()
    some = Visibility(noon, {"A": whole, "B": whole})
    later = Visibility(noon + timedelta(hours=1), {"B": whole, "A": whole})
    ahead = View((Sight(ahead=True),))

    assert rights(some) == rights(later)
    assert rights(some.signed()) == rights(later.signed())
    different = [some, Visibility(noon), Visibility(noon, {"A": whole}),
                 Visibility(noon, {"A": View((Sight(region),)), "B": whole}),
                 Visibility(noon, {"A": ahead, "B": whole}),
                 Visibility(noon, some.views, frozenset())]  # fmt: skip
    for each in (different, [one.signed() for one in different]):
        assert len({rights(one) for one in each}) == len(different)
