"""Submissions in one go: a file as an office published it, read, checked and released.

Apart from the rest of the exchange, for it brings pandas: a command that only asks starts without.
"""

from datetime import datetime
from pathlib import Path

from gateway.errors import BadFile
from gateway.exchange.checking import check, receipt_of, refused_unkept, standard_of
from gateway.exchange.exchange import Exchange
from gateway.exchange.workflow import hand_in, take_up
from gateway.intake.provision import Provision
from gateway.intake.report import Report, annotated, summary
from gateway.model.release import Receipt, State
from gateway.model.text import Language

__all__ = ["checked_only", "report_of", "report_on", "standard_of", "submit", "summary"]

ITSELF = "gateway"
"""Who hands in what nobody's name is given for."""


def submit(
    exchange: Exchange,
    path: Path,
    provision_id: str,
    *,
    check_only: bool = False,
    visible_from: datetime | None = None,
    by: str = ITSELF,
) -> Receipt:
    """Keep, read, check and release a file, all of it or nothing; or let it wait for approval.

    It can be seen at once, or from a moment on. Raises NotFound for the provision, BadFile for a
    file that cannot be read, SemanticError for a moment in the past, StorageFault where it cannot
    be kept. What is wrong inside the file comes back as findings.
    """
    provision = exchange.provision(provision_id)
    content = _content(path)
    if check_only:
        return checked_only(exchange, content, path.name, provision)
    refused = refused_unkept(content, path.name, provision)
    if refused is not None:
        return refused
    submission = hand_in(exchange, content, path.name, provision, by, visible_from)
    return take_up(exchange, submission.id)


def checked_only(exchange: Exchange, content: bytes, name: str, provision: Provision) -> Receipt:
    """What would become of a file; nothing is kept. Raises BadFile."""
    checked = check(exchange, content, name, provision)
    state = State.REFUSED if checked.observations is None else State.CHECKED
    return receipt_of(provision, checked, state)


def report_on(exchange: Exchange, path: Path, receipt: Receipt, language: Language) -> bytes:
    """The file handed in as a workbook, with what was found in it. Raises BadFile."""
    return report_of(exchange, _content(path), path.name, receipt, language)


def report_of(
    exchange: Exchange, content: bytes, name: str, receipt: Receipt, language: Language
) -> bytes:
    """The same for a content that was handed in under a name."""
    layout = exchange.provision(receipt.provision).table.layout
    report = Report(receipt.findings, receipt.account, given_back=layout != "microdata")
    return annotated(content, name, report, language)


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise BadFile(
            f"{path} cannot be read ({error.strerror}).",
            spanish=f"No se puede leer {path} ({error.strerror}).",
            subject=str(path),
        ) from error
