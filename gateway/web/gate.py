"""The gate: who asks too often waits, and everybody reads how much is left.

Source: draft-ietf-httpapi-ratelimit-headers-10, RateLimit and RateLimit-Policy.
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from math import ceil

from flask import Response

from gateway.errors import TooOften
from gateway.settings import Limits
from gateway.web.allowances import Allowance, Allowances, Policy
from gateway.web.told import told

DATA, STRUCTURES = "data", "structures"

POLICY, LEFT = "RateLimit-Policy", "RateLimit"


class Gate:
    """Lets requests in as often as the settings allow, data and structures apart."""

    def __init__(
        self, limits: Limits, allowances: Allowances, clock: Callable[[], datetime]
    ) -> None:
        self._quotas = {DATA: limits.data, STRUCTURES: limits.structures}
        self._allowances = allowances
        self._clock = clock

    def count(self, kind: str, who: str) -> Allowance | None:
        """What a client has left after one more request; None where that is not limited."""
        quota = self._quotas[kind]
        if not quota:
            return None
        moment = self._clock().timestamp()
        return self._allowances.take(Policy(kind, quota), who, moment)

    def admit(self, kind: str, who: str) -> None:
        """Count a request of a client. Raises TooOften where it must wait."""
        told().allowance = allowance = self.count(kind, who)
        if allowance is not None and not allowance.granted:
            quota = allowance.policy.quota
            seconds = ceil(allowance.wait)
            raise TooOften(
                f"{quota} requests a minute for {kind} are used up: wait {seconds} s.",
                spanish=f"Se agotaron las {quota} consultas por minuto ({kind}): espere "
                f"{seconds} s.",
                subject=kind,
            )


def tell_allowance(response: Response) -> Response:
    """Say on an answer what the caller has left, and when to come back."""
    for name, value in left(told().allowance):
        response.headers[name] = value
    return response


def left(allowance: Allowance | None) -> Iterator[tuple[str, str]]:
    """The headers that tell an allowance; none where nothing was counted."""
    if allowance is None:
        return
    policy, wait = allowance.policy, ceil(allowance.wait)
    yield POLICY, f'"{policy.name}";q={policy.quota};w={policy.window}'
    yield LEFT, f'"{policy.name}";r={allowance.remaining};t={wait}'
    if not allowance.granted:
        yield "Retry-After", str(wait)
