"""Pages for people who sign in: no script, forms that only our own pages can send."""

from flask import Blueprint, Response

from gateway.access.elsewhere import Elsewhere
from gateway.errors import GatewayError
from gateway.exchange import Exchange
from gateway.fetch import Bounds
from gateway.web import problems
from gateway.web.people import account, device, elsewhere, overview, setting_up, signing_in
from gateway.web.people.browser import Browser
from gateway.web.told import told

__all__ = ["Browser", "overview", "routes", "told_as_pages"]


def routes(exchange: Exchange, browser: Browser) -> list[Blueprint]:
    """The pages of people."""
    through = Elsewhere(
        exchange.settings.issuers,
        exchange.organisations,
        Bounds(loopback=exchange.settings.loopback_keys),
        exchange.clock,
    )
    return [
        signing_in.routes(exchange, browser, through.issuers),
        elsewhere.routes(exchange, browser, through),
        setting_up.routes(exchange, browser),
        account.routes(exchange, browser),
        device.routes(exchange, browser),
    ]


def told_as_pages(routes: Blueprint, browser: Browser) -> Blueprint:
    """Routes whose errors somebody reads in a browser."""

    def page(error: GatewayError) -> Response:
        code = problems.status(error, 2)
        if code >= 500:
            told().fault = f"{type(error).__name__}: {error.sentence()}"
        return browser.refused(problems.for_visitors(error, code), code)

    routes.register_error_handler(GatewayError, page)
    return routes
