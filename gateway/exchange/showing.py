"""Which components a data question wants to be told besides the dimensions."""

from collections.abc import Iterator

from gateway.errors import SemanticError
from gateway.formats.message import Shown
from gateway.model.query import DataQuery
from gateway.model.structure import Attachment, DataStructure

_ALL = tuple(Attachment)

_WORDS = {
    "dsd": _ALL,
    "all": _ALL,
    "dataset": (Attachment.DATASET,),
    "series": (Attachment.SERIES,),
    "obs": (Attachment.OBSERVATION,),
    "msd": (),  # reference metadata stand in metadata sets, no data set has any
    "none": (),
}
"""What `attributes` may ask for besides ids. Source: SDMX-REST 2.2.2, data.md."""


def shown(query: DataQuery, structure: DataStructure) -> Shown:
    """What `attributes` and `measures` ask for, in ids.

    Where neither the measure nor an attribute of observations is wanted, there is nothing to tell
    of them: then it is series that are asked for. Raises SemanticError for an id that is none.
    """
    _refuse_none_with_others(query)
    attributes = frozenset(_attributes(query, structure))
    measure = _measure(query, structure)
    of_observations = structure.attribute_ids(Attachment.OBSERVATION)
    return Shown(
        None if attributes == {*structure.attribute_ids(*_ALL)} else attributes,
        measure,
        measure or not attributes.isdisjoint(of_observations),
    )


def _refuse_none_with_others(query: DataQuery) -> None:
    for name, words in (("attributes", query.attributes), ("measures", query.measures)):
        if "none" in words and len(words) > 1:
            raise SemanticError(
                f"{name}={','.join(words)} asks for none and some.",
                spanish=f"{name}={','.join(words)} pide ninguno y algunos.",
                subject=name,
            )


def _attributes(query: DataQuery, structure: DataStructure) -> Iterator[str]:
    known = structure.attribute_ids(*_ALL)
    for word in query.attributes:
        if word in _WORDS:
            yield from structure.attribute_ids(*_WORDS[word])
        elif word in known:
            yield word
        else:
            raise SemanticError(
                f"{structure.id} has no attribute {word}.",
                spanish=f"{structure.id} no tiene atributo {word}.",
                subject="attributes",
                allowed=(*_WORDS, *known),
            )


def _measure(query: DataQuery, structure: DataStructure) -> bool:
    """Whether the measure is wanted: there is one."""
    allowed = ("all", "none", structure.measure.id)
    for word in query.measures:
        if word not in allowed:
            raise SemanticError(
                f"{structure.id} has no measure {word}.",
                spanish=f"{structure.id} no tiene medida {word}.",
                subject="measures",
                allowed=allowed,
            )
    return "none" not in query.measures
