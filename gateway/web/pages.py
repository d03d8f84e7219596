"""Pages for people: Spanish first, English at ``?lang=en`` or where the browser prefers it."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from flask import Blueprint, render_template, request

from gateway.access.tokens import TOKEN_PATH
from gateway.exchange import Exchange
from gateway.model.artefact import ItemScheme, Kind
from gateway.model.structure import Categorisation, Dataflow
from gateway.model.text import LANGUAGES, Language, Text
from gateway.registry import Registry

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
            topics=_topics(exchange.registry),
            supplied={each.flow.reference for each in exchange.provisions.values()},
            provisions=list(exchange.provisions.values()),
            issuer=issuer,
            token_path=TOKEN_PATH,
            sender=exchange.settings.sender,
        )

    return pages


@dataclass(frozen=True, slots=True)
class _Topic:
    """A category of the first level with the dataflows below it; without name, those below none."""

    name: Text | None
    flows: tuple[Dataflow, ...]


def _topics(registry: Registry) -> list[_Topic]:
    """The dataflows by the categories that they are under, in the order of the category scheme."""
    placed_at = {
        each.target: source
        for each in registry
        if isinstance(each, Categorisation)
        and isinstance(source := registry.get(each.source), Dataflow)
    }
    found = []
    for scheme in registry:
        if isinstance(scheme, ItemScheme) and scheme.kind is Kind.CATEGORY_SCHEME:
            for topic in (item for item in scheme.items if item.parent is None):
                below = (
                    item.id for item in scheme.items if f"{item.id}.".startswith(f"{topic.id}.")
                )
                places = (replace(scheme.reference, item=id) for id in below)
                flows = tuple(placed_at[place] for place in places if place in placed_at)
                found.append(_Topic(topic.name, flows))
    placed = {flow.reference for topic in found for flow in topic.flows}
    rest = tuple(flow for flow in registry.dataflows if flow.reference not in placed)
    return [*found, _Topic(None, rest)] if rest else found


def _language() -> Language:
    """The language of the URL, else the one that the browser likes best, else Spanish."""
    asked = request.args.get("lang") or request.accept_languages.best_match(LANGUAGES)
    return "en" if asked == "en" else "es"


def _in(words: Mapping[str, Mapping[str, str]], language: Language) -> dict[str, str]:
    return {key: said[language] for key, said in words.items()}
