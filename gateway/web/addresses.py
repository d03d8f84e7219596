"""Where this gateway is, as its issuer says: never as a request's own headers would have it."""

from flask import Flask, current_app, request

_ISSUER = "GATEWAY_ISSUER"

RESOURCE_METADATA = "/.well-known/oauth-protected-resource/sdmx"
"""Where the data say who gives tokens for them: their path behind the well-known one.

Source: RFC 9728, 3.1.
"""


def settle(app: Flask, issuer: str) -> None:
    """Say where an app is."""
    app.config[_ISSUER] = issuer


def issuer() -> str:
    """The address that clients reach, without a slash at its end."""
    return str(current_app.config[_ISSUER])


def here() -> str:
    """The address of this request, without what follows a question mark."""
    return issuer() + request.path
