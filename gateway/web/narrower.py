"""What to ask instead of what is too much: the same address, with less of it."""

from dataclasses import replace

from gateway.errors import GatewayError, TooLarge
from gateway.exchange import Exchange
from gateway.model.query import DataQuery, Page
from gateway.model.visibility import Visibility
from gateway.rest import v1, v2
from gateway.web.addresses import issuer

_SPELLED = {1: v1.data_path, 2: v2.data_path}


def told_narrower(
    refusal: TooLarge,
    exchange: Exchange,
    asked: DataQuery,
    visibility: Visibility,
    most: int,
    dialect: int,
) -> TooLarge:
    """The same refusal with an address whose answer is within bounds, where there is one."""
    query = exchange.narrower(asked, visibility, most) or _part(asked, most, dialect)
    try:
        path = _SPELLED[dialect](query)
    except GatewayError:  # the question has no other spelling than the one it came in
        return refusal
    return TooLarge(
        refusal.message,
        spanish=refusal.spanish,
        subject=refusal.subject,
        allowed=[f"{issuer()}/sdmx/v{dialect}/{path}"],
    )


def _part(asked: DataQuery, most: int, dialect: int) -> DataQuery:
    """One page of it, or the last of each series where the version knows no pages."""
    if dialect == 1:
        return replace(asked, first=None, last=1)
    return replace(asked, page=Page(asked.page.order, asked.page.offset, most))
