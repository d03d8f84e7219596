"""Keys, component filters and versions: the small grammars inside a path or parameter."""

import re
from collections.abc import Mapping

from gateway.errors import BadSyntax
from gateway.model.period import JANUARY_1, MonthDay
from gateway.model.query import (
    Alternatives,
    Condition,
    Filter,
    Key,
    Operator,
    Sort,
    VersionPattern,
)

_ID = re.compile(r"[A-Za-z0-9_@$-]+")
_NESTED_ID = re.compile(r"[A-Za-z][A-Za-z0-9_-]*(\.[A-Za-z][A-Za-z0-9_-]*)*")
_EXACT = re.compile(r"\d+(\.\d+){0,2}(-[A-Za-z0-9.-]+)?")
_RANGE = re.compile(
    r"[1-9]\d*\.(\+\.0|\d+\.\+|\d+\+\.\d+|\d+\.\d+\+)|[1-9]\d*\+\.\d+\.\d+|\+\.0\.0"
    r"|(\d*[~*])(\.\d+){1,2}|\d+\.\d*[~*](\.\d+)?|\d+\.\d+\.\d*[~*]"
)
"""A sign at one place; with ``+`` only three figures of which the first is above zero."""

_SIGNS = (VersionPattern.LATEST, VersionPattern.LATEST_STABLE, VersionPattern.ALL)


def key(text: str) -> Key:
    """One series key: codes at positions, ``*`` or nothing for all, ``+`` between alternatives.

    SDMX-REST 2 has no ``+`` inside a position and 1.5 no ``*``; sdmx1 sends the former to 2 and
    pysdmx the latter to 1.5 (seen 2026), so both are read on both.

    >>> [codes and sorted(codes) for codes in key("M.GT+MX..*")]
    [['M'], ['GT', 'MX'], None, None]
    """
    return tuple(_position(part) for part in text.split("."))


def _position(text: str) -> frozenset[str] | None:
    if text in ("", "*"):
        return None
    codes = text.split("+")
    for code in codes:
        if not _ID.fullmatch(code):
            raise BadSyntax(
                f"{code!r} in the key is no code.",
                spanish=f"{code!r} no es un código, en la clave.",
                subject=text,
            )
    return frozenset(codes)


def ids(text: str, separator: str, *, every: tuple[str, ...]) -> tuple[str, ...]:
    """Ids or agencies between separators; empty when one of the words for all is given."""
    parts = tuple(text.split(separator))
    if any(part in every for part in parts):
        return ()
    for part in parts:
        if not (_NESTED_ID.fullmatch(part) or _ID.fullmatch(part)):
            raise BadSyntax(
                f"{part!r} is no id.", spanish=f"{part!r} no es un identificador.", subject=text
            )
    return parts


def version(text: str, words: tuple[str, ...] = ("1.0+.0", "1.0~", *_SIGNS)) -> VersionPattern:
    """A version in the signs of SDMX-REST 2. Raises BadSyntax for what is none.

    `words` are what a refusal offers beside a plain version.

    >>> version("2.3+.1").text
    '2.3+.1'
    """
    if text in _SIGNS or _EXACT.fullmatch(text) or _RANGE.fullmatch(text):
        return VersionPattern(text)
    raise BadSyntax(
        f"{text!r} is no version.",
        spanish=f"{text!r} no es una versión.",
        subject=text,
        allowed=("1.0.0", *words),
    )


def component_filter(parameter: str, text: str, year_starts: MonthDay = JANUARY_1) -> Filter:
    """One ``c[COMPONENT]=…`` parameter; `year_starts` is for bounds in time.

    ``,`` is OR and binds looser than ``+``, which is AND; a condition may start with an operator
    and a colon. Source: SDMX-REST 2.2.2, data.md.

    >>> component_filter("c[SEX]", "F,M").matches("M", in_time=False)
    True
    >>> component_filter("c[TIME_PERIOD]", "ge:2020+lt:2024").matches("2024-01", in_time=True)
    False
    """
    component = parameter[2:-1]
    if not _ID.fullmatch(component):
        raise BadSyntax(
            f"{parameter} names no component.",
            spanish=f"{parameter} no nombra ningún componente.",
            subject=parameter,
        )
    # A plus sign in a query string decodes to a blank; no code and no period holds one.
    groups = text.replace(" ", "+").split(",")
    return Filter(
        component,
        tuple(
            tuple(_condition(part, parameter, year_starts) for part in group.split("+"))
            for group in groups
        ),
    )


def _condition(text: str, parameter: str, year_starts: MonthDay) -> Condition:
    sign, colon, value = text.partition(":")
    operator = _OPERATORS.get(sign) if colon else None
    if operator is None:  # a value may hold a colon of its own
        operator, value = Operator.EQ, text
    if not value:
        raise BadSyntax(
            f"{parameter} has an empty condition.",
            spanish=f"{parameter} tiene una condición vacía.",
            subject=parameter,
        )
    return Condition(operator, value, year_starts)


_OPERATORS: Mapping[str, Operator] = {str(each): each for each in Operator}


_DIRECTIONS = {"": False, "asc": False, "desc": True}


def order(text: str) -> tuple[Sort, ...]:
    """The parameter `sort`: components, ``*`` or ``series_key``, each perhaps with a direction.

    Source: SDMX-REST 2.2.2, data.md, sort.

    >>> [(each.component, each.descending) for each in order("series_key+TIME_PERIOD:desc")]
    [('series_key', False), ('TIME_PERIOD', True)]
    """
    return tuple(_sort(part) for part in text.replace(" ", "+").split("+"))


def _sort(text: str) -> Sort:
    component, colon, direction = text.partition(":")
    named = component == "*" or _ID.fullmatch(component)
    if not named or direction not in _DIRECTIONS or (colon and not direction):
        raise BadSyntax(
            f"sort by {text!r} cannot be read.",
            spanish=f"No se entiende el orden {text!r}.",
            subject="sort",
            allowed=("COMPONENT", "COMPONENT:desc", "*", "series_key"),
        )
    return Sort(component, _DIRECTIONS[direction])


def bounds(component: str, start: str | None, end: str | None) -> tuple[Filter, ...]:
    """`startPeriod` and `endPeriod` of SDMX-REST 1.5, both inclusive, as a filter on time."""
    group = tuple(
        Condition(sign, value)
        for sign, value in ((Operator.GE, start), (Operator.LE, end))
        if value is not None
    )
    alternatives: Alternatives = (group,)
    return (Filter(component, alternatives),) if group else ()
