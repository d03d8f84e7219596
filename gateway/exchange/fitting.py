"""Whether a data question fits the structure that it is asked of."""

from collections.abc import Mapping

from gateway.errors import NotServed, SemanticError
from gateway.model.query import DataQuery, Filter
from gateway.model.structure import DataStructure


def refuse_unfit(
    query: DataQuery, structure: DataStructure, codes: Mapping[str, frozenset[str]]
) -> None:
    """Raise SemanticError for what the structure does not have, BadSyntax for no period."""
    dimensions = structure.dimension_ids
    at_observation = (structure.time.id, "AllDimensions", *dimensions)
    if query.dimension_at_observation not in at_observation:
        raise SemanticError(
            f"{structure.id} has no dimension {query.dimension_at_observation}.",
            subject="dimensionAtObservation",
            allowed=at_observation,
        )
    for key in query.keys:
        if len(key) > len(dimensions):
            raise SemanticError(
                f"The key has {len(key)} positions; {structure.id} has {len(dimensions)}.",
                subject="key",
                allowed=[".".join(dimensions)],
            )
        for dimension, wanted in zip(dimensions, key, strict=False):
            _refuse_unknown(dimension, wanted or frozenset(), codes[dimension])
    for each in query.filters:
        if each.component == structure.time.id:
            _refuse_no_period(each)
        elif each.component in dimensions:
            _refuse_unknown(each.component, each.codes(), codes[each.component])
        else:
            known = {component.id for component in structure.components()}
            raise (NotServed if each.component in known else SemanticError)(
                f"c[{each.component}] is no filter on a dimension.",
                subject=each.component,
                allowed=(*dimensions, structure.time.id),
            )


def _refuse_no_period(filter: Filter) -> None:
    """Read every bound, so that one that is no period is refused even where no data are."""
    for group in filter.alternatives:
        for each in group:
            each.holds_in_time("2000")


def _refuse_unknown(dimension: str, wanted: frozenset[str], known: frozenset[str]) -> None:
    if unknown := sorted(wanted - known):
        few = sorted(known) if len(known) <= 20 else [*sorted(known)[:20], "…"]
        raise SemanticError(
            f"{dimension} has no code {', '.join(unknown)}.", subject=dimension, allowed=few
        )
