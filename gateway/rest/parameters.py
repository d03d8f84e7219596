"""Query parameters: each at most once, unknown ones refused, known ones that wait told apart."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from gateway.errors import BadSyntax, NotServed, UnknownParameter

Pairs = Iterable[tuple[str, str]]
"""Parameters in the order of the URL, decoded."""


def read(
    pairs: Pairs,
    served: Iterable[str],
    waiting: Iterable[str] = (),
    beside: Iterable[str] = (),
) -> dict[str, str]:
    """The parameters by name.

    `waiting` are parameters of the standard that this gateway does not answer yet: NotServed;
    `beside` are those that are taken too, and were read before.
    Raises UnknownParameter, and BadSyntax for one that is repeated. Names that end in ``[`` allow
    any component between brackets.
    """
    served, waiting = tuple(served), tuple(waiting)
    found: dict[str, str] = {}
    for name, value in pairs:
        if _family(name) in waiting:
            raise NotServed(
                f"The parameter {name} is not served yet.",
                spanish=f"El parámetro {name} no se atiende todavía.",
                subject=name,
            )
        if _family(name) not in served:
            allowed = [f"{each}…]" if each.endswith("[") else each for each in served]
            raise UnknownParameter(name, (*allowed, *beside))
        if name in found:
            raise BadSyntax(
                f"The parameter {name} is given twice.",
                spanish=f"El parámetro {name} está dos veces.",
                subject=name,
            )
        found[name] = value
    return found


def _family(name: str) -> str:
    """The name, or its part up to the bracket.

    >>> _family("c[SEX]"), _family("detail")
    ('c[', 'detail')
    """
    return name.split("[", 1)[0] + "[" if name.endswith("]") else name


def choice(parameters: Mapping[str, str], name: str, default: str, allowed: Iterable[str]) -> str:
    """One parameter that takes one of a few words; upper and lower case are the same."""
    allowed = tuple(allowed)
    value = parameters.get(name, default)
    for word in allowed:
        if word.lower() == value.lower():
            return word
    raise BadSyntax(
        f"{name}={value} is not known.",
        spanish=f"{name}={value} no se conoce.",
        subject=name,
        allowed=allowed,
    )


def moment(parameters: Mapping[str, str], name: str) -> datetime | None:
    """A parameter that is a moment (xs:dateTime); without a zone it is in UTC.

    The standard has a moment without a zone in the server's local time; ours is UTC everywhere.
    """
    if name not in parameters:
        return None
    try:  # a plus sign before the zone decodes to a blank
        found = datetime.fromisoformat(parameters[name].strip().replace(" ", "+"))
    except ValueError as error:
        raise BadSyntax(
            f"{name}={parameters[name]} is no moment.",
            spanish=f"{name}={parameters[name]} no es un momento.",
            subject=name,
            allowed=("2026-11-23T08:00:00Z",),
        ) from error
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)


def positive(parameters: Mapping[str, str], name: str) -> int | None:
    """A parameter that is a whole number above 0; None where it is not given."""
    return _whole(parameters, name, 1)


def whole(parameters: Mapping[str, str], name: str) -> int:
    """A parameter that is a whole number; 0 where it is not given."""
    return _whole(parameters, name, 0) or 0


def _whole(parameters: Mapping[str, str], name: str, least: int) -> int | None:
    if name not in parameters:
        return None
    text = parameters[name]
    if not (text.isascii() and text.isdigit() and least <= int(text) < _TOO_MANY):
        raise BadSyntax(
            f"{name}={text} is no whole number from {least} on.",
            spanish=f"{name}={text} no es un número entero de {least} en adelante.",
            subject=name,
            allowed=("100",),
        )
    return int(text)


def no_resource(name: str, allowed: Iterable[str]) -> BadSyntax:
    """What is raised for a path that begins with none of the resources, or has nothing in it."""
    return BadSyntax(
        f"There is no resource {name}." if name else "The path names no resource.",
        spanish=f"No hay ningún recurso {name}." if name else "La ruta no nombra ningún recurso.",
        subject=name,
        allowed=allowed,
    )


_TOO_MANY = 10**15
"""Beyond what any machine here counts."""


def segments(path: str, most: int, form: str) -> list[str]:
    """The parts of a path; a trailing slash says nothing. Raises BadSyntax when there are more."""
    parts = path.strip("/").split("/") if path.strip("/") else []
    if len(parts) > most:
        raise BadSyntax(
            f"The path has {len(parts)} parts.",
            spanish=f"La ruta tiene {len(parts)} partes.",
            subject=path,
            allowed=(form,),
        )
    return parts
