"""``gateway people``, and the link by which the first person gets in."""

import os
import pty
import re
import signal
import subprocess
from pathlib import Path

import pytest

from tests.cli.conftest import Call
from tests.process import PYTHON, environment

ADD = ("people", "add", "maria@ine.gob.gt", "María")
LINK = re.compile(r"http://127\.0\.0\.1:\d+/setup/[\w-]{43}\s")


def test_a_person_is_added_reset_and_revoked(gateway: Call, small: Path) -> None:
    """Each time with a link, and never with a password; the list says how each stands."""

    def said(*arguments: str) -> str:
        status, out, errors = gateway(*arguments, "--home", small)
        assert status == 0, errors
        return out

    status, link, beside = gateway(*ADD, "--scope", "data.read", "--home", small)
    assert (status, bool(LINK.fullmatch(link))) == (0, True)
    assert "maria@ine.gob.gt, vale una vez y 3 días" in beside
    assert "has a link" in said("people", "list")
    assert LINK.fullmatch(said("people", "reset", "maria@ine.gob.gt"))

    said("people", "revoke", "maria@ine.gob.gt")

    assert "revoked" in said("people", "list")
    status, _, errors = gateway(*ADD, "--home", small)
    assert (status, "ya existe" in errors) == (2, True)


@pytest.mark.slow
@pytest.mark.parametrize("terminal", [True, False], ids=["on a terminal", "to a log"])
def test_a_gateway_with_nobody_says_how_to_get_in(small: Path, *, terminal: bool) -> None:
    """A link on a terminal alone: logs are read by others, and later."""
    reading, writing = pty.openpty() if terminal else os.pipe()
    command = [PYTHON, "-m", "gateway", "serve", "--port", "0", "--home", str(small)]
    with subprocess.Popen(command, stdout=writing, env=environment()) as process:
        os.close(writing)
        shown = b""
        while b"/setup/" not in shown and b"people add" not in shown:
            shown += os.read(reading, 4096)
        if terminal:
            shown += os.read(reading, 4096) if not LINK.search(shown.decode()) else b""
        process.send_signal(signal.SIGTERM)
        process.wait(20)
        os.close(reading)

    assert bool(LINK.search(shown.decode())) == terminal
