"""Our own programs as processes, the way a shell starts them."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import IO

PYTHON = sys.executable
ROOT = Path(__file__).parent.parent


def environment() -> dict[str, str]:
    """The environment without a home that someone set for themselves."""
    return {key: value for key, value in os.environ.items() if not key.startswith("GATEWAY_")}


def run(
    arguments: Sequence[object], folder: Path = ROOT, timeout: float = 120
) -> subprocess.CompletedProcess[str]:
    """``python ARGUMENTS``, to its end."""
    return subprocess.run(
        [PYTHON, *map(str, arguments)],
        cwd=folder,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )


def start(
    arguments: Sequence[object], folder: Path = ROOT, log: IO[str] | None = None
) -> subprocess.Popen[str]:
    """``python ARGUMENTS``, running.

    What is said on standard error goes to `log`, or to a pipe: a program that says more than a
    pipe holds waits there for its reader, so one that works under load is given a file.
    """
    return subprocess.Popen(
        [PYTHON, *map(str, arguments)],
        cwd=folder,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=log or subprocess.PIPE,
        text=True,
    )
