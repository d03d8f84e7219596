"""What a person has to give of what a client asks to be narrowed to (RFC 9396, sections 5 and 7).

The store would keep a token to it in any case: here it is said beforehand, to the person who is
asked and to the client that is answered.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from gateway.access.caller import ACTIONS, Caller, Detail
from gateway.access.patterns import means_flow
from gateway.access.policy import Policy
from gateway.access.rights import SCOPE_OF
from gateway.model.visibility import FREE

_ACTION_OF = {scope: action for action, scope in SCOPE_OF.items()}


def narrowed(
    policy: Policy, caller: Caller, wanted: Sequence[Detail], at: datetime
) -> tuple[Detail, ...]:
    """Of some details what a caller may do today; one by which nothing may be done is left out."""
    return tuple(_narrowed(policy, caller, wanted, at))


def within_details(scopes: Sequence[str], details: Sequence[Detail]) -> tuple[str, ...]:
    """Those scopes by which something can be done that some details speak of.

    >>> within_details(("data.read", "data.submit"), (Detail(actions=("read",)),))
    ('data.read',)
    """
    return tuple(
        each
        for each in scopes
        if not details
        or each not in _ACTION_OF
        or any(not one.actions or _ACTION_OF[each] in one.actions for one in details)
    )


def _narrowed(
    policy: Policy, caller: Caller, wanted: Sequence[Detail], at: datetime
) -> Iterator[Detail]:
    for each in wanted:
        alone = replace(caller, details=(each,))
        flows = {one: policy.reached(one, alone, at) for one in each.actions or ACTIONS}
        reached = frozenset().union(*flows.values())
        if reached:
            yield replace(
                each,
                actions=tuple(one for one in each.actions if flows[one]),
                dataflows=tuple(
                    one for one in each.dataflows if any(means_flow(one, flow) for flow in reached)
                ),
                confidentiality=_statuses(policy, alone, each, at),
            )


def _statuses(policy: Policy, caller: Caller, detail: Detail, at: datetime) -> tuple[str, ...]:
    """Those codes of CONF_STATUS that the caller may read anywhere; at least what is free.

    Without a code everything would be meant.
    """
    views = policy.visibility(caller, at).views or {}
    sights = [sight for view in views.values() for sight in view.sights]
    named = frozenset() if caller.organisation is None else frozenset({caller.organisation})
    readable = (
        code
        for code in detail.confidentiality
        if code == FREE or any(one.reads(code, to) for one in sights for to in (frozenset(), named))
    )
    return tuple(readable) or ((FREE,) if detail.confidentiality else ())
