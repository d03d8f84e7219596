"""Served by several processes over one PostgreSQL and one bucket, as a shell starts it."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from gateway.exchange import Exchange
from tests.databases import Cluster
from tests.intake.books import SV
from tests.process import run, start

FLOW = "sdmx/v2/data/dataflow/LMIG/DF_RETURNS/1.0.0/A.SV?format=csv"


@pytest.fixture
def database(cluster: Cluster) -> Iterator[str]:
    """An empty PostgreSQL database."""
    with cluster.database() as url:
        yield url


@pytest.fixture
def shared(small: Path, database: str, bucket: str) -> Path:
    """A small home with nothing but its configuration and its keys."""
    lines = {"database": database, "files": bucket}
    (small / "config" / "gateway.toml").write_text(
        "".join(f"{name} = {json.dumps(value)}\n" for name, value in lines.items())
        + "[serve]\nworkers = 3\n"
    )
    return small


def asked(url: str, token: str) -> set[tuple[int, str]]:
    """The answers of whichever processes take the connections."""
    headers = {"Authorization": f"Bearer {token}", "Connection": "close"}
    answers = [requests.get(url + FLOW, headers=headers, timeout=30) for _ in range(24)]
    return {(each.status_code, each.text) for each in answers}


@pytest.mark.slow
def test_every_process_serves_what_is_in_the_shared_storage(
    shared: Path, loaded: Exchange, cluster: Cluster, database: str
) -> None:
    """Also after the database has cut them all off."""
    sample = loaded.provision(SV).sample
    home = ["--home", shared]
    submitted = run(["-m", "gateway", "submit", sample, "--provision", SV, *home])
    granted = ["--secret", "--id", "office", "--read", "*"]
    added = run(["-m", "gateway", "clients", "add", "office", *granted, *home])

    with start(["-m", "gateway", "serve", "--port", "0", *home]) as process:
        try:
            assert process.stdout is not None
            said = next(line for line in process.stdout if "Serving" in line)
            url = said.split()[-1]
            granted = requests.post(
                f"{url}oauth/token",
                data={"grant_type": "client_credentials"},
                auth=("office", added.stdout.split()[-1]),
                timeout=30,
            )
            token = granted.json()["access_token"]
            first = asked(url, token)
            cluster.end_connections(database)
            second = asked(url, token)
        finally:
            process.terminate()

    assert (submitted.returncode, added.returncode, process.returncode) == (0, 0, 0)
    ((status, text),) = first
    assert status == 200
    assert text.count("\n") > 20
    assert second == first
