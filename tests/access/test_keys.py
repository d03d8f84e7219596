"""The keys that sign tokens: made once, sealed, turned by the clock, and known to every process."""

import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from joserfc.jwk import ECKey

from gateway.access.keys import AHEAD, AT_ONCE, LINGER, KeyRing, State
from gateway.access.sealing import seal
from gateway.access.stamp import Stamp
from gateway.database import Database
from gateway.errors import NotFound, SemanticError, StorageFault
from gateway.settings import Home, master_key

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture
def database(home: Home) -> Iterator[Database]:
    home.create()
    database = Database(home.settings().database or home.database)
    yield database
    database.close()


def ring(home: Home, database: Database) -> KeyRing:
    """The ring as another process on the home would have it."""
    return KeyRing(database, Stamp(database), seal(home.keys / "master.key", make=True))


@pytest.fixture
def keys(home: Home, database: Database) -> KeyRing:
    return ring(home, database)


def kid(keys: KeyRing, now: datetime) -> str | None:
    (key,) = keys.signing(now)
    return key.kid


def states(keys: KeyRing, now: datetime) -> list[State]:
    return [keys.state(each, now) for each in keys.all()]


def test_a_key_is_made_once(home: Home, database: Database, keys: KeyRing) -> None:
    """A restart signs with the same key, and so does a process beside it."""
    first = kid(keys, NOW)

    assert kid(ring(home, database), NOW) == first
    assert [path.name for path in home.keys.iterdir()] == ["master.key"]


def test_processes_that_start_together_make_one_key(home: Home, database: Database) -> None:
    """The first one makes it; the others take it."""
    rings = [ring(home, database) for _ in range(4)]

    assert len({kid(each, NOW) for each in rings}) == 1
    assert len(rings[0].all()) == 1


def test_a_key_goes_from_next_to_active_to_retired(keys: KeyRing) -> None:
    """By the clock alone. The next is trusted before it signs, the old one after."""
    old = kid(keys, NOW)
    new = keys.rotate(NOW).kid
    turn, end = NOW + AHEAD, NOW + AHEAD + LINGER
    tick = timedelta(microseconds=1)

    assert states(keys, turn - tick) == [State.ACTIVE, State.NEXT]
    assert states(keys, turn) == states(keys, end - tick) == [State.RETIRED, State.ACTIVE]
    assert states(keys, end) == [State.GONE, State.ACTIVE]
    assert [kid(keys, at) for at in (turn - tick, turn)] == [old, new]
    assert [len(keys.trusted(at)) for at in (NOW, turn, end)] == [2, 2, 1]


def test_one_turn_at_a_time(keys: KeyRing) -> None:
    """A second next key would sign before others have it."""
    keys.ensure(NOW)
    waiting = keys.rotate(NOW)

    with pytest.raises(SemanticError, match=waiting.kid):
        keys.rotate(NOW + timedelta(minutes=1))


def test_a_known_key_is_replaced_in_seconds(keys: KeyRing) -> None:
    """Rotate in a hurry, then retire what became known: its tokens stop at once."""
    old = str(kid(keys, NOW))
    with pytest.raises(SemanticError, match="rotate"):
        keys.retire(old, NOW)

    new = keys.rotate(NOW, AT_ONCE).kid
    soon = NOW + AT_ONCE
    keys.retire(old, soon)

    assert [each.kid for each in keys.trusted(soon)] == [new]
    with pytest.raises(NotFound, match="other"):
        keys.retire("other", soon)


def test_another_process_knows_a_new_key_at_once(home: Home, database: Database) -> None:
    """Where it meets one that it does not know, it looks."""
    one, other = (ring(home, database) for _ in range(2))
    one.ensure(NOW)
    other.ensure(NOW)

    new = one.rotate(NOW, timedelta(0)).kid

    assert [each.kid for each in other.named(new, NOW)] == [new]
    assert other.named("unknown", NOW) == []


def test_the_database_alone_gives_no_private_key_away(
    home: Home, database: Database, keys: KeyRing
) -> None:
    """It stands there sealed; another master key opens nothing, and yet what it signed holds."""
    first = kid(keys, NOW)
    private = keys.all()[0].private
    assert private is not None
    secret = str(private.as_dict(private=True)["d"]).encode()
    (home.keys / "master.key").unlink()
    stranger = ring(home, database)

    assert not [
        path for path in home.root.rglob("*") if path.is_file() and secret in path.read_bytes()
    ]
    assert stranger.all()[0].private is None
    assert [each.kid for each in stranger.trusted(NOW)] == [first]
    assert kid(stranger, NOW) != first
    assert {each.kid for each in keys.trusted(NOW)} == {first, kid(stranger, NOW)}


@pytest.mark.parametrize("weak", [0o640, 0o604, 0o660, 0o644], ids=oct)
def test_a_master_key_that_others_can_read_is_refused(home: Home, weak: int) -> None:
    """It is no secret any more; the sentence says what to do."""
    home.create()
    path = home.keys / "master.key"
    seal(path, make=True)
    path.chmod(weak)

    with pytest.raises(StorageFault, match="chmod 600"):
        seal(path, make=True)


@pytest.mark.parametrize("content", ["", "x", "AAAA", "é" * 43, "A" * 44])
def test_a_spoiled_master_key_is_told(home: Home, content: str) -> None:
    """One sentence that names the file."""
    home.create()
    path = home.keys / "master.key"
    path.touch(0o600)
    path.write_text(content)

    with pytest.raises(StorageFault, match=r"master\.key"):
        seal(path, make=True)


def test_an_operator_s_master_key_is_used_and_never_made(
    home: Home, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """It stands where the operator says, outside the home and its backups."""
    named = tmp_path / "named.key"
    monkeypatch.setenv("GATEWAY_MASTER_KEY_FILE", str(named))
    assert master_key(home) == (named, False)
    with pytest.raises(StorageFault, match="named"):
        seal(*master_key(home)[:1], make=False)
    seal(named, make=True)

    assert seal(named, make=False).open(seal(named, make=False).close(b"secret")) == b"secret"
    assert not home.keys.exists()


def _old_file(home: Home, key: ECKey, mode: int = 0o600) -> Path:
    home.create()
    path = home.keys / "signing.jwk.json"
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT, mode), "w") as file:
        json.dump(key.as_dict(private=True), file)
    return path


def test_the_key_file_of_an_older_gateway_is_taken_over(home: Home, keys: KeyRing) -> None:
    """What it signed goes on, and it lies about no longer."""
    key = ECKey.generate_key("P-256", {"use": "sig", "alg": "ES256"}, auto_kid=True)
    path = _old_file(home, key)

    keys.adopt(path, NOW)
    keys.adopt(path, NOW)

    assert kid(keys, NOW) == key.kid
    assert not path.exists()


def test_a_key_file_that_others_can_read_is_refused(home: Home, keys: KeyRing) -> None:
    """Nothing is signed with what others may have read."""
    path = _old_file(home, ECKey.generate_key("P-256", auto_kid=True))
    path.chmod(0o644)

    with pytest.raises(StorageFault, match="chmod 600"):
        keys.adopt(path, NOW)


@pytest.mark.parametrize("content", ["", "{}", "null", '{"kty": "EC"}', "no JSON"])
def test_a_spoiled_key_file_is_told(home: Home, keys: KeyRing, content: str) -> None:
    """One sentence that names the file, not whatever a parser meets."""
    path = home.keys / "signing.jwk.json"
    path.touch(0o600)
    path.write_text(content)

    with pytest.raises(StorageFault, match="signing"):
        keys.adopt(path, NOW)
