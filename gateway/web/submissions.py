"""Submissions over HTTP: hand in, ask how it stands, approve, refuse.

Handing in takes a token with the scope data.submit, deciding one with data.approve, and either a
grant for the provision.
"""

import contextlib
from datetime import datetime
from pathlib import PurePosixPath

from flask import Blueprint, Response, jsonify, request, url_for
from werkzeug.exceptions import RequestEntityTooLarge

from gateway.access.caller import APPROVE, SUBMIT
from gateway.access.clients import DATA_APPROVE, DATA_SUBMIT
from gateway.access.tokens import TokenCheck
from gateway.errors import BadSyntax, TooLarge
from gateway.exchange import Exchange, workflow
from gateway.exchange.checking import refused_unkept
from gateway.exchange.receipts import as_json, status
from gateway.exchange.submission import checked_only, report_of
from gateway.intake.provision import Provision
from gateway.model.release import Receipt, State, Submission
from gateway.model.text import LANGUAGES
from gateway.releases.files import Kind
from gateway.releases.publishing import refuse_past
from gateway.releases.submissions import unknown
from gateway.web.answer import NO_STORE
from gateway.web.bearer import caller
from gateway.web.decisions import Decisions
from gateway.web.desk import Desk

SOON = 2.0
"""Seconds after which an answer no longer waits for the work on a submission."""

_MEGABYTE = 1024 * 1024
_FRAME = 64 * 1024  # what a multipart body holds beside its file
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class _Submissions:
    """What is answered on submissions over an exchange."""

    def __init__(self, exchange: Exchange, tokens: TokenCheck, decisions: Decisions) -> None:
        self._exchange = exchange
        self._tokens = tokens
        self._decisions = decisions
        self._desk = Desk(exchange)

    def hand_in(self) -> Response:
        """201 with the report once it is released, 202 while it waits or is at work, 422."""
        by = caller(self._tokens, DATA_SUBMIT)
        content, name = self._file()
        wanted = _field("provision")
        self._decisions.acting(by, SUBMIT, wanted)
        self._decisions.refuse_ungranted(by, SUBMIT, wanted)
        provision = self._exchange.provision(wanted)
        moment = _moment()
        refuse_past(moment, self._exchange.clock())
        if _check():
            return _reported(checked_only(self._exchange, content, name, provision), 200)
        return self._kept(content, name, provision, by.subject, moment)

    def _kept(
        self, content: bytes, name: str, provision: Provision, by: str, moment: datetime | None
    ) -> Response:
        refused = refused_unkept(content, name, provision)
        if refused is not None:
            return _reported(refused, 422)
        submission = workflow.hand_in(self._exchange, content, name, provision, by, moment)
        return self._worked_on(submission.id, 201)

    def _file(self) -> tuple[bytes, str]:
        """The file of a request and its name. Raises TooLarge, and BadSyntax for other fields."""
        most = self._exchange.settings.largest_upload
        request.max_content_length = most * _MEGABYTE + _FRAME
        try:
            _refuse_other_fields({"file"}, {"provision", "visible_from", "check"})
        except RequestEntityTooLarge as error:
            raise _too_large(most) from error
        file = request.files.get("file")
        name = PurePosixPath((file.filename or "").replace("\\", "/")).name if file else ""
        if file is None or not name:
            raise BadSyntax(
                "The field file is missing: multipart/form-data with the file and its name.",
                spanish="Falta el campo file: multipart/form-data con el archivo y su nombre.",
                subject="file",
            )
        content = file.read()
        if len(content) > most * _MEGABYTE:
            raise _too_large(most)
        return content, name

    def _worked_on(self, id: str, done: int) -> Response:
        """The report where the work is done soon; else, or where approval is awaited, 202."""
        receipt = self._desk.work(id, SOON)
        if receipt is None or receipt.state is State.CHECKED:
            response = jsonify(self._standing(id))
            response.status_code = 202
            response.headers["Retry-After"] = "2"
        else:
            response = _reported(receipt, done)
        response.headers["Location"] = url_for("submissions.show", id=id)
        response.headers["Cache-Control"] = NO_STORE
        return response

    def _standing(self, id: str) -> dict[str, object]:
        submission = self._exchange.store.catalogue.submissions.get(id)
        receipt = workflow.receipt_on_record(self._exchange, submission)
        return status(submission) | {"report": None if receipt is None else as_json(receipt)}

    def show(self, id: str) -> Response:
        """How a submission stands; work that was broken off is taken up again."""
        self._desk.revive(self._readable(id))
        return _private(jsonify(self._standing(id)))

    def _readable(self, id: str) -> Submission:
        """A submission, for who handed it in or may approve. Raises NotFound to all others."""
        asks = caller(self._tokens, DATA_APPROVE, DATA_SUBMIT)
        submission = self._exchange.store.catalogue.submissions.get(id)
        own = submission.submitted_by == asks.subject
        if not own and submission.provision not in self._decisions.provisions(asks, APPROVE):
            raise unknown(id)
        return submission

    def _decided(self, id: str, action: str) -> str:
        """Who decides on a submission. Raises NotFound where its provision is not granted."""
        by = caller(self._tokens, DATA_APPROVE)
        self._decisions.acting(by, action, id)
        submission = self._exchange.store.catalogue.submissions.get(id)
        if submission.provision not in self._decisions.provisions(by, APPROVE):
            raise unknown(id)
        self._decisions.acting(by, action, submission.provision)
        return by.subject

    def report(self, id: str) -> Response:
        """The file with its faulty cells marked. Raises NotFound while it was not checked."""
        submission = self._readable(id)
        if submission.receipt is None:
            raise unknown(f"{id}/report.xlsx")
        content = self._exchange.store.files.read(Kind.SOURCE, submission.source_sha256)
        language = request.accept_languages.best_match(LANGUAGES, "es")
        book = report_of(
            self._exchange,
            content,
            submission.source_name,
            submission.receipt,
            "en" if language == "en" else "es",
        )
        response = Response(book, content_type=_XLSX)
        response.headers["Content-Disposition"] = 'attachment; filename="report.xlsx"'
        return _private(response)

    def approve(self, id: str) -> Response:
        """200 with the report once it is released, 202 while that is at work, 409, 422."""
        by = self._decided(id, APPROVE)
        _refuse_other_fields(set(), set())
        workflow.decide(self._exchange, id, by)
        return self._worked_on(id, 200)

    def refuse(self, id: str) -> Response:
        """200 with how it stands; the form field `because` says why."""
        by = self._decided(id, "refuse")
        _refuse_other_fields(set(), {"because"})
        workflow.refuse(self._exchange, id, by, _field("because"))
        return _private(jsonify(self._standing(id)))


def routes(exchange: Exchange, tokens: TokenCheck, decisions: Decisions) -> Blueprint:
    """The routes below ``/submissions``."""
    served = _Submissions(exchange, tokens, decisions)
    found = Blueprint("submissions", __name__, url_prefix="/submissions")
    found.add_url_rule("", "hand_in", served.hand_in, methods=["POST"])
    found.add_url_rule("/<id>", "show", served.show)
    found.add_url_rule("/<id>/report.xlsx", "report", served.report)
    found.add_url_rule("/<id>/approve", "approve", served.approve, methods=["POST"])
    found.add_url_rule("/<id>/refuse", "refuse", served.refuse, methods=["POST"])
    return found


def _reported(receipt: Receipt, done: int) -> Response:
    response = jsonify(as_json(receipt))
    response.status_code = 422 if receipt.state is State.REFUSED else done
    return _private(response)


def _private(response: Response) -> Response:
    response.headers["Cache-Control"] = NO_STORE
    return response


def _refuse_other_fields(files: set[str], fields: set[str]) -> None:
    """Raise BadSyntax for a field that nobody knows, or that is given twice."""
    given = [*request.files.items(multi=True), *request.form.items(multi=True)]
    names = [*(name for name, _ in given), *request.args]
    known = request.files.keys() & files | request.form.keys() & fields
    for name in names:
        if name not in known or name in request.args or names.count(name) > 1:
            raise BadSyntax(
                f"The field {name} is unknown here, or given twice.",
                spanish=f"El campo {name} no se conoce aquí, o se dio dos veces.",
                subject=name,
                allowed=sorted(files | fields),
            )


def _field(name: str) -> str:
    if not request.form.get(name, "").strip():
        raise BadSyntax(
            f"The field {name} is missing.", spanish=f"Falta el campo {name}.", subject=name
        )
    return request.form[name]


def _check() -> bool:
    said = request.form.get("check", "false")
    if said not in ("true", "false"):
        raise BadSyntax(
            f"check is not {said!r}.",
            spanish=f"check no es {said!r}.",
            subject="check",
            allowed=("true", "false"),
        )
    return said == "true"


def _moment() -> datetime | None:
    """The moment of visibility. Raises BadSyntax for one that is none or lacks its time zone."""
    said = request.form.get("visible_from")
    if said is None:
        return None
    with contextlib.suppress(ValueError):
        moment = datetime.fromisoformat(said)
        if moment.tzinfo is not None:
            return moment
    raise BadSyntax(
        f"{said!r} is no moment with its time zone, such as 2026-12-01T08:00-06:00.",
        spanish=f"{said!r} no es una hora con su zona, como 2026-12-01T08:00-06:00.",
        subject="visible_from",
    )


def _too_large(most: int) -> TooLarge:
    return TooLarge(
        f"The file is larger than the {most} MB that are taken.",
        spanish=f"El archivo es más grande que los {most} MB que se admiten.",
        subject="file",
    )
