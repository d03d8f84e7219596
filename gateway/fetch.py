"""A GET from an address outside that cannot be turned against the inside of the network.

Https only; the host is looked up once, every address of it must be public, and the one that was
checked is the one that is connected to; no redirect is followed; time and size are bounded.
Source: OWASP, Server-Side Request Forgery Prevention; RFC 9728, 7.7.
"""

import contextlib
import http.client
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import SplitResult, urlsplit

from gateway.errors import BadConfiguration, StorageFault

_TUNNELS = tuple(
    ip_network(each) for each in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32")
)
"""NAT64, 6to4 and Teredo: public by the look of them, and whatever is inside by what they mean."""

_ADDRESS_TYPE = IPv4Address | IPv6Address


@dataclass(frozen=True, slots=True)
class Bounds:
    """How long a fetch may take in all, in seconds, and how much it may bring, in bytes.

    `loopback` lets this very machine answer, without TLS: for tests and development.
    """

    seconds: float = 5.0
    most_bytes: int = 256 * 1024
    loopback: bool = False


def fetch(url: str, bounds: Bounds) -> bytes:
    """The body of a 200. Raises BadConfiguration for a URL that may not be asked at all.

    Raises StorageFault where nothing useful came: no answer, another status, too late, too much.
    """
    parts, ends = _parts(url, bounds), time.monotonic() + bounds.seconds
    try:
        with _connected(parts, bounds) as connection:
            return _body(connection, parts, bounds, ends)
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise _failed(url, str(error) or type(error).__name__) from error


def refuse_unfit(url: str, *, loopback: bool = False) -> None:
    """Raise BadConfiguration for a URL that would never be fetched, without looking it up."""
    _parts(url, Bounds(loopback=loopback))


def _parts(url: str, bounds: Bounds) -> SplitResult:
    try:
        parts = urlsplit(url)
        fit = bool(parts.hostname) and parts.port != 0 and not (parts.username or parts.password)
    except ValueError:
        fit = False
    if not fit or parts.fragment or not url.isascii() or any(sign <= " " for sign in url):
        raise _unfit(url, "it is no plain address")
    local = bounds.loopback and parts.scheme == "http"
    if parts.scheme != "https" and not local:
        raise _unfit(url, "only https is asked")
    literal = _literal(parts.hostname or "")
    if literal is not None and not _may_be_asked(literal, bounds):
        raise _unfit(url, "it is no public address")
    return parts


def _literal(host: str) -> _ADDRESS_TYPE | None:
    try:
        return ip_address(host)
    except ValueError:
        return None


def _may_be_asked(address: _ADDRESS_TYPE, bounds: Bounds) -> bool:
    """Whether an address is public, or this machine where that is allowed.

    Python 3.11 takes NAT64, 6to4 and multicast for global.
    """
    mapped = getattr(address, "ipv4_mapped", None)
    if isinstance(mapped, IPv4Address):
        return _may_be_asked(mapped, bounds)
    if bounds.loopback:
        return address.is_loopback
    tunnelled = any(address in each for each in _TUNNELS if each.version == address.version)
    return address.is_global and not address.is_multicast and not tunnelled


def _address(parts: SplitResult, bounds: Bounds) -> tuple[str, int]:
    """The one address to connect to. Every address that the host has must be one to ask."""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    found = socket.getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)
    addresses = [str(each[4][0]).partition("%")[0] for each in found]
    for each in addresses:
        if not _may_be_asked(ip_address(each), bounds):
            raise OSError("its host is no public address")
    return addresses[0], port


@contextmanager
def _connected(parts: SplitResult, bounds: Bounds) -> Iterator[socket.socket]:
    """A connection that is shut when the time is over, whoever drips bytes into it."""
    connection = socket.create_connection(_address(parts, bounds), timeout=bounds.seconds)
    with connection, connection.dup() as same:  # TLS takes the connection over: this one stays ours
        bell = threading.Timer(bounds.seconds, _shut, (same,))
        bell.daemon = True
        bell.start()
        try:
            if parts.scheme == "https":
                context = ssl.create_default_context()
                with context.wrap_socket(connection, server_hostname=parts.hostname) as secured:
                    yield secured
            else:
                yield connection
        finally:
            bell.cancel()


def _shut(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):  # it is gone already
        connection.shutdown(socket.SHUT_RDWR)


def _body(connection: socket.socket, parts: SplitResult, bounds: Bounds, ends: float) -> bytes:
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    request = (
        f"GET {target} HTTP/1.0\r\nHost: {parts.netloc}\r\nAccept: application/json\r\n"
        "User-Agent: migration-statistics-gateway\r\nConnection: close\r\n\r\n"
    )
    connection.sendall(request.encode("ascii"))
    with http.client.HTTPResponse(connection, method="GET") as response:
        response.begin()
        if response.status != 200:
            raise ValueError(f"status {response.status}")
        body = response.read(bounds.most_bytes + 1)
        if len(body) > bounds.most_bytes:
            raise ValueError(f"more than {bounds.most_bytes} bytes")
        declared = response.getheader("Content-Length")
        if declared is not None and declared.isdigit() and len(body) < int(declared):
            raise ValueError("it broke off")
        if time.monotonic() >= ends:  # what was cut off may look whole
            raise TimeoutError(f"more than {bounds.seconds:g} seconds")
        return body


def _unfit(url: str, why: str) -> BadConfiguration:
    return BadConfiguration(
        f"{url!r} is not fetched: {why}.",
        spanish=f"{url!r} no se consulta: la dirección no es pública y https.",
        subject=url,
    )


def _failed(url: str, why: str) -> StorageFault:
    return StorageFault(
        f"{url} gave nothing ({why}).", spanish=f"{url} no respondió ({why}).", subject=url
    )
