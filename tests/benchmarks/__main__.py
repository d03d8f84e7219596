"""``python -m tests.benchmarks``: a line for each measure, with its ratio where it has one."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import click

from gateway.exchange import Exchange
from gateway.settings import Home
from gateway.web import create_app
from tests.benchmarks.admission import admitting
from tests.benchmarks.figures import figures
from tests.benchmarks.intake import taking_in
from tests.benchmarks.measures import Measure, answering, building, slicing, writing
from tests.benchmarks.pairs import pairing
from tests.benchmarks.serving import serving
from tests.benchmarks.store import storing
from tests.conftest import ISSUER


@click.command()
@click.option("--observations", type=click.IntRange(min=2_400), default=1_000_000)
@click.option("--store", "only_store", is_flag=True, help="Only the store: at 100,000,000 too.")
def main(observations: int, *, only_store: bool) -> None:
    """Measure the gateway beside others doing the same work in the same run."""
    with tempfile.TemporaryDirectory() as folder:
        exchange = Exchange(Home(Path(folder) / "home"))
        click.echo(f"{observations:,} observations; CPU seconds of one process; medians")
        measures = storing if only_store else _measures
        for measure in measures(exchange, observations):
            click.echo(measure)
        exchange.close()


def _measures(exchange: Exchange, count: int) -> Iterator[Measure]:
    big = figures(exchange.registry, count)
    yield from building(big)
    yield from slicing(big, figures(exchange.registry, count // 10))
    yield from writing(big, exchange.registry)
    yield from storing(exchange, count)
    yield from taking_in(exchange, count)
    yield from pairing(exchange, count)
    yield from answering(create_app(exchange, ISSUER).test_client())
    yield from admitting(exchange)
    yield from serving(count, seconds=3 if count > 10_000 else 0.3)


if __name__ == "__main__":
    main()
