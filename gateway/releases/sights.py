"""What a caller's view lets see of an index, as masks: of series, of sets of attributes, of rows.

Regions are tested on what an observation truly states. What a caller asks is tested on what the
caller is shown: whether a value that is kept back is above five is nobody's to find out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from gateway.model.query import Mask
from gateway.model.selection import Coded, Codes
from gateway.model.visibility import (
    CONFIDENTIALITY,
    EMBARGOED,
    FREE,
    REDISTRIBUTION,
    Sight,
    View,
    recipients,
)
from gateway.releases.index import Index, microsecond
from gateway.releases.masks import Test, test
from gateway.releases.rows import Places


@dataclass(frozen=True, slots=True)
class _Glance:
    """One sight on a run of series; each mask is None where it would be full, or empty.

    `notes` are the sets of attributes whose observations are read, `blank` those of which only the
    key is; `barred` are regions under embargo. `everywhere` says that it leaves no series out.
    """

    region: Test
    notes: Mask | None
    blank: Mask | None
    barred: tuple[Test, ...]
    everywhere: bool

    @property
    def by_rows(self) -> bool:
        """Whether its series do not say it all."""
        return bool(self.region.rows or self.barred) or self.notes is not None


@dataclass(frozen=True, slots=True)
class Shown:
    """Rows as a caller is shown them: read as they are, or their keys alone; and the rest of them.

    `withheld` are those of the caller's regions that are not read.
    """

    open: Mask
    blank: Mask | None
    withheld: Mask


class Sights:
    """What a view lets see of a run of series of an index, at a moment."""

    def __init__(
        self, index: Index, view: View, at: datetime, run: slice, *, released: bool
    ) -> None:
        self._index = index
        self._run = run
        self._denied = [test(index, each, run) for each in view.denied]
        embargoes = tuple(
            test(index, each.region, run) for each in view.embargoes if each.until > at
        )
        self._glances = [
            _glance(index, sight, view, at, run, () if sight.ahead else embargoes)
            for sight in view.sights
            if sight.ahead or released
        ]
        regions = np.zeros(run.stop - run.start, bool)
        for each in self._glances:
            regions |= each.region.series
        for denied in self._denied:
            if not denied.rows:
                regions &= ~denied.series
        self.series: Mask = regions

    @property
    def everything(self) -> bool:
        """Whether all of the index is read, outside the run too."""
        whole = (each.everywhere and not each.by_rows for each in self._glances)
        return not self._denied and any(whole)

    @property
    def by_rows(self) -> bool:
        """Whether the series that are seen are not all seen whole."""
        return any(each.by_rows for each in self._glances) or any(
            each.rows for each in self._denied
        )

    def shown(self, places: Places, of_series: Codes, count: int) -> Shown:
        """Which of some rows are shown; `of_series` says of which series of the run each is."""
        read, blank, regions = (np.zeros(count, bool) for _ in range(3))
        note = self._index.note[places]
        for each in self._glances:
            inside = _inside(each.region, places, of_series, count)
            regions |= inside
            for barred in each.barred:
                inside &= ~_inside(barred, places, of_series, count)
            read |= inside if each.notes is None else inside & each.notes[note]
            if each.blank is not None:
                blank |= inside & each.blank[note]
        for denied in self._denied:
            if denied.rows:
                left = ~_inside(denied, places, of_series, count)
                read, blank, regions = read & left, blank & left, regions & left
        blank &= ~read
        return Shown(read, blank if blank.any() else None, regions & ~read)


def _inside(region: Test, places: Places, of_series: Codes, count: int) -> Mask:
    found: Mask = region.series[of_series] & region.passing(places, count)
    return found


def _glance(
    index: Index, sight: Sight, view: View, at: datetime, run: slice, barred: tuple[Test, ...]
) -> _Glance:
    region = test(index, sight.region, run)
    on_series = _readable(index.series_attributes, sight)
    if on_series is not None:
        region = Test(region.series & on_series[run], region.rows)
    lifted = None if sight.ahead else _lifted(index, at)
    notes, blank = _readable(index.attributes, sight), None
    if notes is not None:
        notes |= _elapsed(index, at, ahead=sight.ahead)
        blank = ~notes & _one_of(index.attributes[CONFIDENTIALITY], view.blanked)
    if lifted is not None:
        notes = lifted if notes is None else notes & lifted
        blank = None if blank is None else blank & lifted
    full = notes is None or bool(notes.all())
    empty = blank is None or not blank.any()
    everywhere = not sight.region and (on_series is None or bool(on_series.all()))
    return _Glance(region, None if full else notes, None if empty else blank, barred, everywhere)


def _readable(columns: Mapping[str, Coded], sight: Sight) -> Mask | None:
    """The rows of a table of attributes whose status a sight lets read; None for all of them.

    An observation without a status is free.
    """
    status = columns.get(CONFIDENTIALITY)
    if status is None or set(status.values) <= {FREE} or sight.statuses is None:
        return None
    passed_on = columns.get(REDISTRIBUTION) or Coded(np.zeros(len(status.codes), np.int8), ())
    to = [recipients(each) for each in passed_on.values]
    allowed = np.ones((len(status.values) + 1, len(to) + 1), bool)
    for code, value in enumerate(status.values):
        if value != FREE:
            allowed[code] = [sight.reads(value, each) for each in (*to, frozenset[str]())]
    found: Mask = allowed[status.codes, passed_on.codes]
    return found


def _elapsed(index: Index, at: datetime, *, ahead: bool) -> Mask:
    """The sets with status E whose embargo has a time, and is over or does not hold the caller."""
    under = _one_of(index.attributes[CONFIDENTIALITY], {EMBARGOED})
    if not len(index.embargo):
        return under & False
    return under & (index.embargo > 0) & (ahead | (index.embargo <= microsecond(at)))


def _lifted(index: Index, at: datetime) -> Mask | None:
    """The sets of attributes that no embargo holds back; None where there is none."""
    held = index.embargo > microsecond(at)
    return ~held if held.any() else None


def _one_of(column: Coded, values: Sequence[str] | frozenset[str] | set[str]) -> Mask:
    there = np.array([*(each in values for each in column.values), False], bool)
    found: Mask = there[column.codes]
    return found
