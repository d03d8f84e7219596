"""The method as lines of a workbook: rules, formulas, the words of every code, literature."""

from collections.abc import Iterator

from gateway.exchange.exchange import Exchange
from gateway.exchange.pair_words import Words
from gateway.mirror import method


def method_lines(exchange: Exchange, said: Words) -> Iterator[tuple[str, str]]:
    """What the page on the method says, as labels and words."""
    language = said.language
    yield "", method.LEAD.said(language)
    label = said("Qué se compara", "What is compared")
    for each in method.PAIRS:
        yield label, each.said(language)
        label = ""
    yield "A, B", method.WHERE.said(language)
    for formula in method.FORMULAS:
        yield formula.name.said(language), f"{formula.formula}\n{formula.words.said(language)}"
    yield said("Ejemplo", "Example"), method.EXAMPLE.said(language)
    yield said("Estados y rupturas", "Statuses and breaks"), method.CARRIED.said(language)
    for component in ("MIRROR_STATUS", "MIRROR_REASON"):
        for code, name in said.codes[component].items():
            yield code, name.said(language)
    yield said("Quién ve qué", "Who sees what"), method.SEEN.said(language)
    for work in method.LITERATURE:
        yield said("Fuente", "Source"), f"{work.citation}\n{work.used.said(language)}"
