"""Submissions: a file as an office published it, read, checked and released.

Apart from the rest of the exchange, for it brings pandas: a command that only asks starts without.
"""

from pathlib import Path

from gateway.errors import BadFile
from gateway.exchange.exchange import Exchange
from gateway.intake.checks import check_file
from gateway.intake.judging import Standard
from gateway.intake.provision import Provision
from gateway.model.release import Receipt, State


def submit(
    exchange: Exchange, path: Path, provision_id: str, *, check_only: bool = False
) -> Receipt:
    """Read, check and release a file, all of it or nothing.

    Raises NotFound for the provision, BadFile for a file that cannot be read, StorageFault
    where it cannot be kept. What is wrong inside the file comes back as findings.
    """
    provision = exchange.provision(provision_id)
    content = _content(path)
    checked = check_file(content, path.name, provision, standard_of(exchange, provision))
    state, release = State.CHECKED, None
    if checked.observations is None:
        state = State.REFUSED
    elif not check_only:
        release, changed = exchange.store.publish(
            provision.id,
            str(provision.flow.reference),
            checked.observations,
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
    )


def standard_of(exchange: Exchange, provision: Provision) -> Standard:
    """What a file of a provision is held against now: lists, constraints, and its last release."""
    registry = exchange.registry
    constraints = registry.constraints(provision.flow.reference, provision.structure.reference)
    allowed: dict[str, frozenset[str]] = {}
    for name, codes in (pair for each in constraints for pair in each.region):
        allowed[name] = allowed.get(name, frozenset(codes)) & frozenset(codes)
    current = exchange.store.catalogue.current(provision.id)
    before = None
    if current is not None:
        before = exchange.store.cube(current, provision.structure).select((), ())
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
