"""What many do at once, on each kind of database: one of them does it."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from gateway.access.accounts import Accounts
from gateway.access.guesses import FREE
from gateway.access.invitations import Answers, Asks
from gateway.access.people import NewPerson, Person
from gateway.access.purposes import Purposes
from gateway.access.sealing import Seal
from gateway.access.second_factor import STEP, code_at, new_secret
from gateway.database import Database
from gateway.errors import NotFound, TooMany
from gateway.settings import Home
from tests.conftest import Clock

MARIA = "maria@ine.gob.gt"
GOOD = "cuatro volcanes y un lago"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def database(home: Home) -> Iterator[Database]:
    home.create()
    database = Database(home.settings().database or home.database)
    yield database
    database.close()


@pytest.fixture
def accounts(database: Database, clock: Clock) -> Accounts:
    """The accounts of a home of the test's own; there are none yet."""
    return Accounts(database, Purposes(Seal(bytes(32))), clock)


def code(secret: str, clock: Clock) -> str:
    return code_at(secret, int(clock().timestamp()) // STEP)


@pytest.fixture
def secret() -> str:
    return new_secret()


@pytest.fixture
def maria(accounts: Accounts, clock: Clock, secret: str) -> Person:
    """Somebody who has followed her link, a minute ago."""
    accounts.people.add(NewPerson(MARIA, "María", scopes=("data.read",)), clock())
    link = accounts.invitations.invite(MARIA, Asks.BOTH)
    person, _ = accounts.invitations.accept(link, Answers(GOOD, code(secret, clock), secret))
    clock.move(seconds=60)
    return person


def test_a_code_at_once_from_many_is_taken_once(
    accounts: Accounts, maria: Person, clock: Clock, secret: str
) -> None:
    """The database decides, not who looked first."""
    now = code(secret, clock)

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: accounts.credentials.by_code(MARIA, now), range(4)))

    assert sum(found) == 1


def test_guesses_at_once_gain_nothing(accounts: Accounts, maria: Person) -> None:
    """Each is noted before it is looked at."""

    def guess(_: int) -> bool:
        try:
            accounts.credentials.by_code(MARIA, "000000")
        except TooMany:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        looked_at = sum(pool.map(guess, range(12)))

    assert looked_at == FREE


def test_a_link_followed_by_two_at_once_is_one_s(
    accounts: Accounts, clock: Clock, secret: str
) -> None:
    """Of several first persons there is one."""
    link = accounts.invitations.first()
    assert link is not None

    def follow(name: str) -> bool:
        answers = Answers(GOOD, code(secret, clock), secret, f"{name}@ine.gob.gt", name)
        try:
            accounts.invitations.accept(link, answers)
        except NotFound:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(follow, "abcd")) == 1
    assert len(accounts.people.all()) == 1
