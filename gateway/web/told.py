"""What is noted of a request while it is answered, for its line in the log and for the counts."""

from dataclasses import dataclass, field

from flask import request

from gateway.access.decision import Decision
from gateway.web.allowances import Allowance
from gateway.web.terms import Terms

NOTES = "gateway.told"
"""Where a request's environment holds its notes."""


@dataclass(slots=True)
class Told:
    """Notes on one request; None where nothing is known. No token or secret is ever noted.

    `answer` is ``held`` by the caller, ``kept`` here in memory, ``prepared`` in a file, or
    ``made``; `counts` are how many observations it has, and how many are kept back. `fault` is
    what went wrong that is ours to mend, `refusal` the kind of error that was answered, `cut` that
    of an answer that broke off. `refused` is the client of a token that was not taken, empty where
    nobody knows. `terms` are those of an answer that took no work; `decision` is what was put on
    record.
    """

    id: str = ""
    route: str = ""
    client: str | None = None
    refused: str | None = None
    counts: tuple[int, int] | None = None
    answer: str | None = None
    allowance: Allowance | None = None
    refusal: str | None = None
    fault: str | None = None
    cut: list[str] = field(default_factory=list)
    terms: Terms | None = None
    decision: Decision | None = None


def told() -> Told:
    """The notes on the request that is being answered."""
    notes = request.environ.get(NOTES)
    if isinstance(notes, Told):
        return notes
    made = request.environ[NOTES] = Told()
    return made
