"""The terms of an answer: for whom it is, until when, at what cost."""

from dataclasses import dataclass
from datetime import datetime

from gateway.access.caller import Caller


@dataclass(frozen=True, slots=True)
class Terms:
    """On which an answer that took no work was given, and would be given again.

    As long as rules and releases stay as they are, it is the same until a moment for the same
    caller; None for anybody. A `status` of 200 has the body of a `tag`, and counts against an
    allowance: `cost` is what kind of request it is, and whose.
    """

    status: int
    tag: str
    cost: tuple[str, str]
    caller: Caller | None
    until: datetime
