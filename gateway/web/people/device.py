"""The page on which somebody lets in a program that has no browser. Source: RFC 8628, 3.3."""

from urllib.parse import urlencode

from flask import Blueprint, Response, request

from gateway.access.devices import Wish, plain
from gateway.access.people import Person
from gateway.errors import GatewayError, TooMany
from gateway.exchange import Exchange
from gateway.web.admissions import consenting
from gateway.web.language import language
from gateway.web.people.browser import Browser, address, see
from gateway.web.people.offers import Offer, Offers


class Device:
    """What is answered on devices.

    A code in the address is filled in and still has to be confirmed (RFC 8628, 3.3.1 and 5.4): the
    person compares it with the one that the program shows.
    """

    def __init__(self, exchange: Exchange, browser: Browser) -> None:
        self._exchange = exchange
        self._accounts = exchange.accounts
        self._browser = browser
        self._offers = Offers(exchange)

    def show(self) -> Response:
        """The form for the code."""
        code = request.args.get("user_code", "")
        if self._browser.person() is None:
            onward = "/device" + (f"?{urlencode({'user_code': code})}" if code else "")
            return see("/sign-in", next=onward)
        return self._form(code)

    def enter(self) -> Response:
        """Who asks, and for what; or, where it was decided, that it was."""
        self._browser.refuse_forged()
        person = self._browser.person()
        if person is None:
            return see("/sign-in", next="/device")
        code, decision = request.form.get("user_code", ""), request.form.get("decision", "")
        try:
            wish = self._wish(person, code)
        except TooMany as error:
            return self._waiting(code, error)
        if wish is None:
            return self._form(code, _no_code())
        if decision not in ("allow", "deny"):
            return self._ask(person, code, wish)
        allowed, now = decision == "allow", self._exchange.clock()
        offer = self._offer(person, wish)
        scope = offer.scope if allowed else None
        if not self._accounts.devices.decide(code, person.id, scope, now, offer.details):
            return self._form(code, _no_code())
        consenting(wish.client_id, person, decision, offer.scope, offer.details)
        return self._browser.page("device_done.html", allowed=allowed)

    def _wish(self, person: Person, code: str) -> Wish | None:
        """What stands behind a code; whoever guesses at codes has to wait."""
        for who in (person.id, address()):
            self._accounts.guesses.begin("user code", who)
        wish = self._accounts.devices.wish(code, self._exchange.clock())
        if wish is not None:
            for who in (person.id, address()):
                self._accounts.guesses.succeeded("user code", who)
        return wish

    def _ask(self, person: Person, code: str, wish: Wish) -> Response:
        client = self._exchange.clients.get(wish.client_id)
        letters, offer = plain(code) or "", self._offer(person, wish)
        return self._browser.page(
            "device_consent.html",
            client=client.name if client else wish.client_id,
            user_code=f"{letters[:4]}-{letters[4:]}",
            scopes=offer.scope.split(),
            details=self._offers.told(wish.client_id, offer, person),
            person=person,
        )

    def _offer(self, person: Person, wish: Wish) -> Offer:
        return self._offers.offer(wish.client_id, wish.scope.split(), wish.details, person)

    def _form(self, code: str, error: GatewayError | None = None) -> Response:
        said = "" if error is None else error.sentence(language())
        status = 200 if error is None else 404
        return self._browser.page("device.html", status, user_code=code, error=said)

    def _waiting(self, code: str, error: TooMany) -> Response:
        response = self._form(code, error)
        response.status_code = 429
        response.headers["Retry-After"] = str(error.seconds)
        return response


def routes(exchange: Exchange, browser: Browser) -> Blueprint:
    """The routes of the page."""
    served = Device(exchange, browser)
    found = Blueprint("device", __name__)
    found.add_url_rule("/device", "show", served.show)
    found.add_url_rule("/device", "enter", served.enter, methods=["POST"])
    return found


def _no_code() -> GatewayError:
    return GatewayError(
        "There is no such code, or it is too old: look at the program again.",
        spanish="No hay tal código, o ya es demasiado viejo: mire de nuevo el programa.",
    )
