"""Schemes cut down to some of their items. Source: SDMX-REST 2.2.2, structures.md, item queries."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from difflib import get_close_matches

from gateway.errors import NotFound, SemanticError
from gateway.model.artefact import Artefact, ItemScheme, Kind


def only_items(artefact: Artefact, wanted: Iterable[str]) -> Artefact:
    """The same scheme with only some items, marked partial; categories with those above them.

    Raises NotFound for an item that is not there, SemanticError for what has no items.
    """
    if not isinstance(artefact, ItemScheme):
        raise SemanticError(
            f"{artefact.reference} has no items.",
            spanish=f"{artefact.reference} no tiene elementos.",
            subject=str(artefact.reference),
        )
    wanted = frozenset(wanted)
    if missing := sorted(wanted - {item.id for item in artefact.items}):
        known = [item.id for item in artefact.items]
        if len(known) > 20:
            known = get_close_matches(missing[0], known, n=10, cutoff=0)
        raise NotFound(
            f"{artefact.reference} has no item {', '.join(missing)}.",
            spanish=f"{artefact.reference} no tiene elemento {', '.join(missing)}.",
            subject=missing[0],
            allowed=known,
        )
    if artefact.kind is Kind.CATEGORY_SCHEME:
        wanted = frozenset(above for path in wanted for above in _path(path))
    return cut(artefact, wanted)


def cut(scheme: ItemScheme, kept: frozenset[str]) -> ItemScheme:
    """A scheme with only some items, marked partial.

    A broader code that is left out is no longer named as parent, or the message would refer to
    what it does not hold.
    """
    items = tuple(
        item if item.parent in kept else replace(item, parent=None)
        for item in scheme.items
        if item.id in kept
    )
    return replace(scheme, items=items, is_partial=True)


def _path(path: str) -> Iterator[str]:
    """A category's path and those above it.

    >>> list(_path("A.B.C"))
    ['A', 'A.B', 'A.B.C']
    """
    parts = path.split(".")
    return (".".join(parts[: end + 1]) for end in range(len(parts)))
