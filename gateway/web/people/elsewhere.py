"""Signing in through another issuer: away to it with a sealed errand in a cookie, and back."""

import json
from dataclasses import asdict

from flask import Blueprint, Response, request

from gateway.access.elsewhere import Elsewhere, Errand
from gateway.errors import BadSyntax, Forbidden, NotFound
from gateway.exchange import Exchange
from gateway.web.addresses import issuer as our_issuer
from gateway.web.admissions import signing_in
from gateway.web.people.browser import Browser, local, see

_ERRAND = "errand"


class Through:
    """What is answered to whoever signs in through another issuer."""

    def __init__(self, exchange: Exchange, browser: Browser, elsewhere: Elsewhere) -> None:
        self._exchange = exchange
        self._browser = browser
        self._elsewhere = elsewhere

    def away(self, id: str) -> Response:
        """Away to the issuer."""
        where, errand = self._elsewhere.begin(id, _back(id))
        onward = local(request.args.get("next", ""))
        response = Response(status=303, headers={"Location": where, "Cache-Control": "no-store"})
        said = json.dumps([asdict(errand), onward])
        return self._browser.give(response, _ERRAND, said)

    def back(self, id: str) -> Response:
        """Signed in, and onward. What a browser was given for one errand is taken once."""
        said = self._browser.given(_ERRAND)
        if said is None:
            raise BadSyntax(
                "You did not begin to sign in in this browser, or long ago: begin again.",
                spanish="Usted no empezó a entrar en este navegador, o hace mucho: empiece otra "
                "vez.",
                subject="state",
            )
        signing_in(self._exchange, "", f"through {id}")
        errand, onward = json.loads(said)
        answer = _answer()
        who = self._elsewhere.finish(id, Errand(**errand), answer, _back(id))
        try:
            named = self._elsewhere.named(id).issuer
            person = self._exchange.accounts.people.arrived(who, named, self._exchange.clock())
        except NotFound as error:
            raise Forbidden(
                "Your account here is closed.", spanish="Su cuenta aquí está cerrada."
            ) from error
        signing_in(self._exchange, person.id, f"through {id}")
        return self._browser.taken(self._browser.signed_in(person.id, see(onward)), _ERRAND)


def routes(exchange: Exchange, browser: Browser, elsewhere: Elsewhere) -> Blueprint:
    """The routes away and back."""
    served = Through(exchange, browser, elsewhere)
    found = Blueprint("elsewhere", __name__)
    found.add_url_rule("/sign-in/through/<id>", "away", served.away)
    found.add_url_rule("/sign-in/back/<id>", "back", served.back)
    return found


def _back(id: str) -> str:
    return f"{our_issuer()}/sign-in/back/{id}"


def _answer() -> dict[str, str]:
    """What the issuer sent along. Raises BadSyntax for what is given twice."""
    for name, values in request.args.to_dict(flat=False).items():
        if len(values) > 1:
            raise BadSyntax(
                f"The parameter {name} is given twice.",
                spanish=f"El parámetro {name} está dos veces.",
                subject=name,
            )
    return request.args.to_dict()
