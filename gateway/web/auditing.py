"""The audit over HTTP: a provider sees who asked for its data."""

from dataclasses import asdict

from flask import Blueprint, Response, jsonify, request

from gateway.access.audit import Entry
from gateway.access.clients import AUDIT_READ
from gateway.access.grants import AUDIT
from gateway.access.tokens import TokenCheck
from gateway.errors import BadSyntax
from gateway.exchange import Exchange
from gateway.rest.parameters import moment, positive, read
from gateway.web.answer import PRIVATE
from gateway.web.bearer import caller
from gateway.web.decisions import Decisions

_MOST = 1000

PARAMETERS = ("since", "until", "client", "provider", "limit")


def routes(exchange: Exchange, tokens: TokenCheck, decisions: Decisions) -> Blueprint:
    """The route ``/audit``: entries on the figures of providers that the caller is granted."""
    found = Blueprint("auditing", __name__)

    @found.get("/audit")
    def entries() -> Response:
        by = caller(tokens, AUDIT_READ)
        parameters = read(request.args.items(multi=True), PARAMETERS)
        granted = {exchange.provisions[id].provider for id in decisions.provisions(by, AUDIT)}
        named = parameters.get("provider")
        providers = granted if named is None else granted & {named}
        decisions.acting(by, AUDIT, " ".join(sorted(providers)))
        limit = positive(parameters, "limit") or 100
        if limit > _MOST:
            raise BadSyntax(
                f"limit is at most {_MOST}.", spanish=f"limit es a lo más {_MOST}.", subject="limit"
            )
        told = exchange.audit.entries(
            since=moment(parameters, "since"),
            until=moment(parameters, "until"),
            client=parameters.get("client"),
            providers=frozenset(providers),
            limit=limit,
        )
        response = jsonify(entries=[_told(each, granted) for each in told])
        response.headers["Cache-Control"] = PRIVATE
        return response

    return found


def _told(entry: Entry, granted: set[str]) -> dict[str, object]:
    """An entry for a provider: what others supply, and by which rules, is not its to know.

    Nor how much of that was told and kept back: where it is counted in, there is no count.
    """
    decision = entry.decision
    told = asdict(decision)
    if not granted.issuperset(decision.providers):
        told |= {"rows": None, "suppressed": None}
    kept = ("action", "status", "client_id", "organisation", "flow", "query", "rows", "suppressed")
    return {
        "number": entry.number,
        "at": decision.at.isoformat(),
        **{name: told[name] for name in kept},
        "providers": [each for each in decision.providers if each in granted],
        "digest": entry.digest,
    }
