"""Weighted survey records become estimates: aggregated by DuckDB, with bounded memory.

Records are never kept. Of each batch only the sums of weights by distinct values stay, and only of
the columns that the provision names: a column that it does not name stops the file.
"""

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa

from gateway.intake import list_rules
from gateway.intake.clean import among, label
from gateway.intake.frame import Frame, coded_by, constant
from gateway.intake.lookup import Label, Looked, look_up
from gateway.intake.mapping import of_sheet
from gateway.intake.notes import with_attributes
from gateway.intake.periods import with_periods
from gateway.intake.provision import Provision
from gateway.intake.sheet import Sheet, address, shown
from gateway.intake.surveys import Survey, open_survey
from gateway.model.finding import Account, Finding, Skipped
from gateway.model.text import Text

MEMORY = "256MB"
"""What DuckDB may hold; beyond it works on disk."""

ALL = "_T"

NOT_COUNTED = Text(
    "registros que la provisión no cuenta", "records that the provision does not count"
)


@dataclass(frozen=True, slots=True)
class Estimated:
    """The coded estimates of a file, what was wrong with it, and what became of its records."""

    frame: Frame
    findings: tuple[Finding, ...]
    account: Account


@dataclass(frozen=True, slots=True)
class _Sums:
    """The distinct values of the columns read, with their weight and how many records have them."""

    values: tuple[tuple[str, ...], ...]
    weights: tuple[float, ...]
    read: int
    counted: int
    faulty: int
    bad_weight: str


def estimate(survey: Survey, provision: Provision) -> Estimated:
    """The estimates of a survey's records. Raises BadFile for records that cannot be read."""
    stem = Path(survey.name).stem
    words = provision.microdata
    fields = _fields(provision)
    wanted = _wanted(provision)
    there = {label(each): at for at, each in enumerate(survey.headings)}
    if faults := [*_column_faults(survey, stem, wanted, provision)]:
        return Estimated(_frame(stem, 0, (), ()), tuple(faults), Account(0, 0, 0, 0))
    at = [there[label(each)] for each in wanted]
    sums = _summed(survey, at, len(fields), provision)
    frame, findings = _coded(stem, sums, fields, there, provision)
    if sums.faulty:
        cell = address(0, there[label(words.weight or "")])
        findings = (
            *findings,
            list_rules.weight_missing(stem, cell, sums.bad_weight, sums.faulty),
        )
    skipped = sums.read - sums.counted - sums.faulty
    account = Account(
        sums.read,
        sums.counted,
        0,
        sums.faulty,
        (Skipped(NOT_COUNTED, skipped),) if skipped else (),
    )
    return Estimated(frame, findings, account)


def refused_columns(content: bytes, name: str, provision: Provision) -> tuple[Finding, ...]:
    """What is wrong with the columns of a file of records; none is read. Raises BadFile."""
    survey = open_survey(content, name)
    return tuple(_column_faults(survey, Path(name).stem, _wanted(provision), provision))


def _wanted(provision: Provision) -> list[str]:
    """The columns that are read, the weight last."""
    words = provision.microdata
    return [*_fields(provision), *words.only, *([words.weight] if words.weight else [])]


def _fields(provision: Provision) -> list[str]:
    places = provision.places().values()
    return list(dict.fromkeys(each.field for each in places if each.field is not None))


def _column_faults(
    survey: Survey, stem: str, wanted: Sequence[str], provision: Provision
) -> Iterator[Finding]:
    there = {label(each) for each in survey.headings}
    for each in dict.fromkeys(wanted):
        if label(each) not in there:
            yield list_rules.heading_not_found(stem, "*", each, survey.headings)
    known = {label(each) for each in wanted}
    strange = [
        each
        for each in survey.headings
        if label(each) not in known and not among(each, provision.microdata.ignore)
    ]
    if strange:
        yield list_rules.unknown_columns(stem, "*", tuple(strange))


def _summed(survey: Survey, at: Sequence[int], groups: int, provision: Provision) -> _Sums:
    """Weights by the distinct values of the columns at `at`, the first of which are groups."""
    with (
        tempfile.TemporaryDirectory() as spill,
        duckdb.connect(config={"memory_limit": MEMORY, "temp_directory": spill}) as database,
    ):
        names = ", ".join(f"g{n}" for n in range(groups))
        text = ", ".join(f"g{n} VARCHAR" for n in range(groups))
        columns = f"{text}, weight DOUBLE, records BIGINT, faulty BIGINT, bad VARCHAR"
        database.execute(f"CREATE TABLE sums ({columns})")
        read = 0
        for batch in survey.batches(list(dict.fromkeys(at))):
            read += batch.num_rows
            database.register("batch", batch)
            database.execute(_of_batch(at, groups, provision), _parameters(provision))
            database.unregister("batch")
        total = "sum(weight), sum(records), sum(faulty), any_value(bad)"
        found = database.execute(
            f"SELECT {names}, {total} FROM sums GROUP BY {names} ORDER BY {names}"  # noqa: S608 - our own names
        ).fetchall()
    counted = [row for row in found if row[groups + 1]]
    return _Sums(
        tuple(tuple(row[:groups]) for row in counted),
        tuple(float(row[groups] or 0) for row in counted),
        read,
        sum(int(row[groups + 1]) for row in found),
        sum(int(row[groups + 2]) for row in found),
        next((row[groups + 3] for row in found if row[groups + 3] is not None), ""),
    )


def _of_batch(at: Sequence[int], groups: int, provision: Provision) -> str:
    """The statement that adds one batch; columns go by their positions in the file."""
    words = provision.microdata
    values = ", ".join(f'trim("{each}")' for each in at[:groups])
    weight = f'try_cast(trim("{at[-1]}") AS DOUBLE)' if words.weight else "1.0"
    bad = f"coalesce({weight}, -1) < 0 OR isinf({weight}) OR isnan({weight})"
    said = f'trim("{at[-1]}")' if words.weight else "''"
    tests = [
        f'trim("{each}") IN ({", ".join("?" * len(allowed))})'
        for each, allowed in zip(at[groups:], words.only.values(), strict=False)
    ]
    where = f"WHERE {' AND '.join(tests)}" if tests else ""
    return (
        f"INSERT INTO sums SELECT {values}, sum({weight}) FILTER (NOT ({bad})), "  # noqa: S608 - our own names
        f"count(*) FILTER (NOT ({bad})), count(*) FILTER ({bad}), "
        f"any_value({said}) FILTER ({bad}) FROM batch {where} "
        f"GROUP BY {', '.join(str(n + 1) for n in range(groups))}"
    )


def _parameters(provision: Provision) -> list[str]:
    return [each for allowed in provision.microdata.only.values() for each in allowed]


def _coded(
    stem: str,
    sums: _Sums,
    fields: Sequence[str],
    there: Mapping[str, int],
    provision: Provision,
) -> tuple[Frame, tuple[Finding, ...]]:
    """The estimates by their codes, and by those of all values together where it is asked."""
    columns = [*zip(*sums.values, strict=True)] or [()] * len(fields)
    labelled = {}
    for name, place in provision.places().items():
        if place.field is not None:
            spot = 0, there[label(place.field)]
            texts = columns[fields.index(place.field)]
            labelled[name] = place, [Label(each, spot) for each in texts]
    looked = look_up(stem, labelled, provision)
    whole, missing = of_sheet(Sheet(stem, [], {}), [], provision)
    names = [*looked.codes]
    rows, weights = _added(looked, names, sums.weights, provision)
    frame = _frame(stem, len(rows), names, rows)
    frame = frame.having({name: constant(code, len(rows)) for name, code in whole.items()})
    digits = pa.array([shown(round(each, 6)) for each in weights], pa.string())
    frame = frame.valued(np.array(weights, float), digits)
    parts = {name: each for name, each in frame.codes.items() if name.startswith("time.")}
    frame = with_attributes(frame, [], (), provision)
    return with_periods(frame, parts, provision), (*missing, *looked.findings)


Row = tuple[str | None, ...]


def _added(
    looked: Looked, names: Sequence[str], weights: Sequence[float], provision: Provision
) -> tuple[list[Row], list[float]]:
    """Sums by codes, each total included; what has no code is left out, for it has a finding."""
    sums: dict[Row, float] = {}
    totals = [name in provision.microdata.totals for name in names]
    for row, weight in zip(zip(*looked.codes.values(), strict=True), weights, strict=True):
        if None not in row:
            for each in _with_totals(row, totals):
                sums[each] = sums.get(each, 0.0) + weight
    return list(sums), list(sums.values())


def _with_totals(row: Row, totals: Sequence[bool]) -> Iterator[Row]:
    """A row as it is, and with each combination of its totalled codes replaced by all."""
    found: set[Row] = {row}
    for at, total in enumerate(totals):
        if total:
            found |= {(*each[:at], ALL, *each[at + 1 :]) for each in found}
    yield from found


def _frame(stem: str, rows: int, names: Sequence[str], values: Sequence[Row]) -> Frame:
    """Estimates have no cell of their own: they are told of the first."""
    nothing = np.zeros(rows, np.int64)
    return Frame(
        (stem,),
        *(nothing,) * 5,
        {
            name: coded_by([row[at] for row in values], np.arange(rows))
            for at, name in enumerate(names)
        },
        np.zeros(rows),
        pa.nulls(rows, pa.string()),
    )
