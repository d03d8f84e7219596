"""The authorization endpoint: a person signs in, and says whether a client may.

Source: RFC 6749, 3.1 and 4.1; RFC 9700. The form sends the request back as it came, which is read
once more: nothing that a browser could change stands between the two.
"""

from urllib.parse import urlsplit

from flask import Blueprint, Response, request

from gateway.access.people import Person
from gateway.exchange import Exchange
from gateway.web.admissions import consenting
from gateway.web.oauth.authorization import Asked, TurnedBack, back, read
from gateway.web.oauth.metadata import AUTHORIZE_PATH
from gateway.web.people.browser import Browser, see
from gateway.web.people.offers import Offer, Offers


class Consent:
    """What is answered to whoever is sent here by a client."""

    def __init__(self, exchange: Exchange, browser: Browser) -> None:
        self._exchange = exchange
        self._accounts = exchange.accounts
        self._browser = browser
        self._offers = Offers(exchange)

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
        offer = self._offer(asked, person)
        if not offer.scope:
            return self._back(asked, error="access_denied")
        if asked.client.is_confidential and self._accounts.apps.agreed(
            person.id, asked.client.id, offer.scope
        ):
            return self._allow(asked, person, offer)
        return self._question(asked, person, offer)

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
        offer = self._offer(asked, person)
        allowed = request.form.get("decision") == "allow" and bool(offer.scope)
        said = "allow" if allowed else "deny"
        consenting(asked.client.id, person, said, offer.scope, offer.details)
        if not allowed:
            return self._back(asked, error="access_denied")
        if request.form.get("remember") == "yes" and _may_be_remembered(asked):
            now = self._exchange.clock()
            self._accounts.apps.remember(person.id, asked.client.id, offer.scope, now)
        return self._allow(asked, person, offer)

    def _offer(self, asked: Asked, person: Person) -> Offer:
        return self._offers.offer(asked.client.id, asked.scope, asked.details, person)

    def _question(self, asked: Asked, person: Person, offer: Offer) -> Response:
        target = urlsplit(asked.redirect_uri)
        origin = f"{target.scheme}://{target.netloc}" if target.netloc else f"{target.scheme}:"
        return self._browser.page(
            "consent.html",
            leads_to=f"'self' {origin}",
            client=asked.client.name,
            target=target.netloc or target.scheme,
            scopes=offer.scope.split(),
            person=person,
            details=self._offers.told(asked.client.id, offer, person),
            flows=self._offers.flows(asked.client.id, offer, person),
            may_remember=_may_be_remembered(asked),
        )

    def _allow(self, asked: Asked, person: Person, offer: Offer) -> Response:
        code = self._accounts.families.begin(
            person.id,
            asked.client.id,
            offer.scope,
            asked.redirect_uri,
            asked.challenge,
            self._exchange.clock(),
            offer.details,
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


def _may_be_remembered(asked: Asked) -> bool:
    """Whether the person is asked no more: of a program that proves itself, for all of a scope.

    What was agreed to for a part is asked again, since the next request may name another.
    """
    return asked.client.is_confidential and not asked.details
