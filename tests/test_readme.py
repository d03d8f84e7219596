"""The README does what it says: its shell and Python blocks run, its transcript is today's."""

import json
import os
import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.settings import defaults

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


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[dict[str, str]]:
    """A running demo, as its JSON line describes it."""
    command = [BIN / "gateway", "demo", "--json"]
    with subprocess.Popen(
        command, cwd=tmp_path, env=environment(), stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        yield json.loads(process.stdout.readline())
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 0


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


def test_the_transcript_is_what_the_demo_prints(tmp_path: Path) -> None:
    """Only ports, credentials and tokens differ from run to run."""
    command = [BIN / "gateway", "demo"]
    with subprocess.Popen(
        command,
        cwd=tmp_path,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stdout is not None
        printed = []
        while not printed or "Ctrl-C" not in printed[-1]:
            printed.append(process.stdout.readline().rstrip())
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0

    shown = blocks("console")[0].splitlines()[2:]  # without the command and the progress bar
    assert [masked(line) for line in printed] == [masked(line) for line in shown]
    curl = next(line for line in printed if line.startswith("curl"))
    assert shlex.split(curl)[0] == "curl"


def masked(line: str) -> str:
    line = re.sub(r"127\.0\.0\.1:\d+", "HOST", line.rstrip())
    line = re.sub(r"Bearer [^']+", "Bearer TOKEN", line)
    return re.sub(r"(client_\w+ +)\S+", r"\1RANDOM", line)


def test_the_python_block_pulls_the_figure_that_it_says(demo: dict[str, str]) -> None:
    """sdmx1 adds up the same 24,395 that the IGM published."""
    names = {"CLIENT_ID": demo["client_id"], "CLIENT_SECRET": demo["client_secret"]}
    setup = "".join(f"{name} = {value!r}\n" for name, value in names.items())
    code = blocks("python")[0].replace("http://127.0.0.1:8000", demo["url"].rstrip("/"))

    done = subprocess.run(
        [sys.executable, "-c", setup + code], capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "24395.0"
