"""What is over is forgotten after a day, beside what is new or when it is asked for."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import Table, func, select

from gateway.access.accounts import Accounts
from gateway.access.attempts import Attempts, Limit
from gateway.access.clients import SCOPES, Clients
from gateway.access.families import AT_ONCE, WHOLE_LIFE
from gateway.access.people import NewPerson
from gateway.access.purposes import Purposes
from gateway.access.sealing import Seal
from gateway.database import (
    Database,
    codes,
    device_codes,
    failed_attempts,
    families,
    refresh_tokens,
    sessions,
)
from gateway.settings import Home
from tests.conftest import Clock
from tests.homes import on_each_database

MARIA = "maria@ine.gob.gt"
__all__ = ["on_each_database"]

OF_FAMILIES = (families, codes, refresh_tokens, device_codes)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def database(on_each_database: Home) -> Iterator[Database]:
    home = on_each_database
    home.create()
    database = Database(home.settings().database or home.database)
    yield database
    database.close()


@pytest.fixture
def accounts(database: Database, clock: Clock) -> Accounts:
    """A person and a client, and nothing else yet."""
    accounts = Accounts(database, Purposes(Seal(bytes(32))), clock)
    accounts.people.add(NewPerson(MARIA, "María", scopes=("data.read",)), clock())
    Clients(database).add("app", SCOPES, clock(), "app")
    return accounts


def count(database: Database, *tables: Table) -> list[int]:
    with database.reading() as connection:
        found = [connection.execute(select(func.count()).select_from(each)) for each in tables]
        return [each.scalar_one() for each in found]


def begin(accounts: Accounts, clock: Clock) -> str:
    """A code, as a person's yes gives one to a client."""
    return accounts.families.begin(MARIA, "app", "data.read", "https://app/", "x" * 43, clock())


def taken_up(accounts: Accounts, clock: Clock) -> tuple[str, str]:
    """The id of a family that was taken up, and its refresh token."""
    redeemed = accounts.families.redeem(begin(accounts, clock), "app", clock())
    assert redeemed is not None
    return redeemed.family.id, accounts.families.refreshable(redeemed.family, clock())


@pytest.mark.parametrize("how", ["ended", "idle"])
def test_a_session_that_is_over_goes_beside_a_new_one(
    accounts: Accounts, database: Database, clock: Clock, how: str
) -> None:
    """A day later and not before; one that is open stays."""
    cookie = accounts.sessions.begin(MARIA, "Firefox")
    if how == "ended":
        accounts.sessions.end(cookie)
    over = timedelta(hours=24 if how == "ended" else 26)
    clock.now += over
    accounts.sessions.begin(MARIA, "Firefox")
    before = count(database, sessions)
    clock.move(seconds=1)
    last = accounts.sessions.begin(MARIA, "Firefox")

    assert before == [2]
    assert count(database, sessions) == [2]
    assert accounts.sessions.person(last) is not None


@pytest.mark.parametrize("how", ["ended", "expired", "never taken up"])
def test_a_family_that_is_over_goes_with_all_of_it(
    accounts: Accounts, database: Database, clock: Clock, how: str
) -> None:
    """Its code and refresh tokens too, a day later and not before."""
    if how == "never taken up":
        begin(accounts, clock)
    else:
        id, _ = taken_up(accounts, clock)
        if how == "ended":
            accounts.families.end(id, clock(), "given back")
    clock.now += timedelta(days=1) + (WHOLE_LIFE if how == "expired" else timedelta())
    taken_up(accounts, clock)
    before = count(database, families)
    clock.move(seconds=1)
    taken_up(accounts, clock)

    assert before == [2]
    assert count(database, *OF_FAMILIES) == [2, 2, 2, 0]


def test_what_an_open_family_used_up_still_shows_a_thief(accounts: Accounts, clock: Clock) -> None:
    """However old it is: nothing of an open family is swept."""
    id, first = taken_up(accounts, clock)
    family = accounts.families.refresh(first, "app", clock())
    assert family is not None
    accounts.families.refreshable(family, clock())
    clock.move(days=10)
    begin(accounts, clock)
    accounts.sweep()

    assert accounts.families.goes_on(id, clock())
    assert accounts.families.refresh(first, "app", clock()) is None
    assert not accounts.families.goes_on(id, clock())


def test_a_device_s_family_goes_too(accounts: Accounts, database: Database, clock: Clock) -> None:
    """With the code that a device asked for, which names it."""
    _, user_code = accounts.devices.ask("app", "data.read", clock())
    assert accounts.devices.decide(user_code, MARIA, "data.read", clock())
    clock.move(days=1, seconds=1)

    assert accounts.sweep() == 1
    assert count(database, *OF_FAMILIES) == [0, 0, 0, 0]


def test_few_go_at_once_and_all_when_asked_for(
    accounts: Accounts, database: Database, clock: Clock
) -> None:
    """Who signs in does not wait for what thousands left."""
    for _ in range(AT_ONCE + 20):
        accounts.sessions.end(accounts.sessions.begin(MARIA, "Firefox"))
    clock.move(days=2)
    accounts.sessions.begin(MARIA, "Firefox")

    assert count(database, sessions) == [21]
    assert accounts.sweep() == 20
    assert count(database, sessions) == [1]
    assert accounts.sweep() == 0


def test_a_failed_attempt_goes_beside_the_next(
    accounts: Accounts, database: Database, clock: Clock
) -> None:
    """It counts for a minute, and is not kept for longer."""
    attempts = Attempts(database)
    attempts.failed([Limit(5, ("client", "a"))], clock())
    clock.move(minutes=2)
    attempts.failed([Limit(5, ("client", "b"))], clock())

    assert count(database, failed_attempts) == [1]
