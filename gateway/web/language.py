"""The language of a page, and what pages say in it: Spanish first, English at ``?lang=en``."""

import tomllib
from collections.abc import Mapping
from pathlib import Path

from flask import request

from gateway.model.text import LANGUAGES, Language

COOKIE = "gateway-lang"
"""Remembers the language that somebody chose, where a page sets it."""


def language() -> Language:
    """The language of the URL, else the one chosen before, else the browser's, else Spanish."""
    asked = (
        request.args.get("lang")
        or request.cookies.get(COOKIE)
        or request.accept_languages.best_match(LANGUAGES)
    )
    return "en" if asked == "en" else "es"


class Words:
    """What the pages say, by the keys that templates use."""

    def __init__(self) -> None:
        path = Path(__file__).parent / "words.toml"
        self._words: Mapping[str, Mapping[str, str]] = tomllib.loads(path.read_text("utf-8"))

    def said(self, language: Language) -> dict[str, str]:
        """All of it in one language."""
        return {key: said[language] for key, said in self._words.items()}
