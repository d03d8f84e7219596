"""Real processes under readers that are slow, that stop, and that are there when it must end."""

import contextlib
import signal
import socket
import time
from collections.abc import Iterator
from http import HTTPStatus
from http.client import HTTPConnection
from pathlib import Path
from subprocess import PIPE, Popen

import pytest

from tests.benchmarks.serving import DATA, large_home, token
from tests.process import PYTHON, environment

SETTINGS = """
[serve]
drain = 3
log = "faults"
[cache]
memory = 0
disk = 0
"""

WHOLE = f"{DATA}?format=generic"
"""Some twelve megabytes of XML."""


PATIENCE = 20
"""Seconds: an answer that waits for others' readers would never come."""


class Serving:
    """``gateway serve`` with one worker and a large release."""

    def __init__(self, root: Path) -> None:
        self.made, *self._credentials = large_home(root, 60_000, SETTINGS)
        self._command = ["-m", "gateway", "serve", "--home", str(root), "--port", "0"]

    def start(self) -> None:
        self.process = Popen(
            [PYTHON, *self._command], env=environment(), stdout=PIPE, stderr=PIPE, text=True
        )
        assert self.process.stdout is not None
        self.port = int(self.process.stdout.readline().rstrip("/\n").rpartition(":")[2])
        self.headers = token(self.port, *self._credentials)

    def ask(self, path: str) -> socket.socket:
        """A question whose answer nobody has begun to read."""
        reader = socket.socket()
        reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        reader.settimeout(PATIENCE)
        reader.connect(("127.0.0.1", self.port))
        header = f"Authorization: {self.headers['Authorization']}"
        reader.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\n{header}\r\n\r\n".encode())
        return reader

    def stopped(self) -> float:
        """The seconds from SIGTERM until it is gone."""
        began = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        self.process.communicate(timeout=30)
        return time.monotonic() - began


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Serving:
    return Serving(tmp_path_factory.mktemp("large") / "home")


@pytest.fixture
def serving(home: Serving) -> Iterator[Serving]:
    home.start()
    yield home
    if home.process.poll() is None:
        home.process.terminate()
        home.process.communicate(timeout=30)


@pytest.mark.slow
def test_readers_who_stop_reading_do_not_stop_it(serving: Serving) -> None:
    """Sixty-four of them hold large answers; others are answered all the same, data too."""
    with contextlib.ExitStack() as stack:
        for _ in range(64):
            stack.enter_context(serving.ask(WHOLE))
        time.sleep(1)

        for path in ("/health", f"{DATA}?lastNObservations=1&limit=5"):
            connection = HTTPConnection("127.0.0.1", serving.port, timeout=PATIENCE)
            connection.request("GET", path, headers=serving.headers)
            assert connection.getresponse().read()
            connection.close()


SLOW = {
    "headers": "GET /health HTTP/1.1\r\nHost: x\r\nX-Slow: ",
    "bodies": "POST /oauth/token HTTP/1.1\r\nHost: x\r\n"
    "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 100\r\n\r\ngrant",
}
"""How far those come who send slowly; they say no more."""


@pytest.mark.slow
@pytest.mark.parametrize("begun", SLOW.values(), ids=SLOW)
def test_t20_who_sends_slowly_does_not_stop_it(serving: Serving, begun: str) -> None:
    """Sixty-four headers, or bodies, that do not come to their end; others are answered."""
    with contextlib.ExitStack() as stack:
        for _ in range(64):
            sender = stack.enter_context(socket.create_connection(("127.0.0.1", serving.port)))
            sender.sendall(begun.encode())
        time.sleep(1)

        for path in ("/health", f"{DATA}?lastNObservations=1&limit=5"):
            connection = HTTPConnection("127.0.0.1", serving.port, timeout=PATIENCE)
            connection.request("GET", path, headers=serving.headers)
            assert connection.getresponse().status == HTTPStatus.OK
            connection.close()


@pytest.mark.slow
def test_an_answer_that_is_being_read_ends_before_it_does(serving: Serving) -> None:
    """Told to stop in the middle of an answer, the gateway sends it to its end, then is gone."""
    with serving.ask(WHOLE) as reader:
        start = reader.recv(1000)
        serving.process.send_signal(signal.SIGTERM)
        time.sleep(0.5)
        received = bytearray(start)
        while part := reader.recv(1 << 20):
            received += part
            if received.endswith(b"0\r\n\r\n"):
                break

    assert b"GenericData>" in received[-300:]
    _, errors = serving.process.communicate(timeout=30)
    assert serving.process.returncode == 0, errors
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.1", serving.port))


@pytest.mark.slow
def test_a_reader_who_never_ends_does_not_hold_it_up(serving: Serving) -> None:
    """After the time that the settings state it is cut, and the gateway is gone in order."""
    with serving.ask(WHOLE) as reader:
        reader.recv(1000)

        took = serving.stopped()

    assert 2 < took < 3 + PATIENCE
    assert serving.process.returncode == 0
