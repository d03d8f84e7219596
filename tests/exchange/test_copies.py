"""Copies of one gateway: homes of their own over one database and one place of files."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from gateway.access.clients import SCOPES
from gateway.exchange import Exchange
from gateway.exchange.submission import submit
from tests.asking import FLOW, asked
from tests.databases import Cluster
from tests.homes import configure, fresh
from tests.intake.books import SV


def test_copies_serve_the_same_releases(cluster: Cluster, bucket: str, tmp_path: Path) -> None:
    """What is released or revoked at one is so at every other, at once, with no file shared."""
    with (
        cluster.database() as url,
        opened(tmp_path / "one", database=url, files=bucket) as one,
        opened(tmp_path / "two", database=url, files=bucket) as two,
    ):
        sample = one.provision(SV).sample
        assert sample is not None
        released = submit(one, sample, SV).release
        id, _ = one.clients.add("office", SCOPES, one.clock())
        message = two.data(asked(f"{FLOW}/A.SV"), two.everything())
        two.clients.revoke(id, two.clock())

        assert released is not None
        assert two.releases() == [released]
        assert sum(len(each) for each in message.selections) == released.observations
        assert [each.revoked_at is None for each in one.clients.all()] == [False]
        assert list(one.faults()) == list(two.faults()) == []
    for home in (tmp_path / "one", tmp_path / "two"):
        assert not list(home.glob("gateway.db*"))
        assert not [each for each in (home / "files").rglob("*") if each.is_file()]


@contextmanager
def opened(root: Path, **settings: str) -> Iterator[Exchange]:
    """A copy with these settings."""
    home = fresh(root)
    home.database.unlink()  # theirs is the cluster's
    configure(home, **settings)
    with closing(Exchange(home)) as exchange:
        yield exchange
