"""What the checks say of a submission: findings, and the totals that they recomputed."""

from dataclasses import dataclass
from enum import StrEnum

from gateway.model.text import Text


class Severity(StrEnum):
    """Whether a finding stops a release or travels with it."""

    ERROR = "ERROR"
    WARNING = "WARNING"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong, where it stands in the file, and what to do about it.

    `cell` is an address such as ``B17``, or ``*`` for the whole sheet; `value` is as the file
    shows it; `message` says what is wrong and how to mend it.
    """

    severity: Severity
    rule: str
    sheet: str
    cell: str
    value: str
    message: Text


@dataclass(frozen=True, slots=True)
class Control:
    """A total that the source states and the same total computed from its parts."""

    name: str
    stated: float
    computed: float
    sheet: str
    cell: str

    @property
    def holds(self) -> bool:
        """Whether both agree; sums of reported decimals may differ by rounding in the last bit."""
        return abs(self.stated - self.computed) <= 1e-9 * max(1.0, abs(self.stated))
