"""Copies of the samples with planted faults, and what the intake says of them."""

import io
from collections.abc import Callable, Mapping

import openpyxl
from openpyxl.styles import Alignment
from openpyxl.workbook import Workbook

from gateway.exchange import Exchange
from gateway.intake.checks import Checked, check_file
from gateway.intake.judging import Standard
from gateway.intake.provision import Provision
from gateway.model.finding import Finding

GT, MX, SV = "GT_IGM_RETURNS", "MX_UPMRIP_RETURNS", "SV_DGME_RETURNS"
AIR = "MX_UPMRIP_AIR_ENTRIES"

Cells = Mapping[str, object]
"""Values by ``sheet!cell``."""

Place = tuple[str, str]
"""A rule and the place, as ``sheet!cell``, where it found something."""


def sample(exchange: Exchange, provision: str) -> bytes:
    """The content of a provision's sample file."""
    path = exchange.provision(provision).sample
    assert path is not None
    return path.read_bytes()


def edited(content: bytes, cells: Cells, change: Callable[[Workbook], object] = id) -> bytes:
    """A workbook with other values in some cells, and with whatever else `change` does."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    for place, value in cells.items():
        sheet, _, cell = place.partition("!")
        book[sheet][cell] = value
    change(book)
    return saved(book)


def saved(book: Workbook) -> bytes:
    """The file of a workbook."""
    sink = io.BytesIO()
    book.save(sink)
    return sink.getvalue()


def indented(book: Workbook, sheet: str, cell: str, indent: int) -> None:
    """Indent a label, as offices nest their rows."""
    book[sheet][cell].alignment = Alignment(indent=indent)


def checked(exchange: Exchange, provision: str, content: bytes, name: str = "x.xlsx") -> Checked:
    """What the intake makes of a content."""
    supply: Provision = exchange.provision(provision)
    return check_file(content, name, supply, Standard(exchange.registry.codes(supply.structure)))


def places(findings: tuple[Finding, ...]) -> list[Place]:
    """Findings as pairs of rule and place, in their order."""
    return [(each.rule, f"{each.sheet}!{each.cell}") for each in findings]
