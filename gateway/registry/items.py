"""Schemes cut down to the items asked for. Source: SDMX-REST 2.2.2, structures.md, item queries."""

from collections.abc import Sequence
from dataclasses import replace

from gateway.errors import NotFound, SemanticError
from gateway.model.artefact import Artefact, Codelist, ConceptScheme, Item


def only_items(artefact: Artefact, wanted: Sequence[str]) -> Artefact:
    """The same code list or concept scheme with only some items, marked partial.

    A broader code that was not asked for is no longer named as parent, or the message would refer
    to what it does not hold. Raises NotFound for an item that is not there, SemanticError for an
    artefact that has no items.
    """
    match artefact:
        case Codelist():
            return replace(artefact, codes=_only(artefact.codes, wanted), is_partial=True)
        case ConceptScheme():
            return replace(artefact, concepts=_only(artefact.concepts, wanted), is_partial=True)
        case _:
            raise SemanticError(
                f"{artefact.reference} has no items.",
                subject=str(artefact.reference),
                allowed=("codelist", "conceptscheme"),
            )


def _only(items: tuple[Item, ...], wanted: Sequence[str]) -> tuple[Item, ...]:
    if missing := sorted({*wanted} - {item.id for item in items}):
        raise NotFound(f"There is no item {', '.join(missing)}.", subject=missing[0])
    return tuple(
        item if item.parent in wanted else replace(item, parent=None)
        for item in items
        if item.id in wanted
    )
