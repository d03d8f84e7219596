"""Questions as a client asks them, answered by an exchange without a web, and read back as CSV."""

import csv
from collections.abc import Iterable

from gateway.errors import NoResults
from gateway.exchange import Exchange
from gateway.formats.message import DataMessage
from gateway.formats.table import CSV
from gateway.model.query import DataQuery
from gateway.rest.service import DIALECTS, question

FLOW = "data/dataflow/LMIG/DF_RETURNS/1.0.0"

Row = dict[str, str]


def asked(path: str, **parameters: str) -> DataQuery:
    """The data question of a path below /sdmx/v2; `TIME_PERIOD="…"` stands for c[TIME_PERIOD]."""
    pairs = [(f"c[{name}]", value) for name, value in parameters.items()]
    query = question(DIALECTS["v2"], path, pairs)
    assert isinstance(query, DataQuery)
    return query


def message(exchange: Exchange, path: str, **parameters: str) -> DataMessage:
    """What the exchange answers now."""
    return exchange.data(asked(path, **parameters), exchange.everything())


def rows(exchange: Exchange, key: str = "*", **parameters: str) -> list[Row]:
    """The observations of DF_RETURNS with a key, one dictionary each; perhaps none."""
    try:
        pieces = CSV.write(message(exchange, f"{FLOW}/{key}", **parameters))
    except NoResults:
        return []
    return list(csv.DictReader(b"".join(pieces).decode().splitlines()))


def total(found: Iterable[Row]) -> int:
    """The sum of the values; a missing one adds nothing."""
    return sum(int(row["OBS_VALUE"]) for row in found if row["OBS_VALUE"])
