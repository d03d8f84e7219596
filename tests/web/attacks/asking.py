"""How attacks are judged: by status, by what the answer says, and by what it does not."""

import re
import socket
from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

DATA = "/sdmx/v2/data/dataflow/LMIG/DF_RETURNS/1.0.0/A.SV"
V1 = "/sdmx/v1/data/DF_RETURNS/A.SV"
ENDPOINT = "/oauth/token"
GRANT = {"grant_type": "client_credentials"}

SECRET = re.compile(
    r"""eyJ[\w-]{20,}\.eyJ|"(d|p|q|k|dp|dq|qi)": ?"|Traceback|File "/|sqlite|psycopg|\.py\b"""
    r"|BEGIN [A-Z ]*PRIVATE"
)
"""What no answer may hold: tokens, private parts of keys, and what runs inside."""


@pytest.fixture
def silence(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[object]]:
    """What was asked for outside while a test ran: nothing."""
    asked: list[object] = []
    monkeypatch.setattr(socket.socket, "connect", lambda _, address: asked.append(address))
    monkeypatch.setattr(socket, "getaddrinfo", lambda *address, **_: asked.append(address) or [])
    yield asked
    assert asked == []


def refused(answer: TestResponse, status: int, error: str) -> None:
    """A refusal in the standard's words that gives nothing away and is kept by nobody."""
    assert answer.status_code == status, answer.text
    challenge = " ".join(answer.headers.getlist("WWW-Authenticate"))
    said = answer.json or {}
    assert error in (said.get("error"), *re.findall(r'error="(\w+)"', challenge)), answer.text
    assert "access_token" not in said
    assert not SECRET.search(answer.text + challenge), answer.text
    assert "OBS_VALUE" not in answer.text


def with_token(
    web: FlaskClient, text: str, path: str = DATA, scheme: str = "Bearer"
) -> TestResponse:
    """The answer to a question with a token."""
    return web.get(path, headers={"Authorization": f"{scheme} {text}"})
