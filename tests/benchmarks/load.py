"""A load generator: some connections that each ask again as soon as they are answered."""

import selectors
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, islice
from statistics import quantiles

_FAST = 2_000
"""Answers a second."""


@dataclass
class Load:
    """How many answers came a second, and how long the slowest of a hundred took, in ms."""

    rate: float
    slowest: float


_ROOM = memoryview(bytearray(1 << 18))
"""Where every piece of an answer goes: who asks takes no more of the cores than it must."""


@dataclass
class _Connection:
    socket: socket.socket
    asked_at: float = 0.0
    head: bytes = b""
    left: int | None = None

    def ask(self, request: bytes) -> None:
        self.asked_at = time.perf_counter()
        self.head, self.left = b"", None
        self.socket.sendall(request)

    def answered(self, status: bytes) -> bool:
        """Whether the whole answer is there."""
        size = self.socket.recv_into(_ROOM)
        assert size, "the server closed the connection"
        if self.left is None:
            self.head += bytes(_ROOM[:size])
            self.left = _left(self.head, status)
        else:
            self.left -= size
        return self.left == 0


def _left(said: bytes, status: bytes) -> int | None:
    """How many bytes of a body are still to come; None before its head is whole."""
    head, end, begun = said.partition(b"\r\n\r\n")
    if not end:
        return None
    head = head.lower()
    assert head.startswith(b"http/1.1 " + status), head
    assert b"chunked" not in head
    _, _, length = head.partition(b"content-length: ")
    return int(length.partition(b"\r\n")[0] or 0) - len(begun)


def load(
    port: int,
    paths: Iterator[str],
    headers: dict[str, str],
    status: int,
    seconds: float,
    connections: int = 8,
) -> Load:
    """Ask one question after the other; each answer must have the status.

    Questions are spelled before the clock runs, unless they are answered faster than ever.
    """
    lines = ["", f"Host: 127.0.0.1:{port}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    rest = "\r\n".join(lines) + "\r\n\r\n"
    spelled = (f"GET {path} HTTP/1.1{rest}".encode() for path in paths)
    requests = chain([*islice(spelled, round(_FAST * seconds))], spelled)
    took: list[float] = []
    with selectors.DefaultSelector() as selector:
        for _ in range(connections):
            one = _Connection(socket.create_connection(("127.0.0.1", port)))
            selector.register(one.socket, selectors.EVENT_READ, one)
            one.ask(next(requests))
        began = time.perf_counter()
        while (now := time.perf_counter()) < began + seconds or len(took) < 2:
            for key, _ in selector.select(1):
                one = key.data
                if one.answered(b"%d" % status):
                    took.append(time.perf_counter() - one.asked_at)
                    one.ask(next(requests))
        for key in [*selector.get_map().values()]:
            key.data.socket.close()
    return Load(len(took) / (now - began), quantiles(took, n=100)[-1] * 1000)
