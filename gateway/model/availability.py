"""What data there are behind a question: which values of each component, and how much of each."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from gateway.model.period import chronological


class Mode(StrEnum):
    """What is told of a component. Source: SDMX-REST 2.2.2, availability.md."""

    EXACT = "exact"  # the values that the answer to the question has
    AVAILABLE = "available"  # those it could have besides, were the component not asked for


@dataclass(frozen=True, slots=True)
class Counts:
    """How many series, and how many observations of them."""

    series: int
    observations: int

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(self.series + other.series, self.observations + other.observations)


@dataclass(frozen=True, slots=True)
class Availability:
    """The counts of a whole answer, and of each value of its dimensions and of time.

    In `values` no count is 0; the values of a dimension are in order of their text, those of time
    in the order of time. In the mode `available` a value's counts are those of the answer to the
    question without what it says of that value's own component.
    """

    whole: Counts
    values: Mapping[str, Mapping[str, Counts]]


def together(parts: Iterable[Availability], time: str) -> Availability:
    """What several provisions have together; `time` is the id of the time dimension."""
    whole = Counts(0, 0)
    values: dict[str, dict[str, Counts]] = {}
    for part in parts:
        whole += part.whole
        for component, counted in part.values.items():
            found = values.setdefault(component, {})
            for value, counts in counted.items():
                found[value] = found.get(value, Counts(0, 0)) + counts
    return Availability(
        whole,
        {
            component: {
                value: counted[value]
                for value in sorted(counted, key=chronological if component == time else str)
            }
            for component, counted in values.items()
        },
    )
