"""``gateway people``, and the link by which the first person gets in."""

import os
import pty
import re
import signal
import subprocess
from pathlib import Path

import pytest

from tests.process import PYTHON, environment, run

ADD = ("people", "add", "maria@ine.gob.gt", "María")
LINK = re.compile(r"http://127\.0\.0\.1:\d+/setup/[\w-]{43}\s")


def said(home: Path, *arguments: str) -> str:
    done = run(["-m", "gateway", *arguments, "--home", home], timeout=90)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_person_is_added_reset_and_revoked(small: Path) -> None:
    """Each time with a link, and never with a password; the list says how each stands."""
    assert LINK.fullmatch(said(small, *ADD, "--scope", "data.read"))
    assert "has a link" in said(small, "people", "list")
    assert LINK.fullmatch(said(small, "people", "reset", "maria@ine.gob.gt"))

    said(small, "people", "revoke", "maria@ine.gob.gt")

    assert "revoked" in said(small, "people", "list")
    again = run(["-m", "gateway", *ADD, "--home", small], timeout=90)
    assert (again.returncode, "ya existe" in again.stderr) == (2, True)


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
