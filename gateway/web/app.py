"""Puts the web together: `create_app(exchange, issuer)`; nothing happens at import."""

import os
import threading
import time

from flask import Flask, Response, current_app, jsonify, request
from werkzeug.exceptions import HTTPException

from gateway.errors import BadRequest, GatewayError, Refused
from gateway.exchange import Exchange
from gateway.exchange.trust import Trust
from gateway.rest.service import DIALECTS
from gateway.settings import handed_down
from gateway.web import auditing, oauth, pages, problems, submissions
from gateway.web.addresses import settle
from gateway.web.decisions import Decisions
from gateway.web.rest import dialect_of, mount

_SAFE_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'self'; frame-ancestors 'none'; base-uri 'none'",
}


def create_app(exchange: Exchange, issuer: str) -> Flask:
    """The web over an exchange; `issuer` is the address that clients reach it at."""
    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = 1024 * 1024  # but for what is handed in
    app.url_map.strict_slashes = False
    app.url_map.merge_slashes = False
    settle(app, issuer)
    trust = Trust(exchange, issuer)
    tokens = trust.tokens
    decisions = Decisions(exchange)
    for version in DIALECTS:
        app.register_blueprint(mount(exchange, tokens, decisions, version, issuer))
    app.register_blueprint(pages.routes(exchange, issuer))
    app.register_blueprint(submissions.routes(exchange, tokens, decisions))
    app.register_blueprint(auditing.routes(exchange, tokens, decisions))
    app.register_blueprint(oauth.routes(app, exchange, trust))
    app.register_error_handler(GatewayError, lambda error: _problem(decisions, error))
    app.register_error_handler(HTTPException, _refusal)
    app.after_request(_safe)
    app.after_request(lambda response: _recorded(decisions, response))

    @app.get("/health")
    def health() -> Response:
        return jsonify(status="ok")

    return app


def create_worker() -> Flask:
    """The web of the home that the parent process named; each worker process starts here."""
    threading.Thread(target=_end_with_parent, args=(os.getppid(),), daemon=True).start()
    home, issuer = handed_down()
    return create_app(Exchange(home), issuer)


def _end_with_parent(parent: int) -> None:
    """Stop once the parent is gone: killed outright, it could not tell its workers."""
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(1)


def _recorded(decisions: Decisions, response: Response) -> Response:
    """The answer, once what was decided is on record; without a record there is none."""
    try:
        decisions.record(response)
    except GatewayError as error:
        return _safe(_problem(decisions, error))
    return response


def _problem(decisions: Decisions, error: GatewayError) -> Response:
    decisions.kept_back(error)
    if not isinstance(error, BadRequest | Refused):
        current_app.logger.error("%s: %s", type(error).__name__, error.sentence())
    return problems.answer(error, dialect_of(request.path).number)


def _refusal(error: HTTPException) -> Response:
    """What Flask itself refuses, in the dialect of the mount that was asked."""
    number = dialect_of(request.path).number
    response = problems.problem(error.code or 500, error.description or error.name, number)
    for name, value in error.get_headers():
        if name not in ("Content-Type", "Content-Length"):
            response.headers[name] = value
    return response


def _safe(response: Response) -> Response:
    for name, value in _SAFE_HEADERS.items():
        response.headers.setdefault(name, value)
    return response
