"""What is remembered of tokens and keys, and how soon it is forgotten when it has to be."""

import base64
import hashlib
import json
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta

import pytest
from flask.testing import FlaskClient

from gateway.access.attempts import Attempts, Limit
from gateway.access.clients import Clients
from gateway.access.keys import KeyRing
from gateway.access.keysets import FRESH, OLDEST, PAUSE, RemoteKeys, from_text
from gateway.access.once import Once
from gateway.access.organisations import Organisations
from gateway.access.people import NewPerson
from gateway.access.revocations import Revocations
from gateway.access.sealing import seal
from gateway.access.signed import NotSigned, PublicKey, public_key, read
from gateway.access.stamp import PAUSE as GLANCE
from gateway.access.stamp import Stamp
from gateway.database import Database
from gateway.errors import StorageFault
from gateway.exchange import Exchange
from gateway.model.text import Text
from gateway.settings import Home
from gateway.web import create_app
from tests.conftest import ISSUER, Clock
from tests.signing import assertion, jwks, new_key, registered

DATA = "/sdmx/v1/data/DF_RETURNS"
KEY = new_key()


@pytest.fixture
def database(home: Home) -> Iterator[Database]:
    home.create()
    database = Database(home.settings().database or home.database)
    yield database
    database.close()


def test_what_another_process_withdraws_stops_within_a_second(home: Home) -> None:
    """A token that is remembered as good, too: the token, its client, its organisation, its key."""
    exchange = Exchange(home)
    now = exchange.clock()
    web = create_app(exchange, ISSUER).test_client()
    exchange.organisations.add("INE_GT", Text("INE", "INE"), now)
    for id, organisation in (("a", None), ("b", None), ("c", "INE_GT"), ("d", None)):
        registered(exchange, id, KEY, organisation=organisation)
    headers = {id: _token(web, id, exchange) for id in "abcd"}
    other = Database(exchange.settings.database or home.database)

    def standing() -> str:
        return "".join(id for id in "abcd" if web.get(DATA, headers=headers[id]).status_code == 404)

    seen = [standing()]
    for withdraw in (
        lambda: Revocations(other).revoke(_jti(headers["a"]), now + timedelta(hours=1), now),
        lambda: Clients(other).revoke("b", now),
        lambda: Organisations(other).revoke("INE_GT", now),
        lambda: _replace_key(home, other, exchange.clock()),
    ):
        withdraw()
        time.sleep(GLANCE + 0.1)
        seen.append(standing())

    refused = web.post("/oauth/token", data=assertion(KEY, "c", ISSUER, now))
    other.close()
    exchange.close()
    assert seen == ["abcd", "bcd", "cd", "d", ""]
    assert refused.status_code == 401


def _token(web: FlaskClient, id: str, exchange: Exchange) -> dict[str, str]:
    answer = web.post("/oauth/token", data=assertion(KEY, id, ISSUER, exchange.clock()))
    assert answer.json is not None
    return {"Authorization": f"Bearer {answer.json['access_token']}"}


def test_what_another_process_takes_from_people_stops_within_a_second(home: Home) -> None:
    """With a token that acts for a person and is remembered: its consent, then its account."""
    exchange = Exchange(home)
    now = exchange.clock()
    web = create_app(exchange, ISSUER).test_client()
    registered(exchange, "app", KEY)
    for person in ("a", "b", "c"):
        exchange.accounts.people.add(NewPerson(f"{person}@x.gt", "A", scopes=("data.read",)), now)
    headers = {person: _of_person(web, f"{person}@x.gt", exchange) for person in "abc"}
    all_flows = "/sdmx/v2/data/dataflow/LMIG"

    def standing() -> str:
        answers = {id: web.get(all_flows, headers=headers[id]) for id in headers}
        return "".join(id for id in answers if answers[id].status_code != 401)

    with closing(Exchange(home)) as other:
        seen = [standing()]
        (family,) = other.accounts.families.of("a@x.gt", now)
        other.accounts.families.end(family.id, now, "withdrawn")
        time.sleep(GLANCE + 0.1)
        seen.append(standing())
        other.accounts.people.revoke("b@x.gt", now)
        time.sleep(GLANCE + 0.1)
        seen.append(standing())

    exchange.close()
    assert seen == ["abc", "bc", "c"]


def _of_person(web: FlaskClient, person: str, exchange: Exchange) -> dict[str, str]:
    """The header of a token that acts for a person, after its yes."""
    now, verifier = exchange.clock(), "v" * 43
    digest = hashlib.sha256(verifier.encode()).digest()
    challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    code = exchange.accounts.families.begin(
        person, "app", "data.read", "https://app/", challenge, now
    )
    form = assertion(KEY, "app", ISSUER, now) | {
        "grant_type": "authorization_code",
        "code": code,
        "code_verifier": verifier,
        "redirect_uri": "https://app/",
    }
    answer = web.post("/oauth/token", data=form)
    assert answer.json is not None
    return {"Authorization": f"Bearer {answer.json['access_token']}"}


def _jti(header: dict[str, str]) -> str:
    return str(read(header["Authorization"].split()[1]).claims["jti"])


def _replace_key(home: Home, database: Database, now: datetime) -> None:
    ring = KeyRing(database, Stamp(database), seal(home.keys / "master.key", make=False))
    (old,) = ring.all()
    ring.rotate(now, timedelta(0))
    ring.retire(old.kid, now)


def test_an_id_comes_once_until_it_is_forgotten(database: Database) -> None:
    """Of each by whom it names; afterwards nothing is kept."""
    clock, once = Clock(), Once(database)
    end = clock()
    clock.move(minutes=-1)

    came = [once.first(whose, "id", end, clock()) for whose in ("a", "a", "b", "a")]
    clock.move(minutes=2)

    assert came == [True, False, True, False]
    assert once.first("a", "id", end, clock())


def test_failures_are_counted_by_who_and_where(database: Database) -> None:
    """Two limits at once; what is over a limit is not counted, and a minute later all is well."""
    clock, attempts = Clock(), Attempts(database)

    def failed(who: str) -> bool:
        limits = (Limit(2, (who, "here")), Limit(3, ("here",)))
        return bool(attempts.failed(limits, clock()))

    tried = [failed(who) for who in ("a", "a", "a", "b", "b", "c")]
    clock.move(seconds=61)

    assert tried == [False, False, True, False, True, True]
    assert not failed("a")


def test_a_revoked_token_is_kept_until_it_has_ended(database: Database) -> None:
    clock, revoked = Clock(), Revocations(database)
    end = clock()
    clock.move(minutes=-1)

    revoked.revoke("a", end, clock())
    revoked.revoke("a", end, clock())
    assert not revoked.holds("a")
    clock.move(minutes=2)
    revoked.revoke("b", end, clock())

    assert revoked.holds("a")


class Publisher:
    """Keys that somebody publishes, or fails to; how often they were asked for; a clock."""

    def __init__(self, *keys: PublicKey) -> None:
        self.keys = keys
        self.asked = 0
        self.broken = False
        self.time = 1000.0

    def find(self) -> tuple[PublicKey, ...]:
        self.asked += 1
        if self.broken:
            raise StorageFault("gone")
        return self.keys


def public() -> PublicKey:
    return public_key(new_key().as_dict(private=False))


def test_published_keys_are_remembered() -> None:
    """Asked for once, and again for a key that is not known, but not at every such question."""
    first, second = public(), public()
    publisher = Publisher(first)
    keys = RemoteKeys(publisher.find, lambda: publisher.time)

    assert keys.get(first.kid) == keys.get(first.kid) == (first,)
    publisher.keys = (first, second)
    assert keys.get(second.kid) == (first,)
    publisher.time += PAUSE
    assert keys.get(second.kid) == (first, second)
    assert [keys.get("unknown") for _ in range(5)] == [(first, second)] * 5
    assert publisher.asked == 2


def test_published_keys_outlive_an_outage_for_a_while() -> None:
    """And no longer: what was withdrawn there must not be trusted for ever."""
    first = public()
    publisher = Publisher(first)
    keys = RemoteKeys(publisher.find, lambda: publisher.time)
    assert keys.get(first.kid) == (first,)
    publisher.broken = True

    publisher.time += FRESH + 1
    assert keys.get(first.kid) == (first,)
    publisher.time += OLDEST
    assert keys.get(first.kid) == ()


def test_a_withdrawn_key_is_gone_with_the_next_look() -> None:
    first, second = public(), public()
    publisher = Publisher(first)
    keys = RemoteKeys(publisher.find, lambda: publisher.time)
    assert keys.get(first.kid) == (first,)

    publisher.keys, publisher.time = (second,), publisher.time + FRESH
    keys.get(first.kid)
    until = time.monotonic() + 2
    while keys.get(None) != (second,) and time.monotonic() < until:
        time.sleep(0.01)

    assert keys.get(first.kid) == (second,)


@pytest.mark.parametrize("text", ["", "{}", "[]", "null", '{"keys": 1}', '{"keys": null}', "x"])
def test_what_is_no_key_set_is_none(text: str) -> None:
    with pytest.raises(NotSigned):
        from_text(text)


def test_keys_of_other_kinds_stand_aside() -> None:
    """A set with a shared secret, an encryption key and one of tomorrow still has the good one."""
    good = new_key()
    listed = json.loads(jwks(good))["keys"]
    odd = [
        {"kty": "oct", "k": "c2VjcmV0"},
        {**listed[0], "use": "enc", "kid": "e"},
        {"kty": "AKP", "alg": "ML-DSA-44", "pub": "x"},
        {"kty": "RSA", "n": "AQAB", "e": "AQAB"},
        {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"},
        "text",
    ]

    assert [key.kid for key in from_text(json.dumps({"keys": [*odd, *listed]}))] == [good.kid]
