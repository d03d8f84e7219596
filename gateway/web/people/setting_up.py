"""The page behind a link: a person chooses a password and a second factor."""

import segno
from flask import Blueprint, Response, request

from gateway.access.invitations import Answers, Asks, Invitation
from gateway.access.second_factor import address, new_secret
from gateway.errors import BadRequest, GatewayError, TooMany
from gateway.exchange import Exchange
from gateway.web.admissions import signing_in
from gateway.web.language import language
from gateway.web.people.browser import Browser


class SettingUp:
    """What is answered behind a link. To look at it does not use it up."""

    def __init__(self, exchange: Exchange, browser: Browser) -> None:
        self._exchange = exchange
        self._invitations = exchange.accounts.invitations
        self._seal = exchange.accounts.seal
        self._sender = exchange.settings.sender
        self._browser = browser

    def show(self, token: str) -> Response:
        """The form, with a new secret for the second factor."""
        return self._form(token, self._invitations.get(token), new_secret())

    def accept(self, token: str) -> Response:
        """Signed in, with the recovery codes shown this once; or the form, with what was wrong."""
        invitation = self._invitations.get(token)
        self._browser.refuse_forged()
        secret = self._seal.open(request.form.get("secret", ""), f"set-up {token}") or new_secret()
        try:
            person, codes = self._invitations.accept(token, _answers(secret))
        except (BadRequest, TooMany) as error:
            if error.subject == "link":
                raise
            return self._form(token, invitation, secret, error)
        signing_in(self._exchange, person.id, "link")
        return self._browser.signed_in(
            person.id, self._browser.page("recovery_codes.html", codes=codes)
        )

    def _form(
        self, token: str, invitation: Invitation, secret: str, error: GatewayError | None = None
    ) -> Response:
        person = invitation.person
        id = person.id if person else request.form.get("id", "")
        said = address(secret, id or "…", self._sender)
        return self._browser.page(
            "set_up.html",
            200 if error is None else 422,
            person=person,
            id=id,
            name=request.form.get("name", ""),
            asks_password=invitation.asks is not Asks.SECOND_FACTOR,
            asks_factor=invitation.asks is not Asks.PASSWORD,
            secret=" ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
            sealed=self._seal.close(secret, f"set-up {token}"),
            address=said,
            drawing=_drawn(said),
            error="" if error is None else error.sentence(language()),
            wrong="" if error is None else error.subject,
        )


def routes(exchange: Exchange, browser: Browser) -> Blueprint:
    """The routes behind a link."""
    served = SettingUp(exchange, browser)
    found = Blueprint("setting_up", __name__)
    found.add_url_rule("/setup/<token>", "show", served.show)
    found.add_url_rule("/setup/<token>", "accept", served.accept, methods=["POST"])
    return found


def _answers(secret: str) -> Answers:
    form = request.form
    return Answers(
        form.get("password", ""),
        form.get("code", ""),
        secret,
        form.get("id", ""),
        form.get("name", ""),
    )


def _drawn(text: str) -> str:
    """A QR code as SVG, made here of paths alone: the page takes it as it is."""
    return segno.make(text, error="m").svg_inline(omitsize=True, dark="#000", light="#fff")
