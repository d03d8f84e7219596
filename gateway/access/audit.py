"""The audit: what was decided on data, submissions and rights, in an order that nobody can alter.

Every entry holds the digest of the one before, so that none can be changed, left out or put in
between unnoticed; whoever notes the last digest down can tell later that none was cut off either.
An entry is written before its answer is sent. It survives whatever happens to the process; where
the machine itself goes down, the last moments may be missing, but what is there is whole: waiting
for the disk at each question would cost more than the question.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from functools import partial
from operator import attrgetter

from sqlalchemy import Connection, Row, false, func, insert, or_, select

from gateway.database import Database, as_text, audit

FIRST = "0" * 64
"""What stands in place of a digest before the first entry."""

_LONGEST = 4000
_AT_ONCE = 5000


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision: who asked what, by which rules it was decided, and how.

    `token` is the id of the token, never the token. `query` is the question as it was understood,
    `rules` are the ids of the grants, `suppressed` counts the observations that were asked for and
    kept back. `providers` are those whose figures are concerned.
    """

    at: datetime
    action: str
    status: int
    client_id: str = ""
    subject: str = ""
    issuer: str = ""
    organisation: str = ""
    token: str = ""
    request: str = ""
    flow: str = ""
    providers: tuple[str, ...] = ()
    query: str = ""
    rules: tuple[str, ...] = ()
    policy: str = ""
    rows: int = 0
    suppressed: int = 0
    address: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """A decision on record: its number, and the digest that chains it to the one before."""

    number: int
    decision: Decision
    digest: str


class Audit:
    """The log of one home. Safe to share between threads and processes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def record(self, decision: Decision) -> None:
        """Put a decision on record. Raises StorageFault where that cannot be: then none is made."""
        self._database.note(_LAST, partial(_following, decision), _APPEND)

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
            return [_entry(row) for row in reversed(connection.execute(wanted).all())]

    def faults(self, noted: str | None = None) -> Iterator[str]:
        """What does not hold: an entry altered, missing or out of place; or not as noted down."""
        before, number, seen = FIRST, 0, noted is None
        while rows := self._after(number):
            for row in rows:
                number += 1
                if row.number != number:
                    yield f"entry {number} is missing"
                    number = row.number
                if row.previous_digest != before:
                    yield f"entry {number} does not follow on the one before"
                if row.digest != _digest(row.previous_digest, row.entry):
                    yield f"entry {number} was altered"
                elif not _tells_alike(row):
                    yield f"entry {number} is filed under something else than it states"
                before = row.digest
                seen = seen or before == noted
        if not seen:
            yield f"no entry has the digest {noted}: entries were cut off, or all written anew"

    def head(self) -> tuple[int, str]:
        """The number and the digest of the last entry."""
        with self._database.reading() as connection:
            return _head(connection)

    def _after(self, number: int) -> Sequence[Row[*tuple[object, ...]]]:
        wanted = select(audit).where(audit.c.number > number).order_by(audit.c.number)
        with self._database.reading() as connection:
            return connection.execute(wanted.limit(_AT_ONCE)).all()


def append(connection: Connection, decision: Decision) -> None:
    """Put a decision on record in a transaction that writes."""
    row = connection.execute(_LAST).first()
    connection.execute(_APPEND, _following(decision, None if row is None else tuple(row)))


def _following(decision: Decision, last: tuple[object, ...] | None) -> dict[str, object]:
    """The entry that follows on the last one, of which number and digest are said."""
    number, before = (0, FIRST) if last is None else last
    told = {name: _short(value) for name, value in zip(_TOLD, _stated(decision), strict=True)}
    told["at"] = as_text(decision.at)
    entry = _json(told)
    digests = {"previous_digest": before, "digest": _digest(str(before), entry)}
    return {"number": int(str(number)) + 1, "entry": entry, **_filed(told), **digests}


_TOLD = tuple(each.name for each in fields(Decision))
_stated = attrgetter(*_TOLD)
_json = json.JSONEncoder().encode  # in ASCII: no sign slips through
_APPEND = insert(audit)
_LAST = select(audit.c.number, audit.c.digest).where(
    audit.c.number == select(func.max(audit.c.number)).scalar_subquery()
)


def _head(connection: Connection) -> tuple[int, str]:
    row = connection.execute(_LAST).first()
    return (0, FIRST) if row is None else (int(row.number), str(row.digest))


_WIDTHS = {"at": 32, "client_id": 300, "organisation": 64, "action": 40, "flow": 300}


def _filed(told: Mapping[str, object]) -> dict[str, str]:
    """What an entry is found by, as far as a column can hold it."""
    providers = told["providers"]
    listed = providers if isinstance(providers, list | tuple) else ()
    plain = {name: _printable(str(told[name]))[:width] for name, width in _WIDTHS.items()}
    return plain | {"providers": f" {_printable(' '.join(listed))[:998]} "}


def _printable(text: str) -> str:
    if text.isprintable():
        return text
    return "".join(each if each.isprintable() else "?" for each in text)


def _tells_alike(row: Row[*tuple[object, ...]]) -> bool:
    filed = _filed(json.loads(row.entry))
    return all(getattr(row, name) == value for name, value in filed.items())


def _short(value: object) -> object:
    """Whatever a caller sent, no longer than it need be; what cannot be shown is escaped later."""
    return value[:_LONGEST] if isinstance(value, str) else value


def _digest(before: str, entry: str) -> str:
    return hashlib.sha256(f"{before}\n{entry}".encode()).hexdigest()


def _entry(row: Row[*tuple[object, ...]]) -> Entry:
    told = json.loads(row.entry)
    told["at"] = datetime.fromisoformat(told["at"])
    told["providers"], told["rules"] = tuple(told["providers"]), tuple(told["rules"])
    return Entry(row.number, Decision(**told), row.digest)
