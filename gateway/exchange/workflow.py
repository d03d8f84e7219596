"""The way of a submission: received, checked, approved, released or refused.

What was handed in is kept and recorded before anything is done with it. Every step is one
transaction, and every step can be taken again from what is on record: nothing depends on memory.

Apart from the rest of the exchange, for it brings pandas: a command that only asks starts without.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import uuid4

from gateway.errors import BadFile, Conflict, Forbidden, SemanticError
from gateway.exchange.checking import Seen, check, receipt_of, refusal, unheard
from gateway.exchange.exchange import Exchange
from gateway.exchange.keeping import record
from gateway.intake.provision import Provision
from gateway.model.finding import Finding, Severity
from gateway.model.observations import Observations
from gateway.model.release import Receipt, Replaces, State, Submission
from gateway.model.text import Text
from gateway.releases.files import Kind
from gateway.releases.publishing import Publisher, Supply, refuse_past
from gateway.releases.submissions import OPEN, Step, settled

LONGEST_FILE_NAME, LONGEST_NAME = 255, 200
"""So many signs may the name of a file have, and that of a person."""

PATIENCE = timedelta(seconds=30)
"""Work that gave no sign of life for so long is held to be abandoned."""


def hand_in(
    exchange: Exchange,
    content: bytes,
    name: str,
    provision: Provision,
    by: str,
    visible_from: datetime | None = None,
) -> Submission:
    """Keep a file and record it as received: all of that, or nothing.

    Raises SemanticError for a moment in the past and for a name that is none, StorageFault.
    """
    now = exchange.clock()
    refuse_past(visible_from, now)
    submission = Submission(
        str(uuid4()),
        provision.id,
        now,
        _plain(name, "file", LONGEST_FILE_NAME),
        "",
        len(content),
        State.RECEIVED,
        _plain(by.strip(), "by", LONGEST_NAME),
        provision.four_eyes,
        visible_from,
    )
    submission = replace(submission, source_sha256=exchange.store.files.keep_source(content))
    exchange.store.catalogue.submissions.receive(submission)
    return submission


def _plain(name: str, what: str, most: int) -> str:
    """The name. Raises SemanticError for one that is empty, too long, or cannot be shown."""
    if not 0 < len(name) <= most or not name.isprintable():
        raise SemanticError(
            f"{what} takes a name of 1 to {most} letters, not {name[:40]!r}.",
            spanish=f"{what} es un nombre de 1 a {most} letras, no {name[:40]!r}.",
            subject=what,
        )
    return name


def take_up(exchange: Exchange, id: str, seen: Seen = unheard) -> Receipt:
    """Check a submission as things stand now, and release it unless its approval is awaited.

    Raises NotFound for the submission or its provision, BadFile where it cannot be read, which
    ends it, Conflict where it has ended already or another was faster, StorageFault.
    """
    submission = _open(exchange, id)
    provision = exchange.provision(submission.provision)
    content = exchange.store.files.read(Kind.SOURCE, submission.source_sha256)
    try:
        checked = check(exchange, content, submission.source_name, provision, seen)
    except BadFile as error:
        _settle(exchange, _unreadable(submission, error))
        raise
    if checked.observations is None:
        return _settle(exchange, receipt_of(provision, checked, State.REFUSED, id))
    approved = submission.state is State.APPROVED
    state = State.APPROVED if approved else State.CHECKED
    receipt = _settle(exchange, receipt_of(provision, checked, state, id), submission.state)
    if not approved and _asks_for_two(submission, provision):
        return receipt
    return _release(exchange, submission, receipt, checked.observations, content)


def _open(exchange: Exchange, id: str) -> Submission:
    submission = exchange.store.catalogue.submissions.get(id)
    if not submission.state.is_open:
        raise settled(id, submission.state)
    return submission


def _settle(exchange: Exchange, receipt: Receipt, *was: State) -> Receipt:
    step = Step(receipt.submission or "", was or OPEN, receipt.state, receipt)
    exchange.store.catalogue.submissions.settle(step)
    return receipt


def _unreadable(submission: Submission, error: BadFile) -> Receipt:
    said = Text(error.sentence("es"), error.sentence())
    name = submission.source_name
    finding = Finding(Severity.ERROR, "unreadable", "", "*", name, said)
    return refusal(submission.provision, (finding,), submission.id)


def _release(
    exchange: Exchange,
    submission: Submission,
    receipt: Receipt,
    observations: Observations,
    content: bytes,
) -> Receipt:
    now = exchange.clock()
    later = submission.visible_from
    provision = exchange.provision(submission.provision)
    supply = Supply(
        provision.id,
        str(provision.flow.reference),
        observations,
        Replaces(provision.replaces),
        source_name=submission.source_name,
        source=content,
        findings=receipt.findings,
        # An embargo that ended while the submission waited is over.
        visible_from=later if later is not None and later >= now else None,
        submission=submission.id,
    )
    release, changed = Publisher(exchange.store).publish(supply, now)
    state = State.RELEASED if changed else State.UNCHANGED
    return replace(receipt, state=state, release=release)


def approve(exchange: Exchange, id: str, by: str, seen: Seen = unheard) -> Receipt:
    """Decide for a submission: it is checked again as things stand now, and released.

    Raises Forbidden for whoever handed it in, where the provision asks for two; else as `take_up`.
    """
    decide(exchange, id, by)
    return take_up(exchange, id, seen)


def decide(exchange: Exchange, id: str, by: str) -> Submission:
    """Record the decision for a submission; what follows from it is left to `take_up`."""
    by = _plain(by.strip(), "by", LONGEST_NAME)
    submission = _open(exchange, id)
    now = exchange.clock()
    if _asks_for_two(submission, exchange.provision(submission.provision)):
        _refuse_same(submission, by)
    if not submission.waits and at_work(submission, now):
        raise _busy(id)
    step = Step(id, (submission.state,), State.APPROVED, decided_by=by, decided_at=now)
    submissions = exchange.store.catalogue.submissions
    if not submissions.claim(submission, now):
        raise _busy(id)
    submissions.settle(step)
    return submissions.get(id)


def _busy(id: str) -> Conflict:
    return Conflict(
        f"The submission {id} is being worked on: try again in a while.",
        spanish=f"La entrega {id} se está procesando: inténtelo de nuevo más tarde.",
        subject=id,
    )


def at_work(submission: Submission, now: datetime) -> bool:
    """Whether somebody works on a submission: gave a sign of life not long ago."""
    return submission.progress is not None and now - submission.progress.at < PATIENCE


def _asks_for_two(submission: Submission, provision: Provision) -> bool:
    """Whether it was so when it was handed in, or is so now."""
    return submission.four_eyes or provision.four_eyes


def _refuse_same(submission: Submission, by: str) -> None:
    if by.casefold() == (submission.submitted_by or "").casefold():
        raise Forbidden(
            f"{by} handed {submission.id} in: somebody else has to approve it.",
            spanish=f"{by} entregó {submission.id}: la tiene que aprobar otra persona.",
        )


def refuse(exchange: Exchange, id: str, by: str, because: str) -> Submission:
    """Decide against a submission; it stays on record with its file.

    Whoever handed it in may do so too. Raises NotFound, SemanticError without a reason, Conflict
    where it has ended already.
    """
    if not because.strip():
        raise SemanticError(
            "A refusal says why.", spanish="Un rechazo dice por qué.", subject="because"
        )
    by = _plain(by.strip(), "by", LONGEST_NAME)
    _open(exchange, id)
    submissions = exchange.store.catalogue.submissions
    why = "".join(each if each.isprintable() or each == "\n" else " " for each in because.strip())
    now = exchange.clock()
    step = Step(id, OPEN, State.REFUSED, decided_by=by, decided_at=now, because=why)
    submissions.settle(step)
    return submissions.get(id)


def receipt_on_record(exchange: Exchange, submission: Submission) -> Receipt | None:
    """The receipt of a submission with its release; None where it was not checked yet."""
    receipt = submission.receipt
    if receipt is None or submission.release is None:
        return receipt
    return replace(
        receipt, release=record(exchange, submission.provision, submission.release).release
    )
