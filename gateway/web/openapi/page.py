"""``/openapi.json``, and ``/api``: a page that asks what the document says can be asked.

The page is our own: a form for each operation, one small script and no style of others, so that
the pages' strict Content-Security-Policy holds. Swagger UI and RapiDoc write styles of their own
into the page, and weigh more than the service's whole answer.
"""

from collections.abc import Mapping

from flask import Blueprint, Response, jsonify, render_template

from gateway.exchange import Exchange
from gateway.model.text import LANGUAGES, Language
from gateway.web import negotiation
from gateway.web.language import Words, language
from gateway.web.openapi.document import PATH, document


def routes(exchange: Exchange, issuer: str) -> Blueprint:
    """The document and its page, made once for each language."""
    found = Blueprint("openapi", __name__)
    told: Mapping[Language, dict[str, object]] = {
        each: document(exchange, issuer, each) for each in LANGUAGES
    }
    words = Words()

    @found.get(PATH)
    def described() -> Response:
        """English for programs that do not say; generators make names of the summaries."""
        return jsonify(told[negotiation.language()])

    @found.get("/api")
    def page() -> str:
        spoken = language()
        return render_template(
            "api.html",
            language=spoken,
            other="en" if spoken == "es" else "es",
            words=words.said(spoken),
            document=told[spoken],
            path=f"{PATH}?lang={spoken}",
        )

    return found
