"""A data question spelled again: one question, one spelling, whichever way it was asked."""

from collections.abc import Iterator

from gateway.model.query import Condition, DataQuery, Filter, Key, Operator, Sort


def spelled(query: DataQuery) -> str:
    """A question in the words of SDMX-REST 2, its parts in one order.

    >>> from gateway.rest import v2
    >>> spelled(v2.data_query("dataflow/LMIG/DF_RETURNS/1.0.0/M.GT", [("c[SEX]", "M,F")]))
    'dataflow/LMIG:DF_RETURNS(1.0.0)/M.GT?c[SEX]=M,F'
    """
    keys = ",".join(_key(each) for each in query.keys) or "*"
    parameters = "&".join(f"{name}={value}" for name, value in _parameters(query))
    question = f"?{parameters}" if parameters else ""
    return f"{query.context}/{query.flows}/{keys}{question}"


def _key(key: Key) -> str:
    return ".".join("*" if codes is None else "+".join(sorted(codes)) for codes in key)


def _parameters(query: DataQuery) -> Iterator[tuple[str, str]]:
    yield from ((f"c[{each.component}]", _filter(each)) for each in query.filters)
    if query.providers:
        yield "provider", ",".join(query.providers)
    if query.dimension_at_observation != "TIME_PERIOD":
        yield "dimensionAtObservation", query.dimension_at_observation
    numbers = {
        "firstNObservations": query.first,
        "lastNObservations": query.last,
        "limit": query.page.limit,
        "offset": query.page.offset or None,
    }
    yield from ((name, str(number)) for name, number in numbers.items() if number is not None)
    if query.page.order:
        yield "sort", "+".join(_sort(each) for each in query.page.order)
    moments = {"asOf": query.as_of, "updatedAfter": query.updated_after}
    yield from ((name, each.isoformat()) for name, each in moments.items() if each is not None)
    if query.history:
        yield "includeHistory", "true"


def _filter(filter: Filter) -> str:
    return ",".join("+".join(_condition(each) for each in group) for group in filter.alternatives)


def _condition(condition: Condition) -> str:
    sign = "" if condition.operator is Operator.EQ else f"{condition.operator}:"
    return f"{sign}{condition.value}"


def _sort(sort: Sort) -> str:
    return f"{sort.component}:desc" if sort.descending else sort.component
