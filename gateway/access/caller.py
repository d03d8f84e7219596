"""The caller: who asks, as a checked token or sign-in says it; what a policy is compiled for."""

from dataclasses import dataclass

READ, SUBMIT, APPROVE = "read", "submit", "approve"
ACTIONS = (READ, SUBMIT, APPROVE)
"""What a grant allows, and what a token may be narrowed to."""


@dataclass(frozen=True, slots=True)
class Detail:
    """A narrowing that a token carries: an authorization detail of type ``sdmx_data`` (RFC 9396).

    An empty tuple narrows nothing. `dataflows` are patterns such as ``LMIG:DF_RETURNS(1.0.0)`` or
    ``LMIG:*(*)``; `key` is a series key of SDMX-REST; `confidentiality` are codes of CONF_STATUS.
    """

    actions: tuple[str, ...] = ()
    dataflows: tuple[str, ...] = ()
    key: str = ""
    confidentiality: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Caller:
    """Who a good token speaks for, and the most that it may do.

    `subject` is the person, or the client itself where a machine asks for itself. Without an
    organisation a caller has what everyone is granted. `token` is the token's id (its ``jti``),
    never the token. No `details` narrow nothing; of several, one must allow what is asked.
    """

    client_id: str
    scopes: frozenset[str]
    subject: str = ""
    issuer: str = ""
    organisation: str | None = None
    groups: frozenset[str] = frozenset()
    token: str = ""
    details: tuple[Detail, ...] = ()
