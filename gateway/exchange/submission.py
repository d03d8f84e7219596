"""Submissions: a file as an office published it, read, checked and released.

Apart from the rest of the exchange, for it brings pandas: a command that only asks starts without.
"""

from datetime import datetime
from pathlib import Path

from gateway.errors import BadFile
from gateway.exchange.configuration import allowed_codes
from gateway.exchange.exchange import Exchange
from gateway.intake.checks import check_file
from gateway.intake.judging import Standard
from gateway.intake.provision import Provision
from gateway.intake.report import Report, annotated, summary
from gateway.model.release import Receipt, Replaces, State
from gateway.model.text import Language
from gateway.releases.publishing import Publisher, Supply

__all__ = ["report_on", "standard_of", "submit", "summary"]


def submit(
    exchange: Exchange,
    path: Path,
    provision_id: str,
    *,
    check_only: bool = False,
    visible_from: datetime | None = None,
) -> Receipt:
    """Read, check and release a file, all of it or nothing.

    It can be seen at once, or from a moment on. Raises NotFound for the provision, BadFile for a
    file that cannot be read, SemanticError for a moment in the past, StorageFault where it cannot
    be kept. What is wrong inside the file comes back as findings.
    """
    provision = exchange.provision(provision_id)
    content = _content(path)
    standard = standard_of(exchange, provision)
    checked = check_file(content, path.name, provision, standard)
    state, release = State.CHECKED, None
    if checked.observations is None:
        state = State.REFUSED
    elif not check_only:
        supply = Supply(
            provision.id,
            str(provision.flow.reference),
            checked.observations,
            Replaces(provision.replaces),
            source_name=path.name,
            source=content,
            findings=checked.findings,
            visible_from=visible_from,
        )
        release, changed = Publisher(exchange.store).publish(supply, exchange.clock())
        state = State.RELEASED if changed else State.UNCHANGED
    return Receipt(
        provision.id,
        state,
        checked.rows,
        checked.skipped,
        checked.controls,
        checked.findings,
        release,
        checked.account,
    )


def report_on(exchange: Exchange, path: Path, receipt: Receipt, language: Language) -> bytes:
    """The file handed in as a workbook, with what was found in it. Raises BadFile."""
    layout = exchange.provision(receipt.provision).table.layout
    report = Report(receipt.findings, receipt.account, given_back=layout != "microdata")
    return annotated(_content(path), path.name, report, language)


def standard_of(exchange: Exchange, provision: Provision) -> Standard:
    """What a file of a provision is held against now: lists, constraints, and its last release."""
    registry = exchange.registry
    allowed = allowed_codes(registry, provision)
    current = exchange.store.catalogue.current(provision.id)
    structure = provision.structure
    before = None if current is None else exchange.store.observations(current, structure)
    codes_of = registry.codes(provision.structure)
    return Standard(codes_of, allowed, before, exchange.clock().date())


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise BadFile(
            f"{path} cannot be read ({error.strerror}).",
            spanish=f"No se puede leer {path} ({error.strerror}).",
            subject=str(path),
        ) from error
