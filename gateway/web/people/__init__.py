"""Pages for people who sign in: no script, forms that only our own pages can send."""

from flask import Blueprint, Response

from gateway.errors import GatewayError
from gateway.exchange import Exchange
from gateway.web import problems
from gateway.web.people import account, device, setting_up, signing_in
from gateway.web.people.browser import Browser

__all__ = ["Browser", "routes", "told_as_pages"]


def routes(exchange: Exchange, browser: Browser) -> list[Blueprint]:
    """The pages of people."""
    return [each.routes(exchange, browser) for each in (signing_in, setting_up, account, device)]


def told_as_pages(routes: Blueprint, browser: Browser) -> Blueprint:
    """Routes whose errors somebody reads in a browser."""

    def told(error: GatewayError) -> Response:
        return browser.refused(error, problems.status(error, 2))

    routes.register_error_handler(GatewayError, told)
    return routes
