"""What a comparison is called and what is said of it, in the reader's language."""

from collections.abc import Mapping
from dataclasses import dataclass

from gateway.exchange.compared import PART, Compared, Gap, Table
from gateway.exchange.comparing import MIRROR
from gateway.exchange.exchange import Exchange
from gateway.mirror.comparison import Status
from gateway.mirror.pairing import Reason
from gateway.model.text import Language, Text

_TOWARDS = {"IN": "←", "OUT": "→"}

_FREQUENCIES = {
    "M": Text("mes", "month"),
    "Q": Text("trimestre", "quarter"),
    "S": Text("semestre", "half-year"),
    "A": Text("año", "year"),
}


@dataclass(frozen=True, slots=True)
class Words:
    """The names of codes by component, and what analysts say, in one language."""

    language: Language
    codes: Mapping[str, Mapping[str, Text]]
    components: Mapping[str, Text]
    remarks: Mapping[str, Text]

    def __call__(self, es: str, en: str) -> str:
        """Words that stand in the code, in the reader's language."""
        return Text(es, en).said(self.language)

    def code(self, component: str, code: str | None) -> str:
        """The name of a code; the code itself where it has none, nothing where there is none."""
        name = self.codes.get(component, {}).get(code or "")
        return code or "" if name is None else name.said(self.language)

    def component(self, id: str) -> str:
        """The name of a component."""
        name = self.components.get(id)
        return id if name is None else name.said(self.language)

    def title(self, table: Table) -> str:
        """Of what a comparison is: the movement, and between whom."""
        of = table.of
        here, there = (self.code(id, of[id]) for id in ("REF_AREA", "COUNTERPART_AREA"))
        towards = _TOWARDS.get(of["DIRECTION"], "·")
        return f"{self.code('INDICATOR', of['INDICATOR'])}: {here} {towards} {there}"

    def part(self, table: Table) -> str:
        """Of which part a comparison is; empty for the whole."""
        said = (f"{self.component(id)}: {self.code(id, c)}" for id, c in table.codes.items())
        return "; ".join(said)

    def frequency(self, code: str) -> str:
        """What a period of a frequency is called."""
        return _FREQUENCIES[code].said(self.language)

    def result(self, of: Compared | Gap) -> str:
        """What became of a comparison."""
        if of.status == PART:
            return self("Comparado, solo estos períodos", "Compared, these periods only")
        return self.code("MIRROR_STATUS", of.status)

    def why(self, of: Gap) -> str:
        """Why there is no comparison; what explains a difference explains no missing figure."""
        explains = of.status == Status.NOT_COMPARABLE or of.reason == Reason.COVERAGE
        return self.code("MIRROR_REASON", of.reason) if explains else ""

    def note(self, words: str | None) -> str:
        """What an analyst says, in this language where it was said in both."""
        said = self.remarks.get(words or "")
        return words or "" if said is None else said.said(self.language)


def words(exchange: Exchange, language: Language) -> Words:
    """The words of a gateway's comparisons."""
    flow = exchange.registry.dataflow(MIRROR)
    labels = exchange.registry.labels(flow.reference, exchange.registry.structure(flow))
    return Words(language, labels.codes, labels.components, exchange.remarks)
