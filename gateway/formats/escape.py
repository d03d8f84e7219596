"""Escaping for XML and CSV: the only place where text becomes part of a message."""

_CONTROLS = {code: "�" for code in (*range(32), 0xFFFE, 0xFFFF) if code not in (9, 10, 13)}

_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"}
_LINES = {"\n": "&#10;", "\r": "&#13;", "\t": "&#9;"}
_QUOTED = _CONTROLS | str.maketrans(_ENTITIES | _LINES)


def sayable(text: str) -> str:
    """A text without the control characters that XML 1.0 has no way to say."""
    return text.translate(_CONTROLS)


def xml_attribute(name: str, value: str) -> str:
    """An attribute with a blank before it, its value quoted; line ends and tabs survive.

    >>> xml_attribute("COMMENT", 'a < "b"')
    ' COMMENT="a &lt; &quot;b&quot;"'
    """
    return f' {name}="{value.translate(_QUOTED)}"'


def csv_field(value: str) -> str:
    """A field by RFC 4180: quoted only where a comma, quote or line end asks for it.

    >>> print(csv_field("De 0 a 17 años, ambos sexos"))
    "De 0 a 17 años, ambos sexos"
    """
    if any(sign in value for sign in ',"\r\n'):
        return '"' + value.replace('"', '""') + '"'
    return value
