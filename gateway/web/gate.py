"""The gate: who asks too often waits, and everybody reads how much is left.

Source: draft-ietf-httpapi-ratelimit-headers-10, RateLimit and RateLimit-Policy.
"""

from collections.abc import Callable
from datetime import datetime
from math import ceil

from flask import Response

from gateway.errors import TooOften
from gateway.settings import Limits
from gateway.web.allowances import Allowances, Policy
from gateway.web.told import told

DATA, STRUCTURES = "data", "structures"


class Gate:
    """Lets requests in as often as the settings allow, data and structures apart."""

    def __init__(
        self, limits: Limits, allowances: Allowances, clock: Callable[[], datetime]
    ) -> None:
        self._quotas = {DATA: limits.data, STRUCTURES: limits.structures}
        self._allowances = allowances
        self._clock = clock

    def admit(self, kind: str, who: str) -> None:
        """Count a request of a client. Raises TooOften where it must wait."""
        quota = self._quotas[kind]
        if not quota:
            return
        moment = self._clock().timestamp()
        allowance = self._allowances.take(Policy(kind, quota), who, moment)
        told().allowance = allowance
        if not allowance.granted:
            seconds = ceil(allowance.wait)
            raise TooOften(
                f"{quota} requests a minute for {kind} are used up: wait {seconds} s.",
                spanish=f"Se agotaron las {quota} consultas por minuto ({kind}): espere "
                f"{seconds} s.",
                subject=kind,
            )


def tell_allowance(response: Response) -> Response:
    """Say on an answer what the caller has left, and when to come back."""
    allowance = told().allowance
    if allowance is not None:
        name, policy = allowance.policy.name, allowance.policy
        left, wait = allowance.remaining, ceil(allowance.wait)
        response.headers["RateLimit-Policy"] = f'"{name}";q={policy.quota};w={policy.window}'
        response.headers["RateLimit"] = f'"{name}";r={left};t={wait}'
        if not allowance.granted:
            response.headers["Retry-After"] = str(wait)
    return response
