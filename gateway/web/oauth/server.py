"""Puts Authlib's authorization server together: clients, tokens, grants and endpoints."""

from authlib.integrations.flask_oauth2 import AuthorizationServer
from flask import Flask

from gateway.access.clients import BY_KEY, BY_SECRET, SCOPES
from gateway.exchange import Exchange
from gateway.exchange.trust import Trust
from gateway.web.oauth.clients import OAuthClient, by_key, by_secret
from gateway.web.oauth.endings import Introspection, Revocation
from gateway.web.oauth.machines import ClientCredentials
from gateway.web.oauth.signing import AccessTokens


def authorization_server(app: Flask, exchange: Exchange, trust: Trust) -> AuthorizationServer:
    """The server of an issuer, with every grant that it knows."""
    app.config["OAUTH2_SCOPES_SUPPORTED"] = list(SCOPES)
    server = AuthorizationServer(
        query_client=lambda id: OAuthClient(id, exchange.clients.get(id)),
        save_token=lambda token, request: None,  # a signed token needs no record
    )
    server.init_app(app)
    tokens = AccessTokens(trust.issuer, exchange.keys, trust.proofs, exchange.clock)
    # Only now: init_app puts a generator of opaque tokens in place of one registered before.
    server.register_token_generator("default", tokens)
    server.register_client_auth_method(BY_KEY, by_key(trust.assertions))
    server.register_client_auth_method(BY_SECRET, by_secret)
    server.register_grant(ClientCredentials)
    server.register_endpoint(Revocation(trust, exchange.clock))
    server.register_endpoint(Introspection(trust))
    return server
