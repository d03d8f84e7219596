"""How a label or number in a sheet is read: what is typography and what is content.

Source: the layouts in shared use by UPMRIP, IGM and DGME, as config/README.md describes them.
"""

import re

MONTHS = (
    *("enero", "febrero", "marzo", "abril", "mayo", "junio"),
    *("julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"),
)
_ALSO = {"setiembre": 9}  # as Guatemala and El Salvador often write it

_GROUPED = re.compile(r"[-+]?\d{1,3}([  \u202f]\d{3})+(\.\d+)?")
_PLAIN = re.compile(r"[-+]?\d+(\.\d+)?")


def label(text: str) -> str:
    """A label as code maps compare it: one blank between words, upper and lower case alike.

    >>> label("  Estados   UNIDOS ")
    'estados unidos'
    """
    return " ".join(text.split()).casefold()


def month(text: str) -> int | None:
    """The number of a month by its Spanish name or its first three letters, or None.

    >>> month("Septiembre"), month("Ene."), month("Total")
    (9, 1, None)
    """
    word = label(text).rstrip(".")
    if word in _ALSO:
        return _ALSO[word]
    for number, name in enumerate(MONTHS, start=1):
        if word in (name, name[:3]):
            return number
    return None


def number(text: str) -> str | None:
    """A number's digits without the blanks between thousands, or None if it is no number.

    Blanks between thousands are typography; decimals stay as they are written. A comma is not
    read: it is thousands to one office and decimals to another.

    >>> number("52 938"), number("1.50"), number("1,234"), number("n.d.")
    ('52938', '1.50', None, None)
    """
    text = text.strip()
    if _PLAIN.fullmatch(text):
        return text
    if _GROUPED.fullmatch(text):
        return re.sub(r"\s", "", text)
    return None
