"""Checking: what a file would be as a release, with nothing kept of it."""

from collections.abc import Callable

from gateway.exchange.configuration import allowed_codes
from gateway.exchange.exchange import Exchange
from gateway.intake.checks import Checked, check_file
from gateway.intake.judging import Standard
from gateway.intake.messages import read_message
from gateway.intake.microdata import refused_columns
from gateway.intake.provision import Provision
from gateway.model.finding import Account, Finding
from gateway.model.release import Receipt, State

Seen = Callable[[int, int], None]
"""Whom to tell how many bytes and rows were read."""

NOTHING = Account(0, 0, 0, 0)


def unheard(_bytes: int, _rows: int) -> None:
    """For work that nobody watches."""


def standard_of(exchange: Exchange, provision: Provision) -> Standard:
    """What a file of a provision is held against now: lists, constraints, and its last release."""
    registry = exchange.registry
    allowed = allowed_codes(registry, provision)
    current = exchange.store.catalogue.current(provision.id)
    structure = provision.structure
    before = None if current is None else exchange.store.observations(current, structure)
    codes_of = registry.codes(provision.structure)
    return Standard(codes_of, allowed, before, exchange.clock().date())


def check(
    exchange: Exchange, content: bytes, name: str, provision: Provision, seen: Seen = unheard
) -> Checked:
    """Read a file and hold it against what stands now. Raises BadFile where it cannot be read."""
    return check_file(content, name, provision, standard_of(exchange, provision), seen)


def refused_unkept(content: bytes, name: str, provision: Provision) -> Receipt | None:
    """The refusal of records of persons with columns that are not to be taken in; else None.

    They are looked at before anything is kept, for a name of a person must not reach the disk.
    Raises BadFile where they cannot be read.
    """
    if provision.table.layout != "microdata" or read_message(content, name) is not None:
        return None
    findings = refused_columns(content, name, provision)
    return refusal(provision.id, findings) if findings else None


def refusal(provision: str, findings: tuple[Finding, ...], id: str | None = None) -> Receipt:
    """The receipt of a file of which nothing was read but what is wrong."""
    return Receipt(provision, State.REFUSED, 0, 0, (), findings, None, NOTHING, id)


def receipt_of(
    provision: Provision, checked: Checked, state: State, id: str | None = None
) -> Receipt:
    """What is answered to a file that was checked."""
    return Receipt(
        provision.id,
        state,
        checked.rows,
        checked.skipped,
        checked.controls,
        checked.findings,
        None,
        checked.account,
        id,
    )
