"""The endpoint at which a program without a browser asks for its codes. Source: RFC 8628, 3.1."""

from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.oauth2.rfc6749.errors import OAuth2Error
from flask import Response, jsonify, request

from gateway.access.devices import INTERVAL, LIFE
from gateway.exchange import Exchange
from gateway.web.oauth.answers import refusal
from gateway.web.oauth.clients import DEVICE_CODE, OF_PEOPLE
from gateway.web.oauth.errors import InvalidDetails
from gateway.web.oauth.narrowing import asked_details


def device_codes(server: AuthorizationServer, exchange: Exchange, issuer: str) -> Response:
    """The answer of the device authorization endpoint of an issuer."""
    asking = server.create_oauth2_request(None)
    try:
        client = server.authenticate_client(asking, OF_PEOPLE, "device_authorization")
    except OAuth2Error as error:
        return refusal("invalid_client", "The client is not known so.", error.status_code)
    if not client.check_grant_type(DEVICE_CODE):
        return refusal("unauthorized_client", "The client may not ask for codes.", 400)
    try:
        details = asked_details(request.form)
    except InvalidDetails as error:
        return refusal(error.error, str(error.description), 400)
    scope = client.get_allowed_scope(request.form.get("scope", ""))
    if not scope:
        return refusal("invalid_scope", "Nothing of this may be asked for.", 400)
    device_code, user_code = exchange.accounts.devices.ask(
        client.get_client_id(), scope, exchange.clock(), details
    )
    response = jsonify(
        device_code=device_code,
        user_code=user_code,
        verification_uri=f"{issuer}/device",
        verification_uri_complete=f"{issuer}/device?user_code={user_code}",
        expires_in=int(LIFE.total_seconds()),
        interval=INTERVAL,
    )
    response.headers["Cache-Control"] = "no-store"
    return response
