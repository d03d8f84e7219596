"""Questions about data and structures, as values free of any URL's spelling."""

import operator
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from gateway.model.availability import Mode
from gateway.model.period import JANUARY_1, MonthDay, Span, span

Numbers = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


class Operator(StrEnum):
    """The comparisons of SDMX-REST. Source: SDMX-REST 2.2.2, data.md, operators."""

    EQ = "eq"
    NE = "ne"
    GT = "gt"
    GE = "ge"
    LT = "lt"
    LE = "le"
    CO = "co"
    NC = "nc"
    SW = "sw"
    EW = "ew"


_ON_TEXT: dict[Operator, Callable[[str, str], bool]] = {
    Operator.EQ: operator.eq,
    Operator.NE: operator.ne,
    Operator.GT: operator.gt,
    Operator.GE: operator.ge,
    Operator.LT: operator.lt,
    Operator.LE: operator.le,
    Operator.CO: operator.contains,
    Operator.NC: lambda text, part: part not in text,
    Operator.SW: str.startswith,
    Operator.EW: str.endswith,
}

_ON_SPANS: dict[Operator, Callable[[Span, Span], bool]] = {
    Operator.EQ: operator.eq,
    Operator.NE: operator.ne,
    Operator.GT: lambda period, bound: period[0] > bound[1],
    Operator.GE: lambda period, bound: period[0] >= bound[0],
    Operator.LT: lambda period, bound: period[1] < bound[0],
    Operator.LE: lambda period, bound: period[1] <= bound[1],
}


_ON_NUMBERS: dict[Operator, Callable[[Numbers, float], Mask]] = {
    Operator.EQ: operator.eq,
    Operator.NE: operator.ne,
    Operator.GT: operator.gt,
    Operator.GE: operator.ge,
    Operator.LT: operator.lt,
    Operator.LE: operator.le,
}


@dataclass(frozen=True, slots=True)
class Condition:
    """One comparison of a component's value.

    `year_starts` is the day on which the reporting years of a bound in time begin.
    """

    operator: Operator
    value: str
    year_starts: MonthDay = JANUARY_1

    def holds(self, text: str) -> bool:
        """Whether a code fulfils it; codes compare as text."""
        return _ON_TEXT[self.operator](text, self.value)

    def holds_in_time(self, period: str) -> bool:
        """Whether a period fulfils it; bounds are inclusive and compare whole periods.

        >>> Condition(Operator.LE, "2024").holds_in_time("2024-Q4")
        True
        """
        compare = _ON_SPANS.get(self.operator)
        if compare is None:
            return self.holds(period)
        return compare(span(period), span(self.value, self.year_starts))

    @property
    def compares_numbers(self) -> bool:
        """Whether on a measure it compares numbers, rather than how they are spelled."""
        return self.operator in _ON_NUMBERS

    def holds_in_numbers(self, numbers: Numbers) -> Mask:
        """Which numbers fulfil it; a missing one (NaN) never does. Its value is a number."""
        passing = _ON_NUMBERS[self.operator](numbers, float(self.value))
        return passing & ~np.isnan(numbers)


Alternatives = tuple[tuple[Condition, ...], ...]
"""Conditions of which one group must hold whole: OR of ANDs."""


@dataclass(frozen=True, slots=True)
class Filter:
    """What one component must fulfil."""

    component: str
    alternatives: Alternatives

    def matches(self, value: str, *, in_time: bool) -> bool:
        """Whether a value passes; `in_time` compares periods rather than text."""
        return any(
            all(each.holds_in_time(value) if in_time else each.holds(value) for each in group)
            for group in self.alternatives
        )

    def named(self) -> frozenset[str] | None:
        """The values that it allows, where it does no more than name them; else None."""
        single = all(len(g) == 1 and g[0].operator is Operator.EQ for g in self.alternatives)
        return frozenset(g[0].value for g in self.alternatives) if single else None

    def codes(self) -> frozenset[str]:
        """The whole values that it names, to be found in a code list."""
        whole = (Operator.EQ, Operator.NE)
        conditions = (each for group in self.alternatives for each in group)
        return frozenset(each.value for each in conditions if each.operator in whole)


Key = tuple[frozenset[str] | None, ...]
"""The allowed codes of each dimension in key order; None, or a missing tail, allows all."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which observations of a cube: those with one of the keys that pass every filter.

    Without a key all have one. Where a number is given, only the first and the last so many of
    each series.
    """

    keys: tuple[Key, ...] = ()
    filters: tuple[Filter, ...] = ()
    first: int | None = None
    last: int | None = None


@dataclass(frozen=True, slots=True)
class Sort:
    """A component to sort by."""

    component: str
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """In which order, and how many of an answer's observations; without a limit, all that follow.

    Without an order they come by series key, then time.
    """

    order: tuple[Sort, ...] = ()
    offset: int = 0
    limit: int | None = None


@dataclass(frozen=True, slots=True)
class VersionPattern:
    """Versions asked for: one as spelled, the latest stable, the latest, all, or a range.

    Source: SDMX-REST 2.2.2, querying_versions.md.
    """

    text: str

    LATEST_STABLE = "+"
    LATEST = "~"
    ALL = "*"


@dataclass(frozen=True, slots=True)
class ArtefactPattern:
    """Artefacts asked for by identity; an empty tuple of ids or agencies allows all."""

    agencies: tuple[str, ...]
    ids: tuple[str, ...]
    versions: tuple[VersionPattern, ...]

    def __str__(self) -> str:
        agencies = ",".join(self.agencies) or "*"
        ids = ",".join(self.ids) or "*"
        return f"{agencies}:{ids}({','.join(each.text for each in self.versions)})"


@dataclass(frozen=True, slots=True)
class ProviderPattern:
    """Providers asked for: None allows every id, or those of every agency's scheme."""

    id: str | None = None
    agency: str | None = None

    def allows(self, agency: str, id: str) -> bool:
        """Whether a provider, of the scheme of an agency, is meant."""
        return self.id in (None, id) and self.agency in (None, agency)


ALL_ATTRIBUTES = ("dsd",)
ALL_MEASURES = ("all",)


@dataclass(frozen=True, slots=True)
class DataQuery:
    """Which observations: of which dataflows or structures, which keys, which filters.

    `context` is the SDMX context (``dataflow``, ``datastructure``, ``provisionagreement``; ``*``
    for any, several between commas). An empty tuple of keys or providers allows all. All filters
    must hold. `attributes` and `measures` are words of the standard (``dsd``, ``obs``, ``none`` …)
    or ids. `as_of` asks for the state of a moment in the past, `updated_after` for what has changed
    since one, `history` for every state there was.
    """

    context: str
    flows: ArtefactPattern
    keys: tuple[Key, ...] = ()
    filters: tuple[Filter, ...] = ()
    providers: tuple[ProviderPattern, ...] = ()
    dimension_at_observation: str = "TIME_PERIOD"
    first: int | None = None
    last: int | None = None
    page: Page = Page()
    as_of: datetime | None = None
    updated_after: datetime | None = None
    history: bool = False
    attributes: tuple[str, ...] = ALL_ATTRIBUTES
    measures: tuple[str, ...] = ALL_MEASURES

    @property
    def wanted(self) -> Wanted:
        """What it asks of each cube."""
        return Wanted(self.keys, self.filters, self.first, self.last)


@dataclass(frozen=True, slots=True)
class StructureQuery:
    """Which artefacts, how much of each, and which that they are connected with.

    `resources` are the REST names of artefact types; `references` are words of the standard
    (``children``, ``all`` …) or such names.
    """

    resources: tuple[str, ...]
    pattern: ArtefactPattern
    items: tuple[str, ...] = ()
    detail: str = "full"
    references: tuple[str, ...] = ("none",)
    as_of: datetime | None = None


@dataclass(frozen=True, slots=True)
class AvailabilityQuery:
    """What data there are behind a question: of which components, and what is wanted beside.

    An empty tuple of components asks for all dimensions and time; `references` are words of the
    standard. Source: SDMX-REST 2.2.2, availability.md.
    """

    data: DataQuery
    components: tuple[str, ...] = ()
    references: tuple[str, ...] = ("none",)
    mode: Mode = Mode.EXACT


@dataclass(frozen=True, slots=True)
class SchemaQuery:
    """What data of one dataflow, structure or agreement must look like.

    With `deletion`, what messages must look like that take data back.
    """

    context: str
    pattern: ArtefactPattern
    dimension_at_observation: str = "TIME_PERIOD"
    as_of: datetime | None = None
    deletion: bool = False


@dataclass(frozen=True, slots=True)
class RegistrationQuery:
    """Which data are registered: by their ids, of which providers, or for which artefacts.

    What is empty or None asks for all. `pattern` names artefacts of a `context` as a data question
    does. Only what was updated after and before two moments, neither of them included, is asked
    for. Source: SDMX-REST 2.2.2, registration.md.
    """

    ids: tuple[str, ...] = ()
    providers: tuple[ProviderPattern, ...] = ()
    context: str = "*"
    pattern: ArtefactPattern = ArtefactPattern((), (), (VersionPattern(VersionPattern.ALL),))
    updated_after: datetime | None = None
    updated_before: datetime | None = None
