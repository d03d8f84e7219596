"""The whole way from a file to observations, or to everything that stops it, in one pass."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from openpyxl.utils import column_index_from_string
from openpyxl.utils.cell import coordinate_from_string

from gateway.intake import comparison, judging, verdicts
from gateway.intake.frame import Frame
from gateway.intake.judging import Standard
from gateway.intake.provision import Provision
from gateway.intake.reading import read
from gateway.model.finding import Account, Control, Finding, Severity
from gateway.model.observations import Observations

MOST_ALIKE = 200
"""So many findings of one rule are told for one sheet; the others are counted in one more."""


@dataclass(frozen=True, slots=True)
class Checked:
    """A file read and checked.

    `rows` counts the observations found, `skipped` the empty cells of the table's detail;
    `account` says what became of every figure. `observations` is None where a finding stops the
    release.
    """

    rows: int
    skipped: int
    account: Account
    controls: tuple[Control, ...]
    findings: tuple[Finding, ...]
    observations: Observations | None


def check_file(
    content: bytes,
    name: str,
    provision: Provision,
    standard: Standard,
    seen: Callable[[int, int], None] | None = None,
) -> Checked:
    """Read a file as its provision says and run every rule, so that an office mends it once.

    `seen` is told how many bytes and rows were read, before the rules are run. Raises BadFile
    where it cannot be read.
    """
    found = read(content, name, provision)
    if seen is not None:
        seen(len(content), found.account.read)
    findings = [*found.findings]
    findings += _judged(found.frame, provision, standard, found.findings)
    stopped = any(finding.severity is Severity.ERROR for finding in findings)
    return Checked(
        len(found.frame),
        found.empty,
        found.account,
        found.controls,
        tuple(_limited(_in_reading_order(dict.fromkeys(findings), found.frame.sheets))),
        None if stopped else found.frame.observations(provision.structure),
    )


def _judged(
    frame: Frame, provision: Provision, standard: Standard, so_far: Iterable[Finding]
) -> Iterator[Finding]:
    """What the rules on coded rows say, but for what only follows from a fault told already."""
    if not len(frame):
        return
    errors = [each for each in so_far if each.severity is Severity.ERROR]
    told = {each.rule for each in errors}
    cells = {(each.sheet, each.cell) for each in errors}
    for rule in (*judging.RULES, *comparison.RULES):
        if _FOLLOWS_FROM.get(rule.__name__, _NOTHING) & told:
            continue
        for each in rule(frame, provision, standard):
            told_there = (each.sheet, each.cell) in cells
            if not told_there or rule.__name__ not in _ONLY_WHERE_NOTHING_IS:
                yield each


_NOTHING: frozenset[str] = frozenset()

_ONLY_WHERE_NOTHING_IS = ("decimals", "jump", "unexpected_zero", "parts_and_total")
"""Rules that say of a cell only that it is odd: a fault that was told of it explains that."""

_FOLLOWS_FROM = {
    "period_missing": frozenset(("period_not_found", "table_not_found", "empty_label")),
    "vanished": frozenset(("unmapped_label", "table_not_found", "empty_label")),
}
"""Rules that would only tell again what another has told: a misspelt month is a missing one."""


def _in_reading_order(findings: Iterable[Finding], sheets: tuple[str, ...]) -> list[Finding]:
    """Sheet by sheet, then row by row; what concerns a whole sheet comes first."""
    position = {name: index for index, name in enumerate(sheets)}

    def place(finding: Finding) -> tuple[int, int, int]:
        at = position.get(finding.sheet, -1)
        if finding.cell == "*":
            return at, 0, 0
        column, row = coordinate_from_string(finding.cell)
        return at, row, column_index_from_string(column)

    return sorted(findings, key=place)


def _limited(findings: list[Finding]) -> Iterator[Finding]:
    """The findings, without the hundreds of one kind that nobody reads."""
    seen: dict[tuple[str, str, Severity], int] = {}
    for each in findings:
        kind = each.rule, each.sheet, each.severity
        seen[kind] = seen.get(kind, 0) + 1
        if seen[kind] <= MOST_ALIKE:
            yield each
    for (rule, sheet, severity), many in seen.items():
        if many > MOST_ALIKE:
            yield verdicts.more(rule, sheet, severity, many - MOST_ALIKE)
