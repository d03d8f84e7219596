"""Programs of others, in other languages, that judge the gateway: npm packages, pinned."""

import fcntl
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

HERE = Path(__file__).parent
_MODULES = HERE / "node_modules"


def require_npm() -> None:
    """Install the packages of package-lock.json, once; skip where that cannot be."""
    with (HERE / "package.json").open() as file:
        fcntl.flock(file, fcntl.LOCK_EX)  # of several test processes one installs
        if not (_MODULES / ".package-lock.json").exists():
            _install()


def _install() -> None:
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        _absent("npm is not installed: apt-get install npm")
    done = subprocess.run([str(npm), "ci"], cwd=HERE, capture_output=True, text=True, check=False)
    if done.returncode:
        _absent(f"npm ci failed: {done.stderr.strip().splitlines()[-1:]}")


def _absent(why: str) -> None:
    if os.environ.get("CI") == "true":
        pytest.fail(why)
    pytest.skip(why)


def node(script: str, asked: object) -> dict[str, dict[str, object]]:
    """What a script of this folder says to what it is asked."""
    done = subprocess.run(
        ["node", script],
        cwd=HERE,
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, dict[str, object]] = json.loads(done.stdout)
    return found


@contextmanager
def running(script: str, *arguments: object) -> Iterator[None]:
    """A server of this folder, from when it listens."""
    command = ["node", script, *map(str, arguments)]
    with subprocess.Popen(
        command, cwd=HERE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout is not None
        assert "listening" in process.stdout.readline()
        try:
            yield
        finally:
            process.kill()
