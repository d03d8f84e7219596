"""Pages for people: Spanish first, English at ``?lang=en`` or where the browser prefers it."""

import tomllib
from collections.abc import Mapping
from pathlib import Path

from flask import Blueprint, render_template, request

from gateway.exchange import Exchange
from gateway.model.text import LANGUAGES, Language
from gateway.web.oauth import TOKEN_PATH

_HERE = Path(__file__).parent


def routes(exchange: Exchange, issuer: str) -> Blueprint:
    """The pages over an exchange. They show what is open: definitions, and who supplies them."""
    pages = Blueprint("pages", __name__)
    words = tomllib.loads((_HERE / "words.toml").read_text(encoding="utf-8"))

    @pages.get("/")
    def front() -> str:
        language = _language()
        return render_template(
            "front.html",
            language=language,
            other="en" if language == "es" else "es",
            words=_in(words, language),
            flows=exchange.registry.dataflows,
            provisions=list(exchange.provisions.values()),
            issuer=issuer,
            token_path=TOKEN_PATH,
            sender=exchange.settings.sender,
        )

    return pages


def _language() -> Language:
    """The language of the URL, else the one that the browser likes best, else Spanish."""
    asked = request.args.get("lang") or request.accept_languages.best_match(LANGUAGES)
    return "en" if asked == "en" else "es"


def _in(words: Mapping[str, Mapping[str, str]], language: Language) -> dict[str, str]:
    return {key: said[language] for key, said in words.items()}
