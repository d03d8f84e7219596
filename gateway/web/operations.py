"""For who runs the gateway: is it alive, is it ready, and what has it done so far."""

from ipaddress import ip_address
from typing import Literal

from flask import Blueprint, Response, jsonify, request

from gateway.access.clients import METRICS_READ
from gateway.access.tokens import TokenCheck
from gateway.errors import Forbidden, GatewayError, NotFound
from gateway.exchange import Exchange
from gateway.web import bearer
from gateway.web.metrics import Metrics
from gateway.web.told import told

Access = Literal["loopback", "token", "off"]


def routes(exchange: Exchange, tokens: TokenCheck, metrics: Metrics) -> Blueprint:
    """``/health``, ``/ready`` and ``/metrics``."""
    operations = Blueprint("operations", __name__)
    access = exchange.settings.serve.metrics

    @operations.get("/health")
    def health() -> Response:
        """The process answers: whoever watches it need not start it anew."""
        return _said("ok", 200)

    @operations.get("/ready")
    def ready() -> Response:
        """Database and releases can be read: a balancer may send requests."""
        try:
            _open_everything(exchange)
        except GatewayError as error:
            told().fault = f"{type(error).__name__}: {error.sentence()}"
            return _said("not ready", 503)
        return _said("ready", 200)

    @operations.get("/metrics")
    def measured() -> Response:
        """The counts of all processes."""
        _refuse_others(access, tokens)
        response = Response(metrics.text(), content_type="text/plain; version=1.0.0; charset=utf-8")
        response.headers["Cache-Control"] = "no-store"
        return response

    return operations


def _said(status: str, code: int) -> Response:
    response = jsonify(status=status)
    response.status_code = code
    response.headers["Cache-Control"] = "no-store"
    return response


def _open_everything(exchange: Exchange) -> None:
    """Open what is served now. Raises StorageFault for what cannot be read."""
    visibility = exchange.everything()
    exchange.database.check()
    for provision in exchange.provisions.values():
        exchange.store.visible(provision.id, provision.structure, visibility)


def _refuse_others(access: Access, tokens: TokenCheck) -> None:
    """Raise NotFound where there are no counts, Forbidden or Unauthenticated for who may not."""
    if access == "off":
        raise NotFound("There is nothing here.", spanish="Aquí no hay nada.")
    if access == "token":
        bearer.caller(tokens, METRICS_READ)
    elif not _from_this_machine():
        raise Forbidden(
            "This is told on the gateway's own machine only.",
            spanish="Esto solo se dice en la máquina del servicio.",
        )


def _from_this_machine() -> bool:
    """Whether no other machine asks: a proxy on this one says for whom it does."""
    if "Forwarded" in request.headers or "X-Forwarded-For" in request.headers:
        return False
    try:
        return ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        return False
