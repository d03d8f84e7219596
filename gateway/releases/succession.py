"""Which release follows on which, and which of them stands."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from gateway.errors import NotFound, SemanticError
from gateway.model.release import Part, Release
from gateway.releases.statement import FIRST, content_of


def following(
    current: Release | None,
    parts: tuple[Part, ...],
    visible_from: datetime | None,
    now: datetime,
    *,
    provision: str,
    dataflow: str,
    source_name: str,
    source_sha256: str,
    withdraws: int | None = None,
    because: str | None = None,
) -> Release:
    """The release after the current one.

    Its time is later than that of the one before, whatever the clock says: history is told by
    it. Without a time of visibility of its own it waits for the embargo of the one before, of
    which it may hold parts.
    """
    released_at = now
    if current is not None:
        released_at = max(now, current.released_at + timedelta(microseconds=1))
    lifted = released_at if current is None else max(released_at, current.visible_from)
    return Release(
        provision=provision,
        number=1 if current is None else current.number + 1,
        dataflow=dataflow,
        released_at=released_at,
        visible_from=lifted if visible_from is None else max(visible_from, released_at),
        source_name=source_name,
        source_sha256=source_sha256,
        observations=sum(part.observations for part in parts),
        parts=parts,
        withdraws=withdraws,
        because=because,
        content=content_of(parts),
        previous_digest=FIRST if current is None else current.digest,
        digest="",
    )


def standing(history: Sequence[Release]) -> list[Release]:
    """The releases that are not withdrawn, oldest first: the last one's content stands."""
    found: list[Release] = []
    for release in history:
        if release.withdraws is None:
            found.append(release)
        else:
            found.pop()
    return found


def refuse_to_withdraw(
    provision: str, number: int, standing: Sequence[Release], now: datetime
) -> None:
    """Raise NotFound or SemanticError unless a release is the last of those that stand."""
    if number not in [each.number for each in standing]:
        raise NotFound(
            f"There is no release {number} of {provision} that could be withdrawn.",
            spanish=f"No hay entrega {number} de {provision} que se pueda retirar.",
            subject=provision,
            allowed=[str(each.number) for each in standing[-1:]],
        )
    if number != standing[-1].number:
        raise SemanticError(
            f"Release {standing[-1].number} stands in place of {number}: withdraw it first, or "
            "hand in a corrected file.",
            spanish=f"La entrega {standing[-1].number} está en lugar de la {number}: retírela "
            "primero o entregue un archivo corregido.",
            subject=provision,
        )
    if len(standing) > 1 and standing[-2].visible_from > now:
        raise SemanticError(
            f"Release {standing[-2].number}, which would be stated again, is under embargo until "
            f"{standing[-2].visible_from.isoformat()}: hand in a corrected file instead.",
            spanish=f"La entrega {standing[-2].number}, que volvería a regir, está bajo embargo "
            f"hasta {standing[-2].visible_from.isoformat()}: entregue un archivo corregido.",
            subject=provision,
        )
