"""Errors as the endpoints tell them."""

from flask import Response, jsonify


def refusal(error: str, description: str, status: int) -> Response:
    """An error as OAuth tells it. Source: RFC 6749, 5.2."""
    response = jsonify(error=error, error_description=description)
    response.status_code = status
    response.headers["Cache-Control"] = "no-store"
    if status == 401:
        response.headers["WWW-Authenticate"] = 'Basic realm="oauth"'
    return response
