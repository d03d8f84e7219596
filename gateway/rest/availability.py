"""Availability questions: those of data, and what is to be told of their answer.

Source: SDMX-REST 2.2.2, availability.md; SDMX-REST 1.5, v2_1/ws/rest/docs, availability.
"""

from collections.abc import Callable

from gateway.errors import BadSyntax
from gateway.model.availability import Mode
from gateway.model.query import AvailabilityQuery, DataQuery
from gateway.rest import grammar, v1, v2
from gateway.rest.parameters import Pairs, choice, read, segments

REFERENCES = (
    *("none", "all", "dataflow", "datastructure", "conceptscheme", "codelist", "valuelist"),
    "dataproviderscheme",
)

_TOLD = ("references", "mode")
PARAMETERS_1 = ("startPeriod", "endPeriod", "updatedAfter", *_TOLD)
PARAMETERS_2 = ("c[", "updatedAfter", "updateAfter", "reportingYearStartDay", *_TOLD)
_FORM_1 = "availableconstraint/{agency,flow,version}/{key}/{provider}/{component}"
_FORM_2 = "availability/{context}/{agency}/{id}/{version}/{key}/{component}"


def availability_query_1(path: str, pairs: Pairs) -> AvailabilityQuery:
    """The question of a path below ``/sdmx/v1/availableconstraint`` and its parameters."""
    parts = segments(path, 4, _FORM_1)
    if not parts:
        raise BadSyntax(
            "The path names no dataflow.",
            spanish="La ruta no nombra ningún flujo de datos.",
            subject=path,
            allowed=(_FORM_1,),
        )
    references = tuple(each for each in REFERENCES if each != "valuelist")
    return _query(parts, 3, pairs, PARAMETERS_1, v1.data_query, references, "+")


def availability_query_2(path: str, pairs: Pairs) -> AvailabilityQuery:
    """The question of a path below ``/sdmx/v2/availability`` and its parameters."""
    return _query(
        segments(path, 6, _FORM_2), 5, pairs, PARAMETERS_2, v2.data_query, REFERENCES, ","
    )


def _query(
    parts: list[str],
    of_data: int,
    pairs: Pairs,
    served: tuple[str, ...],
    data: Callable[[str, Pairs], DataQuery],
    references: tuple[str, ...],
    separator: str,
) -> AvailabilityQuery:
    """A question of data by the first parts of a path, and of components by the last.

    Each version separates components by its own sign; the comma is read on both.
    """
    pairs = [*pairs]
    parameters = read(pairs, served)
    components = "".join(parts[of_data:]).replace(separator, ",") or "*"
    return AvailabilityQuery(
        data("/".join(parts[:of_data]), [pair for pair in pairs if pair[0] not in _TOLD]),
        grammar.ids(components, ",", every=v2.EVERY),
        v2.references(parameters, references),
        Mode(choice(parameters, "mode", Mode.EXACT, Mode)),
    )
