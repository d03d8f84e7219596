"""Clients, their secrets, and the key that signs their tokens."""

import os
import re
import stat
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gateway.access.clients import SCOPES, Clients
from gateway.database import Database
from gateway.errors import NotFound, SemanticError
from gateway.exchange import Exchange
from gateway.model.text import Text
from gateway.settings import Home
from gateway.web import create_app
from tests.conftest import ISSUER, token

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture
def clients(home: Home) -> Iterator[Clients]:
    """The clients of a home of the test's own; there are none yet."""
    home.create()
    database = Database(home.settings().database or home.database)
    yield Clients(database)
    database.close()


def test_a_client_acts_for_an_organisation_that_is_there(exchange: Exchange) -> None:
    """One that nobody registered is refused by name, and no client is left behind."""
    exchange.organisations.add("INE_GT", Text("INE de Guatemala", "INE Guatemala"), NOW)

    exchange.clients.add("office", SCOPES, NOW, "office", "INE_GT")
    with pytest.raises(NotFound, match="INE_SV"):
        exchange.clients.add("other", SCOPES, NOW, "other", "INE_SV")

    office = exchange.clients.get("office")
    assert office is not None
    assert office.organisation == "INE_GT"
    assert exchange.clients.get("other") is None
    assert [each.id for each in exchange.organisations.all()] == ["INE_GT"]


@pytest.mark.parametrize("id", ["", "INE GT", "a/b", "x" * 65])
def test_an_organisation_has_a_plain_id_of_its_own(exchange: Exchange, id: str) -> None:
    exchange.organisations.add("INE_GT", Text("INE", "INE"), NOW)

    for wrong in (id, "INE_GT"):
        with pytest.raises(SemanticError):
            exchange.organisations.add(wrong, Text("INE", "INE"), NOW)


def test_a_secret_is_shown_once_and_kept_nowhere(exchange: Exchange) -> None:
    """No file of the home holds it, in the database's journal or elsewhere."""
    _, secret = exchange.clients.add("office", SCOPES, exchange.clock())

    kept = [path for path in exchange.home.root.rglob("*") if path.is_file()]

    assert kept
    assert not [path for path in kept if secret.encode() in path.read_bytes()]


def test_credentials_are_random(clients: Clients) -> None:
    """Two clients of one name share nothing; a secret has 256 bits."""
    found = [clients.add("office", SCOPES, NOW) for _ in range(3)]

    assert len({id for id, _ in found}) == len({secret for _, secret in found}) == 3
    assert all(re.fullmatch(r"[\w-]{43}", secret) for _, secret in found)


def test_a_client_knows_its_secret_and_no_other(clients: Clients) -> None:
    """Every character counts."""
    id, secret = clients.add("office", SCOPES, NOW, "office-1")
    client = clients.get(id)

    assert client is not None
    assert (client.id, client.name, client.scopes) == ("office-1", "office", SCOPES)
    assert client.has_secret(secret)
    assert not any(
        client.has_secret(other) for other in ("", secret[:-1], secret + "x", client.secret_sha256)
    )


@pytest.mark.parametrize("id", ["a b", "x" * 65, "ñ", "a:b", "a/b", "a\n", "<a>", "' OR 1=1 --"])
def test_an_odd_id_is_refused(clients: Clients, id: str) -> None:
    """An id travels in headers and logs: letters, figures, _ and - only."""
    with pytest.raises(SemanticError):
        clients.add("office", SCOPES, NOW, id)

    assert clients.all() == []


@pytest.mark.parametrize("id", ["", "a\0b", "\ud800", "x" * 10_000], ids=ascii)
def test_an_id_that_cannot_be_is_nobody_s(clients: Clients, id: str) -> None:
    """Visitors may send anything; no database is asked what it does not take."""
    assert clients.get(id) is None


def test_an_id_is_given_once(clients: Clients) -> None:
    """Also after its client was revoked: old logs keep their meaning."""
    clients.add("office", SCOPES, NOW, "one")
    clients.revoke("one", NOW)

    with pytest.raises(SemanticError, match="one"):
        clients.add("other", SCOPES, NOW, "one")


def test_an_unknown_scope_is_refused(clients: Clients) -> None:
    """With those that there are."""
    with pytest.raises(SemanticError) as caught:
        clients.add("office", ["data.write"], NOW)

    assert caught.value.allowed == SCOPES


def test_a_client_without_scopes_may_be_registered(clients: Clients) -> None:
    """It has no right yet, and that is no fault."""
    id, _ = clients.add("office", [], NOW)

    client = clients.get(id)

    assert client is not None
    assert client.scopes == ()


def test_a_revoked_client_s_token_stops_at_once(exchange: Exchange) -> None:
    """The token would hold for minutes yet; its client does not."""
    web = create_app(exchange, ISSUER).test_client()
    id, secret = exchange.clients.add("office", SCOPES, exchange.clock())
    header = {"Authorization": f"Bearer {token(web, id, secret)}"}
    before = web.get("/sdmx/v1/data/DF_RETURNS", headers=header)

    exchange.clients.revoke(id, exchange.clock())
    after = web.get("/sdmx/v1/data/DF_RETURNS", headers=header)

    assert before.status_code == 404  # nothing is released
    assert after.status_code == 401
    assert [client.revoked_at is None for client in exchange.clients.all()] == [False]


@pytest.mark.parametrize("id", ["nobody", "gone"])
def test_revoking_what_is_not_there_is_told(clients: Clients, id: str) -> None:
    """A typing error must not pass for a revocation."""
    clients.add("office", SCOPES, NOW, "gone")
    clients.revoke("gone", NOW)

    with pytest.raises(NotFound, match=id):
        clients.revoke(id, NOW)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077], ids=oct)
def test_a_home_is_its_owner_s_only(home: Home, umask: int) -> None:
    """Folders 0700, files 0600, whatever the shell's umask is."""
    before = os.umask(umask)
    try:
        exchange = Exchange(home)
        _ = exchange.keys
        exchange.clients.add("office", SCOPES, exchange.clock())
        modes = {path.name: mode(path) for path in home.root.rglob("*")}
        exchange.close()
    finally:
        os.umask(before)

    assert mode(home.root) == 0o700
    assert {modes[name] for name in ("files", "keys", "parts", "sources")} == {0o700}
    assert modes["master.key"] == 0o600
    assert {each for name, each in modes.items() if name.startswith("gateway.db")} <= {0o600}


def test_doctor_finds_an_open_folder(exchange: Exchange) -> None:
    """A folder that others can read is named with its cure."""
    exchange.home.files.chmod(0o755)

    (fault,) = exchange.faults()

    assert str(exchange.home.files) in fault
    assert "chmod 700" in fault
