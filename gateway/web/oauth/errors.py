"""What else may be wrong with a request for a token, as the standards name it."""

from authlib.oauth2 import OAuth2Error

from gateway.errors import GatewayError


class InvalidTarget(OAuth2Error):  # type: ignore[misc]  # Authlib has no types
    """A resource that is none of ours. Source: RFC 8707, 2."""

    error = "invalid_target"
    description = "There is no such resource here."


class InvalidProof(OAuth2Error):  # type: ignore[misc]
    """A proof of possession that does not hold, or lacks. Source: RFC 9449, 5."""

    error = "invalid_dpop_proof"


class InvalidDetails(OAuth2Error):  # type: ignore[misc]
    """Authorization details that nobody knows. Source: RFC 9396, 5."""

    error = "invalid_authorization_details"


def plain(error: GatewayError) -> str:
    """What an error says, in the signs that OAuth allows there. Source: RFC 6749, 5.2."""
    return "".join(
        sign if " " <= sign <= "~" and sign not in '"\\' else "?" for sign in error.sentence()
    )
