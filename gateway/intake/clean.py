"""How a label, number or period in a sheet is read: what is typography and what is content.

Source: the layouts in shared use by UPMRIP, IGM and DGME, as config/README.md describes them.
"""

import re
from datetime import date, timedelta

MONTHS = (
    *("enero", "febrero", "marzo", "abril", "mayo", "junio"),
    *("julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"),
)
_ALSO = {"setiembre": 9, "set": 9}  # as Guatemala and El Salvador often write it

LONGEST_NUMBER = 30
"""Characters; no figure is longer, and what is much longer is no number to a computer either."""

_GROUPED = re.compile(r"[-+]?\d{1,3}([  \u202f]\d{3})+(\.\d+)?")
_PLAIN = re.compile(r"[-+]?\d+(\.\d+)?")
_DATE = re.compile(r"([1-9]\d{3})-(\d{2})(?:-\d{2})?(?:T[\d:.]+)?")
_PERIOD = re.compile(r"[1-9]\d{3}(?:-(?:[ASTQ]\d|M\d\d|W\d\d|D\d{3}|\d\d(?:-\d\d)?))?")
_ORDINALS = dict(
    zip(
        "i ii iii iv 1 2 3 4 primer segundo tercer cuarto primero tercero".split(),
        (1, 2, 3, 4, 1, 2, 3, 4, 1, 2, 3, 4, 1, 3),
        strict=True,
    )
)
_PART = re.compile(r"(\w+)\.?[°º]? (trimestre|semestre)(?: de| del)?,? ([1-9]\d{3})")
_SPAN = re.compile(r"(\w+)\.?(?:[ ]?(?:-|–|a)[ ]?(\w+)\.?)?(?: de| del)?,?[ /-]([1-9]\d{3})")
_SPANS = {(1, 12): "", (1, 6): "-S1", (7, 12): "-S2", (1, 3): "-Q1", (4, 6): "-Q2", (7, 9): "-Q3"}


def label(text: str) -> str:
    """A label as code maps compare it: one blank between words, upper and lower case alike.

    Blanks around a stroke say nothing either.

    >>> label("  Estados   UNIDOS "), label("Continente/ país") == label("Continente / País")
    ('estados unidos', True)
    """
    words = " ".join(text.split()).casefold()
    return re.sub(r" ?/ ?", "/", words) if "/" in words else words


def among(text: str, names: tuple[str, ...]) -> bool:
    """Whether a label is one of some names; a name that ends in ``*`` stands for a beginning.

    >>> among("Variación 2024", ("variación*",)), among("Tasa", ("Tasas",))
    (True, False)
    """
    if not names:
        return False
    mine = label(text)
    return any(
        mine.startswith(label(name[:-1])) if name.endswith("*") else mine == label(name)
        for name in names
    )


def month(text: str) -> int | None:
    """The number of a month by its Spanish name or its first three letters, or None.

    A date is read too: spreadsheets keep a heading such as "ene-25" as one.

    >>> month("Septiembre"), month("Ene."), month("2025-03-01"), month("Total")
    (9, 1, 3, None)
    """
    word = label(text).rstrip(".")
    if word in _ALSO:
        return _ALSO[word]
    for number, name in enumerate(MONTHS, start=1):
        if word in (name, name[:3]):
            return number
    found = _DATE.fullmatch(_dated(text))
    return int(found[2]) if found is not None and 1 <= int(found[2]) <= 12 else None


def _dated(text: str) -> str:
    """A text, or the date that it counts the days of since the last of 1899, as Excel does."""
    text = text.strip()
    if not re.fullmatch(r"[2-7]\d{4}", text):
        return text
    return (date(1899, 12, 30) + timedelta(days=int(text))).isoformat()


def year(text: str) -> str | None:
    """Four figures of a year, alone or at the head of a date, or None.

    A date may also be the number of days by which spreadsheets keep it.

    >>> year("2024"), year("2025-03-01"), year("45322"), year("0000"), year("24")
    ('2024', '2025', '2024', None, None)
    """
    found = re.fullmatch(r"([1-9]\d{3})(?:-\d{2}(?:-\d{2})?(?:T[\d:.]+)?)?", _dated(text))
    return found[1] if found else None


def period(text: str) -> str | None:
    """An SDMX period: one that is written so, or as Spanish tables say it; None for any other.

    >>> period("2024"), period("Enero-junio de 2024"), period("II trimestre 2023")
    ('2024', '2024-S1', '2023-Q2')
    >>> period("Marzo 2025"), period("enero-diciembre de 2022"), period("2024-05"), period("Total")
    ('2025-03', '2022', '2024-05', None)
    """
    text = _dated(text)
    words = label(text)
    if _PERIOD.fullmatch(text):
        return text
    if quarter := re.fullmatch(r"([1-9]\d{3})[ _]t([1-4])", words):  # as surveys name their files
        return f"{quarter[1]}-Q{quarter[2]}"
    if part := _PART.fullmatch(words):
        return _part(*part.groups())
    return _months(*span.groups()) if (span := _SPAN.fullmatch(words)) else None


def _part(ordinal: str, kind: str, year: str) -> str | None:
    number = _ORDINALS.get(ordinal)
    letter, most = ("Q", 4) if kind == "trimestre" else ("S", 2)
    return f"{year}-{letter}{number}" if number is not None and number <= most else None


def _months(first: str, last: str | None, year: str) -> str | None:
    one, other = month(first), month(last or first)
    if one is None or other is None:
        return None
    if one == other:
        return f"{year}-{one:02d}"
    ending = {**_SPANS, (10, 12): "-Q4"}.get((one, other))
    return None if ending is None else year + ending


def frequency(period: str) -> str:
    """The code of how often a period's series has one.

    >>> [frequency(each) for each in ("2024", "2024-05", "2024-S1", "2024-Q4", "2024-05-01")]
    ['A', 'M', 'S', 'Q', 'D']
    """
    letters = re.sub(r"[^A-Z]", "", period)
    return letters or {4: "A", 7: "M", 10: "D"}[len(period)]


def number(text: str, decimal: str = ".", thousands: str = "") -> str | None:
    """A number's digits without what stands between thousands, or None if it is no number.

    Blanks between thousands are typography; decimals stay as they are written, behind a point. A
    comma is read only where the provision says what it is: thousands to one office, decimals to
    another.

    >>> number("52 938"), number("1.50"), number("1,234"), number("n.d.")
    ('52938', '1.50', None, None)
    >>> number("1,234", thousands=","), number("1.234,5", ",", "."), number("12,34", thousands=",")
    ('1234', '1234.5', None)
    """
    text = text.strip()
    if len(text) > LONGEST_NUMBER:
        return None
    if thousands and thousands in text:
        mark, point = re.escape(thousands), re.escape(decimal)
        if not re.fullmatch(rf"[-+]?\d{{1,3}}({mark}\d{{3}})+({point}\d+)?", text):
            return None
        text = text.replace(thousands, "")
    if decimal == ",":
        if "." in text:
            return None
        text = text.replace(",", ".")
    if _PLAIN.fullmatch(text):
        return text
    if _GROUPED.fullmatch(text):
        return re.sub(r"\s", "", text)
    return None
