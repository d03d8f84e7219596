"""The grants of people: authorization code, refresh token and device code, at the token endpoint.

Each uses up what it is given before it answers, in one statement of the database: of many who bring
the same at once one succeeds (Authlib's own would answer first and use up after).
Source: RFC 6749, 4.1.3 and 6; RFC 7636; RFC 8628; RFC 9700.
"""

import base64
import hashlib
import hmac
import re

from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.oauth2.rfc6749 import BaseGrant, TokenEndpointMixin
from authlib.oauth2.rfc6749.errors import (
    InvalidGrantError,
    InvalidRequestError,
    InvalidScopeError,
    OAuth2Error,
    UnauthorizedClientError,
)
from flask import request

from gateway.access.devices import Standing
from gateway.access.families import Family
from gateway.access.signed import read
from gateway.exchange import Exchange
from gateway.web.oauth.clients import AUTHORIZATION_CODE, DEVICE_CODE, OF_PEOPLE, REFRESH_TOKEN
from gateway.web.oauth.narrowing import details_of_token
from gateway.web.oauth.owner import Owner

_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")


class _OfPeople(BaseGrant, TokenEndpointMixin):  # type: ignore[misc]  # Authlib has no types
    """What the three have in common; `exchange` is set where they are registered."""

    TOKEN_ENDPOINT_AUTH_METHODS = OF_PEOPLE
    exchange: Exchange

    def validate_token_request(self) -> None:
        client = self.authenticate_token_endpoint_client()
        if not client.check_grant_type(self.GRANT_TYPE):
            raise UnauthorizedClientError("The client may not ask for tokens so.")
        self.request.client = client

    def family(self) -> Family:
        """The family of what was brought, which is used up. Raises Authlib's errors."""
        raise NotImplementedError

    def create_token_response(self) -> tuple[int, dict[str, object], object]:
        family = self.family()
        scope = _narrowed(family.scope)
        token: dict[str, object] = self.generate_token(
            user=Owner(family.person, family.id, family.details),
            scope=scope,
            include_refresh_token=False,
        )
        families, now = self.exchange.accounts.families, self.exchange.clock()
        if not families.bind(family, _key(str(token["access_token"])), now):
            raise InvalidGrantError("The refresh token belongs to another key.")
        token["refresh_token"] = families.refreshable(family, now)
        return 200, token, self.TOKEN_RESPONSE_HEADER


class AuthorizationCode(_OfPeople):
    """A code that a browser brought to the client."""

    GRANT_TYPE = AUTHORIZATION_CODE

    def family(self) -> Family:
        """The family that the code begins; a wrong verifier or address ends it."""
        client = self.request.client.get_client_id()
        families, now = self.exchange.accounts.families, self.exchange.clock()
        redeemed = families.redeem(_sent("code"), client, now)
        if redeemed is None:
            raise InvalidGrantError("The code does not hold.")
        same_address = request.form.get("redirect_uri", "") == redeemed.redirect_uri
        if not same_address or not _proves(_sent("code_verifier"), redeemed.challenge):
            families.end(redeemed.family.id, now, "wrong proof")
            raise InvalidGrantError("The code was asked for by somebody else.")
        return redeemed.family


class RefreshToken(_OfPeople):
    """A refresh token, in whose place another one is given."""

    GRANT_TYPE = REFRESH_TOKEN

    def family(self) -> Family:
        """The family that goes on."""
        client = self.request.client.get_client_id()
        families, token = self.exchange.accounts.families, _sent("refresh_token")
        known = families.peek(token)
        if known is not None:
            _narrowed(known.scope)  # refused before anything is used up
            details_of_token(known.details)
        family = families.refresh(token, client, self.exchange.clock())
        if family is None:
            raise InvalidGrantError("The refresh token does not hold.")
        return family


class DeviceCode(_OfPeople):
    """A device code, once somebody has let the device in."""

    GRANT_TYPE = DEVICE_CODE

    def family(self) -> Family:
        """The family that the device begins; until then how its request stands."""
        client = self.request.client.get_client_id()
        devices = self.exchange.accounts.devices
        found = devices.redeem(_sent("device_code"), client, self.exchange.clock())
        if isinstance(found, Standing):
            raise OAuth2Error(error=found.value)
        return found


def add_grants(server: AuthorizationServer, exchange: Exchange) -> None:
    """Let an authorization server answer people's clients too."""
    for grant in (AuthorizationCode, RefreshToken, DeviceCode):
        server.register_grant(type(grant.__name__, (grant,), {"exchange": exchange}))


def _key(token: str) -> str | None:
    """The key that a token just made is bound to."""
    bound = read(token).claims.get("cnf")
    return str(bound["jkt"]) if isinstance(bound, dict) else None


def _sent(name: str) -> str:
    value: str = request.form.get(name, "")
    if not value:
        raise InvalidRequestError(f"The parameter {name} is missing.")
    return value


def _proves(verifier: str, challenge: str) -> bool:
    """Whether a verifier is the one of a challenge. Source: RFC 7636, 4.6."""
    if not _VERIFIER.fullmatch(verifier):
        return False
    digest = hashlib.sha256(verifier.encode()).digest()
    made = base64.urlsafe_b64encode(digest).rstrip(b"=")
    return hmac.compare_digest(made, challenge.encode())


def _narrowed(whole: str) -> str:
    """Those scopes that this token is asked for; all that was agreed to where none is named."""
    asked = request.form.get("scope", "").split()
    if not set(asked) <= set(whole.split()):
        raise InvalidScopeError("More is asked for than was agreed to.")
    return " ".join(asked) or whole
