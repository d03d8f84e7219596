"""Rules on coded rows: codes, constraints, attributes, duplicates, periods, parts and decimals.

A rule is a function that yields findings; adding one is adding its name to `RULES`.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

import numpy as np

from gateway.errors import BadSyntax
from gateway.intake import verdicts
from gateway.intake.clean import frequency
from gateway.intake.frame import Frame, Mask, Numbers
from gateway.intake.provision import Provision
from gateway.model.finding import Finding
from gateway.model.observations import Observations
from gateway.model.period import span

Codes = Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Standard:
    """What a file is held against.

    `codes` are the codes of each component's list; `allowed` those that a constraint leaves, for
    the components that one names. `before` is the current release, `today` the last day that
    figures can speak of; without them nothing is said of either.
    """

    codes: Codes
    allowed: Codes = field(default_factory=dict)
    before: Observations | None = None
    today: date | None = None


MOST_SINGLE_DUPLICATES = 2
"""More figures than this of one row or column that another repeats are one fault: its label's."""

Rule = Callable[[Frame, Provision, Standard], Iterator[Finding]]


def _distinct(frame: Frame, name: str, values: Iterable[str]) -> Iterator[tuple[str, int]]:
    """Each of some values that occur in a column, with the first row of each sheet that has it."""
    column = frame.codes[name]
    for number in (column.values.index(each) for each in values):
        rows = np.flatnonzero(column.codes == number)
        _, first = np.unique(frame.sheet[rows], return_index=True)
        for at in first:
            yield column.values[number], int(rows[at])


def unknown_code(frame: Frame, provision: Provision, standard: Standard) -> Iterator[Finding]:
    """Every code is in the component's code list."""
    for name in frame.codes.keys() & standard.codes.keys():
        wrong = [each for each in frame.codes[name].values if each not in standard.codes[name]]
        for code, row in _distinct(frame, name, wrong):
            yield verdicts.unknown_code(*frame.place(row), code, name)


def not_allowed(frame: Frame, provision: Provision, standard: Standard) -> Iterator[Finding]:
    """Every code makes sense in the dataflow, as its constraint says."""
    flow = provision.flow.id
    for name in frame.codes.keys() & standard.allowed.keys():
        listed = standard.codes.get(name, frozenset())
        wrong = [each for each in frame.codes[name].values
                 if each in listed and each not in standard.allowed[name]]  # fmt: skip
        for code, row in _distinct(frame, name, wrong):
            yield verdicts.not_allowed(*frame.place(row), code, name, flow)


def attribute_missing(frame: Frame, provision: Provision, standard: Standard) -> Iterator[Finding]:
    """Every observation has the attributes that the data structure demands."""
    for each in provision.structure.attributes:
        if not each.mandatory or not len(frame):
            continue
        absent = ~frame.known([each.id]) if each.id in frame.codes else np.ones(len(frame), bool)
        place = provision.places().get(each.id)
        told = place is not None and not place.optional  # an unknown label, where it stands
        if absent.any() and not told:
            row = int(np.argmax(absent))
            yield verdicts.attribute_missing(*frame.place(row), each.id, int(absent.sum()))


def duplicate_key(frame: Frame, provision: Provision, standard: Standard) -> Iterator[Finding]:
    """No two figures state the same thing."""
    structure = provision.structure
    names = [*structure.dimension_ids, structure.time.id]
    if not len(frame) or any(name not in frame.codes for name in names):
        return
    whole = np.flatnonzero(frame.known(names))
    keys = frame.key(names)[whole]
    _, first, inverse = np.unique(keys, return_index=True, return_inverse=True)
    twins = whole[first[inverse]]
    repeated = np.flatnonzero(twins != whole)
    yield from _duplicates(frame, whole[repeated], twins[repeated])


def _duplicates(frame: Frame, rows: Numbers, twins: Numbers) -> Iterator[Finding]:
    """One finding for a whole row or column that another repeats, else one for each figure."""
    left = np.ones(len(rows), bool)
    for by_row in (True, False):
        at = np.flatnonzero(left)
        lines = _lines(frame, rows[at], twins[at], by_row=by_row)
        _, first, group, many = np.unique(
            lines, axis=0, return_index=True, return_inverse=True, return_counts=True
        )
        told = (many > MOST_SINGLE_DUPLICATES) & (lines[first, 0] >= 0)
        for each in np.flatnonzero(told).tolist():
            line, twin = int(rows[at[first[each]]]), int(twins[at[first[each]]])
            yield verdicts.duplicate_line(frame, line, twin, int(many[each]), by_row=by_row)
        left[at[told[group.ravel()]]] = False
    for each in np.flatnonzero(left).tolist():
        sheet, cell = frame.place(int(twins[each]))
        value = frame.reported[int(rows[each])].as_py() or ""
        yield verdicts.duplicate_key(*frame.place(int(rows[each])), value, f"{sheet}!{cell}")


def _lines(frame: Frame, rows: Numbers, twins: Numbers, *, by_row: bool) -> Numbers:
    """The row or column of each figure and of its twin; -1 where both are the same."""
    along = frame.row if by_row else frame.column
    lines = np.stack([frame.sheet[rows], along[rows], frame.sheet[twins], along[twins]], axis=1)
    lines[(lines[:, :2] == lines[:, 2:]).all(axis=1)] = -1
    return lines


def period_out_of_range(
    frame: Frame, provision: Provision, standard: Standard
) -> Iterator[Finding]:
    """Every period is one that a calendar has, not before the source began nor after today."""
    name = provision.structure.time.id
    earliest, latest = provision.checks.first_year, standard.today
    for period, row in _distinct(frame, name, frame.codes[name].values if len(frame) else ()):
        try:
            first, _ = span(period)
        except BadSyntax:
            yield verdicts.no_period(*frame.place(row), period)
            continue
        if first.year < earliest or (latest is not None and first > latest):
            yield verdicts.period_out_of_range(*frame.place(row), period, earliest)


def frequency_differs(frame: Frame, provision: Provision, standard: Standard) -> Iterator[Finding]:
    """Every period is as long as its series says that it is."""
    time = provision.structure.time.id
    if not len(frame) or "FREQ" not in frame.codes:
        return
    both = frame.known(["FREQ", time])
    pairs = frame.key(["FREQ", time])[both]
    _, first = np.unique(pairs, return_index=True)
    for at in np.flatnonzero(both)[first].tolist():
        said, period = frame.codes["FREQ"].value(at), frame.codes[time].value(at)
        if said in _A_YEAR and period is not None and _length(period) not in (said, None):
            yield verdicts.frequency_differs(*frame.place(at), period, said)


def _length(period: str) -> str | None:
    """The frequency that a period has by its form; None for what is no period."""
    try:
        span(period)
    except BadSyntax:
        return None
    return frequency(period[:10])


def period_missing(frame: Frame, provision: Provision, standard: Standard) -> Iterator[Finding]:
    """No period is missing between the first and the last."""
    name = provision.structure.time.id
    if not provision.checks.every_period or "FREQ" not in frame.codes or not len(frame):
        return
    for often in frame.codes["FREQ"].values:
        mine = frame.codes["FREQ"].codes == frame.codes["FREQ"].values.index(often)
        column = frame.codes[name]
        used = {*np.unique(column.codes[mine]).tolist()} - {len(column.values)}
        there = {column.values[each] for each in used}
        if gaps := [*_gaps(there, often)]:
            row = int(np.argmax(mine))
            yield verdicts.period_missing(frame.sheets[frame.sheet[row]], gaps)


_A_YEAR = {"A": 1, "S": 2, "T": 3, "Q": 4, "M": 12}


def _gaps(periods: set[str], frequency: str) -> Iterator[str]:
    """The periods that stand between others and are not there."""
    steps = _A_YEAR.get(frequency)
    numbers = {number for each in periods if (number := _number(each, steps)) is not None}
    if not numbers or steps is None:
        return
    for number in range(min(numbers), max(numbers)):
        if number not in numbers:
            year, part = divmod(number, steps)
            yield _spelled(year, part + 1, frequency)


def _number(period: str, steps: int | None) -> int | None:
    try:
        first, _ = span(period)
    except BadSyntax:
        return None
    return None if steps is None else first.year * steps + (first.month - 1) * steps // 12


def _spelled(year: int, part: int, frequency: str) -> str:
    if frequency == "A":
        return str(year)
    return f"{year}-{part:02d}" if frequency == "M" else f"{year}-{frequency}{part}"


def decimals(frame: Frame, provision: Provision, standard: Standard) -> Iterator[Finding]:
    """What is counted is whole, where the provision says that there are no decimals."""
    if provision.attributes.get("DECIMALS") != "0":
        return
    broken = ~np.isnan(frame.values) & (frame.values != np.floor(frame.values))
    for row in np.flatnonzero(broken).tolist():
        yield verdicts.decimals(*frame.place(row), frame.reported[row].as_py())


_PARTS: Mapping[str, tuple[frozenset[str], ...]] = {
    "SEX": (frozenset("MF"), frozenset(("M", "F", "_U", "_N", "_O"))),
    "AGE": (frozenset(("Y0T17", "Y_GE18")), frozenset(("Y0T17", "Y_GE18", "_U"))),
}
"""Codes that leave nothing out, and those that may stand beside them; together they are ``_T``."""


def parts_and_total(frame: Frame, provision: Provision, standard: Standard) -> Iterator[Finding]:
    """Where both are stated, the sub-groups add up to the total of all."""
    for name, (needed, possible) in _PARTS.items():
        if name in frame.codes and "_T" in frame.codes[name].values:
            yield from _against_total(frame, provision, name, needed, possible)


def _against_total(
    frame: Frame, provision: Provision, name: str, needed: frozenset[str], possible: frozenset[str]
) -> Iterator[Finding]:
    structure = provision.structure
    others = [each for each in (*structure.dimension_ids, structure.time.id) if each != name]
    groups = frame.key(others)
    column = frame.codes[name]
    member = _members(frame, name, possible)
    sums = np.bincount(groups, np.where(member, np.nan_to_num(frame.values), 0))
    enough = np.ones(len(sums), bool)
    for code in needed:
        mine = _members(frame, name, frozenset((code,))) & ~np.isnan(frame.values)
        enough &= np.bincount(groups, mine, len(sums)) > 0
    total = column.codes == column.values.index("_T")
    off = total & enough[groups] & (np.abs(sums[groups] - frame.values) > 1e-6)
    for row in np.flatnonzero(off).tolist():
        value, parts = float(frame.values[row]), float(sums[groups[row]])
        yield verdicts.parts_and_total(*frame.place(row), value, parts, name)


def _members(frame: Frame, name: str, codes: frozenset[str]) -> Mask:
    column = frame.codes[name]
    found: Mask = np.array([*(each in codes for each in column.values), False])[column.codes]
    return found


def unexpected_zero(frame: Frame, provision: Provision, standard: Standard) -> Iterator[Finding]:
    """No series falls to zero for one period between two in which it is large."""
    structure = provision.structure
    names = [*structure.dimension_ids, structure.time.id]
    whole = np.flatnonzero(frame.known(names)) if len(frame) else np.empty(0, np.int64)
    if len(whole) < 3:
        return
    series = frame.key(structure.dimension_ids)[whole]
    times = np.array([*frame.codes[structure.time.id].values, ""])
    order = np.lexsort((times[frame.codes[structure.time.id].codes[whole]], series))
    rows, series = whole[order], series[order]
    values = frame.values[rows]
    large = provision.checks.zero_from
    same = (series[1:-1] == series[:-2]) & (series[1:-1] == series[2:])
    odd = same & (values[1:-1] == 0) & (values[:-2] >= large) & (values[2:] >= large)
    for at in np.flatnonzero(odd) + 1:
        before, after = float(values[at - 1]), float(values[at + 1])
        yield verdicts.unexpected_zero(*frame.place(int(rows[at])), before, after)


RULES: tuple[Rule, ...] = (
    unknown_code,
    not_allowed,
    attribute_missing,
    duplicate_key,
    period_out_of_range,
    frequency_differs,
    period_missing,
    decimals,
    parts_and_total,
    unexpected_zero,
)
