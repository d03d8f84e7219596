"""Escaping for XML and CSV: the only place where text becomes part of a message."""

import re
from functools import lru_cache

_CONTROLS = {code: "�" for code in (*range(32), 0xFFFE, 0xFFFF) if code not in (9, 10, 13)}

_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"}
_INSIDE = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"}
_LINES = {"\n": "&#10;", "\r": "&#13;", "\t": "&#9;"}
_SHORT = 40
_QUOTED = _CONTROLS | str.maketrans(_ENTITIES | _LINES)


def sayable(text: str) -> str:
    """A text without the control characters that XML 1.0 has no way to say."""
    return text.translate(_CONTROLS)


def xml_attribute(name: str, value: str) -> str:
    """An attribute with a blank before it, its value quoted; line ends and tabs survive.

    >>> xml_attribute("COMMENT", 'a < "b"')
    ' COMMENT="a &lt; &quot;b&quot;"'
    """
    return f' {name}="{_quoted(value) if len(value) < _SHORT else value.translate(_QUOTED)}"'


@lru_cache(maxsize=8192)
def _quoted(value: str) -> str:
    """A short value as it stands between quotes: codes and periods come again and again."""
    return value.translate(_QUOTED)


_ESCAPES = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")


def sheet_text(text: str) -> str:
    """A text inside an element of a spreadsheet, where ``_x000A_`` would mean a line end.

    Source: ECMA-376, part 1, 22.9.2.19, ST_Xstring.

    >>> sheet_text("a < b_x0041_")
    'a &lt; b_x005F_x0041_'
    """
    return _ESCAPES.sub("_x005F_", text).translate(_CONTROLS | str.maketrans(_INSIDE))


def csv_field(value: str) -> str:
    """A field by RFC 4180: quoted only where a comma, quote or line end asks for it.

    >>> print(csv_field("De 0 a 17 años, ambos sexos"))
    "De 0 a 17 años, ambos sexos"
    """
    if any(sign in value for sign in ',"\r\n'):
        return '"' + value.replace('"', '""') + '"'
    return value


_RUNS = (*"=+-@;|\t\r\n", "＝", "＋", "－", "＠")
_NUMBER = re.compile(r"[+-]?\d+([.,]\d+)*%?", re.ASCII)


def inert(text: str) -> str:
    """A text that no spreadsheet takes for a formula: an apostrophe stands before what could be.

    Numbers stay as they are, with their signs. Programs trim blanks, so what follows them counts.

    >>> inert("=HYPERLINK(1)"), inert("-0.5"), inert("de 0 a 17")
    ("'=HYPERLINK(1)", '-0.5', 'de 0 a 17')
    """
    starts = text.startswith(_RUNS) or text.strip().startswith(_RUNS)
    return f"'{text}" if starts and not _NUMBER.fullmatch(text) else text
