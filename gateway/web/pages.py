"""Pages for people: Spanish first, English at ``?lang=en`` or where the browser prefers it."""

from dataclasses import dataclass, replace

from flask import Blueprint, render_template

from gateway.access.tokens import TOKEN_PATH
from gateway.exchange import Exchange
from gateway.mirror import method
from gateway.model.artefact import Item, ItemScheme, Kind, Reference
from gateway.model.structure import Categorisation, Dataflow
from gateway.model.text import Text
from gateway.registry import Registry
from gateway.web.language import Words, language


def routes(exchange: Exchange, issuer: str) -> Blueprint:
    """The pages over an exchange. They show what is open: definitions, and who supplies them."""
    pages = Blueprint("pages", __name__)
    words = Words()

    @pages.get("/")
    def front() -> str:
        spoken = language()
        return render_template(
            "front.html",
            language=spoken,
            other="en" if spoken == "es" else "es",
            words=words.said(spoken),
            topics=_topics(exchange.registry),
            supplied=_supplied(exchange),
            provisions=list(exchange.provisions.values()),
            issuer=issuer,
            token_path=TOKEN_PATH,
            sender=exchange.settings.sender,
        )

    @pages.get("/mirror/method")
    def mirror_method() -> str:
        spoken = language()
        return render_template(
            "method.html",
            language=spoken,
            other="en" if spoken == "es" else "es",
            words=words.said(spoken),
            method=method,
            lists=[
                (title, _codes(exchange.registry, component))
                for title, component in _MIRROR_LISTS.items()
            ],
        )

    return pages


def _supplied(exchange: Exchange) -> frozenset[Reference]:
    """The dataflows that somebody supplies, and what is made of them."""
    supplied = frozenset(each.flow.reference for each in exchange.provisions.values())
    return supplied | exchange.mirror.flows if exchange.mirror.compared else supplied


_MIRROR_LISTS = {
    "method_measures": "MIRROR_MEASURE",
    "method_statuses": "MIRROR_STATUS",
    "method_reasons": "MIRROR_REASON",
}
"""What the method page tells the codes of, by its heading."""


def _codes(registry: Registry, component: str) -> tuple[Item, ...]:
    """The codes of a component of the mirror; none in a home that defines no mirror."""
    for flow in registry.dataflows:
        if flow.id == "DF_MIRROR":
            of = {each.id: each for each in registry.structure(flow).components()}[component]
            listed = of.representation.codelist
            return () if listed is None else registry.scheme(listed).items
    return ()


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
