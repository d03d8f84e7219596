"""Submissions and releases: what was handed in, and what the gateway states since."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from gateway.model.finding import Account, Control, Finding


class State(StrEnum):
    """How far a submission came."""

    CHECKED = "checked"  # read and checked only; nothing was kept
    RELEASED = "released"
    UNCHANGED = "unchanged"  # its content is what the current release states already
    REFUSED = "refused"  # the findings stopped it; nothing was kept


class Replaces(StrEnum):
    """What of the release before goes where a new one comes."""

    EVERYTHING = "everything"
    YEARS = "years"  # the years that the new one speaks of
    PERIODS = "periods"  # the periods that it speaks of


@dataclass(frozen=True, slots=True)
class Part:
    """One file of a release: the observations of one year, in the order of every file."""

    year: int
    sha256: str
    observations: int


@dataclass(frozen=True, slots=True)
class Changes:
    """How many observations of one year a release changed against the one before.

    `sha256` names the file that holds them as they were and as they are; None where the whole
    year came or went, for then they are the year's part.
    """

    year: int
    inserted: int
    revised: int
    deleted: int
    sha256: str | None

    def __bool__(self) -> bool:
        return self.inserted + self.revised + self.deleted > 0


@dataclass(frozen=True, slots=True)
class Release:
    """The complete content of one provision from `released_at` on, until the next release.

    It is nobody's to see before `visible_from`. `withdraws` is the number of the release that it
    takes back, by stating again what was stated before that; `because` says why. `content` is the
    same for releases with the same parts. `digest` is taken over all else and the digest of the one
    before, so that no release can be changed unnoticed.
    """

    provision: str
    number: int
    dataflow: str
    released_at: datetime
    visible_from: datetime
    source_name: str
    source_sha256: str
    observations: int
    parts: tuple[Part, ...]
    withdraws: int | None
    because: str | None
    content: str
    previous_digest: str
    digest: str


@dataclass(frozen=True, slots=True)
class Submission:
    """One file handed in, and what became of it: `release` is the one that states its content."""

    id: str
    provision: str
    received_at: datetime
    source_name: str
    source_sha256: str
    state: State
    release: int | None


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the gateway answers to a submission."""

    provision: str
    state: State
    observations: int
    skipped: int
    controls: tuple[Control, ...]
    findings: tuple[Finding, ...]
    release: Release | None
    account: Account
