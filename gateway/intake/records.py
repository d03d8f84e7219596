"""Turns lists of records into coded rows: one line, one observation."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from gateway.intake import list_rules, rules
from gateway.intake.clean import among, label, number
from gateway.intake.columns import Records
from gateway.intake.frame import Frame, Mask, coded_by, constant
from gateway.intake.labels import parts_of
from gateway.intake.language import Values
from gateway.intake.lookup import Label, look_up
from gateway.intake.mapping import of_sheet
from gateway.intake.notes import with_attributes
from gateway.intake.periods import with_periods
from gateway.intake.provision import Provision
from gateway.intake.sheet import Sheet, address, shown
from gateway.model.finding import Control, Finding
from gateway.model.selection import Coded, as_arrow

_PLAIN = r"^\d{1,15}(\.\d+)?$"


@dataclass(frozen=True, slots=True)
class Listed:
    """The coded rows of one list, what was wrong with it, and what became of its lines.

    `read` counts the lines in which anything stands; `left_out` those that the provision skips,
    `totals` those that state a total and are not observed, `empty` those without a figure and
    `faulty` those whose figure cannot be read.
    """

    frame: Frame
    controls: tuple[Control, ...]
    findings: tuple[Finding, ...]
    read: int
    left_out: int
    totals: int
    empty: int
    faulty: int


@dataclass(frozen=True, slots=True)
class Field:
    """A column of records: the distinct texts, and for each line which of them it has."""

    at: int
    texts: tuple[str, ...]
    codes: np.ndarray


def field_of(records: Records, at: int) -> Field:
    """A column by its position, its texts with one blank between words."""
    encoded = records.columns[at].dictionary_encode()
    texts = [shown(each) for each in encoded.dictionary.to_pylist()]
    same = coded_by(texts, np.asarray(encoded.indices))
    return Field(at, same.values, same.codes)


def positions(records: Records, wanted: Sequence[str]) -> dict[str, int]:
    """The position of each wanted heading that is there."""
    known = {label(each): at for at, each in reversed([*enumerate(records.headings)]) if each}
    return {each: known[label(each)] for each in wanted if label(each) in known}


def heading_faults(
    records: Records, wanted: Sequence[str], ignored: Sequence[str]
) -> Iterator[Finding]:
    """A column that is missing, one that nobody reads, and figures below no heading."""
    there = positions(records, wanted)
    corner = address(records.header, 0)
    headings = tuple(each for each in records.headings if each)
    for each in wanted:
        if each not in there:
            yield list_rules.heading_not_found(records.sheet, corner, each, headings)
    read = {*there.values()}
    for at, heading in enumerate(records.headings):
        spot = address(records.header, at)
        if heading and at not in read and not among(heading, tuple(ignored)):
            yield list_rules.column_not_read(records.sheet, spot, heading)
        elif not heading and (many := len(records) - _count_empty(records.columns[at])):
            yield rules.unheaded_column(records.sheet, spot, many)


def _count_empty(column: pa.StringArray) -> int:
    return int(pc.sum(pc.equal(pc.utf8_trim_whitespace(column), "")).as_py() or 0)


def list_records(records: Records, provision: Provision) -> Listed:
    """The observations of a list, in its order."""
    places = {name: each for name, each in provision.places().items() if each.field is not None}
    figure = provision.values.field or ""
    wanted = list(dict.fromkeys([*(each.field or "" for each in places.values()), figure]))
    faults = [*heading_faults(records, wanted, provision.columns.leave_out)]
    there = positions(records, wanted)
    if len(there) < len(wanted):
        empty = _frame(records, np.empty(0, np.int64), 0, np.empty(0), pa.array([], pa.string()))
        return Listed(empty, (), tuple(faults), len(records), 0, 0, 0, len(records))
    fields = {each: field_of(records, at) for each, at in there.items()}
    blank = _blank(records)
    labels = {each: fields[each] for each in wanted if each != figure}
    left = ~blank & _saying(labels, provision.rows.leave_out, len(records))
    total = ~blank & ~left & _saying(labels, provision.rows.totals, len(records))
    values, reported, unreadable = _numbers(records, there[figure], provision.values)
    status = _statuses(fields[figure], provision.values)
    stated = ~np.isnan(values) | (status.codes < len(status.values))
    observed = ~blank & ~left & (~total | _saying(labels, provision.rows.observe, len(records)))
    bad = observed & unreadable & ~stated
    faults += _unreadable(records, there[figure], np.flatnonzero(bad), provision.values)
    kept = np.flatnonzero(observed & stated)
    frame = _frame(records, kept, there[figure], values[kept], reported.take(as_arrow(kept)))
    frame, found = _coded(frame, records, labels, kept, provision)
    return Listed(
        _with_status(frame, status.take(kept)),
        tuple(_controls(records, labels, values, np.flatnonzero(total), there[figure], provision)),
        (*faults, *found),
        int((~blank).sum()),
        int(left.sum()),
        int((total & ~observed).sum()),
        int((observed & ~stated & ~bad).sum()),
        int(bad.sum()),
    )


def _blank(records: Records) -> Mask:
    blank = np.ones(len(records), bool)
    for column in records.columns:
        if blank.any():
            blank &= np.asarray(pc.equal(pc.utf8_trim_whitespace(column), ""))
    return blank


def _saying(fields: Mapping[str, Field], words: tuple[str, ...], rows: int) -> Mask:
    """The lines in which any field says one of some words."""
    found = np.zeros(rows, bool)
    for field in fields.values() if words else ():
        said = np.array([*(bool(each) and among(each, words) for each in field.texts), False])
        found |= said[field.codes]
    return found


def _numbers(records: Records, at: int, words: Values) -> tuple[np.ndarray, pa.StringArray, Mask]:
    """Each line's figure, NaN where there is none; its digits; and where it is no figure."""
    texts = pc.utf8_trim_whitespace(records.columns[at])
    plain = pc.match_substring_regex(texts, _PLAIN)
    if words.zero or words.thousands or not pc.all(plain).as_py():
        encoded = texts.dictionary_encode()
        digits = [_digits(each, words) for each in encoded.dictionary.to_pylist()]
        reported = pa.array(digits, pa.string()).take(encoded.indices)
    else:
        reported = texts
    values = np.asarray(pc.fill_null(pc.cast(reported, pa.float64()), np.nan))
    unreadable = np.isnan(values) & np.asarray(pc.not_equal(texts, ""))
    return values, reported, unreadable


def _digits(text: str, words: Values) -> str | None:
    """The digits of a figure that is not below zero."""
    digits = "0" if text in words.zero else number(text, words.decimal, words.thousands)
    return None if digits is None or digits.startswith("-") else digits.removeprefix("+")


def _statuses(figure: Field, words: Values) -> Coded:
    return coded_by([words.missing.get(each) for each in (*figure.texts,)], figure.codes)


def _unreadable(records: Records, at: int, lines: np.ndarray, words: Values) -> Iterator[Finding]:
    for line in lines.tolist():
        text = shown(records.columns[at][line].as_py())
        digits = number(text, words.decimal, words.thousands)
        fault = rules.not_a_number if digits is None else rules.negative_number
        yield fault(records.sheet, address(records.first + line, at), text)


def _frame(
    records: Records, lines: np.ndarray, at: int, values: np.ndarray, reported: pa.StringArray
) -> Frame:
    return Frame(
        (records.sheet,),
        np.zeros(len(lines), np.int64),
        lines + records.first,
        np.full(len(lines), at, np.int64),
        np.full(len(lines), at, np.int64),
        np.full(len(lines), records.header, np.int64),
        {},
        values,
        reported,
    )


def _coded(
    frame: Frame,
    records: Records,
    fields: Mapping[str, Field],
    kept: np.ndarray,
    provision: Provision,
) -> tuple[Frame, tuple[Finding, ...]]:
    """The rows with their codes, time and attributes, and what was wrong with labels."""
    sheet = Sheet(records.sheet, [], {})
    whole, missing = of_sheet(sheet, list(records.above), provision)
    codes = {name: constant(code, len(kept)) for name, code in whole.items()}
    labelled, at = {}, {}
    for name, place in provision.places().items():
        if place.field is not None:
            field = fields[place.field]
            mine = field.codes[kept]
            used, first = np.unique(mine, return_index=True)
            spots = [(records.first + int(kept[line]), field.at) for line in first]
            labels = [Label(field.texts[n], spot) for n, spot in zip(used, spots, strict=True)]
            labelled[name], at[name] = (place, labels), np.searchsorted(used, mine)
    looked = look_up(records.sheet, labelled, provision)
    codes.update({name: coded_by(each, at[name]) for name, each in looked.codes.items()})
    frame = frame.having(codes)
    parts = {name: each for name, each in codes.items() if name.startswith("time.")}
    frame = with_attributes(frame, list(records.above), records.below, provision)
    return with_periods(frame, parts, provision), (*missing, *looked.findings)


def _with_status(frame: Frame, status: Coded) -> Frame:
    """The status of a missing value instead of the one that all have."""
    missing = status.codes < len(status.values)
    if not missing.any():
        return frame
    column = frame.codes.get("OBS_STATUS", Coded(np.zeros(len(frame), np.int32), ()))
    # A status that is empty leaves the one that the line itself states.
    both = [(status.value(n) if missing[n] else None) or column.value(n) for n in range(len(frame))]
    return frame.having({"OBS_STATUS": coded_by(both, np.arange(len(both)))})


def _controls(
    records: Records,
    fields: Mapping[str, Field],
    values: np.ndarray,
    totals: np.ndarray,
    at: int,
    provision: Provision,
) -> Iterator[Control]:
    """Each line that states a total, with the sum of the lines that it stands for."""
    if not len(totals):
        return
    columns = [[field.texts[code] for code in field.codes] for field in fields.values()]
    paths = [*zip(*columns, strict=True)]
    parts = parts_of(paths, provision.rows.totals)
    for line in totals.tolist():
        mine = list(parts[line] or ())
        if mine and not np.isnan(values[[line, *mine]]).any():
            name = f"{records.sheet}: {' | '.join(each for each in paths[line] if each)}"
            spot = address(records.first + line, at)
            computed = float(values[mine].sum())
            yield Control(name, float(values[line]), computed, records.sheet, spot)
