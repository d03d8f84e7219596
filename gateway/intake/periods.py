"""The period of each row, from its year and month or as a whole, and how often it comes."""

from collections.abc import Mapping

import numpy as np

from gateway.intake.clean import MONTHS, frequency
from gateway.intake.frame import Frame, Mask, coded_by
from gateway.intake.lookup import MONTH, PERIOD, UNTIL, YEAR
from gateway.intake.provision import Provision
from gateway.model.selection import Coded

LAST = "12"
STATUS, PROVISIONAL = "OBS_STATUS", "P"
COMMENT = "COMMENT_OBS"


def with_periods(frame: Frame, parts: Mapping[str, Coded], provision: Provision) -> Frame:
    """The rows with their period and, where the provision asks, its frequency.

    `parts` are the columns of `lookup.YEAR` and the like. Rows that reach less far than December
    say so: they are provisional.
    """
    period = _period(parts, len(frame))
    codes = {provision.structure.time.id: period}
    for name, place in provision.places().items():
        if place.period:
            codes[name] = coded_by([*map(frequency, period.values), None], period.codes)
    frame = frame.having(codes)
    return _partial(frame, parts[UNTIL]) if UNTIL in parts else frame


def _period(parts: Mapping[str, Coded], rows: int) -> Coded:
    if PERIOD in parts:
        return parts[PERIOD]
    if YEAR not in parts:
        return Coded(np.zeros(rows, np.int32), ())
    if MONTH not in parts:
        return parts[YEAR]
    years, months = parts[YEAR], parts[MONTH]
    both = years.codes.astype(np.int64) * (len(months.values) + 1) + months.codes
    _, first, both = np.unique(both, return_index=True, return_inverse=True)
    spelled = [
        None if (year := years.value(at)) is None or (month := months.value(at)) is None
        else f"{year}-{month}"
        for at in first
    ]  # fmt: skip
    return coded_by(spelled, both)


def _partial(frame: Frame, until: Coded) -> Frame:
    """What is said of figures that do not reach the end of the year."""
    last = [None if each == LAST else MONTHS[int(each) - 1] for each in until.values]
    said = [None if each is None else f"Acumulado de enero a {each}" for each in last]
    absent = np.array([*(each is None for each in last), True], bool)[until.codes]
    if absent.all():
        return frame
    codes = {COMMENT: coded_by([*said, None], until.codes)}
    return frame.having({**codes, **_overridden(frame, STATUS, ~absent, PROVISIONAL)})


def _overridden(frame: Frame, name: str, where: Mask, value: str) -> dict[str, Coded]:
    """A column with another value in some rows."""
    column = frame.codes[name]
    values = column.values if value in column.values else (*column.values, value)
    codes = column.codes.copy()
    codes[codes == len(column.values)] = len(values)
    codes[where] = values.index(value)
    return {name: Coded(codes, values)}
