"""What one caller may see, as a value that the store applies."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from gateway.model.query import Filter

Region = tuple[Filter, ...]
"""A part of a provision's observations: those that pass every filter."""


@dataclass(frozen=True, slots=True)
class Visibility:
    """The clock against which embargoes lift, the provisions a caller may read, and where.

    `provisions` is None for all of them. A provision that `regions` names is seen in those
    regions only, and not at all where it names none; any other is seen whole. `at` has a time
    zone. What cannot be seen is as if it were not there.
    """

    at: datetime
    provisions: frozenset[str] | None = None
    regions: Mapping[str, tuple[Region, ...]] = field(default_factory=dict)

    def sees(self, provision: str) -> bool:
        """Whether anything of this provision may be read."""
        if self.provisions is not None and provision not in self.provisions:
            return False
        return self.regions.get(provision) != ()

    def region(self, provision: str) -> tuple[Region, ...] | None:
        """The regions of a provision of which an observation must be in one; None for all."""
        return self.regions.get(provision)

    def as_of(self, moment: datetime) -> "Visibility":
        """The same rights at a moment: never later than they hold now."""
        return replace(self, at=min(moment, self.at))
