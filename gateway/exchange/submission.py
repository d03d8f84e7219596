"""Submissions: a file as an office published it, read, checked and released.

Apart from the rest of the exchange, for it brings pandas: a command that only asks starts without.
"""

from datetime import datetime
from pathlib import Path

from gateway.errors import BadFile
from gateway.exchange.exchange import Exchange
from gateway.intake.checks import check_file
from gateway.model.release import Receipt, State
from gateway.releases.publishing import Publisher, Supply


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
    codes = exchange.registry.codes(provision.structure)
    checked = check_file(content, path.name, provision, codes)
    state, release = State.CHECKED, None
    if checked.observations is None:
        state = State.REFUSED
    elif not check_only:
        supply = Supply(
            provision.id,
            str(provision.flow.reference),
            checked.observations,
            keep_other_years=provision.replaces == "years",
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
    )


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise BadFile(
            f"{path} cannot be read ({error.strerror}).",
            spanish=f"No se puede leer {path} ({error.strerror}).",
            subject=str(path),
        ) from error
