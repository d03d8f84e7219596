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


@dataclass(frozen=True, slots=True)
class Part:
    """One file of a release: the observations of one year, sorted by series key then period."""

    year: int
    sha256: str
    observations: int


@dataclass(frozen=True, slots=True)
class Release:
    """The complete content of one provision from `released_at` on, until the next release.

    `digest` is taken over everything else and over the digest of the release before, so that
    no release can be changed unnoticed.
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
    previous_digest: str
    digest: str


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
