"""Beyond the pair over HTTP: the corridor matrix, coverage and reconciliation, for programs.

They are figures and take a token with the scope data.read; what is told is made of what the caller
may read. The page for people is in `gateway.web.people.overview`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from flask import Blueprint, Response, request

from gateway.access.caller import READ
from gateway.access.clients import DATA_READ
from gateway.access.tokens import TokenCheck
from gateway.errors import SemanticError
from gateway.exchange import Exchange
from gateway.exchange.listings import QUESTIONS, listing
from gateway.exchange.overview import Asked, Found
from gateway.formats.negotiation import manners
from gateway.formats.table import LISTINGS
from gateway.model.visibility import Visibility
from gateway.rest.parameters import moment, read
from gateway.web import bearer
from gateway.web.answer import Sender
from gateway.web.decisions import Counts, Decisions
from gateway.web.negotiation import COMPRESSION, choice_of, wishes_and_question
from gateway.web.restricted import restricted
from gateway.web.told import told

AS_OF = "asOf"

PARAMETERS: Mapping[str, tuple[str, ...]] = {
    name: (*parameters, AS_OF) for name, (_, parameters) in QUESTIONS.items()
}
"""What can be asked of each overview, by its name."""

_TOLD = (*manners(LISTINGS), COMPRESSION)


class _Overviews:
    """What is answered over an exchange."""

    def __init__(
        self, exchange: Exchange, tokens: TokenCheck, sender: Sender, decisions: Decisions
    ) -> None:
        self._exchange = exchange
        self._tokens = tokens
        self._sender = sender
        self._decisions = decisions
        self._counts = Counts()

    def answer(self, name: str) -> Response:
        """One overview, in the format that is wished for."""
        caller = bearer.caller(self._tokens, DATA_READ)
        told().client = caller.client_id
        wishes, pairs = wishes_and_question([*request.args.items(multi=True)])
        parameters = read(pairs, PARAMETERS[name], beside=_TOLD)
        asked = Asked(**{each: of for each, of in parameters.items() if each != AS_OF})
        rights = self._decisions.overseeing(caller, READ, name, parameters)
        visibility = _at(rights, moment(parameters, AS_OF))
        wanted = choice_of(LISTINGS, wishes)
        standing = self._exchange.overview.standing(asked, visibility, self._exchange.defined)
        state = (standing.digest, name)

        def found() -> Found:
            question, _ = QUESTIONS[name]
            return question(self._exchange.overview, asked, visibility)

        def pieces() -> Iterator[bytes]:
            made = found()
            told().counts = _counts_of(made)
            self._counts.keep(state, _counts_of(made))
            return wanted.format.write(listing(name, made, standing.since))

        answer = restricted(standing, wanted, wishes, pieces, caller)
        extension = wanted.format.extension
        return self._sender.send(
            replace(
                answer,
                state=(answer.state, name),
                file_name=f"{name}.{extension}" if extension else "",
                counts=lambda: self._counts.of(state, lambda: _counts_of(found())),
            )
        )


def _counts_of(found: Found) -> tuple[int, int]:
    """How many rows were found, and how many observations are kept back."""
    return len(found), found.withheld


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
