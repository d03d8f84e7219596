"""The policy as anybody would tell it: dictionaries and loops, to judge the real one by.

Nothing of the gateway's own policy, visibility or masks is used here, but for what a filter means.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatchcase

from gateway.access.caller import Caller
from gateway.access.grants import Grant
from gateway.rest import grammar
from tests.figures import Row
from tests.releases import asking

FREE = (None, "F")
BLANK = ("OBS_VALUE", "COMMENT", "EMBARGO_TIME", "CONF_REDIST")
"""What is not told of an observation of which only the key is shown."""


@dataclass(frozen=True)
class Supply:
    """A provision: whose it is, in which dataflow, and of which statuses the keys are shown."""

    id: str
    provider: str
    flow: str
    blanked: tuple[str, ...] = ()


@dataclass(frozen=True)
class Told:
    """A release: what it states, when it was made, and when it goes public."""

    made: datetime
    public: datetime
    content: Sequence[Row]


@dataclass(frozen=True)
class Held:
    """A region of a supply that is held back until a moment."""

    supply: str
    region: str
    until: datetime


@dataclass(frozen=True)
class World:
    """All that decides who sees what."""

    grants: Sequence[Grant]
    members: dict[str, set[str]]
    held: Sequence[Held]


def within(row: Row, region: str) -> bool:
    """Whether an observation, as it truly is, lies in a region."""
    for part in region.split("&") if region else ():
        name, _, value = part.partition("=")
        if name == "key":
            if not asking.has_key(row, [grammar.key(value)]):
                return False
        elif not asking.passes(row, grammar.component_filter(name, value)):
            return False
    return True


def means(pattern: str, flow: str) -> bool:
    return pattern == "*" or fnmatchcase(flow, pattern if ":" in pattern else f"*:{pattern}")


def answers_to(caller: Caller, world: World) -> set[str]:
    own = {f"client:{caller.client_id}"}
    if caller.subject not in ("", caller.client_id):
        own.add(f"person:{caller.subject}")
    groups = {group for group, members in world.members.items() if members & own}
    found = {"*", *own, *(f"group:{each}" for each in groups | caller.groups)}
    return found | ({f"organisation:{caller.organisation}"} if caller.organisation else set())


def about(caller: Caller, world: World, supply: Supply, now: datetime) -> list[Grant]:
    """The grants and denials that concern a caller and a supply now."""
    names = answers_to(caller, world)
    return [
        grant
        for grant in world.grants
        if grant.subject in names
        and (grant.valid_from is None or grant.valid_from <= now)
        and (grant.valid_to is None or now < grant.valid_to)
        and fnmatchcase(supply.provider, grant.provider)
        and means(grant.dataflow, supply.flow)
    ]


@dataclass(frozen=True)
class Right:
    """One grant under one narrowing of the token: its region, statuses, and whether it is ahead."""

    grant: Grant
    key: str
    told: frozenset[str]
    ahead: bool


def rights(caller: Caller, world: World, supply: Supply, now: datetime) -> Iterator[Right]:
    if "data.read" not in caller.scopes:
        return
    grants = about(caller, world, supply, now)
    if any(grant.denies and not grant.region for grant in grants):
        return
    narrowings = [("", frozenset[str]())]
    if caller.details:
        narrowings = [
            (each.key, frozenset(each.confidentiality))
            for each in caller.details
            if not each.actions or "read" in each.actions
            if not each.dataflows or any(means(one, supply.flow) for one in each.dataflows)
        ]
    for grant in grants:
        for key, told in narrowings:
            if not grant.denies:
                yield Right(grant, key, told, grant.embargoed and "data.embargoed" in caller.scopes)


def may_read(row: Row, caller: Caller, supply: Supply, right: Right, at: datetime) -> bool:
    """Whether the status of an observation, in itself, lets it be read."""
    status = row["CONF_STATUS"]
    if status in FREE:
        return True
    over = row["EMBARGO_TIME"] is not None and (right.ahead or asking.lifted(row, at))
    if status == "E" and over:
        return True
    if "data.confidential" not in caller.scopes:
        return False
    if right.told and status not in right.told:
        return False
    recipients = (row["CONF_REDIST"] or "").replace(",", " ").split()
    if recipients and caller.organisation != supply.provider:
        return caller.organisation in recipients
    return status in right.grant.statuses


def shown(
    row: Row,
    caller: Caller,
    world: World,
    supply: Supply,
    at: datetime,
    now: datetime,
    *,
    public: bool,
) -> Row | None:
    """An observation as a caller is shown it; None for not at all."""
    grants = about(caller, world, supply, now)
    if any(each.denies and within(row, each.region) for each in grants):
        return None
    key_only = False
    for right in rights(caller, world, supply, now):
        in_region = within(row, right.grant.region)
        if not in_region or (right.key and not asking.has_key(row, [grammar.key(right.key)])):
            continue
        if not right.ahead:
            held = any(
                each.supply == supply.id and at < each.until and within(row, each.region)
                for each in world.held
            )
            if not public or held or not asking.lifted(row, at):
                continue
        if may_read(row, caller, supply, right, at):
            return row
        key_only = key_only or row["CONF_STATUS"] in supply.blanked
    return {**row, **dict.fromkeys(BLANK)} if key_only else None


def withheld(
    asked_for: Sequence[Row],
    caller: Caller,
    world: World,
    supply: Supply,
    at: datetime,
    *,
    public: bool,
) -> int:
    """How many of some observations, as they truly are, lie in the caller's regions unread."""
    regions = [each for each in rights(caller, world, supply, at) if public or each.ahead]
    denials = [each.region for each in about(caller, world, supply, at) if each.denies]
    return sum(
        shown(row, caller, world, supply, at, at, public=public) is not row
        for row in asked_for
        if any(
            within(row, each.grant.region)
            and (not each.key or asking.has_key(row, [grammar.key(each.key)]))
            for each in regions
        )
        and not any(within(row, each) for each in denials)
    )


def state(
    told: Sequence[Told],
    caller: Caller,
    world: World,
    supply: Supply,
    at: datetime,
    now: datetime,
) -> list[Row]:
    """What a caller is shown of a supply at a moment, by the rights of now."""
    ahead = any(each.ahead for each in rights(caller, world, supply, now))
    there = [each for each in told if (each.made if ahead else each.public) <= at]
    if not there:
        return []
    last = there[-1]
    public = last.public <= at
    found = (shown(row, caller, world, supply, at, now, public=public) for row in last.content)
    return [row for row in found if row is not None]
