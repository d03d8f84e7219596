"""What each resource of the service takes: parameters of the question, and of how it is told.

One table for the two mounts, for what describes them, and for ``gateway get``.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from gateway.errors import UnknownParameter
from gateway.formats import table
from gateway.formats.negotiation import manners
from gateway.formats.table import Format, M
from gateway.rest import availability, metadata, registration, v1, v2
from gateway.rest.parameters import Pairs
from gateway.rest.service import Dialect, Question, question

_STRUCTURE = "structure"


@dataclass(frozen=True, slots=True)
class Taken:
    """The parameters of a resource: of its question, and those that stand for headers."""

    asked: tuple[str, ...]
    told: tuple[str, ...]


def _of(asked: tuple[str, ...], offers: Sequence[Format[M]]) -> Taken:
    return Taken(asked, manners(offers))


TAKEN: Mapping[tuple[int, str], Taken] = {
    (1, "data"): _of(v1.DATA_PARAMETERS, table.DATA[1]),
    (1, "availableconstraint"): _of(availability.PARAMETERS_1, table.STRUCTURES[1]),
    (1, "schema"): _of(v1.SCHEMA_PARAMETERS, table.SCHEMAS[1]),
    (1, "metadata"): _of(metadata.PARAMETERS_1, table.METADATA[1]),
    (1, _STRUCTURE): _of(v1.STRUCTURE_PARAMETERS, table.STRUCTURES[1]),
    (2, "data"): _of(v2.DATA_PARAMETERS, table.DATA[2]),
    (2, "availability"): _of(availability.PARAMETERS_2, table.STRUCTURES[2]),
    (2, "schema"): _of(v2.SCHEMA_PARAMETERS, table.SCHEMAS[2]),
    (2, "metadata"): _of(metadata.PARAMETERS, table.METADATA[2]),
    (2, "registration"): _of(registration.PARAMETERS, table.REGISTRATIONS),
    (2, _STRUCTURE): _of(v2.STRUCTURE_PARAMETERS, table.STRUCTURES[2]),
}
"""By the number of the dialect and the first part of a path; on 1.5 each type of structure is one.
"""


def taken(number: int, path: str) -> Taken:
    """What a path below a mount takes."""
    resource = path.strip("/").partition("/")[0]
    return TAKEN.get((number, resource), TAKEN[number, _STRUCTURE])


def question_at(dialect: Dialect, path: str, pairs: Pairs, more: Iterable[str] = ()) -> Question:
    """The question of a path, as `gateway.rest.service` reads it, without how it is to be told.

    An unknown parameter is refused with all that may stand there, `more` of whoever asks included.
    """
    try:
        return question(dialect, path, pairs)
    except UnknownParameter as refusal:
        told = (*taken(dialect.number, path).told, *more)
        raise UnknownParameter(refusal.name, (*refusal.allowed, *told)) from refusal
