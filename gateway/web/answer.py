"""Sends a message; its first piece is made before the status, so that no error hides in a 200."""

from collections.abc import Iterator
from itertools import chain

from flask import Response

PRIVATE = "private, no-store"
"""Data depend on who asks; no cache may keep them."""

PUBLIC = "no-cache"
"""Definitions are open, and may change with the next start."""


def send(pieces: Iterator[bytes], media_type: str, cache: str, file_name: str = "") -> Response:
    """The pieces of a message as a streamed answer; with a name, as a file to keep."""
    first = next(pieces, b"")
    response = Response(chain([first], pieces), content_type=media_type)
    response.headers["Cache-Control"] = cache
    response.headers["Vary"] = "Accept, Authorization"
    if file_name:
        response.headers["Content-Disposition"] = f'attachment; filename="{file_name}"'
    return response
