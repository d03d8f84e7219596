"""Our own programs as processes, the way a shell starts them."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

PYTHON = sys.executable
ROOT = Path(__file__).parent.parent


def environment() -> dict[str, str]:
    """The environment without a home that someone set for themselves."""
    return {key: value for key, value in os.environ.items() if not key.startswith("GATEWAY_")}


def run(
    arguments: Sequence[object], folder: Path = ROOT, timeout: float = 30
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


def start(arguments: Sequence[object], folder: Path = ROOT) -> subprocess.Popen[str]:
    """``python ARGUMENTS``, running."""
    return subprocess.Popen(
        [PYTHON, *map(str, arguments)],
        cwd=folder,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
