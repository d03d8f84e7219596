"""OAuth 2: the authorization server, on Authlib and joserfc.

Tokens are JWTs by RFC 9068, signed with ES256, good for ten minutes; `gateway.access.tokens` checks
them. The profile is FAPI 2.0's for clients that ask for themselves: ``private_key_jwt``, tokens
bound to a key (DPoP) for clients of which that is asked. Where Authlib's defaults differ this room
changes them: they would let a token live ten days, name the client as its audience, tell an unknown
client from a wrong secret, and read parameters from the URL.
"""

from gateway.web.oauth.endpoint import routes

__all__ = ["routes"]
