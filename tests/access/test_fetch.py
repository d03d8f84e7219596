"""The guarded fetch: what is asked outside, and what is not."""

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from ipaddress import ip_address

import pytest

from gateway.errors import BadConfiguration, StorageFault
from gateway.fetch import Bounds, fetch
from tests.serving import Elsewhere, elsewhere

HERE = Bounds(seconds=2, most_bytes=10_000, loopback=True)


@pytest.fixture(scope="module")
def other() -> Iterator[Elsewhere]:
    with elsewhere() as found:
        yield found


def test_a_page_is_fetched(other: Elsewhere) -> None:
    """With its query, and with nothing added to it."""
    other.pages["/keys?a=b"] = b"content"

    assert fetch(f"{other.url}/keys?a=b", HERE) == b"content"


def test_this_machine_is_not_asked(other: Elsewhere) -> None:
    """Unless that was said, for tests and development."""
    before = len(other.asked)

    for url in (other.url, other.url.replace("http:", "https:"), "https://localhost/"):
        with pytest.raises((BadConfiguration, StorageFault)):
            fetch(url, Bounds())
    assert len(other.asked) == before


@pytest.mark.parametrize("status", [204, 301, 302, 307, 308, 404, 500])
def test_only_a_plain_answer_counts(other: Elsewhere, status: int) -> None:
    """No redirect is followed, wherever it leads."""
    other.pages["/elsewhere"] = (status, {"Location": f"{other.url}/target"})

    with pytest.raises(StorageFault):
        fetch(f"{other.url}/elsewhere", HERE)
    assert "/target" not in other.asked


def test_too_much_is_not_read(other: Elsewhere) -> None:
    """Thirteen megabytes are cut off."""
    other.pages["/big"] = b"x" * 13_000_000

    with pytest.raises(StorageFault, match="bytes"):
        fetch(f"{other.url}/big", HERE)


def test_a_broken_answer_is_none(other: Elsewhere) -> None:
    """Half a key set is no key set."""
    other.pages["/half"] = (200, {"Content-Length": "1000"})

    with pytest.raises(StorageFault):
        fetch(f"{other.url}/half", HERE)


@pytest.mark.parametrize(
    "drips", [b"", b"H", b"HTTP/1.0 200 OK\r\nX: ", b"HTTP/1.0 200 OK\r\n\r\n"]
)
def test_who_drips_is_cut_off(drips: bytes) -> None:
    """At the end of its time in all, in the status, a header or the body."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def drip() -> None:
            connection, _ = server.accept()
            with connection, contextlib.suppress(OSError):
                connection.sendall(drips)
                for _ in range(60):
                    time.sleep(0.05)
                    connection.sendall(b"x")

        threading.Thread(target=drip, daemon=True).start()
        began = time.monotonic()
        with pytest.raises(StorageFault):
            fetch(f"http://127.0.0.1:{server.getsockname()[1]}/", Bounds(0.5, loopback=True))

    assert time.monotonic() - began < 2


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.0.1", "169.254.169.254", "100.64.0.1"),
        *("0.1.2.3", "224.0.0.1", "255.255.255.255", "192.0.2.1", "198.18.0.1", "240.0.0.1"),
        *("::1", "fe80::1", "fc00::1", "ff02::1", "2001:db8::1", "::ffff:10.0.0.1"),
        *("64:ff9b::a00:1", "64:ff9b:1::1", "2002:a00:1::", "2001:0:4136:e378::1"),
    ],
)
def test_a_name_that_means_the_inside_is_not_asked(
    monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    """Also where one of its addresses is public: it may be the other one next time."""
    asked: list[object] = []
    family = socket.AF_INET6 if ip_address(address).version == 6 else socket.AF_INET
    inside = (family, socket.SOCK_STREAM, 6, "", (address, 443))
    public = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("8.8.8.8", 443))
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [public, inside])
    monkeypatch.setattr(socket, "create_connection", lambda *_, **__: asked.append(1))

    with pytest.raises(StorageFault):
        fetch("https://keys.example/", Bounds())
    assert asked == []


@pytest.mark.parametrize("host", ["2130706433", "0x7f.1", "017700000001", "127.1", "localhost."])
def test_odd_spellings_of_this_machine(host: str) -> None:
    """Whatever the resolver makes of them is looked at."""
    with pytest.raises((BadConfiguration, StorageFault)):
        fetch(f"https://{host}/", Bounds())


def test_the_address_that_was_checked_is_the_one_that_is_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A name is looked up once: what it means a moment later does not matter."""
    lookups: list[object] = []
    connected: list[object] = []

    def rebinding(*asked: object, **_: object) -> list[object]:
        lookups.append(asked)
        address = "8.8.8.8" if len(lookups) == 1 else "127.0.0.1"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 443))]

    def connect(address: tuple[str, int], **_: object) -> socket.socket:
        connected.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    monkeypatch.setattr(socket, "create_connection", connect)

    with pytest.raises(StorageFault):
        fetch("https://keys.example/", Bounds())
    assert len(lookups) == 1
    assert connected == [("8.8.8.8", 443)]
