"""How a caller wants an answer told: in which format and manner, compressed how.

What the URL says beats the headers. Source: SDMX-REST 2.2.2, content_negotiation.md and extend.md;
RFC 9110, section 12.5.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache

from flask import request
from werkzeug.http import parse_accept_header

from gateway.errors import BadSyntax
from gateway.formats.negotiation import Choice, Wish, choose, parted
from gateway.formats.table import Format, M
from gateway.model.text import LANGUAGES, Language
from gateway.web.compression import chosen

COMPRESSION = "compression"

_LONG = 500
"""What is longer than so many characters is not kept in memory."""

Pairs = list[tuple[str, str]]


def wishes_and_question(pairs: Pairs) -> tuple[Mapping[str, str], Pairs]:
    """The parameters that say how an answer is told, and those that say what is asked.

    Raises BadSyntax for one of the former that is given twice.
    """
    compressions = [value for name, value in pairs if name == COMPRESSION]
    if len(compressions) > 1:
        raise BadSyntax(
            f"The parameter {COMPRESSION} is given twice.",
            spanish=f"El parámetro {COMPRESSION} está dos veces.",
            subject=COMPRESSION,
        )
    wishes, others = parted(pair for pair in pairs if pair[0] != COMPRESSION)
    if compressions:
        wishes[COMPRESSION] = compressions[0]
    return wishes, others


def encoding_of(wishes: Mapping[str, str], *, useful: bool) -> str:
    """How an answer is to be compressed; `useful` where its format is not compressed already."""
    accepted = request.headers.get("Accept-Encoding")
    named = wishes.get(COMPRESSION)
    if len(accepted or "") + len(named or "") > _LONG:
        return chosen(request.accept_encodings, named, useful=useful)
    return _encoded(accepted, named, useful=useful)


@lru_cache(maxsize=256)
def _encoded(accepted: str | None, named: str | None, *, useful: bool) -> str:
    """As compression has it; clients accept the same each time."""
    return chosen(parse_accept_header(accepted), named, useful=useful)


def language() -> Language:
    """The language in which people are told what is wrong: English, if they do not say."""
    asked = request.args.get("lang") or request.accept_languages.best_match(LANGUAGES)
    return "es" if asked == "es" else "en"


def choice_of(offers: Sequence[Format[M]], wishes: Mapping[str, str]) -> Choice[M]:
    """The format and manner that the parameters and headers of the request ask for."""
    accept = request.headers.get("Accept")
    languages = request.headers.get("Accept-Language")
    said = {name: value for name, value in wishes.items() if name != COMPRESSION}
    if sum(len(each or "") for each in (accept, languages, *said.values())) > _LONG:
        return choose(offers, Wish(accept, languages, said))
    return _chosen(tuple(offers), accept, languages, tuple(said.items()))


@lru_cache(maxsize=256)
def _chosen(
    offers: tuple[Format[M], ...],
    accept: str | None,
    languages: str | None,
    said: tuple[tuple[str, str], ...],
) -> Choice[M]:
    """As the formats have it; clients say the same each time."""
    return choose(offers, Wish(accept, languages, dict(said)))
