"""Opens a database in a process of its own: ``python -m tests.database.opening PATH FOLDER GO``.

FOLDER holds the revisions. It prints `ready`, and opens as soon as there is a file GO.
"""

import sys
import time
from pathlib import Path

from gateway.database import Database


def main(path: str, migrations: str, go: str) -> None:
    """Import everything first, so that several of these open at once."""
    print("ready", flush=True)  # noqa: T201 - the parent waits for it
    while not Path(go).exists():
        time.sleep(0.001)
    Database(Path(path), Path(migrations)).close()


if __name__ == "__main__":
    main(*sys.argv[1:])
