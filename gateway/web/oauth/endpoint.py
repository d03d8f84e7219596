"""The token endpoint: it reads a request strictly before Authlib does. Source: RFC 6749, 3.2."""

import base64

from authlib.integrations.flask_oauth2 import AuthorizationServer
from flask import Blueprint, Response, jsonify, request

from gateway.access.tokens import TOKEN_PATH


def routes(server: AuthorizationServer) -> Blueprint:
    """The routes of an authorization server."""
    found = Blueprint("oauth", __name__)

    @found.post(TOKEN_PATH)
    def token() -> Response:
        return odd_request() or server.create_token_response()

    return found


def odd_request() -> Response | None:
    """The refusal of a request that no endpoint here may read; None for a plain one."""
    if request.args:
        return refusal("invalid_request", "Parameters belong in the body.", 400)
    if any(len(values) > 1 for values in request.form.listvalues()):
        return refusal("invalid_request", "A parameter is given twice.", 400)
    if not _readable(request.headers.get("Authorization", "")):
        return refusal("invalid_client", "The credentials cannot be read.", 401)
    return None


def _readable(authorization: str) -> bool:
    """Whether credentials, where there are any, can be read: Authlib does so without a guard."""
    scheme, _, credentials = authorization.partition(" ")
    if scheme.lower() != "basic":
        return True
    try:
        return ":" in base64.b64decode(credentials.strip(), validate=True).decode()
    except ValueError:  # no base64, or no UTF-8
        return False


def refusal(error: str, description: str, status: int) -> Response:
    """An error as OAuth tells it. Source: RFC 6749, 5.2."""
    response = jsonify(error=error, error_description=description)
    response.status_code = status
    response.headers["Cache-Control"] = "no-store"
    if status == 401:
        response.headers["WWW-Authenticate"] = 'Basic realm="oauth"'
    return response
