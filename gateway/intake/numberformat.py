"""What a number looks like where its format says more than its digits.

Only that is told which changes how a figure is read: words for zero, leading zeros, per cent.
Source: ECMA-376, part 1, 18.8.30 (numFmt); BIFF and OpenDocument keep the same codes.
"""

import re
from functools import lru_cache

_LITERALS = re.compile(r'"([^"]*)"|\\(.)|_.|\*.|\[[^\]]*\]')


def displayed(value: float, form: str) -> str | None:
    r"""The look of a number in a format, or None where its plain digits say the same.

    >>> form = '#\\ ###\\ ##0;\\-;_-\\ "-"_-;_-@_-'
    >>> displayed(0.0, form), displayed(101.0, "00000"), displayed(0.125, "0.0%")
    ('-', '00101', '12.5%')
    >>> displayed(5.0, form), displayed(0.0, "General")
    (None, None)
    """
    digits, words = _section(form, 2 if value == 0 else 1 if value < 0 else 0)
    if not digits:
        return words or None
    if "%" in digits:
        places = len(digits.partition(".")[2].rstrip("%"))
        return f"{value * 100:.{places}f}%"
    if set(digits) == {"0"} and len(digits) > 1 and value >= 0 and float(value).is_integer():
        return f"{int(value):0{len(digits)}d}"
    return None


@lru_cache(maxsize=1024)
def _section(form: str, wanted: int) -> tuple[str, str]:
    """The placeholders of a format's section, and the words that it has instead."""
    protected = re.sub(r'"[^"]*"|\\.', lambda found: found[0].replace(";", "\x00"), form)
    sections = protected.split(";")
    section = sections[wanted] if wanted < len(sections) else sections[0]
    if section == "General":
        return "#", ""
    digits = "".join(re.findall(r"[0#?.%]", _LITERALS.sub("", section)))
    words = _LITERALS.sub(lambda found: found[1] or found[2] or "", section).replace("\x00", ";")
    return digits, words.strip()
