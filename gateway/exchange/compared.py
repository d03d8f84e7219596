"""One comparison as an analyst reads it: its years, its periods, what is not compared and why.

All of it is gathered from the mirror's own observations, so that what is told at a terminal or in a
workbook is what the service tells.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from gateway.mirror.comparison import DECIMALS, Measure, Status
from gateway.mirror.sides import PERSONS
from gateway.model.selection import Selection

SIDES = ("DATA_SOURCE", "MIRROR_SOURCE")
"""The two sources of a comparison: that of the reference area, then the other."""

BROKEN = ("CITIZENSHIP", "STATUS_TYPE", "SEX", "AGE", "OCCUPATION", "ACTIVITY")
"""The dimensions by whose parts a comparison can be told."""

PART = "PART"
"""Stands for the status of a year of which not all is stated by both."""

_OF_WHOM = ("REF_AREA", "COUNTERPART_AREA", "INDICATOR", "DIRECTION")
_COMPARED = frozenset({Status.COMPARED, Status.OUTLIER, PART})
_MEASURE = "MIRROR_MEASURE"
_ABOUT = ("BREAKDOWN", "COMPARABILITY", "DEFINITION", "SOURCE_TABLE")

Both = tuple[str | None, str | None]
"""What is said of the one side, and of the other."""


@dataclass(frozen=True, slots=True)
class Compared:
    """Both values of a period with their measures; None where there is none.

    `status` and `reason` are codes, `note` an analyst's words; `releases` are those of the two
    sides, `observed` their OBS_STATUS and `breaks` their BREAK_REASON.
    """

    period: str
    value: float | None
    mirror: float | None
    ratio: float | None = None
    index: float | None = None
    change: float | None = None
    rank: int | None = None
    lag: int | None = None
    status: str = ""
    reason: str | None = None
    note: str | None = None
    releases: Both = (None, None)
    observed: Both = (None, None)
    breaks: Both = (None, None)

    @property
    def difference(self) -> float | None:
        """The value less its mirror, where the two are compared."""
        if self.value is None or self.mirror is None or not self.is_compared:
            return None
        return self.value - self.mirror

    @property
    def is_compared(self) -> bool:
        """Whether there is a comparison: usual, unusual, or of a part of a year."""
        return self.status in _COMPARED

    @property
    def is_outlier(self) -> bool:
        """Whether the two are further apart than they usually were before."""
        return self.status == Status.OUTLIER


@dataclass(frozen=True, slots=True)
class Gap:
    """Periods one after the other that are not compared, all for the same reason."""

    first: str
    last: str
    periods: int
    status: str
    reason: str | None
    note: str | None


@dataclass(frozen=True, slots=True)
class Table:
    """One comparison: of whom, of which part, and its periods by frequency, in order.

    `cell` has a code for each dimension that may be broken down; `said` what the comparison's
    series say of themselves, such as DEFINITION.
    """

    of: Mapping[str, str]
    basis: str
    cell: Mapping[str, str]
    said: Mapping[str, str | None]
    periods: Mapping[str, tuple[Compared, ...]]

    @property
    def breakdown(self) -> tuple[str, ...]:
        """The dimensions whose parts both sides reach."""
        return tuple(id for id in (self.said["BREAKDOWN"] or "").split() if id != "_T")

    @property
    def codes(self) -> Mapping[str, str]:
        """Which part it is of; empty for the whole."""
        return {id: code for id, code in self.cell.items() if id in self.breakdown and code != "_T"}

    @property
    def sources(self) -> tuple[str, str]:
        """The two sources, that of the reference area first."""
        return self.of["DATA_SOURCE"], self.of["MIRROR_SOURCE"]

    def is_part_of(self, whole: "Table") -> bool:
        """Whether it is a category of what another is of."""
        return self.of == whole.of and self.basis == whole.basis

    @property
    def releases(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Which releases the figures of either side are from."""
        found: tuple[dict[str, None], dict[str, None]] = ({}, {})
        for each in (each for of in self.periods.values() for each in of):
            for side, release in zip(found, each.releases, strict=True):
                if release is not None:
                    side[release] = None
        return tuple(found[0]), tuple(found[1])

    @property
    def frequency(self) -> str:
        """The shortest frequency that both sides reach."""
        return next(each for each in "MQSA" if each in self.periods)

    @property
    def finest(self) -> tuple[Compared, ...]:
        """The periods of the shortest frequency."""
        return self.periods[self.frequency]

    @property
    def notes(self) -> tuple[str, ...]:
        """What analysts say of its periods, each once."""
        said = (each.note for of in self.periods.values() for each in of)
        return tuple(dict.fromkeys(note for note in said if note))

    def years(self) -> tuple[Compared, ...]:
        """The years, some perhaps not whole: then of the periods that both sides state.

        Persons are not added up: who comes twice is one person in a year.
        """
        whole = {each.period: each for each in self.periods.get("A", ())}
        found = []
        for year in sorted({each.period[:4] for each in self.finest}):
            one = whole.get(year)
            if one is not None and one.value is not None and one.mirror is not None:
                found.append(one)
            elif self.basis != PERSONS and (part := _part_of(year, self.finest)) is not None:
                found.append(part)
        return tuple(found)

    def worst(self, most: int) -> tuple[Compared, ...]:
        """The periods that are furthest apart, outliers first."""
        some = (each for each in self.finest if each.index is not None)
        return tuple(
            sorted(some, key=lambda each: (not each.is_outlier, -(each.index or 0)))[:most]
        )

    def gaps(self) -> tuple[Gap, ...]:
        """The periods of the shortest frequency that are not compared, put together."""
        found = []
        for why, run in groupby(self.finest, lambda e: (e.is_compared, e.status, e.reason, e.note)):
            of = [*run]
            if not why[0]:
                found.append(Gap(of[0].period, of[-1].period, len(of), *why[1:]))
        return tuple(found)


def _part_of(year: str, periods: Iterable[Compared]) -> Compared | None:
    """What both sides state of a year, added up: of the very same periods."""
    both = [
        each for each in periods if each.period.startswith(year) and each.difference is not None
    ]
    if not both:
        return None
    value = sum(each.value or 0 for each in both)
    mirror = sum(each.mirror or 0 for each in both)
    index = abs(value - mirror) / ((value + mirror) / 2) * 100 if value + mirror else None
    return Compared(
        both[0].period if len(both) == 1 else f"{both[0].period}/{both[-1].period}",
        value,
        mirror,
        round(value / mirror, DECIMALS[Measure.RATIO]) if mirror else None,
        None if index is None else round(index, DECIMALS[Measure.ASYMMETRY]),
        status=PART,
        releases=both[-1].releases,
    )


_KEY = (*_OF_WHOM, *SIDES, "COUNT_BASIS", *BROKEN)

Places = Mapping[str, int]
"""Where the measures of a period stand among the observations of a selection."""


def tables(found: Selection, breakdown: Collection[str] = BROKEN) -> list[Table]:
    """The series of a selection of the mirror put together by what they are of.

    Wholes, and the parts by the dimensions of a breakdown: what is a part by another is left out.
    """
    known = [_of_series(found, series, breakdown) for series in range(found.series)]
    rows: dict[tuple[str, ...], dict[str, dict[str, dict[str, int]]]] = {}
    about: dict[tuple[str, ...], int] = {}
    chunk = found.chunk()
    both = zip(chunk.series.tolist(), chunk.periods.tolist(), strict=True)
    for place, (series, period) in enumerate(both):
        if (one := known[series]) is not None:
            key, frequency, measure = one
            about.setdefault(key, series)
            of = rows.setdefault(key, {}).setdefault(frequency, {})
            of.setdefault(found.periods[period], {})[measure] = place
    values, notes = chunk.values.to_pylist(), chunk.notes.tolist()
    return [
        _table(
            dict(zip(_KEY, key, strict=True)),
            {id: found.series_attributes[id].value(about[key]) for id in _ABOUT},
            {
                frequency: tuple(_joined(found, values, notes, of))
                for frequency, of in by_frequency.items()
            },
        )
        for key, by_frequency in rows.items()
    ]


def _of_series(
    found: Selection, series: int, breakdown: Collection[str]
) -> tuple[tuple[str, ...], str, str] | None:
    """Of what a series is, its frequency and its measure; None of a part that is not wanted."""
    codes = {id: column.value(series) or "" for id, column in found.keys.items()}
    by = (found.series_attributes["BREAKDOWN"].value(series) or "").split()
    if any(id not in breakdown and codes.get(id, "_T") != "_T" for id in by):
        return None
    return tuple(codes[id] for id in _KEY), codes["FREQ"], codes[_MEASURE]


def _table(
    key: Mapping[str, str],
    said: Mapping[str, str | None],
    periods: Mapping[str, tuple[Compared, ...]],
) -> Table:
    of = {id: key[id] for id in (*_OF_WHOM, *SIDES)}
    return Table(of, key["COUNT_BASIS"], {id: key[id] for id in BROKEN}, said, periods)


def _joined(
    found: Selection,
    values: Sequence[str | None],
    notes: Sequence[int],
    periods: Mapping[str, Places],
) -> Iterator[Compared]:
    """The measures of each period in one row."""
    for period, places in sorted(periods.items()):
        numbers = {
            measure: float(value)
            for measure, place in places.items()
            if (value := values[place]) is not None
        }
        attributes = {
            measure: {id: column.value(notes[place]) for id, column in found.attributes.items()}
            for measure, place in places.items()
        }
        yield _row(period, numbers, attributes)


def _row(
    period: str,
    numbers: Mapping[str, float],
    attributes: Mapping[str, Mapping[str, str | None]],
) -> Compared:
    """A period by the numbers and the attributes of its measures."""
    lag, rank = numbers.get(Measure.LAG), numbers.get(Measure.RANK)
    one, other = attributes[Measure.VALUE], attributes[Measure.MIRROR_VALUE]
    said = attributes[Measure.ASYMMETRY]
    return Compared(
        period,
        numbers.get(Measure.VALUE),
        numbers.get(Measure.MIRROR_VALUE),
        numbers.get(Measure.RATIO),
        numbers.get(Measure.ASYMMETRY),
        numbers.get(Measure.CHANGE),
        None if rank is None else int(rank),
        None if lag is None else int(lag),
        said["MIRROR_STATUS"] or "",
        said["MIRROR_REASON"],
        said["COMMENT_OBS"],
        (said["REF_RELEASE"], said["MIRROR_RELEASE"]),
        (one["OBS_STATUS"], other["OBS_STATUS"]),
        (one["BREAK_REASON"], other["BREAK_REASON"]),
    )
