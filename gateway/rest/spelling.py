"""The way back: what a data question is in the parts of a URL, for both versions of SDMX-REST."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import product
from urllib.parse import quote

from gateway.errors import SemanticError
from gateway.model.period import JANUARY_1
from gateway.model.query import Alternatives, Condition, DataQuery, Filter, Key, Operator, Sort


def refuse(version: str, unsayable: Mapping[str, bool]) -> None:
    """Raise SemanticError for what a version has no words for, by name."""
    for what, is_there in unsayable.items():
        if is_there:
            raise SemanticError(
                f"{version} cannot say this: {what}.",
                spanish=f"{version} no puede decir esto: {what}.",
                subject=what,
            )


def url(
    resource: str,
    parts: Sequence[str],
    defaults: Sequence[str],
    parameters: Mapping[str, str],
    usual: Mapping[str, str],
) -> str:
    """A path without the defaults at its end, and the parameters that say something."""
    left = [*parts]
    while left and left[-1] == defaults[len(left) - 1]:
        left.pop()
    path = "/".join(quote(part, safe=",:*+~.@$") for part in [resource, *left])
    said = (
        f"{quote(name, safe='')}={quote(value, safe=',:*')}"
        for name, value in parameters.items()
        if value and value != usual.get(name)
    )
    return "?".join(each for each in (path, "&".join(said)) if each)


def keys(query: DataQuery) -> tuple[Key, ...]:
    """The keys of a question; none where one of them allows all."""
    if any(all(codes is None for codes in key) for key in query.keys):
        return ()
    for key in query.keys:
        refuse(
            "SDMX-REST",
            {"a key without codes": any(codes is not None and not codes for codes in key)},
        )
    return query.keys


def position_key(key: Key, every: str) -> str:
    """A key by its positions; `every` stands where all codes are allowed."""
    return ".".join(every if codes is None else "+".join(sorted(codes)) for codes in key)


def single_codes(key: Key) -> Iterator[Key]:
    """The keys with one code at a position that say together what this one says.

    >>> [position_key(each, "*") for each in single_codes((None, frozenset({"GT", "MX"})))]
    ['*.GT', '*.MX']
    """
    choices = [(None,) if codes is None else sorted(codes) for codes in key]
    for chosen in product(*choices):
        yield tuple(None if code is None else frozenset({code}) for code in chosen)


def component_filters(filters: Iterable[Filter]) -> dict[str, str]:
    """The parameters ``c[…]``, one for each component, and the year that bounds in time refer to.

    Two filters of one component become one that says both.
    """
    whole: dict[str, Alternatives] = {}
    for each in filters:
        before = whole.get(each.component, ((),))
        whole[each.component] = tuple(
            (*one, *other) for one in before for other in each.alternatives
        )
    said = {f"c[{id}]": _alternatives(groups) for id, groups in whole.items()}
    return said | _year_start(whole.values())


def _year_start(filters: Iterable[Alternatives]) -> dict[str, str]:
    starts = {one.year_starts for groups in filters for group in groups for one in group}
    refuse("SDMX-REST", {"two starts of the reporting year": len(starts) > 1})
    month, day = next(iter(starts), JANUARY_1)
    return {"reportingYearStartDay": f"--{month:02}-{day:02}"}


def _alternatives(groups: Alternatives) -> str:
    return ",".join("+".join(_condition(each) for each in group) for group in groups)


def _condition(condition: Condition) -> str:
    """A condition; the operator is left out where its absence says the same."""
    value = condition.value
    if not value or not _SIGNS.isdisjoint(value):
        refuse("SDMX-REST", {f"the value {value!r} of a filter": True})
    plain = condition.operator is Operator.EQ and value.partition(":")[0] not in _OPERATORS
    return value if plain else f"{condition.operator}:{value}"


_SIGNS = frozenset("*,+ ")
_OPERATORS = frozenset(map(str, Operator))


def shared_parameters(query: DataQuery) -> dict[str, str]:
    """The parameters of data questions that both versions have."""
    at_observation = query.dimension_at_observation
    return {
        "firstNObservations": "" if query.first is None else str(query.first),
        "lastNObservations": "" if query.last is None else str(query.last),
        "dimensionAtObservation": "" if at_observation == "TIME_PERIOD" else at_observation,
        "updatedAfter": moment(query.updated_after),
        "includeHistory": "true" if query.history else "",
    }


def moment(at: datetime | None) -> str:
    """A moment with its zone; nothing where there is none."""
    return "" if at is None else at.isoformat()


def order(sorts: Iterable[Sort]) -> str:
    """The parameter `sort`."""
    return "+".join(f"{each.component}:desc" if each.descending else each.component
                    for each in sorts)  # fmt: skip
