"""Beyond the pair over HTTP: the corridor matrix, coverage and reconciliation, for programs.

They are figures and take a token with the scope data.read; what is told is made of what the caller
may read. The page for people is in `gateway.web.people.overview`.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime

from flask import Blueprint, Response, request

from gateway.access.caller import READ
from gateway.access.clients import DATA_READ
from gateway.access.tokens import TokenCheck
from gateway.errors import SemanticError
from gateway.exchange import Exchange
from gateway.exchange.listings import QUESTIONS, listing
from gateway.exchange.overview import Asked, Found
from gateway.formats.table import LISTINGS
from gateway.model.visibility import Visibility
from gateway.rest.parameters import moment, read
from gateway.web import bearer
from gateway.web.answer import PRIVATE, Answer, Sender
from gateway.web.decisions import Decisions
from gateway.web.gate import DATA
from gateway.web.negotiation import choice_of, encoding_of, wishes_and_question
from gateway.web.told import told

AS_OF = "asOf"

PARAMETERS: Mapping[str, tuple[str, ...]] = {
    name: (*parameters, AS_OF) for name, (_, parameters) in QUESTIONS.items()
}
"""What can be asked of each overview, by its name."""


class _Overviews:
    """What is answered over an exchange."""

    def __init__(
        self, exchange: Exchange, tokens: TokenCheck, sender: Sender, decisions: Decisions
    ) -> None:
        self._exchange = exchange
        self._tokens = tokens
        self._sender = sender
        self._decisions = decisions

    def answer(self, name: str) -> Response:
        """One overview, in the format that is wished for."""
        caller = bearer.caller(self._tokens, DATA_READ)
        told().client = caller.client_id
        wishes, pairs = wishes_and_question([*request.args.items(multi=True)])
        parameters = read(pairs, PARAMETERS[name])
        asked = Asked(**{each: of for each, of in parameters.items() if each != AS_OF})
        rights = self._decisions.overseeing(caller, READ, name, parameters)
        visibility = _at(rights, moment(parameters, AS_OF))
        wanted = choice_of(LISTINGS, wishes)
        standing = self._exchange.overview.standing(asked, visibility, self._exchange.defined)

        def pieces() -> Iterator[bytes]:
            found = self._found(name, asked, visibility)
            return wanted.format.write(listing(name, found, standing.since))

        response = self._sender.send(
            Answer(
                (standing.digest, name),
                wanted.media_type,
                encoding_of(wishes, useful=not wanted.format.packed),
                pieces,
                PRIVATE,
                (DATA, caller.client_id),
                caller,
                standing.since,
                standing.until,
                file_name=f"{name}.{wanted.format.extension}" if wanted.format.extension else "",
            )
        )
        if told().answer == "kept":  # it answers as much as when it was made
            self._found(name, asked, visibility)
        return response

    def _found(self, name: str, asked: Asked, visibility: Visibility) -> Found:
        """What is found, and a note of how much that is."""
        question, _ = QUESTIONS[name]
        found = question(self._exchange.overview, asked, visibility)
        self._decisions.counted(len(found), found.withheld)
        told().counts = len(found), found.withheld
        return found


def routes(
    exchange: Exchange, tokens: TokenCheck, sender: Sender, decisions: Decisions
) -> Blueprint:
    """The routes ``/mirror/corridors``, ``/mirror/coverage`` and ``/mirror/reconciliation``."""
    served = _Overviews(exchange, tokens, sender, decisions)
    found = Blueprint("overview", __name__, url_prefix="/mirror")
    for name in QUESTIONS:
        found.add_url_rule(f"/{name}", name, served.answer, defaults={"name": name})
    return found


def _at(visibility: Visibility, moment: datetime | None) -> Visibility:
    """The same rights at a moment. Raises SemanticError for one that is still to come."""
    if moment is None:
        return visibility
    if moment > visibility.at:
        raise SemanticError(
            f"{AS_OF}={moment.isoformat()} is still to come.",
            spanish=f"{AS_OF}={moment.isoformat()} todavía no llega.",
            subject=AS_OF,
        )
    return visibility.as_of(moment)
