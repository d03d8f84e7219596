"""Reads a file as its provision says, up to coded rows: every sheet, every table, every figure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from gateway.intake import accounting, rules
from gateway.intake.columns import Records, quick_records, records_of
from gateway.intake.controls import mismatches, recompute
from gateway.intake.figures import numbers_in, read_figures
from gateway.intake.frame import Frame, joined
from gateway.intake.mapping import observe
from gateway.intake.messages import Message, read_message
from gateway.intake.microdata import estimate
from gateway.intake.provision import Provision
from gateway.intake.records import list_records
from gateway.intake.sheet import Sheet, address, shown
from gateway.intake.standard_files import list_message
from gateway.intake.surveys import open_survey
from gateway.intake.table import SourceTable, find_table
from gateway.intake.workbook import read_sheets
from gateway.model.finding import Account, Control, Finding, Severity

MOST_FIGURES_IN_NOTES = 20
"""A sheet with more numbers than this is a table, whatever its heading says."""

NOTHING = Account(0, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Read:
    """What a file says: its coded rows, the totals recomputed, and what was wrong so far.

    `empty` counts the cells of detail in which nothing stands.
    """

    frame: Frame
    controls: tuple[Control, ...]
    findings: tuple[Finding, ...]
    account: Account
    empty: int = 0


def read(content: bytes, name: str, provision: Provision) -> Read:
    """The coded rows of a file handed in under a name. Raises BadFile."""
    if (message := read_message(content, name)) is not None:
        return _message(message, provision)
    if provision.table.layout == "microdata":
        return _survey(content, name, provision)
    if provision.table.layout == "records":
        quick = quick_records(content, name, provision.table, provision.labels)
        if quick is not None:
            return _together((quick.sheet,), [_list(quick, provision)])
    sheets = read_sheets(content, name)
    wanted = [sheet for sheet in sheets if _wanted(sheet, provision)]
    parts = [_part(sheet, provision) for sheet in wanted]
    found = [part for part in parts if part is not None]
    for sheet, part in zip(wanted, parts, strict=True):
        if part is None:
            found.append(_without_table(sheet, provision, alone=not any(parts)))
    others = (sheet for sheet in sheets if not _wanted(sheet, provision))
    found += [Read(_no_rows(), (), (), accounting.of_sheet(each, wanted=False)) for each in others]
    if not wanted:
        found.append(Read(_no_rows(), (), (_no_sheet(sheets, provision),), NOTHING))
    return _together(tuple(sheet.name for sheet in sheets), found)


def _wanted(sheet: Sheet, provision: Provision) -> bool:
    pattern = provision.table.sheets
    return pattern is None or re.search(pattern, sheet.name) is not None


def _no_sheet(sheets: list[Sheet], provision: Provision) -> Finding:
    first = sheets[0].name if sheets else ""
    heading = provision.table.headings[0]
    return rules.table_not_found(first, heading, Severity.ERROR)


def _no_rows() -> Frame:
    return joined([], ())


def _part(sheet: Sheet, provision: Provision) -> Read | None:
    if provision.table.layout == "records":
        records = records_of(sheet, provision.table, provision.labels)
        return None if records is None else _list(records, provision)
    table = find_table(sheet, provision)
    return None if table is None else _table(table, provision)


def _without_table(sheet: Sheet, provision: Provision, *, alone: bool) -> Read:
    """A sheet of notes beside the tables is no fault; a file without any table is.

    So is a sheet full of figures: its heading is misspelt, and its figures would be dropped.
    """
    fault = alone or numbers_in(sheet) > MOST_FIGURES_IN_NOTES
    severity = Severity.ERROR if fault else Severity.WARNING
    finding = rules.table_not_found(sheet.name, provision.table.headings[0], severity)
    return Read(_no_rows(), (), (finding,), accounting.of_sheet(sheet, wanted=True))


def _table(table: SourceTable, provision: Provision) -> Read:
    figures = read_figures(table, provision.values)
    checked = recompute(figures)
    mapped = observe(figures, provision)
    account = accounting.of_table(figures, mapped, checked)
    findings = [*figures.findings, *mapped.findings]
    if (outside := accounting.outside(account)) > MOST_FIGURES_IN_NOTES:
        # Totals that do not agree would only tell again that rows were not read.
        findings.append(rules.figures_outside(table.sheet.name, outside))
    else:
        findings += mismatches(figures, checked)
    if not len(mapped.frame):
        findings.append(rules.table_empty(table.sheet.name, address(*table.corner)))
    return Read(mapped.frame, checked.controls, tuple(findings), account, mapped.empty)


def _message(message: Message, provision: Provision) -> Read:
    listed = list_message(message, provision)
    findings = list(listed.findings)
    if not len(listed.frame) and not findings:
        findings.append(rules.table_empty(message.records.sheet, "*"))
    account = accounting.of_list(listed, 0)
    part = Read(listed.frame, (), tuple(findings), account, listed.empty)
    return _together((message.records.sheet,), [part])


def _survey(content: bytes, name: str, provision: Provision) -> Read:
    estimated = estimate(open_survey(content, name), provision)
    findings = list(estimated.findings)
    sheet = estimated.frame.sheets[0]
    if not len(estimated.frame) and not findings:
        findings.append(rules.table_empty(sheet, "*"))
    part = Read(estimated.frame, (), tuple(findings), estimated.account)
    return _together((sheet,), [part])


def _list(records: Records, provision: Provision) -> Read:
    listed = list_records(records, provision)
    findings = [*listed.findings, *_list_mismatches(listed.controls)]
    if not len(listed.frame) and not findings:
        findings.append(rules.table_empty(records.sheet, address(records.header, 0)))
    account = accounting.of_list(listed, records.outside)
    return Read(listed.frame, listed.controls, tuple(findings), account, listed.empty)


def _list_mismatches(controls: tuple[Control, ...]) -> Iterator[Finding]:
    for each in controls:
        if not each.holds:
            stated, computed = shown(each.stated), shown(each.computed)
            yield rules.control_mismatch(each.sheet, each.cell, stated, computed, each.name)


def _together(sheets: tuple[str, ...], parts: list[Read]) -> Read:
    position = {name: number for number, name in enumerate(sheets)}
    frames = []
    for each in parts:
        if len(each.frame):
            only = each.frame.sheets[0]
            frames.append(each.frame.in_sheet(position[only]))
    return Read(
        joined(frames, sheets),
        tuple(control for each in parts for control in each.controls),
        tuple(finding for each in parts for finding in each.findings),
        sum((each.account for each in parts), NOTHING),
        sum(each.empty for each in parts),
    )
