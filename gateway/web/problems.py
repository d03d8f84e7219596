"""Errors become answers here and nowhere else: one table of statuses, two dialects."""

import json

from flask import Response, request

from gateway import errors
from gateway.access.signed import ALGORITHMS
from gateway.formats import ml_error
from gateway.web.addresses import RESOURCE_METADATA, issuer

#                         SDMX-REST:  1.5   2.x
STATUS: dict[type[errors.GatewayError], tuple[int, int]] = {
    errors.BadSyntax: (400, 400),
    errors.SemanticError: (403, 422),
    errors.NotFound: (404, 404),
    errors.NoResults: (404, 204),
    errors.TooLarge: (413, 413),
    errors.NotAcceptable: (406, 406),
    errors.NotServed: (501, 501),
    errors.Unauthenticated: (401, 401),
    errors.Forbidden: (403, 403),
    errors.Conflict: (409, 409),
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
    """An error as the dialect and the caller's Accept header want it.

    What is the operator's to mend is not told to visitors: they read that it is our fault.
    """
    code = status(error, dialect)
    if code == 204:
        return Response(status=204)
    told = error if code < 500 or code == 501 else _OURS
    response = problem(code, told.sentence(_language(dialect)), dialect)
    if isinstance(error, errors.Refused):
        for challenge in _challenges(error):
            response.headers.add("WWW-Authenticate", challenge)
    return response


def _language(dialect: int) -> str:
    """The language that the caller likes best; error messages in SDMX-ML are English."""
    if _wants_xml(dialect):
        return "en"
    return request.accept_languages.best_match(("en", "es"), "en")


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


def problem(code: int, text: str, dialect: int) -> Response:
    """A body with a status and a sentence: an SDMX-ML error message, or SDMX-JSON's errors."""
    if _wants_xml(dialect):
        body = ml_error.write(_SDMX_CODES.get(code, code), text)
        return Response(body, code, content_type="application/xml; charset=utf-8")
    errors_json = {"errors": [{"code": code, "title": _TITLES.get(code, "Error"), "detail": text}]}
    body = json.dumps(errors_json, ensure_ascii=False).encode()
    return Response(body, code, content_type="application/json")


_TITLES = {
    400: "Syntax error",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not found",
    405: "Method not allowed",
    406: "Not acceptable",
    409: "Conflict",
    413: "Too large",
    422: "Semantic error",
    500: "Internal server error",
    501: "Not implemented",
    503: "Service unavailable",
}


def _wants_xml(dialect: int) -> bool:
    """SDMX-REST 1.5 speaks XML unless JSON is asked for; 2 the other way round."""
    accept = request.headers.get("Accept", "").lower()
    if dialect == 1:
        return "json" not in accept
    return "xml" in accept and "json" not in accept and "html" not in accept
