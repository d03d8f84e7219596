"""Signing in and out: a password, then the second factor."""

import json
from collections.abc import Mapping
from datetime import timedelta
from urllib.parse import urlencode

from flask import Blueprint, Response, request

from gateway.access.credentials import wrong_code
from gateway.errors import GatewayError, TooMany
from gateway.exchange import Exchange
from gateway.settings import Issuer
from gateway.web.admissions import half_way, signing_in
from gateway.web.language import language
from gateway.web.people.browser import Browser, local, see

_HALFWAY = timedelta(minutes=10)
_STEP = "second factor"


class SigningIn:
    """What is answered on signing in."""

    def __init__(self, exchange: Exchange, browser: Browser, issuers: Mapping[str, Issuer]) -> None:
        self._exchange = exchange
        self._issuers = issuers
        self._credentials = exchange.accounts.credentials
        self._browser = browser

    def show(self) -> Response:
        """The form; whoever is signed in already goes on."""
        onward = local(request.args.get("next", ""))
        if self._browser.person() is not None:
            return see(onward)
        return self._form(onward)

    def password(self) -> Response:
        """The second form behind the right password."""
        self._browser.refuse_forged()
        id, onward = request.form.get("id", ""), local(request.form.get("next", ""))
        signing_in(self._exchange, id, "password")
        try:
            password = request.form.get("password", "")
            person = self._credentials.by_password(id, password, self._browser.whence(id))
        except TooMany as error:
            return _waiting(self._form(onward, id, error), error)
        if person is None:
            return self._form(onward, id, _wrong())
        half_way()
        return self._second_form(person.id, onward)

    def code(self) -> Response:
        """Onward behind the right code."""
        self._browser.refuse_forged()
        step = self._browser.open(request.form.get("step", ""), _STEP)
        person, onward, until = json.loads(step) if step else ("", "/account", 0)
        if self._exchange.clock().timestamp() > until:
            return self._form(onward, person, _too_late())
        signing_in(self._exchange, person, "second factor")
        try:
            right = self._credentials.by_code(person, request.form.get("code", ""))
        except TooMany as error:
            return _waiting(self._second_form(person, onward, error), error)
        if not right:
            return self._second_form(person, onward, wrong_code())
        return self._browser.signed_in(person, see(onward))

    def sign_out(self) -> Response:
        """The form again."""
        self._browser.refuse_forged()
        return self._browser.signed_out(see("/sign-in"))

    def _form(self, onward: str, id: str = "", error: GatewayError | None = None) -> Response:
        return self._browser.page(
            "sign_in.html",
            _status(error),
            # What follows may end at a client, whose address a browser checks against this too.
            leads_to="" if onward.startswith("/oauth/") else "'self'",
            id=id,
            onward=onward,
            error=_said(error),
            elsewhere=[
                {
                    "name": each.name or each.id,
                    "href": f"/sign-in/through/{each.id}?{urlencode({'next': onward})}",
                }
                for each in self._issuers.values()
            ],
        )

    def _second_form(self, person: str, onward: str, error: GatewayError | None = None) -> Response:
        until = (self._exchange.clock() + _HALFWAY).timestamp()
        return self._browser.page(
            "second_factor.html",
            _status(error),
            leads_to="" if onward.startswith("/oauth/") else "'self'",
            step=self._browser.close(json.dumps([person, onward, until]), _STEP),
            error=_said(error),
        )


def routes(exchange: Exchange, browser: Browser, issuers: Mapping[str, Issuer]) -> Blueprint:
    """The routes of signing in and out; `issuers` are those to sign in through as well."""
    served = SigningIn(exchange, browser, issuers)
    found = Blueprint("signing_in", __name__)
    found.add_url_rule("/sign-in", "show", served.show)
    found.add_url_rule("/sign-in", "password", served.password, methods=["POST"])
    found.add_url_rule("/sign-in/code", "code", served.code, methods=["POST"])
    found.add_url_rule("/sign-out", "sign_out", served.sign_out, methods=["POST"])
    return found


def _said(error: GatewayError | None) -> str:
    return "" if error is None else error.sentence(language())


def _status(error: GatewayError | None) -> int:
    if error is None:
        return 200
    return 429 if isinstance(error, TooMany) else 403


def _waiting(response: Response, error: TooMany) -> Response:
    response.headers["Retry-After"] = str(error.seconds)
    return response


def _wrong() -> GatewayError:
    """The same for an account that is not there, is closed, or has another password."""
    return GatewayError(
        "The address or the password is not right.",
        spanish="La dirección o la contraseña no son correctas.",
    )


def _too_late() -> GatewayError:
    return GatewayError(
        "That took too long: sign in again.", spanish="Tardó demasiado: entre de nuevo."
    )
