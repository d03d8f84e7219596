"""People: accounts, passwords, second factors, links, and who is slowed down."""

import base64
from collections.abc import Iterator
from pathlib import Path
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.access import passwords
from gateway.access.accounts import Accounts
from gateway.access.apps import refuse_unfit
from gateway.access.clients import SCOPES, Clients, Proof
from gateway.access.guesses import FREE
from gateway.access.invitations import FIRST_LIFE, LIFE, Answers, Asks
from gateway.access.people import ADMINISTRATORS, NewPerson, Person
from gateway.access.purposes import Purposes
from gateway.access.sealing import Seal
from gateway.access.second_factor import STEP, code_at, new_secret
from gateway.database import Database
from gateway.errors import NotFound, SemanticError, TooMany
from gateway.settings import Home
from tests.conftest import Clock
from tests.homes import fresh

MARIA = "maria@ine.gob.gt"
GOOD = "cuatro volcanes y un lago"
OTHER = "siete pinos junto al mar"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """In SQLite; what many do at once is tried on each kind of database in test_at_once.py."""
    return fresh(tmp_path / "home")


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


def test_an_account_is_nobody_s_until_its_link_was_followed(
    clock: Clock, accounts: Accounts
) -> None:
    """No password is there that somebody could know or guess."""
    added = accounts.people.add(NewPerson(MARIA, "María"), clock())

    assert not added.is_ready
    for password in ("", "None", GOOD):
        assert accounts.credentials.by_password(MARIA, password, "here") is None


@pytest.mark.parametrize(
    "id",
    ["maria", "", "María@ine.gob.gt", "a b@ine", "maria@", "@ine", "a@b@c", "x" * 60 + "@ine.gt"],
)
def test_a_person_is_known_by_an_address(
    clock: Clock, database: Database, accounts: Accounts, id: str
) -> None:
    """Which no client can have for its id: a client never passes for a person."""
    with pytest.raises(SemanticError):
        accounts.people.add(NewPerson(id, "María"), clock())
    with pytest.raises(SemanticError):
        Clients(database).add("app", SCOPES, clock(), MARIA)


@pytest.mark.parametrize(
    "password",
    [
        *("", "short", "elevenchars", "aaaaaaaaaaaa", "123456789012", "abcdefghijklmnop"),
        *("Password1234", "contraseña2026", "administrador1", "Guatemala2026!", "qwertyuiop12"),
        *("maria@ine.gob.gt", "MariaPerez2026", "migracionmigracion", "x" * 300),
    ],
)
def test_a_password_that_is_tried_first_is_refused(password: str) -> None:
    """By its length, or because everybody would guess it; the sentence says which."""
    with pytest.raises(SemanticError):
        passwords.refuse_weak(password, MARIA, "Maria Perez")


@pytest.mark.parametrize(
    "password", [GOOD, OTHER, "correct-Horse7battery", "ñandú ñandú árbol", "        x y z a b c"]
)
def test_any_kind_of_character_will_do(password: str) -> None:
    """No rules on capitals and figures: they make passwords worse."""
    passwords.refuse_weak(password, MARIA, "Maria Perez")


def test_nothing_of_a_password_or_code_is_kept(
    home: Home, accounts: Accounts, maria: Person, secret: str
) -> None:
    """Hashes alone, and the second factor's secret sealed; a backup without the key opens none."""
    assert maria.is_ready
    kept = [path for path in home.root.rglob("*") if path.is_file()]
    found = b"".join(path.read_bytes() for path in kept)

    for hidden in (GOOD, secret, base64.b32decode(secret).hex()):
        assert hidden.encode() not in found


def test_the_right_password_and_code_are_taken(
    accounts: Accounts, maria: Person, clock: Clock, secret: str
) -> None:
    """However the address is written."""
    credentials = accounts.credentials

    assert credentials.by_password(" Maria@INE.gob.gt ", GOOD, "here") == maria
    assert credentials.by_password(MARIA, GOOD + " ", "here") is None
    assert credentials.by_code(MARIA, code(secret, clock))


def test_a_code_is_taken_once(accounts: Accounts, maria: Person, clock: Clock, secret: str) -> None:
    """Whoever reads it over a shoulder is too late; so is whoever has an older one."""
    credentials = accounts.credentials
    now = code(secret, clock)
    before = code_at(secret, int(clock().timestamp()) // STEP - 1)

    assert [credentials.by_code(MARIA, each) for each in (now, now, before)] == [True, False, False]


@pytest.mark.parametrize("seconds", [-30, 0, 30])
def test_a_telephone_may_be_half_a_minute_off(
    accounts: Accounts, maria: Person, clock: Clock, secret: str, seconds: int
) -> None:
    """T31: no more than that."""
    near = code_at(secret, (int(clock().timestamp()) + seconds) // STEP)
    far = code_at(secret, (int(clock().timestamp()) + (seconds or 30) * 3) // STEP)

    assert not accounts.credentials.by_code(MARIA, far)
    assert accounts.credentials.by_code(MARIA, near)


def test_a_recovery_code_is_good_once(accounts: Accounts, clock: Clock, secret: str) -> None:
    """For whoever lost the telephone, however it is typed."""
    accounts.people.add(NewPerson(MARIA, "María"), clock())
    link = accounts.invitations.invite(MARIA, Asks.BOTH)
    answers = Answers(GOOD, code(secret, clock), secret)
    _, codes = accounts.invitations.accept(link, answers)
    credentials = accounts.credentials

    assert credentials.by_code(MARIA, codes[0].lower().replace("-", " "))
    assert not credentials.by_code(MARIA, codes[0])
    assert credentials.recovery_codes_left(MARIA) == len(codes) - 1 == 9


def test_guessing_slows_down_whoever_guesses_and_nobody_else(
    accounts: Accounts, maria: Person, clock: Clock
) -> None:
    """The right one from the guesser's place waits too; from another it comes in at once."""
    credentials = accounts.credentials
    for _ in range(FREE):
        assert credentials.by_password(MARIA, "wrong", "far away") is None

    with pytest.raises(TooMany) as caught:
        credentials.by_password(MARIA, GOOD, "far away")
    assert credentials.by_password(MARIA, GOOD, "here") == maria

    clock.move(seconds=caught.value.seconds)
    assert credentials.by_password(MARIA, "wrong", "far away") is None
    with pytest.raises(TooMany) as later:
        credentials.by_password(MARIA, GOOD, "far away")
    assert later.value.seconds > caught.value.seconds


def test_an_unknown_account_takes_as_long_as_a_wrong_password(
    accounts: Accounts, maria: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """T12: a hash is computed either way, so that time tells nothing."""
    looked_at = []
    right = passwords.holds
    monkeypatch.setattr(passwords, "holds", lambda *of: looked_at.append(of) or right(*of))

    for id in (MARIA, "nobody@ine.gob.gt", "no address"):
        assert accounts.credentials.by_password(id, "wrong", "here") is None

    assert len(looked_at) == 3


def test_where_no_password_is_kept_as_much_is_computed() -> None:
    """What stands for the hash of nobody's password is one, and is worked through."""
    kept = passwords.kept(GOOD)

    def cost(of: str | None) -> float:
        began = process_time()
        assert not passwords.holds("wrong", of)
        return process_time() - began

    assert cost(None) > cost(kept) / 2


def test_the_first_person_comes_by_a_link_that_holds_a_quarter_of_an_hour(
    accounts: Accounts, clock: Clock, secret: str
) -> None:
    """Good once; another one is made only while there is nobody."""
    invitations = accounts.invitations
    late, link = invitations.first(), invitations.first()
    assert late is not None
    assert link is not None
    answers = Answers(GOOD, code(secret, clock), secret, MARIA.upper(), "María")

    with pytest.raises(NotFound):
        invitations.accept(late, answers)
    person, codes = invitations.accept(link, answers)

    assert (person.id, person.groups, person.scopes) == (MARIA, (ADMINISTRATORS,), SCOPES)
    assert len(codes) == 10
    assert invitations.first() is None
    with pytest.raises(NotFound):
        invitations.accept(link, answers)


@pytest.mark.parametrize("first", [True, False], ids=["first", "invited"])
def test_a_link_ends(accounts: Accounts, clock: Clock, secret: str, *, first: bool) -> None:
    """A quarter of an hour at the terminal, three days when it is handed over."""
    invitations = accounts.invitations
    if first:
        link = invitations.first()
    else:
        accounts.people.add(NewPerson(MARIA, "María"), clock())
        link = invitations.invite(MARIA, Asks.BOTH)
    assert link is not None

    clock.move(seconds=(FIRST_LIFE if first else LIFE).total_seconds() - 1)
    invitations.get(link)
    clock.move(seconds=2)

    with pytest.raises(NotFound):
        invitations.accept(link, Answers(GOOD, code(secret, clock), secret, MARIA, "María"))


def test_an_answer_that_will_not_do_leaves_the_link_as_it_was(
    accounts: Accounts, clock: Clock, secret: str
) -> None:
    """A weak password or a wrong code is told, and can be answered again."""
    accounts.people.add(NewPerson(MARIA, "María"), clock())
    invitations = accounts.invitations
    link = invitations.invite(MARIA, Asks.BOTH)

    for answers in (Answers("short", code(secret, clock), secret), Answers(GOOD, "000000", secret)):
        with pytest.raises(SemanticError):
            invitations.accept(link, answers)

    assert invitations.accept(link, Answers(GOOD, code(secret, clock), secret))[0].is_ready


def test_a_stolen_link_for_a_new_password_takes_the_second_factor(
    accounts: Accounts, maria: Person, clock: Clock, secret: str
) -> None:
    """And one for a new second factor the password."""
    invitations, credentials = accounts.invitations, accounts.credentials
    thief = new_secret()
    link = invitations.invite(MARIA, Asks.PASSWORD)
    with pytest.raises(SemanticError):
        invitations.accept(link, Answers(OTHER, code(thief, clock), thief))
    invitations.accept(link, Answers(OTHER, code(secret, clock)))
    assert credentials.by_password(MARIA, OTHER, "here") == maria
    assert credentials.by_password(MARIA, GOOD, "here") is None

    link = invitations.invite(MARIA, Asks.SECOND_FACTOR)
    with pytest.raises(SemanticError):
        invitations.accept(link, Answers("wrong", code(thief, clock), thief))
    invitations.accept(link, Answers(OTHER, code(thief, clock), thief))
    clock.move(seconds=60)
    assert not credentials.by_code(MARIA, code(secret, clock))
    assert credentials.by_code(MARIA, code(thief, clock))


def test_a_revoked_account_is_closed_at_once(
    database: Database, accounts: Accounts, maria: Person, clock: Clock
) -> None:
    """Its sessions, its families, its links and its password."""
    cookie = accounts.sessions.begin(MARIA, "a browser")
    Clients(database).add("app", SCOPES, clock(), "app", proof=Proof(public=True))
    begun = accounts.families.begin(MARIA, "app", "data.read", "https://app/", "x" * 43, clock())
    link = accounts.invitations.invite(MARIA, Asks.PASSWORD)
    assert accounts.sessions.person(cookie) == maria

    accounts.people.revoke(MARIA, clock())

    assert accounts.sessions.person(cookie) is None
    assert accounts.families.redeem(begun, "app", clock()) is None
    assert accounts.credentials.by_password(MARIA, GOOD, "here") is None
    with pytest.raises(NotFound):
        accounts.invitations.get(link)
    with pytest.raises(NotFound):
        accounts.people.revoke(MARIA, clock())


@pytest.mark.parametrize(("idle", "whole"), [(True, False), (False, True)], ids=["idle", "whole"])
def test_a_session_ends(
    accounts: Accounts, maria: Person, clock: Clock, *, idle: bool, whole: bool
) -> None:
    """After two hours without a visit, and after twelve in any case."""
    sessions = accounts.sessions
    cookie = sessions.begin(MARIA, "a browser")

    for _ in range(6):
        clock.move(hours=1.9)
        assert sessions.person(cookie) is not None
        if idle:
            break
    clock.move(hours=2.1 if idle else 1.9)

    assert sessions.person(cookie) is None


def test_what_is_sealed_for_one_purpose_is_nothing_to_another() -> None:
    """Nor under another key, nor once a letter of it was changed."""
    one, other = Purposes(Seal(bytes(32))), Purposes(Seal(bytes(31) + b"1"))
    sealed = one.close("a secret", "purpose")

    assert one.open(sealed, "purpose") == "a secret"
    assert one.open(sealed, "other") is None
    assert other.open(sealed, "purpose") is None
    assert one.open(sealed[:-2] + "xx", "purpose") is None
    assert one.open("garbage", "purpose") is None
    assert one.mark("a text", "purpose") != other.mark("a text", "purpose")


@pytest.mark.parametrize(
    "uri",
    [
        *("https://app.example/back", "https://app.example:8443/back?x=1", "mx.gob.app:/back"),
        *("http://127.0.0.1/", "http://127.0.0.1:8400/back", "http://[::1]/back"),
    ],
)
def test_an_address_to_send_people_back_to(uri: str) -> None:
    refuse_unfit(uri)


@pytest.mark.parametrize(
    "uri",
    [
        *("", "http://app.example/", "https://app.example/#x", "https://*.example/", "https://"),
        *("javascript:alert(1)", "data:text/html,x", "app:/back", "https://user@app.example/"),
        *("http://localhost/", "http://127.0.0.1.evil.example/", "http://127.0.0.1@evil.example/"),
        *("https://app.example\\@evil/", "https://a b/", "//app.example", "https://a/" + "x" * 300),
    ],
)
def test_an_address_that_people_must_not_be_sent_to(uri: str) -> None:
    """No open host, no script, nothing that another program could listen at unseen."""
    with pytest.raises(SemanticError):
        refuse_unfit(uri)


@given(st.text(max_size=80))
def test_no_text_breaks_the_check_of_a_password(text: str) -> None:
    """Whatever somebody types is right or wrong, and never a fault."""
    with pytest.raises(SemanticError) if len(text) < passwords.SHORTEST else _may_raise():
        passwords.refuse_weak(text, MARIA)


class _may_raise:  # noqa: N801 - reads as pytest.raises does
    def __enter__(self) -> None: ...

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> bool:
        return kind is None or issubclass(kind, SemanticError)
