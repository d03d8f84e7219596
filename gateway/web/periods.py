"""Periods in words: people read April 2025, not 2025-04."""

from gateway.errors import BadSyntax
from gateway.model.period import span
from gateway.model.text import Language

_MONTHS: dict[Language, tuple[str, ...]] = {
    "es": ("enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto",
           "septiembre", "octubre", "noviembre", "diciembre"),
    "en": ("January", "February", "March", "April", "May", "June", "July", "August",
           "September", "October", "November", "December"),
}  # fmt: skip


def in_words(period: str, language: Language) -> str:
    """A period as people say it; whatever is none stays as it is.

    >>> in_words("2025-04", "es"), in_words("2024-S1", "es"), in_words("2024", "en")
    ('abril de 2025', 'enero a junio de 2024', '2024')
    """
    try:
        first, last = span(period)
    except BadSyntax:
        return period
    names, of = _MONTHS[language], " de " if language == "es" else " "
    if (first.month, last.month) == (1, 12):
        return f"{first.year}"
    if first.month == last.month:
        return f"{names[first.month - 1]}{of}{first.year}"
    to = " a " if language == "es" else " to "
    return f"{names[first.month - 1]}{to}{names[last.month - 1]}{of}{first.year}"
