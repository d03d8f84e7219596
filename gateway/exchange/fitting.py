"""Whether a data question fits the structure that it is asked of."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from gateway.errors import SemanticError
from gateway.formats.message import FLAT, Shown
from gateway.model.query import DataQuery, Filter, Page, Sort
from gateway.model.structure import Attachment, DataStructure

SERIES_KEY = "series_key"
"""The word for all dimensions that are not at the observations."""


def refuse_unfit(
    query: DataQuery, structure: DataStructure, codes: Mapping[str, frozenset[str]]
) -> None:
    """Raise SemanticError for what the structure does not have, BadSyntax for no period."""
    dimensions = structure.dimension_ids
    at_observation = (structure.time.id, FLAT, *dimensions)
    if query.dimension_at_observation not in at_observation:
        raise SemanticError(
            f"{structure.id} has no dimension {query.dimension_at_observation}.",
            spanish=f"{structure.id} no tiene dimensión {query.dimension_at_observation}.",
            subject="dimensionAtObservation",
            allowed=at_observation,
        )
    for key in query.keys:
        if len(key) > len(dimensions):
            raise SemanticError(
                f"The key has {len(key)} positions; {structure.id} has {len(dimensions)}.",
                spanish=f"La clave tiene {len(key)} posiciones; {structure.id} tiene "
                f"{len(dimensions)}.",
                subject="key",
                allowed=[".".join(dimensions)],
            )
        for dimension, wanted in zip(dimensions, key, strict=False):
            _refuse_unknown(dimension, wanted or frozenset(), codes[dimension])
    known = {component.id for component in structure.components()}
    for each in query.filters:
        _refuse_unknown_component(each, structure, known)
        _refuse_filter(each, structure, codes)


def refuse_moments(query: DataQuery, now: datetime) -> None:
    """Raise SemanticError for moments at which nothing is known, or between which nothing lies."""
    for name, moment in (("asOf", query.as_of), ("updatedAfter", query.updated_after)):
        if moment is not None and moment > now:
            raise SemanticError(
                f"{name}={moment.isoformat()} is still to come.",
                spanish=f"{name}={moment.isoformat()} todavía no llega.",
                subject=name,
            )
    if query.as_of is not None and (query.updated_after or query.as_of) > query.as_of:
        raise SemanticError(
            "updatedAfter is later than asOf.",
            spanish="updatedAfter es posterior a asOf.",
            subject="updatedAfter",
        )
    if query.history and query.updated_after is not None:
        raise SemanticError(
            "includeHistory tells every change, updatedAfter the last ones: ask for one of them.",
            spanish="includeHistory dice cada cambio, updatedAfter los últimos: pida uno de los "
            "dos.",
            subject="includeHistory",
        )


def fitted(query: DataQuery, structure: DataStructure, shown: Shown) -> DataQuery:
    """The same question with its order spelled out in components.

    Raises SemanticError for a component that the structure, or what is shown of it, does not have.
    """
    if not query.page.order:
        return query
    found = dict.fromkeys(_sorts(query, structure, shown))  # a component sorts once
    known = {component.id for component in structure.components()}
    if not shown.observations:
        known -= {structure.time.id, structure.measure.id}
        known -= {*structure.attribute_ids(Attachment.OBSERVATION)}
    for each in found:
        if each.component not in known:
            raise SemanticError(
                f"{structure.id} has no component {each.component} to sort by here.",
                spanish=f"{structure.id} no tiene componente {each.component} por el cual "
                "ordenar aquí.",
                subject="sort",
                allowed=sorted(known),
            )
    return replace(query, page=Page(tuple(found), query.page.offset, query.page.limit))


def _sorts(query: DataQuery, structure: DataStructure, shown: Shown) -> Iterator[Sort]:
    time = (structure.time.id,) if shown.observations else ()
    every = (*structure.dimension_ids, *time)
    at_observation = query.dimension_at_observation
    for each in query.page.order:
        if each.component == SERIES_KEY and at_observation == FLAT:
            raise SemanticError(
                "AllDimensions has no series to sort by.",
                spanish="AllDimensions no tiene series por las cuales ordenar.",
                subject="sort",
            )
        ids: Iterable[str] = {
            "*": every,
            SERIES_KEY: (id for id in every if id != at_observation),
        }.get(each.component, (each.component,))
        yield from (Sort(id, each.descending) for id in ids)


def _refuse_unknown_component(filter: Filter, structure: DataStructure, known: set[str]) -> None:
    if filter.component not in known:
        raise SemanticError(
            f"{structure.id} has no component {filter.component}.",
            spanish=f"{structure.id} no tiene componente {filter.component}.",
            subject=filter.component,
            allowed=sorted(known),
        )


def _refuse_filter(
    filter: Filter, structure: DataStructure, codes: Mapping[str, frozenset[str]]
) -> None:
    if filter.component == structure.time.id:
        _refuse_no_period(filter)
    elif filter.component == structure.measure.id:
        _refuse_no_number(filter)
    elif filter.component in codes:
        _refuse_unknown(filter.component, filter.codes(), codes[filter.component])


def _refuse_no_period(filter: Filter) -> None:
    """Read every bound, so that one that is no period is refused even where no data are."""
    for group in filter.alternatives:
        for each in group:
            each.holds_in_time("2000")


def _refuse_no_number(filter: Filter) -> None:
    """A measure is compared as a number, but where a part of its spelling is looked for."""
    for group in filter.alternatives:
        for each in group:
            if each.compares_numbers and not _is_number(each.value):
                raise SemanticError(
                    f"c[{filter.component}] compares numbers, and {each.value} is none.",
                    spanish=f"c[{filter.component}] compara números, y {each.value} no lo es.",
                    subject=filter.component,
                )


def _is_number(text: str) -> bool:
    try:
        return float(text) == float(text)  # NaN is not equal to itself
    except ValueError:
        return False


def _refuse_unknown(dimension: str, wanted: frozenset[str], known: frozenset[str]) -> None:
    if unknown := sorted(wanted - known):
        few = sorted(known) if len(known) <= 20 else [*sorted(known)[:20], "…"]
        raise SemanticError(
            f"{dimension} has no code {', '.join(unknown)}.",
            spanish=f"{dimension} no tiene código {', '.join(unknown)}.",
            subject=dimension,
            allowed=few,
        )
