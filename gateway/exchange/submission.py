"""Submissions: a file as an office published it, read, checked and released.

Apart from the rest of the exchange, for it brings pandas: a command that only asks starts without.
"""

from pathlib import Path

from gateway.errors import BadFile
from gateway.exchange.configuration import allowed_codes
from gateway.exchange.exchange import Exchange
from gateway.intake.checks import check_file
from gateway.intake.judging import Standard
from gateway.intake.provision import Provision
from gateway.intake.replacing import with_other_periods
from gateway.intake.report import Report, annotated, summary
from gateway.model.observations import Observations
from gateway.model.release import Receipt, State
from gateway.model.text import Language

__all__ = ["report_on", "standard_of", "submit", "summary"]


def submit(
    exchange: Exchange, path: Path, provision_id: str, *, check_only: bool = False
) -> Receipt:
    """Read, check and release a file, all of it or nothing.

    Raises NotFound for the provision, BadFile for a file that cannot be read, StorageFault
    where it cannot be kept. What is wrong inside the file comes back as findings.
    """
    provision = exchange.provision(provision_id)
    content = _content(path)
    standard = standard_of(exchange, provision)
    checked = check_file(content, path.name, provision, standard)
    state, release = State.CHECKED, None
    if checked.observations is None:
        state = State.REFUSED
    elif not check_only:
        release, changed = exchange.store.publish(
            provision.id,
            str(provision.flow.reference),
            _complete(checked.observations, standard.before, provision),
            keep_other_years=provision.replaces == "years",
            source=(path.name, content),
            findings=checked.findings,
            now=exchange.clock(),
        )
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


def _complete(
    observations: Observations, before: Observations | None, provision: Provision
) -> Observations:
    """What is released: the file's content, with the periods that it leaves as they were."""
    if provision.replaces != "periods" or before is None:
        return observations
    return with_other_periods(observations, before)


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
