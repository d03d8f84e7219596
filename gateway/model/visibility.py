"""What one caller may see, as a value that the store applies: down to the single observation."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime

from gateway.model.artefact import Kind, Reference
from gateway.model.query import Filter

CONFIDENTIALITY, REDISTRIBUTION, EMBARGO = "CONF_STATUS", "CONF_REDIST", "EMBARGO_TIME"
"""The attributes that say who may read an observation, and from when on.

Source: SDMX guidelines for the use of codes of confidentiality, CL_CONF_STATUS.
"""

FREE, EMBARGOED = "F", "E"
"""Free for publication; and as N until the embargo time elapses, as F after it."""

_BETWEEN = re.compile(r"[\s,;+]+")


def recipients(text: str) -> frozenset[str]:
    """The organisations that an observation's CONF_REDIST names, however they are set apart.

    >>> sorted(recipients("MX_UPMRIP, SV_DGME"))
    ['MX_UPMRIP', 'SV_DGME']
    """
    return frozenset(each for each in _BETWEEN.split(text) if each)


Region = tuple[Filter, ...]
"""A part of a provision's observations: those that pass every filter."""

_NONE: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Sight:
    """One right to read: in a region, and of what is not free there, some of it.

    `statuses` are the codes of CONF_STATUS that are read besides what is free; None for all of
    them, whoever is named. Where an observation names in CONF_REDIST to whom it may be passed on,
    nobody else reads it: the `organisation` does if it is named and the status is among `named`
    (None for any), or if it is the provider itself (`own`) and the status among `statuses`.
    `ahead` reads what is under embargo.
    """

    region: Region = ()
    statuses: frozenset[str] | None = None
    named: frozenset[str] | None = _NONE
    organisation: str | None = None
    own: bool = False
    ahead: bool = False

    def reads(self, status: str, recipients: frozenset[str]) -> bool:
        """Whether it reads observations of a status that is not free; without recipients, none."""
        if self.statuses is None:
            return True
        if not recipients or self.own:
            return status in self.statuses
        named = self.named is None or status in self.named
        return named and self.organisation in recipients

    def covers(self, other: "Sight") -> bool:
        """Whether whatever the other lets read this one lets read too."""
        return (
            self.region in ((), other.region)
            and (self.own, self.organisation) == (other.own, other.organisation)
            and _includes(self.statuses, other.statuses)
            and _includes(self.named, other.named)
            and self.ahead >= other.ahead
        )


def _includes(whole: frozenset[str] | None, part: frozenset[str] | None) -> bool:
    return whole is None or (part is not None and part <= whole)


@dataclass(frozen=True, slots=True)
class Embargo:
    """A region of a provision that is read by nobody before a moment, in whichever release."""

    region: Region
    until: datetime


@dataclass(frozen=True, slots=True)
class View:
    """What is seen of one provision: what one of the sights lets read, outside what is `denied`.

    What a sight would let read were its status free, but for that, keeps its key and loses its
    value where the status is among those `blanked`.
    """

    sights: tuple[Sight, ...] = (Sight(),)
    denied: tuple[Region, ...] = ()
    embargoes: tuple[Embargo, ...] = ()
    blanked: frozenset[str] = _NONE

    @property
    def ahead(self) -> bool:
        """Whether releases are read before they can be seen; then by the sights that do so."""
        return any(each.ahead for each in self.sights)


_WHOLE, _NOTHING = View(), View(())


@dataclass(frozen=True, slots=True)
class Visibility:
    """The clock against which embargoes lift, and what a caller sees of each provision.

    `views` is None for all provisions, whole; a provision that it does not name is not there.
    `flows` are the dataflows that are there at all, None for all of them. `at` has a time zone.
    What cannot be seen is as if it were not there. `digest` stands for all of this but the clock;
    `policy` is the version of the rules that it was made from, `rules` are their ids. `until` is
    when rights next begin or end by themselves, None where that is not known to come. `releases`
    stands for all releases there were when it was asked; None where that is asked at each look.
    """

    at: datetime
    views: Mapping[str, View] | None = None
    flows: frozenset[Reference] | None = None
    policy: str = ""
    rules: tuple[str, ...] = ()
    digest: str = ""
    until: datetime | None = None
    releases: tuple[object, ...] | None = None

    def sees(self, provision: str) -> bool:
        """Whether anything of this provision may be read."""
        return bool(self.view(provision).sights)

    def view(self, provision: str) -> View:
        """What is seen of a provision; without a sight, nothing."""
        return _WHOLE if self.views is None else self.views.get(provision, _NOTHING)

    def knows(self, artefact: Reference) -> bool:
        """Whether data of an artefact may be there for this caller: definitions are for all.

        An agreement goes by the id of its provision.
        """
        if artefact.kind is Kind.PROVISION_AGREEMENT:
            return self.sees(artefact.id)
        return self.flows is None or artefact.kind is not Kind.DATAFLOW or artefact in self.flows

    def as_of(self, moment: datetime) -> "Visibility":
        """The same rights at a moment: never later than they hold now."""
        return replace(self, at=min(moment, self.at))

    def signed(self) -> "Visibility":
        """The same with its digest: alike rights have it alike, in whichever process."""
        told = {name: value for name, value in asdict(self).items() if name not in _UNSIGNED}
        whole = json.dumps(told, sort_keys=True, default=_plain)
        return replace(self, digest=hashlib.sha256(whole.encode()).hexdigest()[:32])


_UNSIGNED = ("at", "rules", "digest", "until", "releases")


def _plain(value: object) -> object:
    """Sets in an order of their own; anything else as text."""
    return sorted(map(str, value)) if isinstance(value, frozenset) else str(value)
