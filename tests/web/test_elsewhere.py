"""Signing in through another issuer: a real one, and one that lies (T5, T29)."""

import re
from collections.abc import Iterator, Mapping
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

import pytest
import requests
from flask import Flask

from gateway.exchange import Exchange
from gateway.model.text import Text
from gateway.web import create_app
from tests.conftest import ISSUER
from tests.databases import free_port
from tests.foreign import require_npm, running
from tests.homes import fresh
from tests.web.visiting import Visitor

BACK = "/sign-in/back/mintrab"


def settings(issuer: str) -> str:
    """How an issuer stands in gateway.toml, and another one that people cannot sign in through."""
    return f"""loopback_keys = true

[[issuers]]
id = "mintrab"
issuer = "{issuer}"
name = "MINTRAB"
client_id = "pasarela"
organisations = ["GT_MINTRAB", "GT_IGM"]
organisation_claim = "office"
groups_claim = "groups"
scopes = ["data.read"]

[[issuers]]
id = "machines"
issuer = "https://machines.example"
"""


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    """A running oidc-provider that knows us."""
    port = free_port()
    require_npm()
    with running("people_issuer.mjs", port, ISSUER + BACK):
        yield f"http://127.0.0.1:{port}"


@pytest.fixture(scope="module")
def exchange(issuer: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Exchange]:
    """A gateway at which MINTRAB's people sign in by MINTRAB's accounts."""
    root = tmp_path_factory.mktemp("elsewhere")
    (root / "config" / "provisions").mkdir(parents=True)
    (root / "config" / "gateway.toml").write_text(settings(issuer))
    exchange = Exchange(fresh(root))
    for id in ("GT_MINTRAB", "MX_UPMRIP"):
        exchange.organisations.add(id, Text(id, id), exchange.clock())
    yield exchange
    exchange.close()


@pytest.fixture(scope="module")
def app(exchange: Exchange) -> Flask:
    return create_app(exchange, ISSUER)


@pytest.fixture(autouse=True)
def secret(monkeypatch: pytest.MonkeyPatch) -> None:
    """What both know of us comes from the environment."""
    monkeypatch.setenv("GATEWAY_CLIENT_SECRET_MINTRAB", "known to both")


@pytest.fixture
def visitor(app: Flask, exchange: Exchange) -> Visitor:
    return Visitor(app, exchange)


def away(visitor: Visitor, onward: str = "/account") -> str:
    """Where the button leads."""
    page = visitor.open(f"/sign-in?{urlencode({'next': onward})}")
    assert "MINTRAB" in page.text
    assert "machines" not in page.text
    (href,) = re.findall(r'href="(/sign-in/through/[^"]+)"', page.text)
    return str(visitor.web.get(href).headers["Location"])


def let_in(where: str, account: str, prompt: str = "consent") -> dict[str, str]:
    """Sign in at the issuer; what it sends back with the browser."""
    with requests.Session() as browser:
        answer = browser.get(where, allow_redirects=False)
        for _ in range(12):
            if answer.is_redirect:
                where = urljoin(answer.url, answer.headers["Location"])
                if where.startswith(ISSUER + BACK):
                    return dict(parse_qsl(urlsplit(where).query))
                answer = browser.get(where, allow_redirects=False)
                continue
            action = re.findall(r'<form[^>]* action="([^"]+)"', answer.text)[0]
            asked = "login" if 'value="login"' in answer.text else prompt
            if asked == "abort":
                answer = browser.get(action.rstrip("/") + "/abort", allow_redirects=False)
                continue
            form = {"prompt": asked, "login": account, "password": "any"}
            answer = browser.post(urljoin(answer.url, action), data=form, allow_redirects=False)
    raise AssertionError(answer.text)


def returned(visitor: Visitor, answer: Mapping[str, str]) -> int:
    """The status of the page that the browser comes back to."""
    return visitor.open(f"{BACK}?{urlencode(answer)}").status_code


def test_a_ministry_s_account_signs_in(visitor: Visitor, exchange: Exchange) -> None:
    """With its name, the organisation that the claim says, and groups under the issuer's id."""
    answer = let_in(away(visitor, "/device?user_code=BCDF-GHJK"), "ana@GT_MINTRAB")

    assert returned(visitor, answer) == 200
    assert visitor.title == "Dar acceso a un programa"
    person = exchange.accounts.people.all()[-1]
    assert (person.name, person.organisation) == ("Ana López", "GT_MINTRAB")
    assert (person.groups, person.scopes) == (("mintrab:migracion",), ("data.read",))
    assert person.id.endswith("@mintrab")
    visitor.open("/account")
    assert "Cambiar la contraseña" not in visitor.page.text


def test_the_same_person_is_the_same_person(app: Flask, exchange: Exchange) -> None:
    """And once the account was closed here, nobody comes in by it."""
    before = len(exchange.accounts.people.all())
    for status in (200, 200, 403):
        visitor = Visitor(app, exchange)
        if status == 403:
            leaving = exchange.accounts.people.all()[-1]
            exchange.accounts.people.revoke(leaving.id, exchange.clock())
        assert returned(visitor, let_in(away(visitor), "b@GT_MINTRAB")) == status

    assert len(exchange.accounts.people.all()) == before + 1


@pytest.mark.parametrize("office", ["MX_UPMRIP", "GT_IGM", "NOWHERE", ""])
def test_an_issuer_speaks_for_its_own_organisations_alone(
    visitor: Visitor, exchange: Exchange, office: str
) -> None:
    """Neither for another country's, nor for one of its own that is not registered here."""
    before = exchange.accounts.people.all()

    answer = let_in(away(visitor), f"ana@{office}")

    assert returned(visitor, answer) == 403
    assert exchange.accounts.people.all() == before


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"iss": "https://evil.example"}, id="another issuer"),
        pytest.param({"iss": None}, id="no issuer, where it says that it names itself"),
        pytest.param({"state": "x"}, id="another state"),
        pytest.param({"state": None}, id="no state"),
        pytest.param({"state": "ñ"}, id="no ASCII"),
    ],
)
def test_t29_an_answer_of_somebody_else_is_refused_before_any_code_is_sent(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch, change: dict[str, str | None]
) -> None:
    """T29: 400, and the code goes to no token endpoint."""
    answer: dict[str, str | None] = {**let_in(away(visitor), "ana@GT_MINTRAB"), **change}
    sent: list[object] = []
    monkeypatch.setattr(
        "gateway.access.elsewhere.Form", lambda *of: sent.append(of) or pytest.fail("sent")
    )

    status = returned(visitor, {name: said for name, said in answer.items() if said is not None})

    assert (status, sent) == (400, [])


def test_t29_an_answer_comes_back_to_the_browser_that_began(
    app: Flask, exchange: Exchange, visitor: Visitor
) -> None:
    """T22: a thief's answer signs nobody in as the thief."""
    answer = let_in(away(visitor), "thief@GT_MINTRAB")
    victim = Visitor(app, exchange)

    assert returned(victim, answer) == 400
    away(victim)
    assert returned(victim, answer) == 400


def test_an_answer_is_good_once(visitor: Visitor) -> None:
    answer = let_in(away(visitor), "ana@GT_MINTRAB")

    assert [returned(visitor, answer) for _ in range(2)] == [200, 400]


def test_a_refusal_of_the_issuer_is_told(visitor: Visitor) -> None:
    """In words, and with nothing of what it sent."""
    where = away(visitor)
    state = dict(parse_qsl(urlsplit(where).query))["state"]
    issuer = where.partition("/auth?")[0]

    status = returned(
        visitor,
        {"error": "access_denied", "error_description": "<b>x</b>", "state": state, "iss": issuer},
    )

    assert status == 403
    assert "MINTRAB" in visitor.error
    assert "<b>" not in visitor.page.text


@pytest.mark.parametrize("id", ["machines", "nobody"])
def test_only_through_those_that_were_set_up_for_it(visitor: Visitor, id: str) -> None:
    assert visitor.open(f"/sign-in/through/{id}").status_code == 404
