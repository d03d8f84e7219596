"""The exchange: the verbs of the gateway, spoken to by command line and web alike."""

from gateway.exchange.exchange import Exchange, now
from gateway.exchange.schemas import as_structures

__all__ = ["Exchange", "as_structures", "now"]
