"""What two countries say of one movement, as an analyst reads it: years, worst periods, reasons.

All of it is read from the mirror's own observations, so that what is told at a terminal is what the
service tells.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from gateway.errors import NoResults, NotFound, SemanticError
from gateway.exchange.mirror import Mirror
from gateway.mirror.comparison import Measure
from gateway.model.query import Condition, Filter, Operator, Wanted
from gateway.model.selection import Selection
from gateway.model.structure import Dataflow, DataStructure
from gateway.model.visibility import Visibility
from gateway.registry import Registry

_OF_WHOM = (
    "REF_AREA",
    "COUNTERPART_AREA",
    "INDICATOR",
    "DIRECTION",
    "DATA_SOURCE",
    "MIRROR_SOURCE",
)
_BROKEN = ("CITIZENSHIP", "STATUS_TYPE", "SEX", "AGE", "OCCUPATION", "ACTIVITY")


@dataclass(frozen=True, slots=True)
class Compared:
    """Both values of a period with their measures; None where there is none.

    `status` and `reason` are codes, `note` an analyst's words; `releases` are those of the two
    sides.
    """

    period: str
    value: float | None
    mirror: float | None
    ratio: float | None = None
    index: float | None = None
    change: float | None = None
    lag: int | None = None
    status: str = ""
    reason: str | None = None
    note: str | None = None
    releases: tuple[str | None, str | None] = (None, None)


@dataclass(frozen=True, slots=True)
class Table:
    """One comparison: of whom, at which breakdown, and its periods by frequency, in order."""

    of: Mapping[str, str]
    codes: Mapping[str, str]
    breakdown: str
    basis: str
    comparability: str | None
    periods: Mapping[str, tuple[Compared, ...]]

    @property
    def finest(self) -> tuple[Compared, ...]:
        """The periods of the shortest frequency."""
        return next(self.periods[each] for each in "MQSA" if each in self.periods)

    def years(self) -> tuple[Compared, ...]:
        """The years, the last perhaps not whole: then of the periods that both sides state."""
        whole = {each.period: each for each in self.periods.get("A", ())}
        found = []
        for year in sorted({each.period[:4] for each in self.finest}):
            one = whole.get(year)
            if one is not None and one.value is not None and one.mirror is not None:
                found.append(one)
            elif (part := _part_of(year, self.finest)) is not None:
                found.append(part)
        return tuple(found)

    def worst(self, most: int) -> tuple[Compared, ...]:
        """The periods that are furthest apart, outliers first."""
        some = (each for each in self.finest if each.index is not None)
        return tuple(
            sorted(some, key=lambda each: (each.status != "OUTLIER", -(each.index or 0)))[:most]
        )


def _part_of(year: str, periods: Iterable[Compared]) -> Compared | None:
    """What both sides state of a year, added up: of the very same periods."""
    both = [
        each
        for each in periods
        if each.period.startswith(year) and each.value is not None and each.mirror is not None
    ]
    if not both:
        return None
    value = sum(each.value or 0 for each in both)
    mirror = sum(each.mirror or 0 for each in both)
    return Compared(
        both[0].period if len(both) == 1 else f"{both[0].period}/{both[-1].period}",
        value,
        mirror,
        value / mirror if mirror else None,
        abs(value - mirror) / ((value + mirror) / 2) * 100 if value + mirror else None,
        status="PART",
    )


def compare(
    mirror: Mirror,
    registry: Registry,
    flow: Dataflow,
    between: tuple[str, str],
    visibility: Visibility,
    span: tuple[str | None, str | None] = (None, None),
    breakdown: Sequence[str] = (),
) -> tuple[Table, ...]:
    """The comparisons of what one country says of a flow with what the other says of it.

    `between` are two countries, the first as the one that reports; `span` the first and the last
    period; `breakdown` names dimensions whose parts are wanted besides the whole. Raises NotFound
    for a country that is none, SemanticError for a dimension that is not broken down, NoResults
    where nothing is stated by either.
    """
    structure = registry.structure(registry.dataflow("LMIG:DF_MIRROR(1.0.0)"))
    _refuse_unknown(registry, structure, between, breakdown)
    filters = [
        _one_of("REF_AREA", between[:1]),
        _one_of("COUNTERPART_AREA", between[1:]),
        _one_of("INDICATOR", sorted(mirror.indicators(flow, visibility))),
        *_bounds(structure, span),
    ]
    found = mirror.history(structure).state(Wanted(filters=tuple(filters)), visibility)
    tables = [each for each in _tables(found) if _is_wanted(each, breakdown)]
    if not tables:
        raise NoResults(
            f"Neither {between[0]} nor {between[1]} states anything of the other in {flow.id}.",
            spanish=f"Ni {between[0]} ni {between[1]} dice nada del otro en {flow.id}.",
            subject=flow.id,
        )
    return tuple(tables)


def _refuse_unknown(
    registry: Registry,
    structure: DataStructure,
    between: tuple[str, str],
    breakdown: Sequence[str],
) -> None:
    areas = registry.codes(structure)["REF_AREA"]
    for area in between:
        if area not in areas:
            raise NotFound(
                f"There is no country {area}.", spanish=f"No hay país {area}.", subject=area
            )
    for dimension in breakdown:
        if dimension not in _BROKEN:
            raise SemanticError(
                f"{dimension} is not broken down.",
                spanish=f"{dimension} no se desglosa.",
                subject=dimension,
                allowed=_BROKEN,
            )


def _one_of(component: str, codes: Iterable[str]) -> Filter:
    return Filter(component, tuple((Condition(Operator.EQ, code),) for code in codes))


def _bounds(structure: DataStructure, span: tuple[str | None, str | None]) -> list[Filter]:
    conditions = tuple(
        Condition(sign, bound)
        for sign, bound in zip((Operator.GE, Operator.LE), span, strict=True)
        if bound is not None
    )
    return [Filter(structure.time.id, (conditions,))] if conditions else []


def _is_wanted(table: Table, breakdown: Sequence[str]) -> bool:
    """Whether what is told of is the whole, or a part by the dimensions that are asked for."""
    return set(table.codes) <= set(breakdown)


def _tables(found: Selection) -> list[Table]:
    """The series of a selection put together by what they are of."""
    rows: dict[tuple[str, ...], dict[str, dict[str, dict[str, Compared]]]] = {}
    about: dict[tuple[str, ...], tuple[str, str | None]] = {}
    chunk = found.chunk()
    values = chunk.values.to_pylist()
    for number, (series, period, note) in enumerate(
        zip(chunk.series.tolist(), chunk.periods.tolist(), chunk.notes.tolist(), strict=True)
    ):
        key = tuple(
            found.keys[id].value(series) or "" for id in (*_OF_WHOM, "COUNT_BASIS", *_BROKEN)
        )
        about.setdefault(key, _said_of(found, series))
        frequency = found.keys["FREQ"].value(series) or ""
        of = (
            rows.setdefault(key, {}).setdefault(frequency, {}).setdefault(found.periods[period], {})
        )
        measure = found.keys["MIRROR_MEASURE"].value(series) or ""
        of[measure] = _row(found, note, found.periods[period], values[number])
    return [_table(key, about[key], of) for key, of in rows.items()]


def _said_of(found: Selection, series: int) -> tuple[str, str | None]:
    said = found.series_attributes
    return said["BREAKDOWN"].value(series) or "", said["COMPARABILITY"].value(series)


def _row(found: Selection, note: int, period: str, value: str | None) -> Compared:
    said = {id: column.value(note) for id, column in found.attributes.items()}
    return Compared(
        period,
        None if value is None else float(value),
        None,
        status=said["MIRROR_STATUS"] or "",
        reason=said["MIRROR_REASON"],
        note=said["COMMENT_OBS"],
        releases=(said["REF_RELEASE"], said["MIRROR_RELEASE"]),
    )


def _table(
    key: tuple[str, ...],
    said: tuple[str, str | None],
    rows: Mapping[str, Mapping[str, Mapping[str, Compared]]],
) -> Table:
    count = len(_OF_WHOM)
    codes = dict(zip(_BROKEN, key[count + 1 :], strict=True))
    breakdown, comparability = said
    return Table(
        dict(zip(_OF_WHOM, key[:count], strict=True)),
        {id: code for id, code in codes.items() if id in breakdown.split() and code != "_T"},
        breakdown,
        key[count],
        comparability,
        {
            frequency: tuple(_joined(measures) for _, measures in sorted(periods.items()))
            for frequency, periods in rows.items()
        },
    )


def _joined(measures: Mapping[str, Compared]) -> Compared:
    """The measures of one period in one row."""

    def of(measure: Measure) -> float | None:
        return measures[measure].value if measure in measures else None

    one = measures[Measure.ASYMMETRY] if Measure.ASYMMETRY in measures else measures[Measure.VALUE]
    lag = of(Measure.LAG)
    return Compared(
        one.period,
        of(Measure.VALUE),
        of(Measure.MIRROR_VALUE),
        of(Measure.RATIO),
        of(Measure.ASYMMETRY),
        of(Measure.CHANGE),
        None if lag is None else int(lag),
        one.status,
        one.reason,
        one.note,
        one.releases,
    )
