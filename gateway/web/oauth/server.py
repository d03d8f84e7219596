"""Puts Authlib's authorization server together: clients, tokens, grants."""

from authlib.integrations.flask_oauth2 import AuthorizationServer
from flask import Flask

from gateway.access.clients import SCOPES
from gateway.exchange import Exchange
from gateway.web.oauth.clients import OAuthClient
from gateway.web.oauth.machines import ClientCredentials
from gateway.web.oauth.signing import AccessTokens


def authorization_server(app: Flask, exchange: Exchange, issuer: str) -> AuthorizationServer:
    """The server of an issuer, with every grant that it knows."""
    app.config["OAUTH2_SCOPES_SUPPORTED"] = list(SCOPES)
    server = AuthorizationServer(
        query_client=lambda id: OAuthClient(id, exchange.clients.get(id)),
        save_token=lambda token, request: None,  # a signed token needs no record
    )
    server.init_app(app)
    # Only now: init_app puts a generator of opaque tokens in place of one registered before.
    server.register_token_generator("default", AccessTokens(issuer, exchange.keys))
    server.register_grant(ClientCredentials)
    return server
