"""Puts the web together: `create_app(exchange, issuer)`; nothing happens at import."""

import gc
from collections.abc import Callable
from pathlib import Path
from secrets import token_hex
from traceback import format_exception

from flask import Flask, Response, current_app, request
from werkzeug.exceptions import HTTPException, RequestURITooLarge
from werkzeug.middleware.proxy_fix import ProxyFix

from gateway.errors import (
    BadFile,
    BadRequest,
    Conflict,
    GatewayError,
    Refused,
    StorageFault,
    TooOften,
)
from gateway.exchange import Exchange
from gateway.exchange.trust import Trust
from gateway.model.text import Text
from gateway.rest.service import DIALECTS
from gateway.settings import handed_down
from gateway.web import (
    auditing,
    comparing,
    limits,
    oauth,
    openapi,
    operations,
    overview,
    pages,
    people,
    problems,
    submissions,
)
from gateway.web.addresses import settle
from gateway.web.ahead import Ahead, keep_ahead
from gateway.web.allowances import Allowances
from gateway.web.answer import Sender
from gateway.web.decisions import Decisions
from gateway.web.gate import Gate, tell_allowance
from gateway.web.log import Log
from gateway.web.metrics import Metrics
from gateway.web.negotiation import language
from gateway.web.origins import open_to
from gateway.web.parent import end_with_parent
from gateway.web.repeats import Repeats
from gateway.web.rest import beside, dialect_of, mount
from gateway.web.stores import stores
from gateway.web.told import told
from gateway.web.turns import Turns
from gateway.web.watch import Watch

_NO_FAULT = (BadRequest, Refused, TooOften, Conflict, BadFile)
"""Errors that are not the operator's to mend."""

_RESOURCES = ("data", "schema", "availability", "availableconstraint", "metadata", "registration")

_SAFE_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'self'; frame-ancestors 'none'; base-uri 'none'",
}


def create_app(
    exchange: Exchange, issuer: str, log: Log | None = None, shared: Path | None = None
) -> Flask:
    """The web over an exchange; `issuer` is the address that clients reach it at.

    Requests are told to a log where there is one. Processes that count together share a folder,
    and by its name the large answers that they keep.
    """
    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = 1024 * 1024  # but for what is handed in
    app.url_map.strict_slashes = False
    app.url_map.merge_slashes = False
    settle(app, issuer)
    trust = Trust(exchange, issuer)
    tokens = trust.tokens
    settings = exchange.settings
    allowances = Allowances(exchange.home.cache / "allowances")
    gate = Gate(settings.limits, allowances, exchange.clock)
    run = shared.name if shared else token_hex(8)
    kept = stores(exchange, run)
    sender = Sender(kept, gate, exchange.clock)
    decisions = Decisions(exchange, allowances)
    for version in DIALECTS:
        app.register_blueprint(mount(exchange, tokens, sender, decisions, version, issuer))
    app.register_blueprint(beside())
    app.register_blueprint(pages.routes(exchange, issuer))
    app.register_blueprint(overview.routes(exchange, tokens, sender, decisions))
    app.register_blueprint(limits.routes(settings))
    app.register_blueprint(openapi.routes(exchange, issuer))
    metrics = Metrics(shared)
    app.register_blueprint(operations.routes(exchange, tokens, metrics))
    app.register_blueprint(submissions.routes(exchange, tokens, decisions))
    app.register_blueprint(auditing.routes(exchange, tokens, decisions))
    app.register_blueprint(comparing.routes(exchange, tokens, sender, decisions))
    browser = people.Browser(exchange, issuer)
    app.register_blueprint(oauth.routes(app, exchange, trust))
    signed_in = (
        *people.routes(exchange, browser),
        people.overview.routes(exchange, browser, decisions, gate),
        oauth.consent_routes(exchange, browser),
    )
    for each in signed_in:
        app.register_blueprint(people.told_as_pages(each, browser))
    app.register_error_handler(GatewayError, lambda error: _problem(decisions, error))
    app.register_error_handler(HTTPException, _refusal)
    app.register_error_handler(Exception, _fault)
    app.before_request(_note_route)
    app.before_request(_refuse_long(settings.limits.url))
    app.after_request(_safe)
    app.after_request(tell_allowance)
    app.after_request(open_to(settings.serve.origins))
    app.after_request(lambda response: _recorded(decisions, response))

    app.wsgi_app = Turns(app.wsgi_app)  # type: ignore[method-assign]
    app.wsgi_app = Repeats(app.wsgi_app, exchange, tokens, kept.bodies, gate)  # type: ignore[method-assign]
    if log is not None:
        app.wsgi_app = Watch(app.wsgi_app, log, metrics)  # type: ignore[method-assign]
    if settings.serve.proxies:
        n = settings.serve.proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, n, n, n)  # type: ignore[method-assign]
    return app


def create_worker() -> Flask:
    """The web of the home that the parent process named; each worker process starts here."""
    end_with_parent()
    run = handed_down()
    exchange = Exchange(run.home)
    log = Log(faults_only=run.log == "faults")
    app = create_app(exchange, run.issuer, log, run.counts)
    if exchange.settings.cache.disk:
        ahead = Ahead(exchange, run.issuer, stores(exchange, run.counts.name))
        keep_ahead(ahead, run.counts, log)
    # Definitions are many objects and stay: a collector that looks at all of them again and again
    # takes a tenth of the time of each answer.
    gc.collect()
    gc.freeze()
    return app


def _refuse_long(most: int) -> Callable[[], None]:
    """What refuses a URL of more characters."""
    said = Text(
        f"La URL tiene más de {most:,} caracteres.", f"The URL is longer than {most:,} characters."
    )

    def refuse() -> None:
        if len(request.path) + len(request.query_string) > most:
            raise RequestURITooLarge(said.said(language()))

    return refuse


def _recorded(decisions: Decisions, response: Response) -> Response:
    """The answer, once what was decided is on record; without a record there is none."""
    try:
        decisions.record(response)
    except GatewayError as error:
        return _safe(_problem(decisions, error))
    return response


def _problem(decisions: Decisions, error: GatewayError) -> Response:
    decisions.kept_back(error)
    notes = told()
    notes.refusal = type(error).__name__
    if not isinstance(error, _NO_FAULT):
        notes.fault = f"{type(error).__name__}: {error.sentence()}"
    return problems.answer(error, dialect_of(request.path).number)


def _refusal(error: HTTPException) -> Response:
    """What Flask itself refuses, in the dialect of the mount that was asked."""
    told().refusal = type(error).__name__
    number = dialect_of(request.path).number
    response = problems.refusal(error, number)
    for name, value in error.get_headers():
        if name not in ("Content-Type", "Content-Length"):
            response.headers[name] = value
    return response


def _fault(error: Exception) -> Response:
    """What nobody foresaw: told to the log with where it happened, to the visitor as ours."""
    notes = told()
    notes.fault = "".join(format_exception(error))
    if not notes.id:  # nobody watches: a test, or a shell
        current_app.logger.error(notes.fault)
    return problems.answer(
        StorageFault("An error of the gateway."), dialect_of(request.path).number
    )


def _note_route() -> None:
    """The route without what a visitor put into it; of the service, with the resource."""
    rule = request.url_rule
    if rule is None:
        return
    resource = (request.view_args or {}).get("path", "").partition("/")[0]
    known = resource if resource in _RESOURCES else "structure"
    told().route = rule.rule if "<path:path>" not in rule.rule else rule.rule[:-11] + known


def _safe(response: Response) -> Response:
    for name, value in _SAFE_HEADERS.items():
        response.headers.setdefault(name, value)
    return response
