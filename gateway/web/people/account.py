"""The page of a person's own account: where it is signed in, and what clients do for it."""

from flask import Blueprint, Response, request

from gateway.access.families import Family
from gateway.access.people import Person
from gateway.errors import BadRequest, Forbidden, GatewayError, TooMany
from gateway.exchange import Exchange
from gateway.web.language import language
from gateway.web.people.browser import Browser, see
from gateway.web.people.offers import Offer, Offers, Told


class Account:
    """What is answered to whoever is signed in."""

    def __init__(self, exchange: Exchange, browser: Browser) -> None:
        self._exchange = exchange
        self._accounts = exchange.accounts
        self._browser = browser
        self._offers = Offers(exchange)

    def show(self) -> Response:
        """The page; the form to sign in for whoever is not."""
        person = self._browser.person()
        return see("/sign-in") if person is None else self._page(person)

    def _page(self, person: Person, error: GatewayError | None = None) -> Response:
        clients = {each.id: each.name for each in self._exchange.clients.all()}
        families = self._accounts.families.of(person.id, self._exchange.clock())
        return self._browser.page(
            "account.html",
            200 if error is None else 422,
            person=person,
            sessions=self._accounts.sessions.of(person.id),
            families=families,
            details={each.id: self._details(each, person) for each in families},
            clients=clients,
            codes_left=self._accounts.credentials.recovery_codes_left(person.id),
            error="" if error is None else error.sentence(language()),
        )

    def _details(self, family: Family, person: Person) -> list[Told]:
        return self._offers.told(family.client_id, Offer(family.scope, family.details), person)

    def sign_out_everywhere(self) -> Response:
        """Sign out here and everywhere else; what clients do for the person ends too."""
        person = self._acting()
        self._accounts.sessions.end_all(person.id)
        return self._browser.signed_out(see("/sign-in"))

    def revoke(self) -> Response:
        """End what one client does for the person, and ask again next time."""
        person, now = self._acting(), self._exchange.clock()
        for family in self._accounts.families.of(person.id, now):
            if family.id == request.form.get("family"):
                self._accounts.families.end(family.id, now, "taken back")
                self._accounts.apps.forget(person.id, family.client_id)
        return see("/account")

    def change_password(self) -> Response:
        """A new password; signed out everywhere but here."""
        person = self._acting()
        old, new = request.form.get("old", ""), request.form.get("password", "")
        whence = self._browser.whence(person.id)
        try:
            self._accounts.credentials.change_password(person, old, new, whence)
        except (BadRequest, TooMany) as error:
            return self._page(person, error)
        return self._browser.signed_in(person.id, see("/account"))

    def _acting(self) -> Person:
        """Who sent a form. Raises Forbidden where nobody is signed in, or it is not ours."""
        self._browser.refuse_forged()
        person = self._browser.person()
        if person is None:
            raise Forbidden("Sign in first.", spanish="Entre primero.")
        return person


def routes(exchange: Exchange, browser: Browser) -> Blueprint:
    """The routes of a person's own account."""
    served = Account(exchange, browser)
    found = Blueprint("account", __name__, url_prefix="/account")
    found.add_url_rule("", "show", served.show)
    for path, answer in (
        ("/sign-out-everywhere", served.sign_out_everywhere),
        ("/revoke", served.revoke),
        ("/password", served.change_password),
    ):
        found.add_url_rule(path, path.strip("/"), answer, methods=["POST"])
    return found
