"""When each version of a definition was first served, and whether it has changed since.

A published version never changes; what is served by another content under the same version is
named by `changed`. The times answer `asOf` for structures.
"""

import hashlib
from collections.abc import Iterable, Iterator
from datetime import datetime

from sqlalchemy import insert, select

from gateway.database import Database, artefacts, as_text
from gateway.model.artefact import Artefact, Reference


class Definitions:
    """What one home has served."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def record(self, served: Iterable[Artefact], now: datetime) -> None:
        """Note the versions that are served for the first time."""
        by_urn = {each.reference.urn: each for each in served}
        if by_urn.keys() <= self._known().keys():
            return
        with self._database.writing() as connection:
            # Read again: another process may have opened a new home at the same time.
            known = set(connection.execute(select(artefacts.c.urn)).scalars())
            rows = [
                {"urn": urn, "sha256": _digest(each), "seen_at": as_text(now)}
                for urn, each in by_urn.items()
                if urn not in known
            ]
            if rows:
                connection.execute(insert(artefacts), rows)

    def _known(self) -> dict[str, str]:
        """The digest of each URN that was ever served."""
        wanted = select(artefacts.c.urn, artefacts.c.sha256)
        with self._database.reading() as connection:
            return {row.urn: row.sha256 for row in connection.execute(wanted)}

    def served_at(self, moment: datetime) -> frozenset[str]:
        """The URNs of what was served at a moment."""
        seen = select(artefacts.c.urn).where(artefacts.c.seen_at <= as_text(moment))
        with self._database.reading() as connection:
            return frozenset(connection.execute(seen).scalars())

    def changed(self, served: Iterable[Artefact]) -> Iterator[Reference]:
        """Those whose content is not what was first served under their version."""
        known = self._known()
        for each in served:
            if known.get(each.reference.urn, _digest(each)) != _digest(each):
                yield each.reference


def _digest(artefact: Artefact) -> str:
    return hashlib.sha256(repr(artefact).encode()).hexdigest()
