"""A person at a browser: opens pages, fills in their forms, and has an app for codes."""

import re
from urllib.parse import parse_qs, urlsplit

from flask import Flask
from lxml import html
from werkzeug.test import TestResponse

from gateway.access.clients import SCOPES
from gateway.access.invitations import Asks
from gateway.access.people import NewPerson
from gateway.access.second_factor import STEP, code_at
from gateway.exchange import Exchange

MARIA = "maria@ine.gob.gt"
PASSWORD = "cuatro volcanes y un lago"  # noqa: S105 - of nobody


class Visitor:
    """One browser, with its cookies; `page` is what it shows."""

    def __init__(self, app: Flask, exchange: Exchange) -> None:
        self.web = app.test_client()
        self._exchange = exchange
        self.secret = ""
        self.codes: list[str] = []
        self.page: TestResponse = self.web.get("/health")

    def open(self, path: str) -> TestResponse:
        """Go to a page, and on to where it leads as long as that is ours."""
        self.page = self.web.get(path)
        return self._followed()

    def send(self, number: int = 0, button: str = "", **fields: str) -> TestResponse:
        """Fill in and send the page's form of that number; `button` is the value of one."""
        form = html.fromstring(self.page.text).forms[number]
        values = dict(form.form_values()) | fields
        if button:
            values["decision"] = button
        path = form.get("action") or self._here()
        self.page = self.web.post(path, data=values)
        return self._followed()

    def _here(self) -> str:
        parts = urlsplit(self.page.request.url)
        return f"{parts.path}?{parts.query}" if parts.query else parts.path

    def _followed(self) -> TestResponse:
        while self.page.status_code == 303 and self.page.headers["Location"].startswith("/"):
            self.page = self.web.get(self.page.headers["Location"])
        return self.page

    @property
    def title(self) -> str:
        """The page's heading."""
        return str(html.fromstring(self.page.text).findtext(".//h1"))

    @property
    def error(self) -> str:
        """What the page says is wrong."""
        found = html.fromstring(self.page.text).xpath("//*[@role='alert']")
        return str(found[0].text_content()) if found else ""

    def code(self) -> str:
        """What the app shows now."""
        return code_at(self.secret, int(self._exchange.clock().timestamp()) // STEP)

    def set_up(self, token: str, **fields: str) -> TestResponse:
        """Follow a link and choose a password and a second factor."""
        self.open(f"/setup/{token}")
        secret = html.fromstring(self.page.text).findtext(".//code[@class='secret']")
        if secret:
            self.secret = secret.replace(" ", "")
        self.send(**{"password": PASSWORD, "code": self.code(), **fields})
        self.codes = re.findall(r"<li><code>([A-Z2-7-]{19})</code>", self.page.text)
        return self.page

    def sign_in(self, id: str = MARIA, password: str = PASSWORD) -> TestResponse:
        """Through both forms, from wherever the page is one of them."""
        if "Entrar" not in self.page.text:
            self.open("/sign-in")
        self.send(id=id, password=password)
        return self.send(code=self.code())

    def answer(self) -> dict[str, str]:
        """What the way back to a client carries."""
        query = parse_qs(urlsplit(self.page.headers["Location"]).query)
        return {name: value for name, (value,) in query.items()}


def invited(exchange: Exchange, id: str = MARIA, **said: object) -> str:
    """A link for a new person, who may do everything unless it is said otherwise."""
    scopes = said.get("scopes", SCOPES)
    organisation = said.get("organisation")
    assert isinstance(scopes, tuple)
    assert organisation is None or isinstance(organisation, str)
    new = NewPerson(id, "María Pérez", organisation, scopes=scopes)
    exchange.accounts.people.add(new, exchange.clock())
    return exchange.accounts.invitations.invite(id, Asks.BOTH)
