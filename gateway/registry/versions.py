"""Which of an artefact's versions a question means.

Source: SDMX-REST 2.2.2, querying_versions.md.
"""

import re
from collections.abc import Sequence

from gateway.model.artefact import Artefact
from gateway.model.query import VersionPattern

_STABLE = re.compile(r"([1-9]\d*)\.\d+\.\d+")


def order(version: str) -> tuple[tuple[int, ...], bool, str]:
    """A key that sorts versions; an extension (``-draft``) comes before its own version."""
    numbers, _, extension = version.partition("-")
    return tuple(int(number) for number in numbers.split(".")), not extension, extension


def is_stable(version: str) -> bool:
    """Whether a version is a stable semantic version: three numbers, the first above zero.

    Two-part versions (SDMX's own ``CL_FREQ(2.1)``) predate semantic versions; they count as
    stable too, or asking for the latest stable one would never find a list of SDMX's own.

    >>> is_stable("1.0.0"), is_stable("2.1"), is_stable("0.3.0"), is_stable("1.0.0-draft")
    (True, True, False, False)
    """
    return bool(_STABLE.fullmatch(version)) or bool(re.fullmatch(r"\d+(\.\d+)?", version))


def chosen(
    artefacts: Sequence[Artefact], patterns: Sequence[VersionPattern]
) -> tuple[Artefact, ...]:
    """Those artefacts whose version is asked for by one of the patterns, in their order."""
    wanted = {
        each.reference
        for versions in _by_name(artefacts).values()
        for one in patterns
        for each in _choose(versions, one.text)
    }
    return tuple(each for each in artefacts if each.reference in wanted)


def _by_name(artefacts: Sequence[Artefact]) -> dict[tuple[str, str, str], list[Artefact]]:
    groups: dict[tuple[str, str, str], list[Artefact]] = {}
    for each in sorted(artefacts, key=lambda artefact: order(artefact.version)):
        groups.setdefault((each.kind, each.agency, each.id), []).append(each)
    return groups


def _choose(versions: list[Artefact], wanted: str) -> list[Artefact]:
    """From the versions of one artefact, oldest first."""
    match wanted:
        case VersionPattern.ALL:
            return versions
        case VersionPattern.LATEST:
            return versions[-1:]
        case VersionPattern.LATEST_STABLE:
            return [each for each in versions if is_stable(each.version)][-1:]
        case _:
            return [each for each in versions if each.version == wanted]
