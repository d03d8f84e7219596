"""Transactions: what readers and writers of one database see of each other."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Connection, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from gateway.database import Database, client_scopes, clients
from gateway.errors import StorageFault
from gateway.settings import Home
from tests.database.opening import opened


@pytest.fixture
def database(home: Home) -> Iterator[Database]:
    """An empty database of either kind."""
    home.create()
    database = opened(home)
    yield database
    database.close()


def add(connection: Connection, id: str) -> None:
    row = {"client_id": id, "name": "0", "secret_sha256": "", "created_at": "2026"}
    connection.execute(insert(clients).values(row))


def number(connection: Connection) -> int:
    return int(connection.execute(select(func.count()).select_from(clients)).scalar_one())


def test_a_reader_sees_one_moment(database: Database) -> None:
    """What others write meanwhile is there for whoever begins to read afterwards."""
    with database.reading() as reader:
        before = number(reader)
        with database.writing() as writer:
            add(writer, "a")
        during = number(reader)
    with database.reading() as reader:
        after = number(reader)

    assert (before, during, after) == (0, 0, 1)


def test_a_failed_transaction_leaves_nothing(database: Database) -> None:
    """Neither where the database refuses a row nor where the program stops for its own reason."""

    def refused() -> None:
        with database.writing() as connection:
            add(connection, "a")
            connection.execute(insert(client_scopes).values(client_id="nobody", scope="x"))

    def stopped() -> None:
        with database.writing() as connection:
            add(connection, "b")
            raise KeyError

    with pytest.raises(IntegrityError):
        refused()
    with pytest.raises(KeyError):
        stopped()

    with database.reading() as connection:
        assert number(connection) == 0


def test_writers_take_turns_from_the_start(database: Database) -> None:
    """What one reads in its transaction and writes back, no other has changed meanwhile."""
    with database.writing() as connection:
        add(connection, "counter")

    def count_up(_: int) -> None:
        with database.writing() as connection:
            so_far = int(connection.execute(select(clients.c.name)).scalar_one())
            connection.execute(update(clients).values(name=str(so_far + 1)))

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(count_up, range(40)))

    with database.reading() as connection:
        assert connection.execute(select(clients.c.name)).scalar_one() == "40"


@pytest.mark.slow
def test_a_writer_does_not_wait_for_ever(database: Database) -> None:
    """Ten seconds, then one sentence; readers wait for nobody."""
    holds, done = threading.Event(), threading.Event()

    def hold() -> None:
        with database.writing():
            holds.set()
            done.wait(60)

    with ThreadPoolExecutor(1) as thread:
        thread.submit(hold)
        assert holds.wait(10)
        with database.reading() as connection:
            assert number(connection) == 0
        try:
            with pytest.raises(StorageFault, match="try again") as caught, database.writing():
                pass
        finally:
            done.set()

    assert "inténtelo" in caught.value.sentence("es")
