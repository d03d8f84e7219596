"""For who runs it: alive, ready, counted and told, and nothing told that opens a door."""

import io
import json
import os
import re
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from gateway.access.clients import DATA_READ, METRICS_READ
from gateway.access.grants import Grant
from gateway.exchange import Exchange
from gateway.exchange.submission import submit
from gateway.web import create_app
from gateway.web.log import Log
from tests.conftest import ISSUER, basic, token
from tests.homes import configure, fresh
from tests.intake.books import SV

DATA = "/sdmx/v2/data/dataflow/LMIG/DF_RETURNS/1.0.0"


class Whole(FlaskClient):
    """A client that takes each answer to its end, as a server does."""

    def open(self, *args: Any, buffered: bool = True, **more: Any) -> TestResponse:
        return super().open(*args, buffered=buffered, **more)


class Running:
    """A gateway that writes its log to memory."""

    def __init__(self, root: Path) -> None:
        self.sink = io.BytesIO()
        self.exchange = Exchange(fresh(root / "home"))
        self.exchange.grants.add(Grant("*", ("read",)), "tests", self.exchange.clock())
        sample = self.exchange.provision(SV).sample
        assert sample is not None
        submit(self.exchange, sample, SV)
        app = create_app(self.exchange, ISSUER, Log(self.sink))
        app.test_client_class = Whole
        self.web = app.test_client()
        self.credentials = self.exchange.clients.add("x", [DATA_READ], self.exchange.clock())
        self.token = token(self.web, *self.credentials)
        self.headers = {"Authorization": f"Bearer {self.token}"}

    def line(self) -> dict[str, Any]:
        """The last line of the log."""
        line: dict[str, Any] = json.loads(self.sink.getvalue().splitlines()[-1])
        return line


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    running = Running(tmp_path_factory.mktemp("running"))
    yield running
    running.exchange.close()


def test_it_is_alive_and_ready(running: Running) -> None:
    for path in ("/health", "/ready"):
        answer = running.web.get(path)
        assert answer.status_code == HTTPStatus.OK
        assert answer.headers["Cache-Control"] == "no-store"


def test_it_is_not_ready_while_the_database_is_gone(tmp_path: Path) -> None:
    """Alive all the same; the log says what is wrong, visitors do not read it."""
    running = Running(tmp_path)
    running.exchange.close()
    (tmp_path / "home" / "gateway.db").unlink()
    (tmp_path / "home" / "gateway.db").mkdir()

    answer = running.web.get("/ready")

    assert (answer.status_code, answer.json) == (503, {"status": "not ready"})
    assert "StorageFault" in running.line()["fault"]
    assert running.line()["level"] == "error"
    assert running.web.get("/health").status_code == HTTPStatus.OK


def test_a_request_is_a_line(running: Running) -> None:
    """With what an operator asks for first."""
    path = f"{DATA}/A.SV?c[TIME_PERIOD]=ge:2020&format=csv"
    answer = running.web.get(path, headers=running.headers)
    line = running.line()

    assert line["request"] == answer.headers["X-Request-ID"]
    assert line["method"] == "GET"
    assert line["path"] == path
    assert (line["status"], line["answer"], line["level"]) == (200, "made", "info")
    assert line["bytes"] == len(answer.data)
    assert line["rows"] == len(answer.text.splitlines()) - 1
    assert line["client"] == running.credentials[0]
    assert line["ms"] > 0


def test_what_was_asked_is_told_whole(running: Running) -> None:
    """Every parameter that the service takes."""
    path = f"{DATA}/A.SV?c[SEX]=F&format=csv&formatVersion=2.0&keys=obs&compression=gzip"
    running.web.get(path, headers=running.headers)

    assert running.line()["path"] == path


def test_it_says_whether_an_answer_was_kept(running: Running) -> None:
    path = f"{DATA}/A.SV?c[TIME_PERIOD]=ge:2021"
    said = []
    for _ in range(2):
        tag = running.web.get(path, headers=running.headers).headers["ETag"]
        said.append(running.line()["answer"])
    running.web.get(path, headers={**running.headers, "If-None-Match": tag})

    assert [*said, running.line()["answer"]] == ["made", "kept", "held"]


@pytest.mark.parametrize(
    ("given", "kept"),
    [("a-b.c_1:2", True), ("x" * 64, True), ("x" * 65, False), ("", False), ("a b", False),
     ('a"b', False), ("é", False)],
)  # fmt: skip
def test_a_sane_request_id_is_taken(running: Running, given: str, kept: bool) -> None:
    """Whatever else is sent, one is made."""
    answer = running.web.get("/health", headers={"X-Request-ID": given})

    assert (answer.headers["X-Request-ID"] == given) is kept
    assert running.line()["request"] == answer.headers["X-Request-ID"]


def test_no_token_or_secret_is_in_the_log(running: Running) -> None:
    """Wherever a client puts it: header, parameter, name, path, body, in any spelling."""
    id, secret = running.credentials
    attempts = [running.token, secret]
    for said in attempts:
        for name in ("access_token", "token", "code", "client_secret", "lang", "c[SEX]", "format"):
            running.web.get(f"{DATA}?{name}={quote(said)}", headers=running.headers)
            running.web.get(f"/oauth/token?{name}={quote(said)}")
        running.web.get(f"{DATA}?{quote(said)}")
        running.web.get(f"{DATA}/{said}", headers=running.headers)
        running.web.get(f"/sdmx/v1/data/{said}", headers=running.headers)
        running.web.get(f"/{said}")
        running.web.get(f"/submissions/{said}", headers=running.headers)
        running.web.get(DATA, headers={"Authorization": f"Token {said}", "X-Request-ID": said})
        running.web.get(f"https://token:{said}@localhost{DATA}")
    running.web.post("/oauth/token", data={"grant_type": secret}, headers=basic(id, secret))
    running.web.open(DATA, method="SECRET" + secret[:8].upper())

    log = running.sink.getvalue().decode()

    payload = running.token.split(".")[1]
    for hidden in (running.token, payload, secret, basic(id, secret)["Authorization"], "Bearer"):
        assert hidden not in log
    assert log.count("***") >= 20


@pytest.mark.parametrize("odd", ["\n", "\r\n", "\x1b[31m", "\x00", "\u2028", "\u202e", '"', "é"])
def test_a_line_stays_one_line(running: Running, odd: str) -> None:
    """What a path holds is escaped."""
    before = running.sink.getvalue().count(b"\n")

    running.web.get(f"{DATA}/{quote(odd)}?c[SEX]={quote(odd)}", headers=running.headers)

    log = running.sink.getvalue()
    assert log.count(b"\n") == before + 1
    assert running.line()["path"].isascii()
    assert running.line()["path"].isprintable()


def test_nobody_waits_for_a_log_that_nobody_reads(running: Running) -> None:
    """Once the pipe is full, lines are dropped; the next one that is taken follows on how many."""
    reading, writing = os.pipe()
    with os.fdopen(reading, "rb", buffering=0) as reader, os.fdopen(writing, "wb") as pipe:
        web = create_app(running.exchange, ISSUER, Log(pipe)).test_client()

        for _ in range(600):
            assert web.get("/health", buffered=True).status_code == HTTPStatus.OK
        held = reader.read(1 << 20)
        web.get("/health", buffered=True)
        dropped, last = map(json.loads, reader.read(1 << 20).splitlines())
        counts = counted(web.get("/metrics", buffered=True).text)

    told = [json.loads(each) for each in held.splitlines()]
    assert {each["path"] for each in (*told, last)} == {"/health"}
    assert (dropped["event"], dropped["lines"]) == ("dropped", 600 - len(told))
    assert dropped["lines"] > 0
    assert counts["gateway_log_lost_total"] == dropped["lines"]


def test_a_reader_that_went_away_breaks_no_answer(running: Running) -> None:
    """As ``gateway serve 2>&1 | head -1`` leaves it."""
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as pipe:
        web = create_app(running.exchange, ISSUER, Log(pipe)).test_client()

        assert web.get("/health", buffered=True).status_code == HTTPStatus.OK


def test_an_unforeseen_fault_is_told_to_the_log_alone(running: Running) -> None:
    """The visitor reads that it is ours, without a word of where."""
    app = create_app(running.exchange, ISSUER, Log(running.sink))

    @app.get("/boom")
    def boom() -> str:
        raise ZeroDivisionError("one by zero")

    answer = app.test_client().get("/boom", buffered=True)

    assert answer.status_code == HTTPStatus.SERVICE_UNAVAILABLE
    assert "zero" not in answer.text.lower()
    assert "ZeroDivisionError: one by zero" in running.line()["fault"]


def counted(text: str) -> dict[str, float]:
    """The counts by name and labels."""
    lines = (line for line in text.splitlines() if not line.startswith("#"))
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines)}


def test_counts_name_no_caller_and_no_key(running: Running) -> None:
    """Requests by route, method and status; hits, refusals, bytes and observations."""
    running.web.get(f"{DATA}/A.SV.MX", headers=running.headers)
    running.web.get(f"{DATA}/A.SV.XX", headers=running.headers)
    running.web.get("/a/b/c")

    text = running.web.get("/metrics").text
    counts = counted(text)

    data = 'method="GET",route="/sdmx/v2/data"'
    assert counts[f'gateway_requests_total{{{data},status="200"}}'] >= 1
    assert counts['gateway_requests_total{method="GET",route="other",status="404"}'] >= 1
    assert counts['gateway_refused_total{reason="SemanticError"}'] >= 1
    assert counts["gateway_observations_total"] > 0
    assert counts['gateway_answers_total{how="made"}'] >= 1
    assert counts['gateway_request_seconds_count{route="/sdmx/v2/data"}'] >= 2
    assert not re.search(r"client-|A\.SV|/a/b|DF_", text)


@pytest.mark.parametrize(
    "headers", [{"X-Forwarded-For": "127.0.0.1"}, {"Forwarded": "for=127.0.0.1"}]
)
def test_counts_are_this_machine_s(running: Running, headers: dict[str, str]) -> None:
    """Not another's, nor one's behind a proxy on this one."""
    other = {"REMOTE_ADDR": "192.0.2.1"}

    assert running.web.get("/metrics", headers=headers).status_code == HTTPStatus.FORBIDDEN
    assert running.web.get("/metrics", environ_base=other).status_code == HTTPStatus.FORBIDDEN


@pytest.mark.parametrize(("access", "statuses"), [("token", (401, 403, 200)), ("off", (404,) * 3)])
def test_counts_for_a_token_or_for_nobody(
    tmp_path: Path, access: str, statuses: tuple[int, int, int]
) -> None:
    """By the settings: no token, one without the scope, one with it."""
    home = fresh(tmp_path / "home")
    configure(home)
    with (home.root / "config" / "gateway.toml").open("a") as settings:
        settings.write(f'[serve]\nmetrics = "{access}"\n')
    exchange = Exchange(home)
    web = create_app(exchange, ISSUER).test_client()
    scopes = (DATA_READ, METRICS_READ)
    clients = [exchange.clients.add("x", [each], exchange.clock()) for each in scopes]
    headers = [{}, *({"Authorization": f"Bearer {token(web, *each)}"} for each in clients)]

    assert tuple(web.get("/metrics", headers=each).status_code for each in headers) == statuses
    exchange.close()


def test_a_visitor_s_error_is_no_fault(web: FlaskClient, running: Running) -> None:
    """Only what is the operator's to mend is told as an error."""
    running.web.get(f"{DATA}?x=1", headers=running.headers)

    assert running.line()["level"] == "info"
    assert running.line()["refusal"] == "UnknownParameter"
