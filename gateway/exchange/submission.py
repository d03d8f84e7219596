"""Submissions: a file as an office published it, read, checked and released.

Apart from the rest of the exchange, for it brings pandas: a command that only asks starts without.
"""

from pathlib import Path

from gateway.errors import BadFile
from gateway.exchange.exchange import Exchange
from gateway.intake.checks import check_file
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
    codes = exchange.registry.codes(provision.structure)
    checked = check_file(content, path.name, provision, codes)
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


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise BadFile(
            f"{path} cannot be read ({error.strerror}).",
            spanish=f"No se puede leer {path} ({error.strerror}).",
            subject=str(path),
        ) from error
