"""Checks of coded rows against the data structure, and the whole way from file to observations."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pandas as pd
import pyarrow as pa
from openpyxl.utils import column_index_from_string
from openpyxl.utils.cell import coordinate_from_string

from gateway.intake import rules
from gateway.intake.figures import controls, mismatches, read_figures
from gateway.intake.mapping import CELL, SHEET, SHOWN, Mapped, observe
from gateway.intake.provision import Provision
from gateway.intake.table import SourceTable, find_table
from gateway.intake.workbook import Sheet, address, read_sheets
from gateway.model.finding import Control, Finding, Severity
from gateway.model.observations import Observations, columns

MOST_FIGURES_IN_NOTES = 20
"""A sheet with more numbers than this is a table, whatever its heading says."""

Codes = Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Checked:
    """A file read and checked.

    `rows` counts the observations found, `skipped` the empty cells of the table's detail.
    `observations` is None where a finding stops the release.
    """

    rows: int
    skipped: int
    controls: tuple[Control, ...]
    findings: tuple[Finding, ...]
    observations: Observations | None


def check_file(content: bytes, name: str, provision: Provision, codes: Codes) -> Checked:
    """Read a file as its provision says and run every rule, so that an office mends it once.

    `codes` are the allowed codes of each component. Raises BadFile where it cannot be read.
    """
    sheets = read_sheets(content, name)
    found = [find_table(sheet, provision) for sheet in sheets]
    tables = [table for table in found if table is not None]
    findings = [*_without_table(sheets, found, provision)]
    checked: list[Control] = []
    mapped: list[Mapped] = []
    for table in tables:
        figures = read_figures(table, provision.values)
        totals = [*controls(figures)]
        mapped.append(observe(figures, provision))
        if mapped[-1].frame.empty:
            findings.append(
                rules.table_empty(table.sheet.name, address(table.header, table.labels))
            )
        checked.extend(totals)
        findings.extend((*figures.findings, *mapped[-1].findings, *mismatches(totals)))
    frame = pd.concat([each.frame for each in mapped]) if mapped else pd.DataFrame()
    findings.extend((*_unknown_codes(frame, codes), *_duplicates(frame, provision)))
    stopped = any(finding.severity is Severity.ERROR for finding in findings)
    return Checked(
        len(frame),
        sum(each.skipped for each in mapped),
        tuple(checked),
        tuple(_in_reading_order(findings, sheets)),
        None if stopped else _observations(frame, provision),
    )


def _without_table(
    sheets: list[Sheet], found: list[SourceTable | None], provision: Provision
) -> Iterator[Finding]:
    """A sheet of notes beside the tables is no fault; a file without any table is.

    So is a sheet full of figures: its heading is misspelt, and its figures would be dropped.
    """
    none_found = all(table is None for table in found)
    for sheet, table in zip(sheets, found, strict=True):
        if table is None:
            fault = none_found or _figures(sheet) > MOST_FIGURES_IN_NOTES
            severity = Severity.ERROR if fault else Severity.WARNING
            yield rules.table_not_found(sheet.name, provision.table.heading, severity)


def _figures(sheet: Sheet) -> int:
    return sum(isinstance(value, int | float) for row in sheet.values for value in row)


def _unknown_codes(frame: pd.DataFrame, codes: Codes) -> Iterator[Finding]:
    for component in frame.columns.intersection(list(codes)):
        stated = frame[frame[component].notna() & ~frame[component].isin(codes[component])]
        for _, row in stated.drop_duplicates([SHEET, component]).iterrows():
            yield rules.unknown_code(row[SHEET], row[CELL], row[component], component)


def _duplicates(frame: pd.DataFrame, provision: Provision) -> Iterator[Finding]:
    if frame.empty:
        return
    structure = provision.structure
    key = [*structure.dimension_ids, structure.time.id]
    whole = frame.dropna(subset=key)
    place = whole[SHEET] + "!" + whole[CELL]
    first = place.groupby([whole[name] for name in key]).transform("first")
    repeated = whole.assign(first=first)[place != first]
    for _, row in repeated.iterrows():
        yield rules.duplicate_key(row[SHEET], row[CELL], row[SHOWN], row["first"])


def _in_reading_order(findings: list[Finding], sheets: list[Sheet]) -> list[Finding]:
    """Sheet by sheet, then row by row; what concerns a whole sheet comes first."""
    position = {sheet.name: index for index, sheet in enumerate(sheets)}

    def place(finding: Finding) -> tuple[int, int, int]:
        if finding.cell == "*":
            return position[finding.sheet], 0, 0
        column, row = coordinate_from_string(finding.cell)
        return position[finding.sheet], row, column_index_from_string(column)

    return sorted(findings, key=place)


def _observations(frame: pd.DataFrame, provision: Provision) -> Observations:
    schema = columns(provision.structure)
    arrays = [_column(frame, field) for field in schema]
    return Observations(provision.structure, pa.table(arrays, schema=schema)).sorted()


def _column(frame: pd.DataFrame, field: pa.Field) -> pa.Array:
    if field.name not in frame:
        return pa.nulls(len(frame), field.type)
    values = frame[field.name]
    if pa.types.is_dictionary(field.type):
        return pa.array(values, pa.string(), from_pandas=True).dictionary_encode()
    return pa.array(values, field.type, from_pandas=True)
