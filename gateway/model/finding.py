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


@dataclass(frozen=True, slots=True)
class Skipped:
    """Figures that were read and became neither an observation nor a control, and why."""

    reason: Text
    figures: int


@dataclass(frozen=True, slots=True)
class Account:
    """What became of every figure of a file, so that none is dropped in silence.

    `read` counts the figures of the file, or the lines of a list or of records; the others add up
    to it. `observations` became observations; `controls` are totals that were recomputed and not
    loaded; `faulty` have a finding of their own.
    """

    read: int
    observations: int
    controls: int
    faulty: int
    skipped: tuple[Skipped, ...] = ()

    @property
    def balanced(self) -> bool:
        """Whether everything that was read is accounted for."""
        skipped = sum(each.figures for each in self.skipped)
        return self.read == self.observations + self.controls + self.faulty + skipped

    def __add__(self, other: "Account") -> "Account":
        """Both together; the same reason is told once."""
        reasons = {each.reason: 0 for each in (*self.skipped, *other.skipped)}
        for each in (*self.skipped, *other.skipped):
            reasons[each.reason] += each.figures
        return Account(
            self.read + other.read,
            self.observations + other.observations,
            self.controls + other.controls,
            self.faulty + other.faulty,
            tuple(Skipped(reason, figures) for reason, figures in reasons.items() if figures),
        )
