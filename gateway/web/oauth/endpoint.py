"""The endpoints: they read a request strictly before Authlib does. Source: RFC 6749, 3.2."""

import base64

from flask import Blueprint, Flask, Response, jsonify, request

from gateway.access.attempts import Attempts, Limit
from gateway.access.keys import KEPT
from gateway.access.tokens import TOKEN_PATH
from gateway.exchange import Exchange
from gateway.exchange.trust import Trust
from gateway.web.addresses import RESOURCE_METADATA
from gateway.web.admissions import claimed, told_of_token
from gateway.web.oauth import metadata
from gateway.web.oauth.answers import refusal
from gateway.web.oauth.devices import device_codes
from gateway.web.oauth.server import authorization_server

_ATTEMPTS = 10
_ATTEMPTS_FROM_ONE_PLACE = 60
"""Wrong credentials a minute: of one client from one address, and from one address in all."""

_REPEATABLE = frozenset({"resource"})  # RFC 8707, 2
_FORM = "application/x-www-form-urlencoded"
_LONGEST_CREDENTIALS = 4096
_KEPT = f"public, max-age={int(KEPT.total_seconds())}"


def routes(app: Flask, exchange: Exchange, trust: Trust) -> Blueprint:
    """The routes of the authorization server of an app."""
    server = authorization_server(app, exchange, trust)
    attempts = Attempts(exchange.database)
    found = Blueprint("oauth", __name__)

    def kept_off(answer: Response) -> Response:
        """The answer; to one wrong attempt too many, that there were too many."""
        if answer.status_code != 401:
            return answer
        wait = attempts.failed(_limits(), exchange.clock())
        return too_many(wait) if wait else answer

    @found.post(TOKEN_PATH)
    def token() -> Response:
        answer = kept_off(odd_request() or server.create_token_response())
        return told_of_token(exchange, _named() or claimed(), answer)

    @found.post(metadata.DEVICE_PATH)
    def device() -> Response:
        return kept_off(odd_request() or device_codes(server, exchange, trust.issuer))

    @found.post(metadata.REVOCATION_PATH)
    def revoke() -> Response:
        return kept_off(odd_request() or server.create_endpoint_response("revocation"))

    @found.post(metadata.INTROSPECTION_PATH)
    def introspect() -> Response:
        return kept_off(odd_request() or server.create_endpoint_response("introspection"))

    _describe(found, exchange, trust)
    return found


def _describe(found: Blueprint, exchange: Exchange, trust: Trust) -> None:
    """The routes that say what there is; anyone may read and keep them for a while."""

    @found.get(metadata.SERVER_METADATA)
    @found.get(metadata.OPENID_ALIAS)
    def about_server() -> Response:
        return _open(jsonify(metadata.server_metadata(trust.issuer)))

    @found.get(RESOURCE_METADATA)
    def about_data() -> Response:
        return _open(jsonify(metadata.resource_metadata(trust.issuer)))

    @found.get(metadata.KEYS_PATH)
    def keys() -> Response:
        return _open(jsonify(metadata.key_set(exchange.keys, exchange.clock())))


def _open(response: Response) -> Response:
    response.headers["Cache-Control"] = _KEPT
    return response


def odd_request() -> Response | None:
    """The refusal of a request that no endpoint here may read; None for a plain one."""
    if request.args:
        return refusal("invalid_request", "Parameters belong in the body.", 400)
    if request.mimetype != _FORM or request.files:
        return refusal("invalid_request", f"The body has to be {_FORM}.", 400)
    lists = request.form.lists()
    if any(len(values) > 1 for name, values in lists if name not in _REPEATABLE):
        return refusal("invalid_request", "A parameter is given twice.", 400)
    authorization = request.headers.get("Authorization", "")
    if authorization and "client_assertion" in request.form:
        return refusal("invalid_request", "A client proves in one way who it is.", 400)
    if not _readable(authorization):
        return refusal("invalid_client", "The credentials cannot be read.", 401)
    return None


def _readable(authorization: str) -> bool:
    """Whether credentials, where there are any, can be read: Authlib does so without a guard."""
    scheme, _, credentials = authorization.partition(" ")
    if scheme.lower() != "basic":
        return True
    return ":" in _decoded(credentials)


def _decoded(credentials: str) -> str:
    """Credentials of the scheme Basic; nothing where they are no base64, no UTF-8, or too long."""
    if len(credentials) > _LONGEST_CREDENTIALS:
        return ""
    try:
        return base64.b64decode(credentials.strip(), validate=True).decode()
    except ValueError:
        return ""


def _limits() -> tuple[Limit, ...]:
    """What is counted of a wrong attempt: the client that it names, and where it comes from."""
    address = request.remote_addr or ""
    return (
        Limit(_ATTEMPTS, ("client", _named(), address)),
        Limit(_ATTEMPTS_FROM_ONE_PLACE, ("address", address)),
    )


def _named() -> str:
    """The client that a request names, by its body or its credentials."""
    _, _, credentials = request.headers.get("Authorization", "").partition(" ")
    return request.form.get("client_id") or _decoded(credentials).partition(":")[0]


def too_many(wait: int) -> Response:
    """The answer to whoever was wrong too often. Source: RFC 6585, 4."""
    response = refusal("invalid_client", "There were too many wrong attempts.", 429)
    response.headers["Retry-After"] = str(wait)
    return response
