"""The audit: what was decided on data, submissions and rights, in an order that nobody can alter.

Every entry holds the digest of the one before, so that none can be changed, left out or put in
between unnoticed; whoever notes the last digest down can tell later that none was cut off either.
An entry is on record before its answer is sent: in the journal of its process, from which it is
chained a moment later (`gateway.access.journals`), and always before anybody reads the audit. It
survives whatever happens to the process; where the machine itself goes down, the last moments may
be missing, but what is there is whole: waiting for the disk at each question would cost more than
the question.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from heapq import merge
from pathlib import Path
from threading import Lock

from sqlalchemy import Connection, Row, delete, false, insert, or_, select, update

from gateway.access.chain import FIRST, head, is_unaltered, lengthen, tells_alike
from gateway.access.decision import Decision, Stated, read, stated
from gateway.access.journals import Journal, Journals
from gateway.access.soon import Soon
from gateway.database import Database, as_text, audit, journals
from gateway.errors import GatewayError

_AT_ONCE = 5000

_PAUSE = 0.1
"""Seconds after which what is on record is chained."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A decision on record: its number, and the digest that chains it to the one before."""

    number: int
    decision: Decision
    digest: str


class Audit:
    """The log of one home. Safe to share between threads and processes.

    Entries of one process keep their order; those of several are put in that of their moments, as
    far as they are chained together.
    """

    def __init__(self, database: Database, folder: Path) -> None:
        """`folder` holds the journals of all who put decisions on record from this home."""
        self._database = database
        self._journal = Journal(folder)
        self._journals = Journals(folder)
        self._taken: Mapping[str, int] = {}
        self._lock = Lock()
        self._soon = Soon(self._settle_later, _PAUSE)
        self._failed = False

    def record(self, decision: Decision) -> None:
        """Put a decision on record. Raises StorageFault where that cannot be: then none is made."""
        self.again(stated(decision), decision.at, decision.request)

    def again(self, said: Stated, at: datetime, request: str) -> None:
        """Put on record that the same was decided once more, at a moment, in another request."""
        if self._failed:
            self.settle()  # what cannot be chained must not grow
        self._journal.append(said.entry(at, request))
        self._soon.ask()

    def settle(self) -> None:
        """Chain what is on record. Raises StorageFault where that cannot be: it is kept."""
        with self._lock:
            try:
                if self._journal.is_gone():
                    with self._database.reading() as connection:
                        self._journal.rescue(_taken(connection))
                wanted = self._journals.sizes()  # what comes meanwhile is for the next
                is_more = any(size > self._taken.get(name, 0) for name, size in wanted.items())
                while is_more:
                    is_more = self._settle_some(wanted)
            except BaseException:
                self._failed = True
                raise
            self._failed = False

    def _settle_later(self) -> None:
        with suppress(GatewayError):  # whoever decides next is told
            self.settle()

    def _settle_some(self, wanted: Mapping[str, int]) -> bool:
        """Chain a part; whether there is more."""
        with self._database.appending() as connection:
            before = _taken(connection)
            gone = [*self._journals.drop(before)]  # chained whole, and kept, by those before
            pieces = [*self._journals.pieces(before, wanted)]
            # Each begins with its moment: so they are in its order.
            lengthen(connection, merge(*(piece.entries for piece in pieces)))
            upto = {piece.name: piece.upto for piece in pieces}
            _take(connection, before, upto, gone)
        self._taken = {**before, **upto}
        return any(piece.is_more for piece in pieces)

    def close(self) -> None:
        """Chain what is on record, if that can be; if not, it is kept for whoever comes next."""
        self._soon.forget()
        self._journal.close()
        self._settle_later()

    def entries(
        self,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        client: str | None = None,
        organisation: str | None = None,
        action: str | None = None,
        providers: frozenset[str] | None = None,
        limit: int = 100,
    ) -> list[Entry]:
        """The last so many entries that fit, oldest first; of some providers' figures, if named."""
        self.settle()
        wanted = select(audit).order_by(audit.c.number.desc()).limit(limit)
        if since is not None:
            wanted = wanted.where(audit.c.at >= as_text(since))
        if until is not None:
            wanted = wanted.where(audit.c.at < as_text(until))
        equal = ((audit.c.client_id, client), (audit.c.organisation, organisation),
                 (audit.c.action, action))  # fmt: skip
        for column, value in equal:
            if value is not None:
                wanted = wanted.where(column == value)
        if providers is not None:
            concerned = [audit.c.providers.contains(f" {each} ", autoescape=True)
                         for each in sorted(providers)]  # fmt: skip
            wanted = wanted.where(or_(false(), *concerned))
        with self._database.reading() as connection:
            return [
                Entry(row.number, read(row.entry), row.digest)
                for row in reversed(connection.execute(wanted).all())
            ]

    def faults(self, noted: str | None = None) -> Iterator[str]:
        """What does not hold: an entry altered, missing or out of place; or not as noted down."""
        self.settle()
        before, number, seen = FIRST, 0, noted is None
        while rows := self._after(number):
            for row in rows:
                number += 1
                if row.number != number:
                    yield f"entry {number} is missing"
                    number = row.number
                if row.previous_digest != before:
                    yield f"entry {number} does not follow on the one before"
                if not is_unaltered(row):
                    yield f"entry {number} was altered"
                elif not tells_alike(row):
                    yield f"entry {number} is filed under something else than it states"
                before = row.digest
                seen = seen or before == noted
        if not seen:
            yield f"no entry has the digest {noted}: entries were cut off, or all written anew"

    def head(self) -> tuple[int, str]:
        """The number and the digest of the last entry."""
        self.settle()
        with self._database.reading() as connection:
            return head(connection)

    def _after(self, number: int) -> Sequence[Row[*tuple[object, ...]]]:
        wanted = select(audit).where(audit.c.number > number).order_by(audit.c.number)
        with self._database.reading() as connection:
            return connection.execute(wanted.limit(_AT_ONCE)).all()


_TAKEN = select(journals.c.journal, journals.c.taken)


def _taken(connection: Connection) -> dict[str, int]:
    return {row.journal: row.taken for row in connection.execute(_TAKEN)}


def _take(
    connection: Connection, before: Mapping[str, int], upto: Mapping[str, int], gone: Sequence[str]
) -> None:
    """Note how much of each journal is chained, and which there are no more."""
    for name, taken in upto.items():
        is_there = journals.c.journal == name
        if name in before:
            connection.execute(update(journals).where(is_there).values(taken=taken))
        else:
            connection.execute(insert(journals).values(journal=name, taken=taken))
    for name in gone:
        connection.execute(delete(journals).where(journals.c.journal == name))
