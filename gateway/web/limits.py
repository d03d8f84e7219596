"""``/limits``: how much may be asked, for programs and for people."""

import tomllib
from collections.abc import Mapping
from pathlib import Path

from flask import Blueprint, Response, jsonify, render_template, request

from gateway.model.text import LANGUAGES
from gateway.settings import Limits, Settings
from gateway.web.compression import ENCODINGS

_HERE = Path(__file__).parent


def routes(settings: Settings) -> Blueprint:
    """The page over the settings that hold."""
    page = Blueprint("limits", __name__)
    words = tomllib.loads((_HERE / "words.toml").read_text(encoding="utf-8"))

    @page.get("/limits")
    def limits() -> Response:
        """As JSON, or as a page where that is liked better."""
        kinds = ("application/json", "text/html")
        if request.accept_mimetypes.best_match(kinds) == "text/html":
            return Response(_page(settings, words))
        return jsonify(_told(settings.limits, settings.largest_upload))

    return page


def _numbers(settings: Settings) -> dict[str, int]:
    limits = settings.limits
    return {
        "observations": limits.observations,
        "seconds": limits.seconds,
        "data": limits.data,
        "structures": limits.structures,
        "url": limits.url,
        "upload": settings.largest_upload,
    }


def _told(limits: Limits, upload: int) -> dict[str, object]:
    """The numbers with their units; a rate that is not limited is null."""
    return {
        "observations": limits.observations,
        "seconds": limits.seconds,
        "requestsPerMinute": {
            "data": limits.data or None,
            "structures": limits.structures or None,
        },
        "urlCharacters": limits.url,
        "uploadMegabytes": upload,
        "compression": [*ENCODINGS],
    }


def _page(settings: Settings, words: Mapping[str, Mapping[str, str]]) -> str:
    asked = request.args.get("lang") or request.accept_languages.best_match(LANGUAGES)
    language = "en" if asked == "en" else "es"
    rows = [
        (_spelled(number) if number else words["limit_none"][language],
         words[f"limit_{name}"][language])
        for name, number in _numbers(settings).items()
    ]  # fmt: skip
    return render_template(
        "limits.html",
        language=language,
        other="en" if language == "es" else "es",
        title=words["limits"][language],
        other_language=words["other_language"][language],
        rows=rows,
    )


def _spelled(number: int) -> str:
    """A number with thin spaces between thousands, which both languages read."""
    return f"{number:,}".replace(",", "\u202f")
