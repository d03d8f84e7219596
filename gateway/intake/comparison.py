"""Rules that hold a file against the release before it: what jumped and what vanished."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
import pyarrow as pa

from gateway.intake import verdicts
from gateway.intake.frame import Frame
from gateway.intake.judging import Standard
from gateway.intake.provision import Provision
from gateway.model.finding import Finding
from gateway.model.observations import Observations
from gateway.model.selection import Coded

MOST_JUMPS = 50
"""So many jumps are told one by one, the largest first; the others are counted."""

MOST_VANISHED = 10
"""So many countries are named one by one, the largest first."""

COUNTRIES = ("CITIZENSHIP", "COUNTERPART_AREA")

_VALUE, _ROW = "value", "row"


def jump(frame: Frame, provision: Provision, standard: Standard) -> Iterator[Finding]:
    """A figure that was released before is not many times larger or smaller now."""
    if standard.before is None or not len(frame):
        return
    checks = provision.checks
    names = [*provision.structure.dimension_ids, provision.structure.time.id]
    both = _now(frame, names).merge(_before(standard.before, names), on=names)
    new, old = both[f"{_VALUE}_x"].to_numpy(), both[f"{_VALUE}_y"].to_numpy()
    large = np.maximum(new, old) >= checks.jump_from
    apart = (new > old * checks.jump) | (new * checks.jump < old)
    far = np.flatnonzero(large & apart)
    far = far[np.argsort(-np.abs(new[far] - old[far]), kind="stable")]
    for at in far[:MOST_JUMPS]:
        row = int(both[_ROW].iloc[at])
        yield verdicts.jump(*frame.place(row), float(new[at]), float(old[at]))
    if len(far) > MOST_JUMPS:
        yield verdicts.more_jumps(frame.sheets[frame.sheet[0]], len(far) - MOST_JUMPS)


def vanished(frame: Frame, provision: Provision, standard: Standard) -> Iterator[Finding]:
    """A country that had figures in the release before has some now, in the same years or later."""
    if standard.before is None or not len(frame):
        return
    time = provision.structure.time.id
    for name in COUNTRIES:
        if name not in provision.structure.dimension_ids or name not in provision.places():
            continue
        old = _before(standard.before, [name, time])
        years = {each[:4] for each in frame.codes[time].values}
        there = old[time].str[:4]
        spoken = old[there.isin(years)]
        if spoken.empty:  # a new year is held against the last one
            spoken = old[there == there.max()]
        sums = spoken.groupby(name)[_VALUE].sum().sort_values(ascending=False)
        gone = sums[
            (sums >= provision.checks.jump_from) & ~sums.index.isin(frame.codes[name].values)
        ]
        sheet = frame.sheets[frame.sheet[0]]
        for code, value in gone.head(MOST_VANISHED).items():
            yield verdicts.vanished(sheet, str(code), name, float(value))
        if len(gone) > MOST_VANISHED:
            yield verdicts.more_vanished(sheet, name, len(gone) - MOST_VANISHED)


def _now(frame: Frame, names: list[str]) -> pd.DataFrame:
    columns = {name: _words(frame.codes[name]) for name in names}
    return pd.DataFrame({**columns, _VALUE: frame.values, _ROW: np.arange(len(frame))})


def _before(before: Observations, names: list[str]) -> pd.DataFrame:
    measure = before.structure.measure.id
    columns = {name: before.table.column(name).cast(pa.string()).to_pylist() for name in names}
    frame = pd.DataFrame({name: np.array(each, object) for name, each in columns.items()})
    return frame.assign(**{_VALUE: before.table.column(measure).to_numpy()}).dropna()


def _words(column: Coded) -> np.ndarray:
    return np.array([*column.values, None], dtype=object)[column.codes]


RULES = (jump, vanished)
