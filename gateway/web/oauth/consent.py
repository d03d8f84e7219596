"""The authorization endpoint: a person signs in, and says whether a client may.

Source: RFC 6749, 3.1 and 4.1; RFC 9700. The form sends the request back as it came, which is read
once more: nothing that a browser could change stands between the two.
"""

from urllib.parse import urlsplit

from flask import Blueprint, Response, request

from gateway.access.caller import APPROVE, SUBMIT, Caller
from gateway.access.people import Person
from gateway.exchange import Exchange
from gateway.model.structure import Dataflow
from gateway.web.addresses import issuer
from gateway.web.oauth.authorization import Asked, TurnedBack, back, read
from gateway.web.oauth.metadata import AUTHORIZE_PATH
from gateway.web.people.browser import Browser, see


class Consent:
    """What is answered to whoever is sent here by a client."""

    def __init__(self, exchange: Exchange, browser: Browser) -> None:
        self._exchange = exchange
        self._accounts = exchange.accounts
        self._browser = browser

    def ask(self) -> Response:
        """The question; the form to sign in; or the way back, where the person agreed for good."""
        try:
            asked = read(self._exchange)
        except TurnedBack as error:
            return back(error.redirect_uri, error.parameters)
        person = self._browser.person()
        if person is None:
            here = f"{request.path}?{request.query_string.decode('latin-1')}"
            return see("/sign-in", next=here)
        scope = _granted(asked, person)
        if not scope:
            return self._back(asked, error="access_denied")
        if asked.client.is_confidential and self._accounts.apps.agreed(
            person.id, asked.client.id, scope
        ):
            return self._allow(asked, person, scope)
        return self._question(asked, person, scope)

    def decide(self) -> Response:
        """The way back with a code, or with access_denied."""
        self._browser.refuse_forged()
        try:
            asked = read(self._exchange)
        except TurnedBack as error:
            return back(error.redirect_uri, error.parameters)
        person = self._browser.person()
        if person is None:
            return self.ask()
        scope = _granted(asked, person)
        if request.form.get("decision") != "allow" or not scope:
            return self._back(asked, error="access_denied")
        if request.form.get("remember") == "yes" and asked.client.is_confidential:
            now = self._exchange.clock()
            self._accounts.apps.remember(person.id, asked.client.id, scope, now)
        return self._allow(asked, person, scope)

    def _question(self, asked: Asked, person: Person, scope: str) -> Response:
        target = urlsplit(asked.redirect_uri)
        origin = f"{target.scheme}://{target.netloc}" if target.netloc else f"{target.scheme}:"
        return self._browser.page(
            "consent.html",
            leads_to=f"'self' {origin}",
            client=asked.client.name,
            target=target.netloc or target.scheme,
            scopes=scope.split(),
            person=person,
            flows=self._supplied(asked, person, scope),
            may_remember=asked.client.is_confidential,
        )

    def _supplied(self, asked: Asked, person: Person, scope: str) -> list[Dataflow]:
        """The dataflows of which the person sees, or may do, anything with such a token."""
        caller = Caller(
            asked.client.id,
            frozenset(scope.split()),
            person.id,
            issuer(),
            person.organisation,
            frozenset(person.groups),
        )
        now, policy = self._exchange.clock(), self._exchange.policy
        visibility = policy.visibility(caller, now)
        there = frozenset().union(
            *(policy.allowed(each, caller, now) for each in (SUBMIT, APPROVE))
        )
        provisions = self._exchange.provisions.values()
        seen = (each for each in provisions if each.id in there or visibility.sees(each.id))
        return [*{each.flow.reference: each.flow for each in seen}.values()]

    def _allow(self, asked: Asked, person: Person, scope: str) -> Response:
        code = self._accounts.families.begin(
            person.id,
            asked.client.id,
            scope,
            asked.redirect_uri,
            asked.challenge,
            self._exchange.clock(),
        )
        return self._back(asked, code=code)

    def _back(self, asked: Asked, **parameters: str) -> Response:
        return back(asked.redirect_uri, {**parameters, "state": asked.state})


def consent_routes(exchange: Exchange, browser: Browser) -> Blueprint:
    """The authorization endpoint."""
    served = Consent(exchange, browser)
    found = Blueprint("consent", __name__)
    found.add_url_rule(AUTHORIZE_PATH, "ask", served.ask)
    found.add_url_rule(AUTHORIZE_PATH, "decide", served.decide, methods=["POST"])
    return found


def _granted(asked: Asked, person: Person) -> str:
    """Of what is asked for, what the person has to give."""
    return " ".join(each for each in asked.scope if each in person.scopes)
