"""How a caller wants an answer told: in which format, compressed how, in which language.

What the URL says beats the headers. Source: SDMX-REST 2.2.2, content_negotiation.md and extend.md;
RFC 9110, section 12.5.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache

from flask import request

from gateway.errors import BadSyntax
from gateway.formats import table
from gateway.formats.table import Format, M
from gateway.model.text import LANGUAGES, Language
from gateway.rest.parameters import Pairs
from gateway.web.compression import chosen

_LONG = 500
"""An Accept header of more characters is not kept in memory."""

OWN = ("format", "compression")
"""The parameters that say how an answer is told, not what is asked."""


def own(pairs: Pairs) -> dict[str, str]:
    """How the URL wants the answer told. Raises BadSyntax for what it says twice."""
    found: dict[str, str] = {}
    for name, value in pairs:
        if name in OWN and name in found:
            raise BadSyntax(f"The parameter {name} is given twice.", subject=name)
        if name in OWN:
            found[name] = value
    return found


def others(pairs: Pairs) -> list[tuple[str, str]]:
    """What the URL asks for, however it is told."""
    return [pair for pair in pairs if pair[0] not in OWN]


def encoding_of(pairs: Pairs, *, useful: bool) -> str:
    """How an answer is to be compressed; `useful` where its format is not compressed already."""
    return chosen(request.accept_encodings, own(pairs).get("compression"), useful=useful)


def language() -> Language:
    """The language in which people are told what is wrong: English, if they do not say."""
    asked = request.args.get("lang") or request.accept_languages.best_match(LANGUAGES)
    return "es" if asked == "es" else "en"


def format_of(offers: Sequence[Format[M]], pairs: Iterable[tuple[str, str]]) -> Format[M]:
    """The format that ``format=`` names, else the one that the Accept header likes best."""
    name = own(pairs).get("format")
    if name is not None:
        return table.named(offers, name)
    accept = request.headers.get("Accept")
    if accept is None or len(accept) > _LONG:
        return table.accepted(offers, accept)
    return _accepted(tuple(offers), accept)


@lru_cache(maxsize=256)
def _accepted(offers: tuple[Format[M], ...], accept: str) -> Format[M]:
    """As the table has it; clients say the same each time."""
    return table.accepted(offers, accept)
