"""``gateway login`` and ``token``: signing in at a terminal, and lines that work when pasted."""

import json
import os
import re
import shlex
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.access.clients import DATA_READ
from gateway.access.people import NewPerson
from gateway.access.terminal import TERMINAL
from gateway.exchange import Exchange
from tests.process import PYTHON, ROOT, environment
from tests.serving import served

ANA = "ana@igm.gob.gt"


def command(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    """A gateway command of somebody whose settings are in a folder of their own."""
    return subprocess.Popen(
        [PYTHON, "-m", "gateway", *arguments],
        cwd=ROOT,
        env={**environment(), "XDG_CONFIG_HOME": str(folder)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def said(folder: Path, *arguments: str) -> str:
    with command(folder, *arguments) as process:
        out, error = process.communicate(timeout=60)
    assert process.returncode == 0, error
    return out


@pytest.fixture(scope="module")
def server(loaded: Exchange) -> Iterator[str]:
    """A gateway with data, and somebody who may read them."""
    if loaded.accounts.people.get(ANA) is None:
        person = NewPerson(ANA, "Ana López", scopes=(DATA_READ,))
        loaded.accounts.people.add(person, loaded.clock())
    with served(loaded) as url:
        yield url


def let_in(loaded: Exchange, process: subprocess.Popen[str]) -> None:
    """Type the code that a command shows on the page of the gateway, as Ana."""
    assert process.stdout is not None
    shown = "".join(process.stdout.readline() for _ in range(3))
    (code,) = re.findall(r"code +([A-Z]{4}-[A-Z]{4})\n", shown)
    assert f"/device?user_code={code}" in shown
    assert loaded.accounts.devices.decide(code, ANA, DATA_READ, loaded.clock())


@pytest.fixture(scope="module")
def folder(loaded: Exchange, server: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The settings of somebody who has signed in."""
    folder = tmp_path_factory.mktemp("settings")
    with command(folder, "login", "--server", server) as process:
        let_in(loaded, process)
        out, error = process.communicate(timeout=60)
    assert process.returncode == 0, error
    assert "gateway token" in out
    return folder


@pytest.mark.slow
def test_a_login_is_kept_for_its_owner_alone(folder: Path) -> None:
    """In a file with mode 0600, in a folder with 0700."""
    (kept,) = folder.glob("*/logins.json")

    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert stat.S_IMODE(kept.parent.stat().st_mode) == 0o700


@pytest.mark.slow
def test_a_token_that_ends_soon_is_refreshed_once(folder: Path, loaded: Exchange) -> None:
    """Also where four commands ask at once: a refresh token used twice would end the login."""
    (kept,) = folder.glob("*/logins.json")
    logins = json.loads(kept.read_text())
    (login,) = logins["of"].values()
    before = login["access_token"]
    login["expires_at"] = "2026-01-01T00:00:00Z"
    kept.write_text(json.dumps(logins))

    processes = [command(folder, "token") for _ in range(4)]
    tokens = {process.communicate(timeout=60)[0].strip() for process in processes}

    assert len(tokens) == 1
    assert before not in tokens
    (family,) = loaded.accounts.families.of(ANA, loaded.clock())
    assert family.client_id == TERMINAL


@pytest.mark.slow
@pytest.mark.parametrize(
    ("program", "interpreter"),
    [("curl", ["bash", "-c"]), ("sdmx1", [PYTHON, "-c"]), ("pysdmx", [PYTHON, "-c"])],
)
def test_the_lines_to_paste_pull_data(folder: Path, program: str, interpreter: list[str]) -> None:
    """Each as it is printed, in the program that it is for."""
    lines = said(folder, "token", "--for", program)

    done = subprocess.run(
        [*interpreter, lines], capture_output=True, text=True, timeout=120, check=False
    )

    assert done.returncode == 0, done.stderr
    assert "2023-01" in done.stdout
    assert "Unauthorized" not in done.stdout


@pytest.mark.slow
@pytest.mark.parametrize(
    ("program", "words"),
    [
        ("r", ("library(rsdmx)", "readSDMX(", "headers = list(Authorization = ")),
        (
            "powerbi",
            ("Web.Contents(", "RelativePath = ", "Query = [", "Headers = [", "Csv.Document"),
        ),
    ],
)
def test_the_lines_for_programs_that_are_not_here_are_whole(
    folder: Path, server: str, program: str, words: tuple[str, ...]
) -> None:
    """Every bracket and quotation mark closes; the host of Power BI's stands apart."""
    lines = said(folder, "token", "--for", program)

    assert all(word in lines for word in words)
    assert all(lines.count(a) == lines.count(b) for a, b in ("()", "[]"))
    assert lines.count('"') % 2 == 0
    if program == "powerbi":
        assert f'Web.Contents("{server}", [' in lines


@pytest.mark.slow
def test_somebody_who_signs_out_is_signed_out_everywhere(
    loaded: Exchange, server: str, tmp_path: Path
) -> None:
    """The tokens end at the gateway too."""
    with command(tmp_path, "login", "--server", server) as process:
        let_in(loaded, process)
        process.communicate(timeout=60)
    newest = loaded.accounts.families.of(ANA, loaded.clock())[0]

    said(tmp_path, "logout")

    assert not loaded.accounts.families.goes_on(newest.id, loaded.clock())
    with command(tmp_path, "token") as process:
        _, error = process.communicate(timeout=30)
    assert process.returncode == 2
    assert "gateway login" in error


@pytest.mark.parametrize(
    ("server", "words"),
    [
        ("http://gateway.example", "https"),
        ("ftp://gateway.example", "https"),
        ("http://127.0.0.1:1", "no responde"),
    ],
)
def test_a_login_that_cannot_be_is_told(tmp_path: Path, server: str, words: str) -> None:
    """One sentence; and no secret goes where others could read it."""
    with command(tmp_path, "login", "--server", server) as process:
        _, error = process.communicate(timeout=30)

    assert process.returncode == 2
    assert words in error
    assert "Traceback" not in error


def test_a_password_is_never_an_argument() -> None:
    """Arguments are read by everybody on the machine."""
    shown = " ".join(
        said(Path(os.devnull).parent, "people", each, "--help") for each in ("add", "reset")
    )

    assert "--password" not in shown
    assert shlex.split("people add")
