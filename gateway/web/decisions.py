"""The decisions at the web's door: what a caller may, and a record of everything that was decided.

A view says who asks and what; when its answer is made, its status completes the entry, which is
written before the answer leaves. Where it cannot be written, there is no answer.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import replace
from functools import lru_cache
from http import HTTPStatus
from secrets import token_hex
from threading import Lock

from flask import Response, g, request

from gateway.access.caller import READ, Caller
from gateway.access.decision import Decision
from gateway.errors import GatewayError, NoResults, NotFound
from gateway.exchange import Exchange
from gateway.formats.message import DataMessage
from gateway.model.query import DataQuery
from gateway.model.visibility import Visibility
from gateway.rest import v2
from gateway.web.admissions import Admission
from gateway.web.allowances import Allowances, Policy
from gateway.web.log import address
from gateway.web.told import told

COUNT, LOOK, REFUSE = "count", "look", "refuse"
"""How the audit calls questions for what data there are, and where they are; and a token that was
not taken, because it does not hold or has not the scope.
"""

_REFUSALS = Policy("refusals", 20)


class Decisions:
    """Rights and records of one exchange."""

    def __init__(self, exchange: Exchange, allowances: Allowances) -> None:
        """`allowances` count refusals on record: a flood of them must not fill it."""
        self._exchange = exchange
        self._allowances = allowances

    def reading(self, caller: Caller, asked: DataQuery, action: str = READ) -> Visibility:
        """What a caller sees who asks for data."""
        visibility = self._exchange.visibility(caller)
        providers = self._exchange.suppliers(asked, visibility)
        g.decision = self._decision(
            caller, action, str(asked.flows), providers, visibility, _spelled(asked)
        )
        return visibility

    def looking(self, caller: Caller, what: str) -> Visibility:
        """The same for who asks where data are, and since when."""
        visibility = self._exchange.visibility(caller)
        g.decision = self._decision(caller, LOOK, what, (), visibility)
        return visibility

    def overseeing(
        self, caller: Caller, action: str, what: str, asked: Mapping[str, str]
    ) -> Visibility:
        """The same for who asks what there is of all that is compared: of whose figures it is."""
        visibility = self._exchange.visibility(caller)
        providers = self._exchange.overview.providers(visibility)
        query = "&".join(f"{name}={value}" for name, value in sorted(asked.items()))
        path = f"mirror/{what}?{query}" if query else f"mirror/{what}"
        g.decision = self._decision(caller, action, what, providers, visibility, path)
        return visibility

    def provisions(self, caller: Caller, action: str) -> frozenset[str]:
        """The provisions with which a caller may do something else than read."""
        return self._exchange.policy.allowed(action, caller, self._exchange.clock())

    def acting(self, caller: Caller, action: str, what: str = "") -> None:
        """Note that a caller does something with a provision, or with something by its id."""
        provision = self._exchange.provisions.get(what)
        providers = () if provision is None else (provision.provider,)
        g.decision = self._decision(caller, action, what, providers)

    def refuse_ungranted(self, caller: Caller, action: str, provision: str) -> None:
        """Raise NotFound where a caller is not granted an action on a provision, there or not."""
        allowed = self.provisions(caller, action)
        if provision not in allowed:
            raise NotFound(
                f"There is no provision {provision} for which {caller.client_id} may do this.",
                spanish=f"No hay provisión {provision} con la que {caller.client_id} pueda hacer "
                "esto.",
                subject=provision,
                allowed=sorted(allowed),
            )

    def _decision(
        self,
        caller: Caller,
        action: str,
        flow: str,
        providers: Iterable[str],
        visibility: Visibility | None = None,
        query: str = "",
    ) -> Decision:
        return Decision(
            self._exchange.clock(),
            action,
            0,
            caller.client_id,
            caller.subject,
            caller.issuer,
            caller.organisation or "",
            caller.token,
            told().id or token_hex(8),  # it is watched, but in a test or a shell
            flow,
            tuple(dict.fromkeys(providers)),
            query,
            rules=() if visibility is None else visibility.rules,
            policy="" if visibility is None else visibility.policy,
            address=request.remote_addr or "",
        )

    def kept_back(self, error: GatewayError) -> None:
        """Note that nothing is answered because of what the caller may not read."""
        if "decision" in g and isinstance(error, NoResults):
            told().counts = None
            g.decision = replace(g.decision, suppressed=error.withheld)

    def record(self, response: Response) -> None:
        """Put on record what was decided in this request, if anything was."""
        decision: Decision | None = g.pop("decision", None)
        decision = decision or self._admitted(response.status_code) or self._refused()
        if decision is not None:
            status = response.status_code
            counts = told().counts if status < HTTPStatus.BAD_REQUEST else None
            rows, suppressed = counts or (decision.rows, decision.suppressed)
            decision = replace(decision, status=status, rows=rows, suppressed=suppressed)
            self._exchange.audit.record(decision)
            told().decision = decision

    def _admitted(self, status: int) -> Decision | None:
        """What is put on record of who was let in, and a few a minute of who was not."""
        noted: Admission | None = g.pop("admission", None)
        if noted is None:
            return None
        now = self._exchange.clock()
        who = f"{noted.action} {noted.client_id or noted.subject} {request.remote_addr}"
        refused = status >= HTTPStatus.BAD_REQUEST
        if refused and not self._allowances.take(_REFUSALS, who, now.timestamp()).granted:
            return None
        return Decision(
            now,
            noted.action,
            0,
            noted.client_id,
            noted.subject,
            noted.issuer,
            noted.organisation,
            noted.token,
            request=told().id or token_hex(8),
            query=noted.how,
            address=request.remote_addr or "",
        )

    def _refused(self) -> Decision | None:
        """What is put on record of a token that was not taken: a few a minute of one address.

        The address that was asked is told as the log has it, without what may be a secret.
        """
        client, now = told().refused, self._exchange.clock()
        if client is None:
            return None
        who = f"{client} {request.remote_addr}"
        if not self._allowances.take(_REFUSALS, who, now.timestamp()).granted:
            return None
        asked = address(request.path, request.query_string.decode("latin-1"))
        known = self._exchange.clients.get(client) if client else None
        return Decision(
            now,
            REFUSE,
            0,
            client,
            organisation="" if known is None else known.organisation or "",
            request=told().id or token_hex(8),
            query=asked,
            address=request.remote_addr or "",
        )


def counts_of(message: DataMessage) -> tuple[int, int]:
    """How many observations a message has, and how many are kept back."""
    selections = message.selections
    return sum(map(len, selections)), sum(each.withheld for each in selections)


class Counts:
    """How much answers had, by what they depended on; the oldest are dropped.

    Safe to share between threads.
    """

    def __init__(self, most: int = 4096) -> None:
        self._most = most
        self._counts: OrderedDict[Hashable, tuple[int, int]] = OrderedDict()
        self._lock = Lock()

    def of(self, state: Hashable, count: Callable[[], tuple[int, int]]) -> tuple[int, int]:
        """How many observations an answer has, and how many are kept back.

        It is counted where nobody remembers.
        """
        counts = self._counts.get(state)
        if counts is None:
            counts = count()
            self.keep(state, counts)
        return counts

    def keep(self, state: Hashable, counts: tuple[int, int]) -> None:
        """Remember that."""
        with self._lock:
            self._counts[state] = counts
            while len(self._counts) > self._most:
                self._counts.popitem(last=False)


@lru_cache(maxsize=1024)
def _spelled(asked: DataQuery) -> str:
    """A question in one spelling, whichever way it was asked; its flows, where it has none."""
    providers = ",".join(f"{each.agency or '*'}.{each.id or '*'}" for each in asked.providers)
    try:
        path = v2.data_path(replace(asked, providers=()))
    except GatewayError:
        return str(asked.flows)
    return f"{path} provider {providers}" if providers else path
