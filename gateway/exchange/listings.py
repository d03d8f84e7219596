"""What an overview found, as a listing: for machines, with codes; names are in the definitions."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from gateway.exchange.overview import Asked, Found, Overview
from gateway.formats.listing import Listing, Value
from gateway.mirror.corridors import Flow
from gateway.mirror.coverage import Coverage
from gateway.mirror.totals import Reconciled
from gateway.model.visibility import Visibility

Question = Callable[[Overview, Asked, Visibility], Found]

QUESTIONS: Mapping[str, tuple[Question, tuple[str, ...]]] = {
    "corridors": (
        Overview.corridors,
        ("period", "indicator", "reporter", "origin", "destination"),
    ),
    "coverage": (Overview.coverage, ("indicator", "reporter")),
    "reconciliation": (Overview.reconciled, ("period", "indicator", "reporter")),
}
"""The overviews by name, and what can be asked of each."""


def listing(name: str, found: Found, prepared: datetime) -> Listing:
    """What was found by the question of a name."""
    about = {} if found.period is None else {"period": found.period}
    headings, rows = _TABLES[name](found)
    return Listing(name, prepared, about, headings, rows)


Rows = tuple[tuple[str, ...], Sequence[tuple[Value, ...]]]


def _corridors(found: Found) -> Rows:
    headings = (
        *("indicator", "origin", "destination", "reporter", "direction", "source", "provision"),
        *("release", "basis", "of", "value", "status"),
    )
    return headings, [_flow(each) for each in found.flows]


def _flow(flow: Flow) -> tuple[Value, ...]:
    one = flow.corridor
    return (
        *(one.indicator, flow.origin, flow.destination, one.reporter, one.direction, one.source),
        *(flow.provision, flow.release, one.basis, flow.codes, flow.value, flow.status),
    )


def _coverage(found: Found) -> Rows:
    headings = (
        *("indicator", "reporter", "direction", "source", "provision", "release", "basis"),
        *("frequency", "first", "last", "gaps", "partners", "total", "broken_down"),
        *("days_late_median", "days_late_longest", "days_late_periods"),
    )
    return headings, [_covered(each) for each in found.covered]


def _covered(of: Coverage) -> tuple[Value, ...]:
    late = of.late
    return (
        *(of.indicator, of.reporter, of.direction, of.source, of.provision, of.release, of.basis),
        *(of.frequency, of.first, of.last, of.gaps, of.partners, of.total, of.broken_down),
        *((None, None, 0) if late is None else (late.median, late.longest, late.periods)),
    )


def _reconciliation(found: Found) -> Rows:
    headings = (
        *("indicator", "reporter", "direction", "basis", "of", "dimension", "whole", "total_of"),
        *("total", "parts_of", "sum", "difference", "outcome", "missing", "parts"),
    )
    return headings, [_row(each) for each in found.reconciled]


def _row(of: Reconciled) -> tuple[Value, ...]:
    return (
        *(of.indicator, of.reporter, of.direction, of.basis, of.codes, of.dimension, of.whole),
        *(of.total_of, of.total, of.parts_of, of.sum, of.difference, of.outcome),
        *(of.missing, of.parts),
    )


_TABLES: Mapping[str, Callable[[Found], Rows]] = {
    "corridors": _corridors,
    "coverage": _coverage,
    "reconciliation": _reconciliation,
}
