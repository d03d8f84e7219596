"""The README does what it says: its shell and Python blocks run, its transcript is today's."""

import os
import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.access.clients import DATA_READ, Proof
from gateway.access.keysets import keys_in_file
from gateway.access.tokens import TOKEN_PATH
from gateway.exchange import Exchange
from gateway.settings import defaults
from tests.serving import served

README = (defaults() / "README.md").read_text(encoding="utf-8")
BIN = Path(sys.executable).parent
INSTALLING = re.compile(
    r"^python3 -m venv \.venv && \.venv/bin/pip install (\.|-e '\.\[test\]') && "
)


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


def environment(**more: str) -> dict[str, str]:
    """The environment of a shell in which the gateway is installed."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("GATEWAY_")}
    return {**kept, "PATH": f"{BIN}:{os.environ['PATH']}", **more}


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[str]]:
    """A running demo, as the lines that it prints."""
    with subprocess.Popen(
        [BIN / "gateway", "demo"],
        cwd=tmp_path_factory.mktemp("demo"),
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stdout is not None
        printed = []
        for line in process.stdout:
            printed.append(line.rstrip())
            if "Ctrl-C" in line:
                break
        yield printed
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 0


@pytest.mark.slow
def test_the_shell_blocks_run_from_top_to_bottom(tmp_path: Path) -> None:
    """Commands that install are run by .ci/run; every other one runs here, in one shell."""
    lines = [line for block in blocks("sh") for line in block.splitlines()]
    script = "\n".join(line for line in lines if not INSTALLING.match(line))

    done = subprocess.run(
        ["bash", "-eu", "-o", "pipefail", "-c", script],
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert "GT_IGM_RETURNS" in done.stdout


def test_the_two_commands_are_there() -> None:
    """A newcomer types one command to try it and one to test it."""
    installing = [line for block in blocks("sh") for line in block.splitlines()][:2]

    assert [INSTALLING.sub("", line) for line in installing] == [
        ".venv/bin/gateway demo",
        ".venv/bin/pytest -n auto",
    ]


@pytest.mark.slow
def test_the_transcript_is_what_the_demo_prints(demo: list[str]) -> None:
    """Only ports, credentials and tokens differ from run to run."""
    shown = blocks("console")[0].splitlines()[2:]  # without the command and the progress bar
    assert [masked(line) for line in demo] == [masked(line) for line in shown]
    curl = next(line for line in demo if line.startswith("curl"))
    assert shlex.split(curl)[0] == "curl"


def masked(line: str) -> str:
    line = re.sub(r"127\.0\.0\.1:\d+", "HOST", line.rstrip())
    line = re.sub(r"Bearer [^']+", "Bearer TOKEN", line)
    return re.sub(r"(client_\w+ +)\S+", r"\1RANDOM", line)


@pytest.mark.slow
def test_the_python_block_pulls_the_figure_that_it_says(demo: list[str]) -> None:
    """sdmx1 adds up the same 24,395 that the IGM published."""
    said = dict(re.findall(r"^ +(\w+).* (\S+)$", "\n".join(demo), re.MULTILINE))
    setup = "".join(f"{name.upper()} = {said[name]!r}\n" for name in ("client_id", "client_secret"))
    code = _asking_sdmx1().replace("http://127.0.0.1:8000", said["Token"].removesuffix(TOKEN_PATH))

    done = subprocess.run(
        [sys.executable, "-c", setup + code], capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "24395.0"


def _asking_sdmx1() -> str:
    (code,) = (block for block in blocks("python") if "import sdmx" in block)
    return code


def test_a_partner_gets_in_by_a_key_of_its_own(loaded: Exchange, tmp_path: Path) -> None:
    """It makes the key, hands over the public part, and asks with what it signed."""
    making, asking = (block for block in blocks("python") if "ine.key.json" in block)

    _run(making, tmp_path)
    keys, private = keys_in_file((tmp_path / "ine.jwks.json").read_bytes())
    loaded.clients.add("INE", [DATA_READ], loaded.clock(), "ine-gt", None, Proof(keys))
    with served(loaded) as url:
        said = _run(asking.replace("http://127.0.0.1:8000", url), tmp_path)

    assert not private
    assert (tmp_path / "ine.key.json").stat().st_mode & 0o077 == 0
    assert said.strip() == "200"


def _run(code: str, folder: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
