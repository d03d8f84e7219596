"""The policy: the rules of a home, applied to whoever asks.

What a caller sees is worked out once for each version of the rules, and kept; every question asks
which version it is, so that a change of rights acts on the next one, whichever process made it.
"""

from collections import OrderedDict
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from threading import Lock

from gateway.access.caller import Caller
from gateway.access.grants import Grant, Grants, Rules
from gateway.access.rights import Realm, granted, nameless
from gateway.model.artefact import Reference
from gateway.model.visibility import Visibility

_KEPT = 1024


@dataclass(frozen=True, slots=True)
class _Compiled:
    """A visibility without its clock, since when it holds, and who sees it, unnamed."""

    visibility: Visibility
    since: datetime
    nameless: Caller

    def holds(self, at: datetime) -> bool:
        until = self.visibility.until
        return self.since <= at and (until is None or at < until)


class Policy:
    """The rules of one home. Safe to share between threads."""

    def __init__(self, grants: Grants, realm: Realm) -> None:
        self._grants = grants
        self._realm = realm
        self._rules: Rules | None = None
        self._compiled: OrderedDict[Caller, _Compiled] = OrderedDict()
        self._lock = Lock()

    def rules(self) -> Rules:
        """The rules as they are now; read anew only where they have changed."""
        version = self._grants.version()
        with self._lock:
            kept = self._rules
        if kept is not None and kept.version == version:
            return kept
        rules = self._grants.rules()
        with self._lock:
            self._rules = rules
            self._compiled.clear()
        return rules

    def visibility(
        self, caller: Caller, at: datetime, releases: tuple[object, ...] | None = None
    ) -> Visibility:
        """What a caller sees, of releases for which `releases` stands."""
        return replace(self._of(caller, at).visibility, at=at, releases=releases)

    def nameless(self, caller: Caller, at: datetime) -> Caller:
        """Who sees as much, without the names that no rule knows.

        By the rules as they were last looked at: it costs no look of its own.
        """
        with self._lock:
            kept = self._compiled.get(replace(caller, token=""))
        return (kept or self._of(caller, at)).nameless

    def _of(self, caller: Caller, at: datetime) -> _Compiled:
        rules = self.rules()
        asked = replace(caller, token="")
        with self._lock:
            kept = self._compiled.get(asked)
        if kept is None or kept.visibility.policy != rules.version or not kept.holds(at):
            since, until = _between(rules, at)
            seen = replace(self._realm.visibility(rules, caller, at), until=until)
            kept = _Compiled(seen, since, nameless(caller, rules))
            with self._lock:
                self._compiled[asked] = kept
                self._compiled.move_to_end(asked)
                while len(self._compiled) > _KEPT:
                    self._compiled.popitem(last=False)
        return kept

    def everything(self, at: datetime) -> Visibility:
        """What the operator sees: all of it, but for what is under embargo."""
        return self._realm.everything(self.rules(), at)

    def allowed(self, action: str, caller: Caller, at: datetime) -> frozenset[str]:
        """The provisions with which a caller may do something else than read."""
        return self._realm.allowed(self.rules(), action, caller, at)

    def reached(self, action: str, caller: Caller, at: datetime) -> frozenset[Reference]:
        """The dataflows on which a caller may do something."""
        return self._realm.reached(self.rules(), action, caller, at)

    def granted(self, caller: Caller, at: datetime, action: str) -> list[Grant]:
        """The grants that are in force for a caller, denials among them."""
        return granted(self.rules(), caller, at, action)


def _between(rules: Rules, at: datetime) -> tuple[datetime, datetime | None]:
    """The moments between which no grant begins or ends."""
    turns = [
        moment
        for grant in rules.grants
        for moment in (grant.valid_from, grant.valid_to)
        if moment is not None
    ]
    since = max((each for each in turns if each <= at), default=datetime.min.replace(tzinfo=UTC))
    return since, min((each for each in turns if each > at), default=None)
