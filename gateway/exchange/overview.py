"""Beyond the pair: the corridor matrix, coverage and reconciliation, of what a caller may see.

Each figure is a function of figures that the caller can read himself, as they stand at the moment
that he asks for, as those of the mirror are. What was worked out once is kept until a source
changes.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import UTC, date, datetime
from threading import Lock

from gateway.errors import BadSyntax, NoResults, SemanticError
from gateway.exchange.mirror import Mirror
from gateway.exchange.standing import Standing, Standings, rights, state_of
from gateway.mirror.corridors import Flow, corridors
from gateway.mirror.coverage import Coverage, Periods, coverage, last_period, lateness, stated
from gateway.mirror.hierarchy import Hierarchy
from gateway.mirror.ledger import Sums
from gateway.mirror.periods import Period, period
from gateway.mirror.reconciliation import reconciled
from gateway.mirror.sides import Statement
from gateway.mirror.totals import Reconciled
from gateway.model.digest import digest
from gateway.model.query import Wanted
from gateway.model.structure import DataStructure
from gateway.model.text import Language
from gateway.model.visibility import Visibility
from gateway.registry import Registry
from gateway.releases.history import History
from gateway.releases.store import Store

_KEPT = 64
"""Findings that are kept: of so many different periods, views or moments of the past."""

FORMS = ("2023", "2023-S1", "2023-Q1", "2023-01")
"""How a period is spelled that can be asked for."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked: of a period, an indicator, a country that reports, or the ends of a corridor.

    None is any; without a period it is the last year that some source states to its end.
    """

    period: str | None = None
    indicator: str | None = None
    reporter: str | None = None
    origin: str | None = None
    destination: str | None = None

    @property
    def told(self) -> dict[str, str]:
        """What it says, by name."""
        said = {each.name: getattr(self, each.name) for each in fields(self)}
        return {name: value for name, value in said.items() if value is not None}


@dataclass(frozen=True, slots=True)
class Found:
    """What was found, of which period where it is of one.

    `withheld` counts the observations that the caller may not read.
    """

    period: str | None
    flows: tuple[Flow, ...] = ()
    covered: tuple[Coverage, ...] = ()
    reconciled: tuple[Reconciled, ...] = ()
    withheld: int = 0

    def __len__(self) -> int:
        return len(self.flows) + len(self.covered) + len(self.reconciled)


class Overview:
    """The overviews of one gateway. Safe to share between threads."""

    def __init__(self, registry: Registry, mirror: Mirror, store: Store) -> None:
        self._registry = registry
        self._mirror = mirror
        self._store = store
        self._standings = Standings(store)
        self._sums = Sums(32 * 1024 * 1024)
        self._kept: OrderedDict[Hashable, Found] = OrderedDict()
        self._lock = Lock()

    def corridors(self, asked: Asked, visibility: Visibility) -> Found:
        """Who states how many moved from where to where in a period.

        Raises BadSyntax for a period of another form, SemanticError for an unknown code, NoResults
        where nothing is stated.
        """
        at = self._period(asked, visibility)

        def made(statements: Sequence[Statement], lists: Sequence[Hierarchy]) -> Found:
            return Found(str(at), flows=tuple(corridors(statements, lists, self._sums, at)))

        found = self._once("corridors", at, visibility, made)
        return _not_empty(replace(found, flows=tuple(e for e in found.flows if _is_of(e, asked))))

    def reconciled(self, asked: Asked, visibility: Visibility) -> Found:
        """Every total of a period beside the sum of its parts. Raises as `corridors` does."""
        at = self._period(asked, visibility)

        def made(statements: Sequence[Statement], lists: Sequence[Hierarchy]) -> Found:
            return Found(str(at), reconciled=tuple(reconciled(statements, lists, self._sums, at)))

        found = self._once("reconciled", at, visibility, made)
        some = (e for e in found.reconciled if _says(e.indicator, e.reporter, asked))
        return _not_empty(replace(found, reconciled=tuple(some)))

    def coverage(self, asked: Asked, visibility: Visibility) -> Found:
        """Who states which flow, to which breakdown, and how late. Raises as `corridors` does."""
        self._refuse_unknown(asked)
        found = self._covered(visibility)
        some = (e for e in found.covered if _says(e.indicator, e.reporter, asked))
        return _not_empty(replace(found, covered=tuple(some)))

    def standing(
        self, asked: Asked, visibility: Visibility, definitions: tuple[Hashable, datetime]
    ) -> Standing:
        """What decides an answer, before anything is looked up: see `gateway.exchange.standing`."""
        made_of, changed_at = definitions

        def made(supplies: Mapping[str, DataStructure]) -> Standing:
            states = [
                (id, *found)
                for id, structure in supplies.items()
                if (found := state_of(self._store, id, structure, visibility)) is not None
            ]
            held = digest(made_of, [each[:2] for each in states], rights(visibility), asked)
            return Standing(held, max(changed_at, *(since for *_, since in states), _START))

        return self._standings.get(
            (asked, rights(visibility), definitions),
            visibility,
            lambda: {each.id: each.structure for each in self._mirror.compared},
            made,
        )

    def providers(self, visibility: Visibility) -> tuple[str, ...]:
        """Those whose figures are in it, as far as a caller sees any of them."""
        seen = {*self._mirror.seen(visibility)}
        found = (each.provider for each in self._mirror.compared if each.id in seen)
        return tuple(dict.fromkeys(found))

    def names(self, language: Language) -> Mapping[str, Mapping[str, str]]:
        """The names of all codes that can occur, by component."""
        flows = {each.flow.reference: each for each in self._mirror.compared}
        found: dict[str, dict[str, str]] = {}
        for reference, each in flows.items():
            labels = self._registry.labels(reference, each.structure)
            for id, codes in labels.codes.items():
                said = {code: name.said(language) for code, name in codes.items()}
                found.setdefault(id, {}).update(said)
        return found

    def concepts(self, language: Language) -> Mapping[str, str]:
        """The names of what is compared, by component."""
        return {
            id: name.said(language)
            for each in self._mirror.compared
            for id, name in self._registry.labels(
                each.flow.reference, each.structure
            ).components.items()
        }

    def _period(self, asked: Asked, visibility: Visibility) -> Period:
        """The period that is asked for. Raises BadSyntax for one of another form."""
        self._refuse_unknown(asked)
        if asked.period is None:
            last = last_period(self._covered(visibility).covered, "A")
            return Period("A", visibility.at.year) if last is None else last
        try:
            return period(asked.period)
        except ValueError as error:
            raise BadSyntax(
                f"{asked.period!r} is no year, half, quarter or month.",
                spanish=f"{asked.period!r} no es un año, semestre, trimestre ni mes.",
                subject="period",
                allowed=FORMS,
            ) from error

    def _covered(self, visibility: Visibility) -> Found:
        def made(statements: Sequence[Statement], lists: Sequence[Hierarchy]) -> Found:
            late = {
                each.provision: lateness(self._changes(each, lists, visibility))
                for each in statements
            }
            return Found(None, covered=tuple(coverage(statements, lists, late)))

        return self._once("coverage", None, visibility, made)

    def _changes(
        self, statement: Statement, lists: Sequence[Hierarchy], visibility: Visibility
    ) -> Iterator[tuple[date, Periods]]:
        """The days on which a caller saw something change, and of which periods."""
        structure = statement.selection.structure
        history = History(self._store, statement.provision, structure)
        for each in history.disseminations(Wanted(), visibility):
            if len(each.changed):
                yield each.at.astimezone(UTC).date(), stated(each.changed, lists)

    def _once(
        self,
        what: str,
        at: Period | None,
        visibility: Visibility,
        make: Callable[[Sequence[Statement], Sequence[Hierarchy]], Found],
    ) -> Found:
        """What is worked out of all that a caller sees; of the same, only once.

        One at a time: a second caller would work out the same.
        """
        key = (what, at, rights(visibility), *self._mirror.states(visibility))
        with self._lock:
            found = self._kept.get(key)
            if found is None:
                found = self._kept[key] = self._made(visibility, make)
            self._kept.move_to_end(key)
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return found

    def _made(
        self,
        visibility: Visibility,
        make: Callable[[Sequence[Statement], Sequence[Hierarchy]], Found],
    ) -> Found:
        statements = [*self._mirror.statements(visibility)]
        if not statements:
            return make((), ())
        lists = self._mirror.lists(statements[0].selection.structure)
        withheld = sum(each.selection.withheld for each in statements)
        return replace(make(statements, lists), withheld=withheld)

    def _refuse_unknown(self, asked: Asked) -> None:
        areas = self._codes("REF_AREA")
        known = {"indicator": self._codes("INDICATOR"), **dict.fromkeys(_ENDS, areas)}
        for name, value in asked.told.items():
            if name in known and value not in known[name]:
                raise SemanticError(
                    f"There is no {name} {value}.",
                    spanish=f"No hay {_SPANISH[name]} {value}.",
                    subject=name,
                    allowed=() if name in _ENDS else sorted(known[name]),
                )

    def _codes(self, dimension: str) -> frozenset[str]:
        structures = {each.structure.reference: each.structure for each in self._mirror.compared}
        codes = (self._registry.codes(each)[dimension] for each in structures.values())
        return frozenset().union(*codes)


_START = datetime(1970, 1, 1, tzinfo=UTC)
_ENDS = ("reporter", "origin", "destination")
_SPANISH: Mapping[str, str] = {
    "indicator": "indicador",
    "reporter": "país declarante",
    "origin": "origen",
    "destination": "destino",
}


def _is_of(flow: Flow, asked: Asked) -> bool:
    return (
        _says(flow.corridor.indicator, flow.corridor.reporter, asked)
        and asked.origin in (None, flow.origin)
        and asked.destination in (None, flow.destination)
    )


def _says(indicator: str, reporter: str, asked: Asked) -> bool:
    return asked.indicator in (None, indicator) and asked.reporter in (None, reporter)


def _not_empty(found: Found) -> Found:
    if not len(found):
        when = "" if found.period is None else f" {found.period}"
        empty = NoResults(
            f"Nobody states anything of that{when and ' in'}{when}.",
            spanish=f"Nadie dice nada de eso{when and ' en'}{when}.",
            subject=found.period,
        )
        empty.withheld = found.withheld
        raise empty
    return found
