"""Which question a service path asks: the way in for the web and for ``gateway get`` alike."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from gateway.errors import NotServed
from gateway.model.query import (
    AvailabilityQuery,
    DataQuery,
    MetadataQuery,
    RegistrationQuery,
    SchemaQuery,
    StructureQuery,
)
from gateway.rest import v1, v2
from gateway.rest.availability import availability_query_1, availability_query_2
from gateway.rest.metadata import metadata_query, metadata_query_1
from gateway.rest.parameters import Pairs, no_resource
from gateway.rest.registration import registration_query

Question = (
    AvailabilityQuery | DataQuery | MetadataQuery | RegistrationQuery | SchemaQuery | StructureQuery
)


@dataclass(frozen=True, slots=True)
class Dialect:
    """One version of SDMX-REST: its number, its readers, and the resources that wait.

    `others` are the readers of resources that only some versions have, by name.
    """

    number: int
    data: Callable[[str, Pairs], DataQuery]
    schemas: Callable[[str, Pairs], SchemaQuery]
    structures: Callable[[str, Pairs], StructureQuery]
    others: Mapping[str, Callable[[str, Pairs], Question]]
    structure_prefix: str
    waiting: tuple[str, ...]


DIALECTS: Mapping[str, Dialect] = {
    "v1": Dialect(
        1,
        v1.data_query,
        v1.schema_query,
        v1.structure_query,
        {"availableconstraint": availability_query_1, "metadata": metadata_query_1},
        "",
        ("metadataset",),
    ),
    "v2": Dialect(
        2,
        v2.data_query,
        v2.schema_query,
        v2.structure_query,
        {
            "availability": availability_query_2,
            "metadata": metadata_query,
            "registration": registration_query,
        },
        "structure",
        (),
    ),
}
"""By the part of a path that follows ``/sdmx/``."""


def question(dialect: Dialect, path: str, pairs: Pairs) -> Question:
    """The question of a path below ``/sdmx/v1`` or ``/sdmx/v2``, with its parameters.

    Raises BadSyntax for a path that is none, NotServed for a resource that waits.
    """
    resource, _, rest = path.strip("/").partition("/")
    if resource == "data":
        return dialect.data(rest, pairs)
    if resource == "schema":
        return dialect.schemas(rest, pairs)
    if resource in dialect.others:
        return dialect.others[resource](rest, pairs)
    if resource in dialect.waiting:
        raise NotServed(
            f"The resource {resource} is not served yet.",
            spanish=f"El recurso {resource} no se atiende todavía.",
            subject=resource,
        )
    if not dialect.structure_prefix:
        return dialect.structures(path, pairs)
    if resource != dialect.structure_prefix:
        raise no_resource(resource, ("data", "schema", "structure", *dialect.others))
    return dialect.structures(rest, pairs)
