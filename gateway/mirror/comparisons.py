"""Everything that can be compared among some statements, a comparison for each frequency."""

from collections.abc import Hashable, Iterator, Mapping, Sequence
from threading import RLock

from gateway.mirror.comparison import Comparison, compare
from gateway.mirror.hierarchy import Hierarchy
from gateway.mirror.ledger import Sums
from gateway.mirror.paired import Paired
from gateway.mirror.pairing import Pair, Pairing
from gateway.mirror.periods import MONTHS
from gateway.mirror.remarks import Remark
from gateway.mirror.sides import Statement, sides
from gateway.mirror.views import Views, views
from gateway.model.structure import DataStructure

_Pairs = Mapping[str, Paired]


class Comparisons:
    """The comparisons of some statements, each made when it is first asked for.

    They go on from those `before`, of other states of the same statements: who is compared with
    whom is found out anew only where series came or went, and measured is what a change reaches.
    Safe to share between threads.
    """

    def __init__(
        self,
        statements: Sequence[Statement],
        lists: Sequence[Hierarchy],
        sums: Sums,
        remarks: Sequence[Remark] = (),
        before: "Comparisons | None" = None,
    ) -> None:
        """`lists` are the code lists of the dimensions that may be broken down, in their order.

        `sums` keeps what it added up for the next time.
        """
        self.statements = tuple(statements)
        self.remarks = tuple(remarks)
        self._sums = sums
        self._made: dict[str, Comparison] = {}
        self._lock = RLock()
        self._before: Mapping[str, Comparison] = before.latest if before else {}
        self._stated = tuple(map(_stated, statements))
        self._pairs: _Pairs = before._pairs if before and before._stated == self._stated else {}
        self._views: dict[str, Views] = before._views if before and self._pairs else {}
        if not self._pairs:
            self._pairs = _paired(statements, lists)

    @property
    def latest(self) -> Mapping[str, Comparison]:
        """By frequency what was compared last, be it of a state before."""
        return {**self._before, **self._made}

    @property
    def frequencies(self) -> tuple[str, ...]:
        """Those at which something is compared, in the order of their codes."""
        return tuple(sorted(self._pairs))

    def at(self, frequency: str) -> Comparison:
        """The comparison of all pairs of a frequency."""
        with self._lock:
            if frequency not in self._made:
                self._made[frequency] = compare(
                    self.statements,
                    self._pairs[frequency],
                    self._sums,
                    self.remarks,
                    self._before.get(frequency),
                )
            return self._made[frequency]

    def views(self, structure: DataStructure, frequency: str) -> Views:
        """The pairs of a frequency as their sources see them, as series of one structure."""
        with self._lock:
            if frequency not in self._views:
                self._views[frequency] = views(structure, self._pairs[frequency])
            return self._views[frequency]

    def __iter__(self) -> Iterator[Comparison]:
        return map(self.at, self.frequencies)


def _paired(statements: Sequence[Statement], lists: Sequence[Hierarchy]) -> _Pairs:
    pairs: dict[str, list[Pair]] = {frequency: [] for frequency in MONTHS}
    for pair in Pairing(statements, lists).pairs(sides(statements, lists)):
        pairs[pair.frequency].append(pair)
    return {each: Paired(each, tuple(of)) for each, of in pairs.items() if of}


def _stated(statement: Statement) -> Hashable:
    """All of a statement that decides who is compared with whom: which series it has."""
    found = statement.selection
    columns = {**found.keys, "COMPARABILITY": found.series_attributes.get("COMPARABILITY")}
    told = (
        (id, column.codes.tobytes(), column.codes.dtype.str, column.values)
        for id, column in columns.items()
        if column is not None
    )
    return (statement.provision, statement.in_part, *told)
