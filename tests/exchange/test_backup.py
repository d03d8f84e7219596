"""Backups of every kind of storage, put back into another kind."""

from pathlib import Path

import pytest

from gateway.exchange import Exchange
from gateway.exchange.backup import adopt, backup, restore
from gateway.exchange.submission import submit
from gateway.settings import Home
from tests.asking import rows
from tests.homes import fresh, on_each_storage
from tests.intake.books import SV

__all__ = ["on_each_storage"]


@pytest.fixture
def stocked(on_each_storage: Home) -> Exchange:
    """A gateway with a release and a client, wherever it keeps them."""
    exchange = Exchange(on_each_storage)
    path = exchange.provision(SV).sample
    assert path is not None
    submit(exchange, path, SV)
    exchange.clients.add("INE", (), exchange.clock(), "ine")
    return exchange


def test_a_backup_holds_everything_wherever_it_was(stocked: Exchange, tmp_path: Path) -> None:
    """Restored on one machine's disk: the same figures, the same chain, the same clients."""
    file, home = tmp_path / "all.tar", fresh(tmp_path / "other")
    (home.root / "config").mkdir()
    (home.root / "config" / "gateway.toml").write_text("")  # this machine's own: SQLite, a folder

    backup(stocked, file)
    assert "config" not in adopt(file, home)
    other = Exchange(home)
    restore(other, file)

    assert other.records() == stocked.records()
    assert other.clients.all() == stocked.clients.all()
    assert [*other.store.faults()] == []
    other.close()
    stocked.close()


def test_who_asks_while_it_is_restored_reads_the_old_state_or_the_new(
    stocked: Exchange, tmp_path: Path
) -> None:
    """The running gateway answers from what was put back, without being told."""
    file = tmp_path / "all.tar"
    before = rows(stocked, "A.SV")
    backup(stocked, file)
    path = tmp_path / "dgme.csv"
    sample = stocked.provision(SV).sample
    assert sample is not None
    path.write_text(sample.read_text().replace("52 938", "52 940"))
    submit(stocked, path, SV)
    changed = rows(stocked, "A.SV")

    operator = Exchange(stocked.home)  # another process, as far as it can tell
    restore(operator, file, replace=True)

    assert changed != before
    assert rows(stocked, "A.SV") == before
    operator.close()
    stocked.close()
