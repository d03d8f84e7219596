"""Where answers are kept: small ones in memory, large ones in files, with what those answered."""

from dataclasses import dataclass

from gateway.exchange import Exchange
from gateway.web.bodies import Bodies
from gateway.web.prepared import Prepared
from gateway.web.pulls import Pulls

_MEGA = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Stores:
    """The stores of one process: the first its own, the others those of a run and of its home."""

    bodies: Bodies
    prepared: Prepared
    pulls: Pulls


def stores(exchange: Exchange, run: str) -> Stores:
    """The stores of a process of a run. What is small is in no file."""
    cache, folder = exchange.settings.cache, exchange.home.cache
    bodies = Bodies(cache.memory * _MEGA, cache.largest * 1024)
    least = bodies.largest or cache.largest * 1024
    prepared = Prepared(folder / "answers", run, least, cache.disk * _MEGA)
    pulls = Pulls(folder / "pulls", lambda each: exchange.policy.nameless(each, exchange.clock()))
    return Stores(bodies, prepared, pulls)
