"""Web pages of other sites: which may read answers, and which headers they may send and see.

Source: the Fetch standard, HTTP-CORS protocol. No answer ever says that credentials are allowed:
a browser then neither sends a cookie along nor shows an answer to a request that had one. Who asks
is told by a token that the page itself holds, so that ``*`` opens nothing that was closed.
"""

from collections.abc import Callable, Sequence

from flask import Response, request

_FOR_PROGRAMS = ("/sdmx", "/oauth/", "/.well-known/", "/limits", "/health", "/openapi.json")
"""Below these nothing is told by a cookie."""

_SHOWN = ", ".join(
    """ETag Last-Modified Content-Language Content-Disposition RateLimit RateLimit-Policy
    Retry-After X-Request-ID WWW-Authenticate Location Link""".split()
)
_TAKEN = ", ".join(
    """Authorization Accept Accept-Language Content-Type If-None-Match If-Modified-Since DPoP
    X-Request-ID""".split()
)


def open_to(origins: Sequence[str]) -> Callable[[Response], Response]:
    """What marks answers, errors too, as readable by the pages of some origins; ``*`` for all."""
    everyone = "*" in origins

    def mark(response: Response) -> Response:
        if not origins or not request.path.startswith(_FOR_PROGRAMS):
            return response
        origin = request.headers.get("Origin", "")
        if not everyone:
            response.vary.add("Origin")
            if origin not in origins:
                return response
        response.headers["Access-Control-Allow-Origin"] = "*" if everyone else origin
        response.headers["Access-Control-Expose-Headers"] = _SHOWN
        if request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers:
            response.headers["Access-Control-Allow-Methods"] = response.headers.get(
                "Allow", "GET, HEAD, OPTIONS"
            )
            response.headers["Access-Control-Allow-Headers"] = _TAKEN
            response.headers["Access-Control-Max-Age"] = "7200"  # no browser heeds more
        return response

    return mark
