"""What one caller may see, as a value that the store applies."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Visibility:
    """The clock against which embargoes lift, and the provisions a caller may read.

    `provisions` is None for all of them. `at` has a time zone.
    """

    at: datetime
    provisions: frozenset[str] | None = None

    def sees(self, provision: str) -> bool:
        """Whether releases of this provision may be read."""
        return self.provisions is None or provision in self.provisions
