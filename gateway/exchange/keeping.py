"""What the keeper of releases does with them: compare, withdraw, prove, index anew.

Apart from the rest of the exchange, for it brings DuckDB: a command that only asks starts without.
"""

from collections.abc import Iterator

import pyarrow as pa

from gateway.errors import NotFound
from gateway.exchange.exchange import Exchange
from gateway.model.release import Release
from gateway.releases.proof import Proof, proofs
from gateway.releases.publishing import Publisher
from gateway.releases.statement import Record


def record(exchange: Exchange, provision: str, number: int) -> Record:
    """One release with all that is kept of it. Raises NotFound with those that there are."""
    found = {each.release.number: each for each in exchange.records(provision)}
    if number not in found:
        raise NotFound(
            f"There is no release {number} of {provision}.",
            spanish=f"No hay entrega {number} de {provision}.",
            subject=provision,
            allowed=[str(each) for each in found],
        )
    return found[number]


def differences(
    exchange: Exchange, provision: str, one: int, other: int
) -> tuple[pa.Table, pa.Table]:
    """All that differs between two releases, and by year how many and how much.

    The columns are those of `Publisher.difference`. Raises NotFound.
    """
    structure = exchange.provision(provision).structure
    releases = (record(exchange, provision, each).release for each in (one, other))
    return Publisher(exchange.store).difference(next(releases), next(releases), structure)


def withdraw(exchange: Exchange, provision: str, number: int, because: str) -> Release:
    """Take back a release. Raises NotFound, SemanticError or Conflict as `Publisher.withdraw`."""
    structure = exchange.provision(provision).structure
    publisher = Publisher(exchange.store)
    return publisher.withdraw(provision, number, structure, because, exchange.clock())


def reindex(exchange: Exchange) -> Iterator[Release]:
    """Make anew the index of every release that is seen now or will be; drop all others.

    What was dropped is made again when somebody asks for that moment of the past.
    """
    now, kept = exchange.everything(), []
    for id, provision in exchange.provisions.items():
        catalogue = exchange.store.catalogue
        newest = {catalogue.visible(id, now), catalogue.current(id)}
        for release in (each for each in newest if each is not None):
            exchange.store.renew_index(release, provision.structure)
            kept.append(release.content)
            yield release
    exchange.store.indexes.keep_only(kept)


def verify(exchange: Exchange, provision: str | None = None) -> Iterator[Proof]:
    """Prove every release, or those of one provision, from the file handed in to its parts."""
    yield from proofs(exchange.store, exchange.records(provision))
