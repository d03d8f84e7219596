"""The grammar of Accept and Accept-Language: ranges with parameters and qualities, and versions.

Source: RFC 9110, sections 5.6.6, 12.4.2 and 12.5; versions by SDMX-REST 2.2.2,
content_negotiation.md and querying_versions.md.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

Numbers = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Range:
    """One member of a header: what it accepts, with which parameters, and how gladly (0 to 1).

    What it accepts and the names of parameters are in lower case.
    """

    accepts: str
    parameters: Mapping[str, str]
    quality: float


def ranges(header: str) -> list[Range]:
    """The members of a header in its order; empty ones say nothing.

    >>> ranges('text/csv; labels="both";q=0.5')
    [Range(accepts='text/csv', parameters={'labels': 'both'}, quality=0.5)]
    """
    return [_range(member) for member in _parts(header, ",") if member.strip()]


def _range(member: str) -> Range:
    accepts, *rest = _parts(member, ";")
    given = dict(_parameter(each) for each in rest if each.strip())
    quality = _quality(given.pop("q", "1"))
    return Range(accepts.strip().lower(), given, quality)


def _parameter(text: str) -> tuple[str, str]:
    name, _, value = text.partition("=")
    return name.strip().lower(), _unquoted(value.strip())


def _unquoted(value: str) -> str:
    if len(value) > 1 and value[0] == value[-1] == '"':
        return re.sub(r"\\(.)", r"\1", value[1:-1])
    return value


def _quality(text: str) -> float:
    """A number from 0 to 1; what is none refuses its range, for it cannot be what was meant."""
    return float(text) if re.fullmatch(r"0(\.\d*)?|\.\d+|1(\.0*)?", text, re.ASCII) else 0.0


def _parts(text: str, sign: str) -> Iterator[str]:
    """A text parted at a sign, but not where it stands between quotation marks."""
    start, quoted, escaped = 0, False, False
    for place, letter in enumerate(text):
        if escaped:
            escaped = False
        elif quoted and letter == "\\":
            escaped = True
        elif letter == '"':
            quoted = not quoted
        elif letter == sign and not quoted:
            yield text[start:place]
            start = place + 1
    yield text[start:]


_PART = re.compile(r"(\d{0,9})([+~*]?)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Versions:
    """The versions of a format that a caller can read: one, or all from one on below a prefix.

    `sign` is that of the range: ``+`` and ``~`` want the latest of them, ``*`` any.
    """

    fixed: tuple[int, ...]
    least: Numbers
    sign: str

    def __contains__(self, version: str) -> bool:
        found = numbers(version)
        if not self.sign:
            return found == self.least
        return found[: len(self.fixed)] == self.fixed and found >= self.least

    @property
    def wants_latest(self) -> bool:
        """Whether only the latest of them is meant."""
        return self.sign in ("+", "~")


def versions(text: str) -> Versions | None:
    """The versions that a `version` parameter means; None where it is no version.

    Zeros at the end may be left out, for formats have versions of two and of three numbers.

    >>> "2.1.0" in versions("2.1"), "2.1.0" in versions("2+.0.0"), "3.0.0" in versions("2.0+.0")
    (True, True, False)
    """
    parts = [_PART.fullmatch(part) for part in text.strip().split(".")]
    found = [part.groups() for part in parts if part is not None and part.group()]
    signs = [place for place, (_, sign) in enumerate(found) if sign]
    if len(found) != len(parts) or len(found) > 3 or len(signs) > 1:
        return None
    least = [int(number or 0) for number, _ in found]
    sign = found[signs[0]][1] if signs else ""
    return Versions(tuple(least[: signs[0]]) if signs else (), _padded(least), sign)


def numbers(version: str) -> Numbers:
    """The three numbers of a version, those left out as 0."""
    return _padded([int(each) for each in version.split(".") if each])


def _padded(found: list[int]) -> Numbers:
    first, second, third = (*found, 0, 0, 0)[:3]
    return first, second, third
