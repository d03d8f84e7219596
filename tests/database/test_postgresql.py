"""PostgreSQL by URL: who gets in, what is said where it cannot be reached, and no secret in it."""

import secrets
import sys
import time
from collections.abc import Iterator

import pytest
from sqlalchemy import make_url, text

from gateway.access.stamp import touch
from gateway.database import Database
from gateway.database.postgresql import PAUSE, ServerGlance, postgresql
from gateway.errors import BadConfiguration, StorageFault
from gateway.settings import database_password
from tests.databases import PASSWORD, USER, Cluster, free_port
from tests.faults import everything_said, is_one_sentence

VARIABLE = "GATEWAY_DATABASE_PASSWORD"


@pytest.fixture
def url(cluster: Cluster) -> Iterator[str]:
    """An empty PostgreSQL database."""
    with cluster.database() as url:
        yield url


def test_the_password_comes_from_the_environment(
    cluster: Cluster, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The gateway's own variable, else one of libpq's."""
    by_tcp = cluster.over_tcp(url)

    monkeypatch.setenv(VARIABLE, PASSWORD)
    Database(by_tcp, database_password()).close()
    monkeypatch.delenv(VARIABLE)
    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    Database(by_tcp, database_password()).close()


@pytest.mark.parametrize("wrong", ["", secrets.token_hex()], ids=["none", "wrong"])
def test_without_the_password_nothing_is_told_but_that(
    cluster: Cluster, url: str, wrong: str
) -> None:
    """Which database, and why; never the password that was tried."""
    with pytest.raises(StorageFault) as caught:
        Database(cluster.over_tcp(url), wrong)

    assert is_one_sentence(caught.value, "127.0.0.1", "password")
    assert not wrong or wrong not in everything_said(caught.value)


@pytest.mark.parametrize(
    "url",
    [
        "mysql://gateway@db.example/gateway",
        "postgresql+psycopg2://gateway@db.example/gateway",
        "sqlite:///gateway.db",
        "gateway.db",
        "postgresql",
        "postgresql://gateway@db.example:port/gateway",
    ],
)
def test_another_kind_of_url_is_refused(url: str) -> None:
    """With the form that is taken."""
    with pytest.raises(BadConfiguration) as caught:
        Database(url)

    assert is_one_sentence(caught.value, "database", "postgresql+psycopg://")


def test_a_missing_driver_is_told_with_its_cure(monkeypatch: pytest.MonkeyPatch) -> None:
    """The extra that brings it."""
    monkeypatch.setitem(sys.modules, "psycopg", None)

    with pytest.raises(BadConfiguration) as caught:
        Database("postgresql://gateway@db.example/gateway")

    assert is_one_sentence(caught.value, "[postgres]")


def test_a_server_that_is_not_there_is_told_at_once() -> None:
    """In a sentence, not after minutes."""
    began = time.monotonic()
    secret = secrets.token_hex()

    with pytest.raises(StorageFault) as caught:
        Database(f"postgresql://{USER}@127.0.0.1:{free_port()}/gateway", secret)

    assert is_one_sentence(caught.value, "127.0.0.1")
    assert secret not in everything_said(caught.value)
    assert time.monotonic() - began < 5


def test_an_unknown_parameter_is_told(url: str) -> None:
    """A typing error in the URL, by its name."""
    with pytest.raises(StorageFault) as caught:
        Database(f"{url}&sslmoode=require")

    assert is_one_sentence(caught.value, "sslmoode")


def test_a_reader_cannot_write(url: str) -> None:
    """The database itself sees to it."""
    database = Database(url)

    with pytest.raises(StorageFault, match="read-only"), database.reading() as connection:
        connection.execute(text("DELETE FROM clients"))

    database.close()


def test_a_connection_that_was_lost_is_made_anew(cluster: Cluster, url: str) -> None:
    """In the middle of a transaction that fails, with a sentence; the next one is well."""
    database = Database(url)

    def read(*, interrupted: bool) -> None:
        with database.reading() as connection:
            if interrupted:
                cluster.end_connections(url)
            connection.execute(text("SELECT 1"))

    cluster.end_connections(url)
    read(interrupted=False)
    with pytest.raises(StorageFault) as caught:
        read(interrupted=True)
    read(interrupted=False)

    assert is_one_sentence(caught.value, str(make_url(url).database))
    database.close()


def test_a_glance_sees_what_others_have_written(url: str) -> None:
    """As of now, each time: it is in no transaction that would hold on to an earlier state."""
    ours, theirs = Database(url), Database(url)

    def stamp() -> tuple[object, ...] | None:
        return ours.glance("SELECT stamp FROM stamps")

    found = [stamp()]
    for _ in range(2):
        with theirs.writing() as connection:
            touch(connection)
        found.append(stamp())

    assert len({*found}) == 3
    assert None not in found[1:]
    ours.close()
    theirs.close()


def test_a_glance_that_fails_says_nothing_and_another_is_taken_later(
    cluster: Cluster, url: str
) -> None:
    """Meanwhile questions are answered by transactions, which say what is wrong."""
    now = [0.0]
    engine, _ = postgresql(url, "")
    glance = ServerGlance(engine, lambda: now[0])

    found = [glance.row("SELECT 1")]
    cluster.end_connections(url)
    found += [glance.row("SELECT 1"), glance.row("SELECT 1")]
    now[0] += PAUSE
    found += [glance.row("SELECT 1")]

    assert found == [(1,), None, None, (1,)]
    glance.close()
    engine.dispose()


def test_a_database_of_other_letters_is_refused(cluster: Cluster) -> None:
    """Spanish names would not fit into it; better known before the first of them comes."""
    with cluster.database("ENCODING 'LATIN1' TEMPLATE template0") as url:
        with pytest.raises(StorageFault) as caught:
            Database(url)

        assert is_one_sentence(caught.value, "UTF8", "LATIN1")
