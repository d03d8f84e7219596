"""Handing in over HTTP: who may, what is answered, and what goes on after the answer."""

import io
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from openpyxl import load_workbook
from werkzeug.test import TestResponse

from gateway.access.clients import DATA_APPROVE, DATA_READ, DATA_SUBMIT
from gateway.access.grants import Grant
from gateway.exchange import Exchange, workflow
from gateway.settings import Home
from gateway.web import create_app, submissions
from tests.cli.conftest import template
from tests.conftest import ISSUER, Clock, token
from tests.exchange.test_workflow import asking_for_two, each_home, small
from tests.intake.books import SV

__all__ = ["each_home", "template"]

Header = dict[str, str]


class Office:
    """A gateway with three clients: two that may do all, and one that only reads."""

    def __init__(self, exchange: Exchange) -> None:
        self.exchange = exchange
        self.web: FlaskClient = create_app(exchange, ISSUER).test_client()
        self.ana = self.client([DATA_SUBMIT, DATA_APPROVE])
        self.berta = self.client([DATA_SUBMIT, DATA_APPROVE])
        self.carla = self.client([DATA_SUBMIT])
        self.reader = self.client([DATA_READ])

    def client(self, scopes: list[str]) -> Header:
        id, secret = self.exchange.clients.add("tests", scopes, self.exchange.clock())
        actions = tuple(scope.removeprefix("data.") for scope in scopes)
        self.exchange.grants.add(Grant(f"client:{id}", actions), "tests", self.exchange.clock())
        return {"Authorization": f"Bearer {token(self.web, id, secret)}"}

    def sample(self) -> bytes:
        path = self.exchange.provision(SV).sample
        assert path is not None
        return path.read_bytes()

    def hand_in(
        self, by: Header, content: bytes | None = None, name: str = "x.csv", **fields: str
    ) -> TestResponse:
        given = self.sample() if content is None else content
        form = {"provision": SV, **fields, "file": (io.BytesIO(given), name)}
        answer = self.web.post("/submissions", data=form, headers=by)
        answer.request.environ["wsgi.input"].close()  # the client's own passing file
        return answer


def opened(home: Home, clock: Callable[[], Any]) -> Iterator[Office]:
    with closing(Exchange(home, clock)) as exchange:
        yield Office(exchange)


@pytest.fixture
def clock() -> Clock:
    """It starts now, for tokens are issued by the machine's clock."""
    clock = Clock()
    clock.now = datetime.now(UTC)
    return clock


@pytest.fixture
def plain(home: Home, template: Path, clock: Clock) -> Iterator[Office]:
    yield from opened(small(home, template), clock)


@pytest.fixture
def strict(each_home: Home, template: Path, clock: Clock) -> Iterator[Office]:
    """A gateway that asks for four eyes, on each database."""
    yield from opened(asking_for_two(each_home, template), clock)


def body(answer: TestResponse) -> dict[str, Any]:
    assert answer.json is not None
    return dict(answer.json)


def sentence(answer: TestResponse) -> str:
    return str(body(answer)["errors"][0]["detail"])


def test_a_good_file_is_released(plain: Office) -> None:
    """201 with its address and the report of the command line."""
    answer = plain.hand_in(plain.ana)

    assert answer.status_code == 201
    assert (body(answer)["state"], body(answer)["release"]) == ("released", 1)
    shown = plain.web.get(answer.headers["Location"], headers=plain.ana)
    assert body(shown)["report"] == body(answer)
    assert body(shown)["progress"]["bytes"] == {
        "read": len(plain.sample()),
        "of": len(plain.sample()),
    }
    assert body(shown)["progress"]["rows"] == body(answer)["account"]["read"]
    assert shown.headers["Cache-Control"] == "private, no-store"


def test_findings_stop_a_file(plain: Office) -> None:
    """422 with the report; the workbook comes back marked, in Spanish."""
    wrong = plain.sample().replace(b"14 986", b"14 987", 1)

    answer = plain.hand_in(plain.ana, wrong)

    assert (answer.status_code, body(answer)["state"]) == (422, "refused")
    assert [each["rule"] for each in body(answer)["findings"]] == ["control_mismatch"]
    address = f"/submissions/{body(answer)['id']}/report.xlsx"
    book = load_workbook(io.BytesIO(plain.web.get(address, headers=plain.ana).data))
    assert book.sheetnames[0] == "Hallazgos"
    assert plain.exchange.releases() == []


def test_an_unreadable_file_is_one_sentence(plain: Office) -> None:
    header = {**plain.ana, "Accept-Language": "es-GT"}

    answer = plain.hand_in(header, b"PK\x03\x04half", "x.xlsx")

    assert answer.status_code == 422
    assert "dañado" in sentence(answer)


def test_a_check_keeps_nothing(plain: Office) -> None:
    answer = plain.hand_in(plain.ana, check="true")

    assert (answer.status_code, body(answer)["id"]) == (200, None)
    assert plain.exchange.store.catalogue.submissions.all() == []
    assert [*plain.exchange.store.faults()] == []


def test_four_eyes_release_it(strict: Office) -> None:
    """202, then 403 for the client that handed it in, 200 for another, 409 for a third time."""
    answer = strict.hand_in(strict.ana)
    address = answer.headers["Location"]

    own = strict.web.post(f"{address}/approve", headers=strict.ana)
    done = strict.web.post(f"{address}/approve", headers=strict.berta)
    again = strict.web.post(f"{address}/approve", headers=strict.berta)

    assert (answer.status_code, body(answer)["state"]) == (202, "checked")
    assert own.status_code == 403
    assert "insufficient_scope" not in own.headers["WWW-Authenticate"]
    assert (done.status_code, body(done)["release"]) == (200, 1)
    assert again.status_code == 409


def test_a_refusal_says_why(strict: Office) -> None:
    address = strict.hand_in(strict.ana).headers["Location"]

    silent = strict.web.post(f"{address}/refuse", headers=strict.berta)
    done = strict.web.post(f"{address}/refuse", data={"because": "no"}, headers=strict.berta)
    again = strict.web.post(f"{address}/refuse", data={"because": "no"}, headers=strict.berta)

    assert silent.status_code == 400
    assert (done.status_code, body(done)["state"], body(done)["because"]) == (200, "refused", "no")
    assert again.status_code == 409


def test_others_submissions_are_not_there(strict: Office) -> None:
    """Nor their reports: the answer is the one for a submission that never was."""
    address = strict.hand_in(strict.ana).headers["Location"]

    for path in (address, f"{address}/report.xlsx", "/submissions/none"):
        assert strict.web.get(path, headers=strict.carla).status_code == 404
    assert strict.web.get(address, headers=strict.berta).status_code == 200


@pytest.mark.parametrize("path", ["", "/x/approve", "/x/refuse"])
def test_every_verb_takes_its_scope(plain: Office, path: str) -> None:
    """401 without a token, 403 with one that lacks the scope; nothing is read before."""
    nobody = plain.web.post(f"/submissions{path}", data={"file": "x"})
    reader = plain.web.post(f"/submissions{path}", data={"file": "x"}, headers=plain.reader)

    assert (nobody.status_code, reader.status_code) == (401, 403)


FIELDS: Mapping[str, tuple[dict[str, object], str]] = {
    "no file": ({"provision": SV}, "file"),
    "a file as text": ({"provision": SV, "file": "text"}, "file"),
    "no provision": ({"file": (io.BytesIO(b"x"), "x.csv")}, "provision"),
    "another field": ({"provision": SV, "file": (io.BytesIO(b"x"), "x.csv"), "a": "1"}, "a"),
    "twice": ({"provision": [SV, SV], "file": (io.BytesIO(b"x"), "x.csv")}, "provision"),
    "check": ({"provision": SV, "file": (io.BytesIO(b"x"), "x.csv"), "check": "1"}, "check"),
    "no zone": (
        {"provision": SV, "file": (io.BytesIO(b"x"), "x.csv"), "visible_from": "2999-01-01"},
        "zone",
    ),
}


@pytest.mark.parametrize(("form", "word"), FIELDS.values(), ids=FIELDS)
def test_an_unfit_form_is_refused_by_name(
    plain: Office, form: dict[str, object], word: str
) -> None:
    answer = plain.web.post("/submissions", data=form, headers=plain.ana)

    assert answer.status_code == 400
    assert word in sentence(answer)


def test_an_unknown_provision_is_named(plain: Office) -> None:
    answer = plain.hand_in(plain.ana, provision="NONE")

    assert answer.status_code == 404
    assert SV in sentence(answer)


@pytest.mark.parametrize("over", [1, 1024 * 1024], ids=["just over", "far over"])
def test_a_file_that_is_too_large_is_not_taken(
    home: Home, template: Path, clock: Clock, over: int
) -> None:
    """413, and the sentence says how large it may be."""
    small(home, template)
    (home.root / "config" / "gateway.toml").write_text("largest_upload = 1\n")
    with closing(Exchange(home, clock)) as exchange:
        office = Office(exchange)
        answer = office.hand_in(office.ana, b"x" * (1024 * 1024 + over))

    assert answer.status_code == 413
    assert "1 MB" in sentence(answer)


def test_long_work_goes_on_after_the_answer(plain: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """202 at once; asked again, it is released."""
    monkeypatch.setattr(submissions, "SOON", 0.0)

    answer = plain.hand_in(plain.ana)

    assert answer.status_code == 202
    assert answer.headers["Retry-After"]
    assert ended(plain, answer.headers["Location"])["state"] == "released"


def test_what_a_stopped_process_left_is_taken_up_again(plain: Office, clock: Clock) -> None:
    """Told as received while it may still be at work elsewhere; then whoever asks wakes it."""
    provision = plain.exchange.provision(SV)
    by = plain.exchange.clients.all()[0].id
    left = workflow.hand_in(plain.exchange, plain.sample(), "x.csv", provision, by)
    address = f"/submissions/{left.id}"

    first = body(plain.web.get(address, headers=plain.ana))
    clock.move(seconds=31)

    assert (first["state"], first["report"]) == ("received", None)
    assert ended(plain, address)["state"] == "released"


def ended(office: Office, address: str) -> dict[str, Any]:
    """How a submission stands once nothing more becomes of it."""
    for _ in range(200):
        found = body(office.web.get(address, headers=office.ana))
        if found["state"] in ("released", "refused"):
            return found
        time.sleep(0.05)
    return found
