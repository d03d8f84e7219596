"""Answers as OpenAPI has them: what a good one holds, and the statuses of errors."""

from collections.abc import Iterable, Mapping, Sequence

from gateway.errors import GatewayError
from gateway.formats.table import Format, M
from gateway.web.problems import OTHER, STATUS, TITLES

Json = Mapping[str, object]

PROBLEM = "#/components/schemas/Errors"
_PLAIN = {"type": "string"}

COMMON = (405, 414)
"""What Flask itself refuses before any question is read."""


def schema(media_type: str) -> Json:
    """As much of a body as can be said of every one: JSON is an object, the rest is text or bytes.

    What stands inside is the standard's to say, in its own schemas.
    """
    kind = media_type.partition(";")[0]
    if kind.endswith("json"):
        return {"type": "object"}
    if kind.endswith(("xml", "csv")) or kind.startswith("text/"):
        return _PLAIN
    return {}


def body(*media_types: str) -> dict[str, object]:
    """The content of an answer in one of several media types."""
    return {each: {"schema": schema(each)} for each in media_types}


def served(offers: Sequence[Format[M]], description: str) -> dict[str, object]:
    """A good answer, in every format on offer; the default comes first."""
    said = ("ETag", "Last-Modified", "Vary", "Cache-Control", "RateLimit", "RateLimit-Policy")
    headers = {each: {"schema": _PLAIN} for each in said}
    return {
        "description": description,
        "headers": headers,
        "content": body(*(each.media_type for each in offers)),
    }


def problems(kinds: Iterable[type[GatewayError]], dialect: int) -> dict[str, object]:
    """The answers to errors of some kinds, and those that every operation may give."""
    codes = {STATUS[kind][dialect - 1] for kind in kinds} | {*COMMON}
    return {str(code): problem(code) for code in sorted(codes)}


def problem(code: int) -> dict[str, object]:
    """The answer with one status: a sentence, in the shape that Accept likes best."""
    if code == 204:
        return {"description": "No content: a good question with an empty answer"}
    found: dict[str, object] = {
        "description": TITLES.get(code, OTHER).en,
        "content": {
            "application/json": {"schema": {"$ref": PROBLEM}},
            **body("application/xml", "text/plain"),
        },
    }
    told = {401: "WWW-Authenticate", 429: "Retry-After"}
    if code in told:
        found["headers"] = {told[code]: {"schema": _PLAIN}}
    return found
