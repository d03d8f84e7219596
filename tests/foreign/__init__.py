"""Programs of others that are written in JavaScript, as tests start them."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

HERE = Path(__file__).parent


def refuse_absent() -> None:
    """Skip where there is no Node.js, or its packages were not installed; CI has both."""
    if shutil.which("node") and (HERE / "node_modules").is_dir():
        return
    absent = "no Node.js with its packages: npm ci --prefix tests/foreign"
    if os.environ.get("CI") == "true":
        pytest.fail(absent)
    pytest.skip(absent)


def node(script: str, *arguments: object) -> str:
    """What a script says, to its end."""
    refuse_absent()
    command = ["node", script, *map(str, arguments)]
    done = subprocess.run(
        command, cwd=HERE, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@contextmanager
def serving(script: str, *arguments: object) -> Iterator[None]:
    """A script that serves once it has said that it is ready."""
    refuse_absent()
    with subprocess.Popen(
        ["node", script, *map(str, arguments)],
        cwd=HERE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        try:
            yield
        finally:
            process.kill()
