"""Errors become answers here and nowhere else: one table of statuses, two dialects."""

import json
from collections.abc import Callable, Mapping

from flask import Response, request
from werkzeug.exceptions import HTTPException

from gateway import errors
from gateway.access.signed import ALGORITHMS
from gateway.formats import ml_error
from gateway.model.text import Text
from gateway.web.addresses import RESOURCE_METADATA, issuer
from gateway.web.negotiation import language

#                         SDMX-REST:  1.5   2.x
STATUS: dict[type[errors.GatewayError], tuple[int, int]] = {
    errors.BadSyntax: (400, 400),
    errors.UnknownParameter: (400, 400),
    errors.SemanticError: (403, 422),
    errors.NotFound: (404, 404),
    errors.NoResults: (404, 204),
    errors.TooLarge: (413, 413),
    errors.TooSlow: (413, 413),
    errors.TooOften: (429, 429),
    errors.NotAcceptable: (406, 406),
    errors.NotServed: (501, 501),
    errors.Unauthenticated: (401, 401),
    errors.Forbidden: (403, 403),
    errors.TooMany: (429, 429),
    errors.Conflict: (409, 409),
    errors.Overtaken: (503, 503),
    errors.BadFile: (422, 422),
    errors.BadConfiguration: (500, 500),
    errors.StorageFault: (503, 503),
}

# SDMX-REST 1.5, status codes: what stands in <ErrorMessage code="…">; HTTP's own where it has none.
_SDMX_CODES = {400: 140, 401: 110, 403: 150, 404: 100, 413: 130, 500: 500, 501: 501, 503: 503}


_OURS = errors.StorageFault(
    "The gateway is at fault; try later.", spanish="La falla es del servicio; intente más tarde."
)


def status(error: errors.GatewayError, dialect: int) -> int:
    """The HTTP status of an error on ``/sdmx/v1`` or ``/sdmx/v2``."""
    for kind in type(error).__mro__:
        if kind in STATUS:
            return STATUS[kind][dialect - 1]
    return 500


def answer(error: errors.GatewayError, dialect: int) -> Response:
    """An error as the dialect and the caller's Accept header want it, in the caller's language.

    What is the operator's to mend is not told to visitors: they read that it is our fault.
    """
    code = status(error, dialect)
    if code == 204:
        return Response(status=204)
    told = for_visitors(error, code)
    response = problem(code, told.sentence(language()), dialect)
    if isinstance(error, errors.Refused):
        for challenge in _challenges(error):
            response.headers.add("WWW-Authenticate", challenge)
    if isinstance(error, errors.TooMany):
        response.headers["Retry-After"] = str(error.seconds)
    return response


def for_visitors(error: errors.GatewayError, code: int) -> errors.GatewayError:
    """An error as visitors may read it: what is the operator's to mend is our fault to them."""
    return error if code < 500 or code == 501 else _OURS


def _challenges(error: errors.Refused) -> list[str]:
    """What RFC 6750, 3, RFC 9449, 7.1, and RFC 9728, 5.1, ask of a refusal.

    The error is told in the scheme that was used; none is where no token was sent.
    """
    parts = []
    if isinstance(error, errors.Forbidden) and error.subject:
        parts = ['error="insufficient_scope"', f'scope="{error.subject}"']
    elif error.subject:
        parts = [f'error="{error.subject}"', f'error_description="{error.message}"']
    where = f'resource_metadata="{issuer()}{RESOURCE_METADATA}"'
    bearer, dpop = ['Bearer realm="sdmx"', where], [f'DPoP algs="{" ".join(ALGORITHMS)}"', where]
    if request.headers.get("Authorization", "").lower().startswith("dpop"):
        return [", ".join([*dpop, *parts]), ", ".join(bearer)]
    return [", ".join([*bearer, *parts]), ", ".join(dpop)]


def refusal(error: HTTPException, dialect: int) -> Response:
    """What Flask itself refuses, in our words where we have any."""
    code = error.code or 500
    said = _REFUSALS.get(code)
    text = (error.description or error.name) if said is None else said.said(language())
    return problem(code, text, dialect)


def problem(code: int, text: str, dialect: int) -> Response:
    """A body with a status and a sentence, in the shape that the caller likes best."""
    body, content_type = _SHAPES[_shape(dialect)](code, text)
    response = Response(body, code, content_type=content_type)
    response.headers["Content-Language"] = language()
    response.headers["Cache-Control"] = "no-store"
    response.headers["Vary"] = "Accept, Accept-Language, Authorization"
    return response


def _as_xml(code: int, text: str) -> tuple[bytes, str]:
    """An SDMX-ML error message."""
    body = ml_error.write(_SDMX_CODES.get(code, code), text, language())
    return body, "application/xml; charset=utf-8"


def _as_json(code: int, text: str) -> tuple[bytes, str]:
    """The errors of an SDMX-JSON message."""
    title = TITLES.get(code, OTHER).said(language())
    told = {"errors": [{"code": code, "title": title, "detail": text}]}
    return json.dumps(told, ensure_ascii=False).encode(), "application/json"


def _as_text(_code: int, text: str) -> tuple[bytes, str]:
    """The sentence alone: for people, and for who reads tables."""
    return f"{text}\n".encode(), "text/plain; charset=utf-8"


_SHAPES: Mapping[str, Callable[[int, str], tuple[bytes, str]]] = {
    "xml": _as_xml,
    "json": _as_json,
    "text": _as_text,
}

_USUAL = {1: "xml", 2: "json"}
"""SDMX-REST 1.5 speaks XML unless something else is asked for, 2 speaks JSON."""


def _shape(dialect: int) -> str:
    """The shape of an error that the Accept header likes best; the first of equals."""
    wanted = [each for each in request.accept_mimetypes if each[1] > 0]
    best = max(wanted, key=lambda each: each[1], default=("*/*", 1))[0].partition(";")[0].strip()
    if best.endswith(("+xml", "/xml")) and "html" not in best:
        return "xml"
    if best.endswith("json"):
        return "json"
    return _USUAL[dialect] if best in ("*", "*/*", "application/*", "") else "text"


_REFUSALS: Mapping[int, Text] = {
    404: Text("Aquí no hay nada.", "There is nothing here."),
    405: Text("Aquí no se admite este método.", "This method is not taken here."),
    413: Text("Lo enviado es demasiado grande.", "What was sent is too large."),
}

TITLES: Mapping[int, Text] = {
    400: Text("Error de sintaxis", "Syntax error"),
    401: Text("Falta autenticarse", "Unauthorized"),
    403: Text("Prohibido", "Forbidden"),
    404: Text("No se encuentra", "Not found"),
    405: Text("Método no admitido", "Method not allowed"),
    406: Text("No se sirve así", "Not acceptable"),
    409: Text("Conflicto", "Conflict"),
    413: Text("Demasiado grande", "Too large"),
    414: Text("URL demasiado larga", "URL too long"),
    422: Text("Error de significado", "Semantic error"),
    429: Text("Demasiadas peticiones", "Too many requests"),
    500: Text("Error interno del servicio", "Internal server error"),
    501: Text("No implementado", "Not implemented"),
    503: Text("Servicio no disponible", "Service unavailable"),
}

OTHER = Text("Error", "Error")
"""The title of any other status."""
