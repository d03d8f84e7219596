"""What the countries at the other ends say, together, beside a total of all countries."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from gateway.mirror.corridors import Whole, wholes
from gateway.mirror.figures import figures
from gateway.mirror.hierarchy import TOTAL, Hierarchy
from gateway.mirror.ledger import Sums
from gateway.mirror.periods import Period
from gateway.mirror.sides import Statement
from gateway.mirror.totals import PARTNER, Of, Reconciled, Source, alone, codes_of, is_marked


@dataclass(frozen=True, slots=True)
class Said:
    """What one source says of one corridor: how many, and of whom."""

    whole: Whole
    source: str
    value: float


def said_of_others(
    statements: Sequence[Statement], lists: Sequence[Hierarchy], sums: Sums, period: Period
) -> Mapping[Of, list[Said]]:
    """What the countries at the other ends say, by what total it would be part of."""
    found = [
        each
        for each in wholes(statements, lists, period)
        if not is_marked(statements[each.side.statement], each.request.series)
    ]
    made = figures(statements, sums, [each.request for each in found], period)
    said: dict[Of, list[Said]] = defaultdict(list)
    for whole, figure in zip(found, made, strict=True):
        one = whole.side.corridor
        if figure.value is not None:
            provision = statements[whole.side.statement].provision
            of = (one.indicator, one.partner, _OPPOSITE[one.direction], one.basis)
            said[of].append(Said(whole, f"{one.source} {provision}", figure.value))
    return said


_OPPOSITE = {"IN": "OUT", "OUT": "IN"}


def other_ends(
    statements: Sequence[Statement],
    sums: Sums,
    period: Period,
    source: Source,
    said: Mapping[Of, list[Said]],
    rows: Iterable[Reconciled],
) -> Iterator[Reconciled]:
    """A total of all countries beside what those countries say, as far as they say anything.

    Where several sources of a country say it, the first by its id is taken: all of them stand in
    the matrix.
    """
    whole = tuple(alone(codes, codes) for codes in source.cells.codes)
    whole = (*whole[:PARTNER], TOTAL, *whole[PARTNER + 1 :])
    of_whom = (TOTAL, TOTAL, *whole[2:])
    parts = {
        each.whole.side.corridor.reporter: each
        for each in sorted(said.get(source.of, ()), key=lambda each: each.source, reverse=True)
        if each.whole.cell == of_whom
    }
    total = source.cells.undivided(whole, PARTNER) if parts else None
    if total is None or source.incompatible or (source.in_part and len(total) > 1):
        return
    (figure,) = figures(statements, sums, [source.request(total)], period)
    if figure.value is not None:
        own = (each for each in rows if (each.total_of, each.dimension, each.whole)
               == (source.name, "COUNTERPART_AREA", TOTAL) and each.of == source.of)  # fmt: skip
        known = {code for each in own for code in (*each.parts, *each.missing)} or {_OTHERS}
        yield Reconciled(
            *source.of, codes_of(whole, PARTNER), "COUNTERPART_AREA", TOTAL, source.name,
            figure.value, tuple(dict.fromkeys(parts[each].source for each in sorted(parts))),
            {each: parts[each].value for each in sorted(parts)}, tuple(sorted(known - {*parts})),
        )  # fmt: skip


_OTHERS = "_O"
"""All other countries: what is missing where a source does not say which there are."""
