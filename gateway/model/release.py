"""Submissions and releases: what was handed in, and what the gateway states since."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from gateway.model.finding import Account, Control, Finding


class State(StrEnum):
    """How far a submission came."""

    RECEIVED = "received"  # kept, and not checked yet
    CHECKED = "checked"  # nothing stops it; it waits for its approval, if it was kept
    APPROVED = "approved"  # somebody decided for it, and it is on its way
    RELEASED = "released"
    UNCHANGED = "unchanged"  # its content is what the current release states already
    REFUSED = "refused"  # the findings stopped it, or somebody did

    @property
    def is_open(self) -> bool:
        """Whether something can still become of it."""
        return self in (State.RECEIVED, State.CHECKED, State.APPROVED)


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
class Receipt:
    """What the gateway answers to a submission; `submission` is None where it was only checked."""

    provision: str
    state: State
    observations: int
    skipped: int
    controls: tuple[Control, ...]
    findings: tuple[Finding, ...]
    release: Release | None
    account: Account
    submission: str | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the work on a submission is: bytes and rows read, and when that was last told."""

    bytes: int
    rows: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Submission:
    """One file handed in, and what became of it: `release` is the one that states its content.

    With `four_eyes` somebody else than `submitted_by` has to approve it. `size` is in bytes.
    `receipt` is there once it was checked; its own release is not filled in. Who handed it in is
    None for those of before that was noted.
    """

    id: str
    provision: str
    received_at: datetime
    source_name: str
    source_sha256: str
    size: int
    state: State
    submitted_by: str | None
    four_eyes: bool
    visible_from: datetime | None
    release: int | None = None
    decided_by: str | None = None
    decided_at: datetime | None = None
    because: str | None = None
    receipt: Receipt | None = None
    progress: Progress | None = None

    @property
    def waits(self) -> bool:
        """Whether nothing happens to it until somebody approves or refuses it."""
        return self.state is State.CHECKED and self.four_eyes
