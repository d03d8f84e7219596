"""Asks what two countries say of one movement, and tells why there may be nothing to tell.

Between a country and itself stand two sources of that country for the same movement.
"""

from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass, replace

from gateway.errors import BadSyntax, NoResults, NotFound, SemanticError
from gateway.exchange.compared import BROKEN, Table, tables
from gateway.exchange.exchange import Exchange
from gateway.exchange.stated import stating
from gateway.mirror.periods import MONTHS, numbers
from gateway.model.query import (
    ArtefactPattern,
    Condition,
    DataQuery,
    Filter,
    Key,
    Operator,
    VersionPattern,
    Wanted,
)
from gateway.model.structure import Dataflow, DataStructure
from gateway.model.visibility import Visibility

MIRROR = "LMIG:DF_MIRROR(1.0.0)"
"""The dataflow that the comparisons are read from."""


@dataclass(frozen=True, slots=True)
class PairQuery:
    """What is asked of a pair: a dataflow by its id, and two countries, the first one as reporter.

    `start` and `end` are the first and the last period, both inclusive; `breakdown` names the
    dimensions whose parts are wanted besides the whole. Without a frequency all are told.
    """

    flow: str
    between: tuple[str, str]
    start: str | None = None
    end: str | None = None
    breakdown: tuple[str, ...] = ()
    frequency: str | None = None


def compare(exchange: Exchange, asked: PairQuery, visibility: Visibility) -> tuple[Table, ...]:
    """The comparisons that a caller sees, the whole of each before its parts.

    Raises NotFound for a dataflow or a country that is none, BadSyntax for what is no period,
    SemanticError for a dimension that is not broken down, NoResults where nothing is compared.
    """
    flow = dataflow(exchange, asked.flow)
    _refuse_unknown(exchange, flow, asked, visibility)
    structure = exchange.registry.structure(exchange.registry.dataflow(MIRROR))
    found = _found(exchange, flow, structure, asked, visibility)
    if not found:
        raise _nothing(exchange, flow, structure, asked, visibility)
    return tuple(found)


def data_query(
    exchange: Exchange, asked: PairQuery, found: Sequence[Table] | None = None
) -> DataQuery:
    """The question of data that has the same answer as a pair's; of the tables found, if any.

    Before they are found it asks for all that the two countries say of each other.
    """
    structure = exchange.registry.structure(exchange.registry.dataflow(MIRROR))
    codes = [_codes(asked)] if found is None else [_codes_of(asked, each) for each in found]
    keys = tuple(_key(structure, each) for each in codes)
    pattern = ArtefactPattern(("LMIG",), ("DF_MIRROR",), (VersionPattern("1.0.0"),))
    return DataQuery("dataflow", pattern, keys, tuple(_bounds(structure, asked)))


def _codes(asked: PairQuery) -> dict[str, str | None]:
    here, there = asked.between
    other = None if here == there else there
    return {"FREQ": asked.frequency, "REF_AREA": here, "COUNTERPART_AREA": other}


def _codes_of(asked: PairQuery, table: Table) -> dict[str, str | None]:
    return {"FREQ": asked.frequency, **table.of, **table.cell, "COUNT_BASIS": table.basis}


def _key(structure: DataStructure, codes: dict[str, str | None]) -> Key:
    """A key of the mirror; what has no code is any."""
    found = (codes.get(id) for id in structure.dimension_ids)
    return tuple(None if code is None else frozenset({code}) for code in found)


def dataflow(exchange: Exchange, name: str) -> Dataflow:
    """A dataflow that is compared, by its id or its short name with agency and version.

    Raises NotFound with those that there are.
    """
    flows = {each.flow.reference: each.flow for each in exchange.mirror.compared}
    for each in flows.values():
        if name in (each.id, str(each.reference)):
            return each
    there = any(name in (each.id, str(each.reference)) for each in exchange.registry.dataflows)
    raise NotFound(
        f"{name} is not compared." if there else f"There is no dataflow {name}.",
        spanish=f"{name} no se compara." if there else f"No hay flujo de datos {name}.",
        subject=name,
        allowed=sorted(each.id for each in flows.values()),
    )


def _found(
    exchange: Exchange,
    flow: Dataflow,
    structure: DataStructure,
    asked: PairQuery,
    visibility: Visibility,
) -> list[Table]:
    """What is compared of two countries, with the parts that are asked for."""
    here, there = asked.between
    indicators = sorted(exchange.mirror.indicators(flow, visibility))
    filters = [
        _one_of("REF_AREA", [here]),
        _one_of("INDICATOR", indicators),
        *([] if here == there else [_one_of("COUNTERPART_AREA", [there])]),
        *([] if asked.frequency is None else [_one_of("FREQ", [asked.frequency])]),
        *_bounds(structure, asked),
    ]
    state = exchange.mirror.history(structure).state(Wanted(filters=tuple(filters)), visibility)
    found = tables(state, asked.breakdown)
    there_too = {_name(each) for each in found}
    return [each for each in found if _is_told(each, there_too, alone=here == there)]


def _is_told(table: Table, found: Set[tuple[str, ...]], *, alone: bool) -> bool:
    """Whether a comparison is told: of two sources of one country it is there both ways, told once.

    Where a country stands `alone`, only these are.
    """
    if _name(table, turned=True) in found:
        return table.sources[0] < table.sources[1]
    return not alone


def _name(table: Table, *, turned: bool = False) -> tuple[str, ...]:
    """What tells one comparison from another; `turned`, the same with its sources exchanged.

    Both are there for one reference area where two sources of one country are compared.
    """
    of = [table.of[id] for id in ("REF_AREA", "COUNTERPART_AREA", "INDICATOR", "DIRECTION")]
    sources = reversed(table.sources) if turned else table.sources
    return (*of, *sources, table.basis, *table.cell.values())


def _one_of(component: str, codes: Iterable[str]) -> Filter:
    return Filter(component, tuple((Condition(Operator.EQ, code),) for code in codes))


def _bounds(structure: DataStructure, asked: PairQuery) -> Iterator[Filter]:
    signs = ((Operator.GE, asked.start), (Operator.LE, asked.end))
    conditions = tuple(Condition(sign, bound) for sign, bound in signs if bound is not None)
    if conditions:
        yield Filter(structure.time.id, (conditions,))


def _refuse_unknown(
    exchange: Exchange, flow: Dataflow, asked: PairQuery, visibility: Visibility
) -> None:
    """Raise for a country, a dimension, a period or a frequency that is none."""
    structure = exchange.registry.structure(exchange.registry.dataflow(MIRROR))
    areas = exchange.registry.codes(structure)["REF_AREA"]
    for area in asked.between:
        if area not in areas:
            raise NotFound(
                f"There is no country {area}.",
                spanish=f"No hay país {area}.",
                subject=area,
                allowed=sorted({e.reporter for e in stating(exchange, flow, visibility)}),
            )
    for dimension in asked.breakdown:
        if dimension not in BROKEN:
            raise SemanticError(
                f"{dimension} is not broken down.",
                spanish=f"{dimension} no se desglosa.",
                subject=dimension,
                allowed=BROKEN,
            )
    _refuse_periods(asked)


def _refuse_periods(asked: PairQuery) -> None:
    for period in (asked.start, asked.end):
        if period is not None and not any(numbers((period,), each)[0] >= 0 for each in MONTHS):
            raise BadSyntax(
                f"{period} is no year, half, quarter or month.",
                spanish=f"{period} no es año, semestre, trimestre ni mes.",
                subject=period,
                allowed=("2024", "2024-S1", "2024-Q2", "2024-06"),
            )
    if asked.frequency not in (None, *MONTHS):
        raise BadSyntax(
            f"{asked.frequency} is no frequency that is compared.",
            spanish=f"{asked.frequency} no es una frecuencia que se compare.",
            subject="frequency",
            allowed=MONTHS,
        )


def _nothing(
    exchange: Exchange,
    flow: Dataflow,
    structure: DataStructure,
    asked: PairQuery,
    visibility: Visibility,
) -> NoResults:
    """Why there is nothing: not of those periods, of one side only, or of the two at all."""
    whole = replace(asked, start=None, end=None, frequency=None)
    if whole != asked and (found := _found(exchange, flow, structure, whole, visibility)):
        return _not_then(found)
    said = [*stating(exchange, flow, visibility)]
    here, there = asked.between
    if here == there:
        return _one_source(flow, here, sorted({e.source for e in said if e.reporter == here}))
    both = ((here, there), (there, here))
    one = sorted({e.source for e in said if (e.reporter, e.partner) in both})
    if not one:
        return NoResults(
            f"Neither {here} nor {there} states anything of the other in {flow.id}.",
            spanish=f"Ni {here} ni {there} dice nada de la otra parte en {flow.id}.",
            subject=flow.id,
        )
    sources = ", ".join(one)
    return NoResults(
        f"Of {here} and {there}, only {sources} states one side in {flow.id}; nobody states the "
        "other: there is nothing to compare.",
        spanish=f"De {here} y {there}, solo {sources} declara un lado en {flow.id}; nadie declara "
        "el otro: no hay qué comparar.",
        subject=flow.id,
    )


def _not_then(found: Sequence[Table]) -> NoResults:
    """Nothing of the periods or of the frequency; with what there is."""
    spans = {
        frequency: (min(each[0].period for each in of), max(each[-1].period for each in of))
        for frequency in MONTHS
        if (of := [one.periods[frequency] for one in found if frequency in one.periods])
    }
    return NoResults(
        "Nothing is stated of these periods.",
        spanish="De estos períodos no se declara nada.",
        subject="period",
        allowed=[f"{frequency}: {first} – {last}" for frequency, (first, last) in spans.items()],
    )


def _one_source(flow: Dataflow, country: str, sources: Sequence[str]) -> NoResults:
    """A country has no two sources that state the same movement."""
    named = ", ".join(sources) or "—"
    return NoResults(
        f"No two sources of {country} state the same movement in {flow.id} (there are: {named}).",
        spanish=f"No hay dos fuentes de {country} que declaren el mismo movimiento en {flow.id} "
        f"(hay: {named}).",
        subject=flow.id,
    )
