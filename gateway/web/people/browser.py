"""The browser at the other end: its cookies, who is signed in there, and pages sent to it.

One cookie holds a random value, before somebody signs in and after (another one then): every form
carries a mark made from it, so that no other site can send our forms. Cookies are SameSite=Lax,
HttpOnly, and where the issuer speaks https Secure and bound to this host (``__Host-``).
"""

import hmac
import secrets
from collections.abc import Mapping
from urllib.parse import urlencode

from flask import Response, render_template, request

from gateway.access.people import Person
from gateway.errors import Forbidden, GatewayError
from gateway.exchange import Exchange
from gateway.web.answer import NO_STORE
from gateway.web.language import COOKIE as LANGUAGE_COOKIE
from gateway.web.language import Words, language

_FORM = "form"
_ERRAND_LIFE = 600
_KNOWN_FOR = 180 * 24 * 3600

POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'"
)


class Browser:
    """Whatever browser has sent the request at hand."""

    def __init__(self, exchange: Exchange, issuer: str) -> None:
        self._accounts = exchange.accounts
        self._words = Words()
        self._secure = issuer.startswith("https:")

    def person(self) -> Person | None:
        """Who is signed in."""
        return self._accounts.sessions.person(self.visit())

    def visit(self) -> str:
        """The value of the one cookie; empty on the first request."""
        return request.cookies.get(self._name("gateway"), "")

    def whence(self, id: str) -> str:
        """From where somebody tries to sign in: a browser that the person knows, or an address."""
        known = request.cookies.get(self._name("gateway-known"), "")
        if self._accounts.sessions.knows(id, known):
            return f"browser {known}"
        return f"address {address()}"

    def page(
        self, template: str, status: int = 200, leads_to: str = "'self'", **values: object
    ) -> Response:
        """A page; `leads_to` is where its forms may end, empty for anywhere."""
        spoken = language()
        visit = self.visit() or secrets.token_urlsafe(32)
        body = render_template(
            template,
            language=spoken,
            other="en" if spoken == "es" else "es",
            other_url=_in_other(spoken),
            words=self._words.said(spoken),
            form_mark=self._mark(visit),
            signed_in=self.person(),
            **values,
        )
        response = Response(body, status)
        if visit != self.visit():
            self._set(response, "gateway", visit)
        if request.args.get("lang") in ("es", "en"):
            response.set_cookie(LANGUAGE_COOKIE, spoken, samesite="Lax", httponly=True)
        forms = f"; form-action {leads_to}" if leads_to else ""
        response.headers["Content-Security-Policy"] = POLICY + forms
        response.headers["Cache-Control"] = NO_STORE
        return response

    def refused(self, error: GatewayError, status: int) -> Response:
        """A page that says what went wrong, where no form can say it."""
        return self.page("refused.html", status, error=error.sentence(language()))

    def refuse_forged(self) -> None:
        """Raise Forbidden for a form that another site sent, or that is no form of ours."""
        whence = request.headers.get("Sec-Fetch-Site", "same-origin")
        mark = request.form.get("form_mark", "")
        visit = self.visit()
        right = hmac.compare_digest(self._mark(visit).encode(), mark.encode(errors="replace"))
        if whence not in ("same-origin", "none") or not visit or not right:
            raise Forbidden(
                "This form is too old, or came from another site: open the page again.",
                spanish="Este formulario es demasiado antiguo, o viene de otro sitio: abra la "
                "página de nuevo.",
            )

    def close(self, text: str, purpose: str) -> str:
        """A text that this browser alone can bring back, for a purpose."""
        return self._accounts.seal.close(text, f"{purpose} {self.visit()}")

    def open(self, sealed: str, purpose: str) -> str | None:
        """What this browser was given; None for anything else."""
        return self._accounts.seal.open(sealed, f"{purpose} {self.visit()}")

    def give(self, response: Response, name: str, text: str) -> Response:
        """Let this browser keep a text that it cannot read, for ten minutes."""
        sealed = self._accounts.seal.close(text, f"cookie {name}")
        self._set(response, f"gateway-{name}", sealed, _ERRAND_LIFE)
        return response

    def given(self, name: str) -> str | None:
        """What this browser was given to keep."""
        sealed = request.cookies.get(self._name(f"gateway-{name}"), "")
        return self._accounts.seal.open(sealed, f"cookie {name}")

    def taken(self, response: Response, name: str) -> Response:
        """Take back what this browser was given to keep."""
        self._unset(response, f"gateway-{name}")
        return response

    def signed_in(self, person: str, response: Response) -> Response:
        """Sign a person in: a new cookie, whose value nobody had before."""
        self._accounts.sessions.end(self.visit())
        agent = request.headers.get("User-Agent", "")
        self._set(response, "gateway", self._accounts.sessions.begin(person, agent))
        known = request.cookies.get(self._name("gateway-known"), "")
        if not self._accounts.sessions.knows(person, known):
            known = self._accounts.sessions.know(person)
        self._set(response, "gateway-known", known, _KNOWN_FOR)
        return response

    def signed_out(self, response: Response) -> Response:
        """Sign out of this browser."""
        self._accounts.sessions.end(self.visit())
        self._unset(response, "gateway")
        return response

    def _mark(self, visit: str) -> str:
        return self._accounts.seal.mark(visit, _FORM)

    def _name(self, name: str) -> str:
        return f"__Host-{name}" if self._secure else name

    def _set(self, response: Response, name: str, value: str, age: int | None = None) -> None:
        response.set_cookie(
            self._name(name),
            value,
            max_age=age,
            secure=self._secure,
            httponly=True,
            samesite="Lax",
        )

    def _unset(self, response: Response, name: str) -> None:
        response.delete_cookie(self._name(name), secure=self._secure, httponly=True, samesite="Lax")


def address() -> str:
    """Where a request comes from: of IPv6 the first half, all of which one visitor has."""
    said = request.remote_addr or ""
    return ":".join(said.split(":")[:4]) if ":" in said else said


def see(path: str, **query: str) -> Response:
    """On to another of our pages, to be asked for with GET."""
    location = f"{path}?{urlencode(query)}" if query else path
    return Response(status=303, headers={"Location": location})


def local(path: str) -> str:
    """A path of ours to go on to; the account where it is none, or leads elsewhere."""
    plain = path.isascii() and path.isprintable() and "\\" not in path and " " not in path
    return path if plain and path.startswith("/") and not path.startswith("//") else "/account"


def _in_other(spoken: str) -> str:
    """The address of this page in the other language."""
    kept: Mapping[str, list[str]] = request.args.to_dict(flat=False)
    pairs = [(name, value) for name, values in kept.items() for value in values if name != "lang"]
    query = urlencode([*pairs, ("lang", "en" if spoken == "es" else "es")])
    return f"{request.path}?{query}"
