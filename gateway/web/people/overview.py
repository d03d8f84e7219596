"""The page of all that is stated: the corridor matrix, coverage, and totals beside their parts.

Whoever is signed in sees what their own grants let them read, and the audit has it.
"""

from collections.abc import Callable
from functools import partial

from flask import Blueprint, Response, request

from gateway.access.caller import READ, Caller
from gateway.access.clients import DATA_READ
from gateway.access.people import Person
from gateway.errors import BadRequest, BadSyntax, Forbidden, NoResults, SemanticError
from gateway.exchange import Exchange
from gateway.exchange.matrix import matrices
from gateway.exchange.overview import Asked, Found, Overview
from gateway.model.visibility import Visibility
from gateway.rest.parameters import read
from gateway.web.addresses import issuer
from gateway.web.decisions import Decisions
from gateway.web.gate import DATA, Gate
from gateway.web.language import language
from gateway.web.people.browser import Browser, see
from gateway.web.periods import in_words
from gateway.web.told import told

PATH = "/mirror/overview"

_ASKED = ("period", "indicator", "reporter")
_AT_ONCE = 12
"""Rows of a matrix that are shown at once; the others unfold."""

_NOTHING = Found(None)


class Page:
    """What is answered to whoever is signed in."""

    def __init__(
        self, exchange: Exchange, browser: Browser, decisions: Decisions, gate: Gate
    ) -> None:
        self._exchange = exchange
        self._browser = browser
        self._decisions = decisions
        self._gate = gate

    def show(self) -> Response:
        """The page; the form to sign in for whoever is not."""
        person = self._browser.person()
        if person is None:
            asked = request.query_string.decode("latin-1")
            return see("/sign-in", next=f"{PATH}?{asked}" if asked else PATH)
        if DATA_READ not in person.scopes:
            raise Forbidden("You may not read data.", spanish="Usted no puede leer datos.")
        self._gate.admit(DATA, person.id)
        said = {name: value for name, value in request.args.items(multi=True) if value}
        parameters = read(said.items(), (*_ASKED, "lang"))
        parameters.pop("lang", None)
        visibility = self._decisions.overseeing(_caller(person), READ, "overview", parameters)
        return self._page(Asked(**parameters), visibility)

    def _page(self, asked: Asked, visibility: Visibility) -> Response:
        error: BadRequest | None = None
        try:
            found = self._found(asked, visibility)
        except (BadSyntax, SemanticError) as refusal:
            error, found = refusal, (_NOTHING, _NOTHING, _NOTHING)
        corridors, covered, reconciled = found
        told().counts = sum(map(len, found)), max(each.withheld for each in found)
        spoken = language()
        names = self._exchange.overview.names(spoken)
        return self._browser.page(
            "overview.html",
            200 if error is None else 400,
            error="" if error is None else error.sentence(spoken),
            wrong="" if error is None else error.subject,
            asked=asked,
            period=corridors.period or reconciled.period or asked.period or "",
            matrices=matrices(corridors.flows),
            covered=covered.covered,
            reconciled=reconciled.reconciled,
            at_once=_AT_ONCE,
            indicators=names.get("INDICATOR", {}),
            reporters=self._reporters(visibility),
            names=names,
            concepts=self._exchange.overview.concepts(spoken),
            in_words=partial(in_words, language=spoken),
            number=number,
            issuer=issuer(),
        )

    def _reporters(self, visibility: Visibility) -> list[str]:
        """The countries that state something of which somebody sees anything."""
        everything = self._of(Overview.coverage, Asked(), visibility)
        return sorted({each.reporter for each in everything.covered})

    def _found(self, asked: Asked, visibility: Visibility) -> tuple[Found, Found, Found]:
        of_all = Asked(indicator=asked.indicator, reporter=asked.reporter)
        return (
            self._of(Overview.corridors, asked, visibility),
            self._of(Overview.coverage, of_all, visibility),
            self._of(Overview.reconciled, asked, visibility),
        )

    def _of(
        self,
        question: Callable[[Overview, Asked, Visibility], Found],
        asked: Asked,
        visibility: Visibility,
    ) -> Found:
        """What is found; nothing where there is nothing, which a page says in its own words."""
        try:
            return question(self._exchange.overview, asked, visibility)
        except NoResults as empty:
            return Found(empty.subject, withheld=empty.withheld)


def routes(exchange: Exchange, browser: Browser, decisions: Decisions, gate: Gate) -> Blueprint:
    """The route of the page."""
    served = Page(exchange, browser, decisions, gate)
    found = Blueprint("all_stated", __name__)
    found.add_url_rule(PATH, "show", served.show)
    return found


def number(value: float | None) -> str:
    """A figure with commas between thousands, as all three countries write it."""
    if value is None:
        return "—"
    return f"{value:,.0f}" if value == round(value) else f"{value:,.1f}"


def _caller(person: Person) -> Caller:
    """A person who acts without a program in between."""
    return Caller(
        "",
        frozenset(person.scopes),
        person.id,
        issuer(),
        person.organisation,
        frozenset(person.groups),
    )
