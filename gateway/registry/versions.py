"""Which of an artefact's versions a question means.

Source: SDMX-REST 2.2.2, querying_versions.md. In ``2.3+.1`` the figures before the sign's are fixed
and those from it on are the least that is allowed; ``+`` asks for the latest stable version, ``~``
for the latest, ``*`` for all.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from gateway.model.artefact import Artefact
from gateway.model.query import VersionPattern

A = TypeVar("A", bound=Artefact)

_SIGNED = re.compile(r"(\d*)([+~*])")


def order(version: str) -> tuple[tuple[int, ...], bool, str]:
    """A key that sorts versions; an extension (``-draft``) comes before its own version."""
    numbers, _, extension = version.partition("-")
    return tuple(int(number) for number in numbers.split(".")), not extension, extension


def is_stable(version: str) -> bool:
    """Whether a version is a stable semantic one: three numbers, the first above zero.

    >>> is_stable("1.0.0"), is_stable("2.1"), is_stable("0.3.0"), is_stable("1.0.0-draft")
    (True, False, False, False)
    """
    return bool(re.fullmatch(r"[1-9]\d*\.\d+\.\d+", version))


def chosen(artefacts: Sequence[A], patterns: Sequence[VersionPattern]) -> tuple[A, ...]:
    """Those artefacts whose version is asked for by one of the patterns, in their order."""
    wanted = {
        each.reference
        for versions in _by_name(artefacts).values()
        for pattern in patterns
        for each in _choose(versions, pattern.text)
    }
    return tuple(each for each in artefacts if each.reference in wanted)


def _by_name(artefacts: Sequence[A]) -> dict[tuple[str, str, str], list[A]]:
    groups: dict[tuple[str, str, str], list[A]] = {}
    for each in sorted(artefacts, key=lambda artefact: order(artefact.version)):
        groups.setdefault((each.kind, each.agency, each.id), []).append(each)
    return groups


@dataclass(frozen=True, slots=True)
class _Range:
    """A pattern with a sign: how many figures, which are fixed, and the least of the others."""

    sign: str
    length: int
    fixed: tuple[int, ...]
    least: tuple[int, ...]

    def allows(self, version: str) -> bool:
        numbers, _, _ = order(version)
        fits = len(numbers) == self.length and numbers[: len(self.fixed)] == self.fixed
        return fits and numbers[len(self.fixed) :] >= self.least


def _choose(versions: list[A], wanted: str) -> list[A]:
    """From the versions of one artefact, oldest first."""
    match wanted:
        case VersionPattern.ALL:
            return versions
        case VersionPattern.LATEST:
            return versions[-1:]
        case VersionPattern.LATEST_STABLE:
            return _latest_stable(versions)
    found = _range(wanted)
    if found is None:
        exact = [each for each in versions if each.version == wanted]
        return exact or [each for each in versions if _same_number(each.version, wanted)]
    allowed = [each for each in versions if found.allows(each.version)]
    narrowed: dict[str, Callable[[list[A]], list[A]]] = {
        "*": lambda these: these,
        "~": lambda these: these[-1:],
        "+": lambda these: [each for each in these if is_stable(each.version)][-1:],
    }
    return narrowed[found.sign](allowed)


def _same_number(version: str, other: str) -> bool:
    """Whether two versions differ in figures alone that are left out, which are zeros.

    pysdmx 1.21 asks for 1.0 where nobody names a version (seen 2026-11), and SDMX 2.1 knew no third
    figure. Any other 1.0.x is another artefact, and 1.0.+ asks for the latest of these.

    >>> _same_number("1.0.0", "1.0"), _same_number("1.0.1", "1.0"), _same_number("2.1", "2.1.0")
    (True, False, True)
    """
    return _filled(version) == _filled(other)


def _filled(version: str) -> tuple[tuple[int, ...], str]:
    numbers, _, extension = order(version)
    return (*numbers, 0, 0)[: max(3, len(numbers))], extension


def _latest_stable(versions: list[A]) -> list[A]:
    """The latest stable version.

    Two-part versions predate semantic ones. SDMX's own lists have no other (``CL_FREQ(2.1)``), and
    sdmx1 asks for ``+`` wherever no version is named: they stand in where there is none of three.
    """
    stable = [each for each in versions if is_stable(each.version)]
    return (stable or [each for each in versions if re.fullmatch(r"\d+\.\d+", each.version)])[-1:]


def _range(text: str) -> _Range | None:
    parts = text.split(".")
    for position, part in enumerate(parts):
        if signed := _SIGNED.fullmatch(part):
            number, sign = signed.groups()
            return _Range(
                sign,
                len(parts),
                tuple(int(each) for each in parts[:position]),
                tuple(int(each) for each in (number or "0", *parts[position + 1 :])),
            )
    return None
