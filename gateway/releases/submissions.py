"""Submissions in SQL: what was handed in, by whom, and the steps that each has taken since.

A step is taken only from the state that it starts from, so that of two who decide at once one does.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import msgspec
from sqlalchemy import Connection, Row, insert, select, update

from gateway.database import Database, as_text, submissions
from gateway.errors import Conflict, NotFound
from gateway.model.release import Progress, Receipt, State, Submission
from gateway.model.text import Text

RELEASABLE = (State.CHECKED, State.APPROVED)
"""The states from which a submission becomes a release."""

OPEN = (State.RECEIVED, *RELEASABLE)
"""The states in which something can still become of a submission."""

SAID = {
    State.RECEIVED: Text("recibida", "received"),
    State.CHECKED: Text("revisada", "checked"),
    State.APPROVED: Text("aprobada", "approved"),
    State.RELEASED: Text("publicada", "released"),
    State.UNCHANGED: Text("sin cambios", "unchanged"),
    State.REFUSED: Text("rechazada", "refused"),
}
"""The states in people's words."""


@dataclass(frozen=True, slots=True)
class Step:
    """What becomes of a submission that is in one of some states. None leaves a column as it is."""

    submission: str
    was: Sequence[State]
    to: State
    receipt: Receipt | None = None
    release: int | None = None
    decided_by: str | None = None
    decided_at: datetime | None = None
    because: str | None = None


class Submissions:
    """The submissions of one home."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def receive(self, submission: Submission) -> None:
        """Record a file that was handed in and is kept."""
        later = submission.visible_from
        row = {
            "submission": submission.id,
            "provision": submission.provision,
            "received_at": as_text(submission.received_at),
            "source_name": submission.source_name,
            "source_sha256": submission.source_sha256,
            "size": submission.size,
            "state": submission.state,
            "submitted_by": submission.submitted_by,
            "four_eyes": submission.four_eyes,
            "visible_from": None if later is None else later.isoformat(),
            "seen_at": as_text(submission.received_at),
        }
        with self._database.writing() as connection:
            connection.execute(insert(submissions).values(row))

    def get(self, id: str) -> Submission:
        """One submission. Raises NotFound."""
        wanted = select(submissions).where(submissions.c.submission == id)
        with self._database.reading() as connection:
            row = connection.execute(wanted).first() if id.isprintable() else None
        if row is None:
            raise unknown(id)
        return _submission(row)

    def all(self, provision: str | None = None) -> list[Submission]:
        """Every submission, or those for one provision, oldest first."""
        wanted = select(submissions).order_by(submissions.c.received_at)
        if provision is not None:
            wanted = wanted.where(submissions.c.provision == provision)
        with self._database.reading() as connection:
            return [_submission(row) for row in connection.execute(wanted)]

    def sources(self) -> set[str]:
        """The digests of the files that were kept when they were handed in."""
        kept = submissions.c.submitted_by.is_not(None)
        with self._database.reading() as connection:
            return set(
                connection.execute(select(submissions.c.source_sha256).where(kept)).scalars()
            )

    def settle(self, step: Step) -> None:
        """Take a step. Raises Conflict where the submission is in another state by now."""
        with self._database.writing() as connection:
            take(connection, step)

    def tell(self, id: str, progress: Progress) -> None:
        """Note how far the work on a submission is."""
        told = update(submissions).where(submissions.c.submission == id)
        with self._database.writing() as connection:
            connection.execute(
                told.values(
                    bytes_read=progress.bytes,
                    rows_read=progress.rows,
                    seen_at=as_text(progress.at),
                )
            )

    def claim(self, submission: Submission, now: datetime) -> bool:
        """Take over the work on a submission, if nobody gave a sign of life since it was read."""
        seen = None if submission.progress is None else as_text(submission.progress.at)
        claimed = update(submissions).where(
            submissions.c.submission == submission.id,
            submissions.c.state == submission.state,
            submissions.c.seen_at.is_not_distinct_from(seen),
        )
        with self._database.writing() as connection:
            done = connection.execute(claimed.values(seen_at=as_text(now)))
            return bool(done.rowcount)


def unknown(id: str) -> NotFound:
    """What is said of a submission that is not there, or not for a caller."""
    spanish = f"No hay ninguna entrega {id}."
    return NotFound(f"There is no submission {id}.", spanish=spanish, subject=id)


def take(connection: Connection, step: Step) -> None:
    """Take a step within a transaction. Raises Conflict as `Submissions.settle` does."""
    values = {
        "state": step.to,
        "receipt": None if step.receipt is None else _json(step.receipt),
        "release": step.release,
        "decided_by": step.decided_by,
        "decided_at": _text(step.decided_at),
        "because": step.because,
    }
    own = submissions.c.submission == step.submission
    changed = update(submissions).where(own, submissions.c.state.in_(step.was))
    given = {name: value for name, value in values.items() if value is not None}
    if not connection.execute(changed.values(given)).rowcount:
        state = connection.execute(select(submissions.c.state).where(own)).scalar_one()
        raise settled(step.submission, State(state))


def settled(id: str, state: State) -> Conflict:
    """What is said to whoever wants to decide on a submission that has gone on meanwhile."""
    said = SAID[state]
    return Conflict(
        f"The submission {id} is {said.en} already.",
        spanish=f"La entrega {id} ya está {said.es}.",
        subject=id,
    )


def _json(receipt: Receipt) -> str:
    return json.dumps(msgspec.to_builtins(replace(receipt, release=None)))


def _submission(row: Row[*tuple[object, ...]]) -> Submission:
    state = State(row.state)
    receipt = None
    if row.receipt is not None:
        receipt = replace(msgspec.convert(json.loads(row.receipt), Receipt), state=state)
    seen = _moment(row.seen_at)
    return Submission(
        row.submission,
        row.provision,
        datetime.fromisoformat(row.received_at),
        row.source_name,
        row.source_sha256,
        row.size or 0,
        state,
        row.submitted_by,
        bool(row.four_eyes),
        _moment(row.visible_from),
        row.release,
        row.decided_by,
        _moment(row.decided_at),
        row.because,
        receipt,
        None if seen is None else Progress(row.bytes_read or 0, row.rows_read or 0, seen),
    )


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else as_text(moment)


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
