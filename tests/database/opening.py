"""Opens a database in a process of its own: ``python -m tests.database.opening HOME FOLDER GO``.

FOLDER holds the revisions. It prints `ready`, and opens as soon as there is a file GO.
"""

import sys
import time
from pathlib import Path

from gateway.database import Database
from gateway.database.revisions import MIGRATIONS
from gateway.settings import Home, database_password


def opened(home: Home, migrations: Path = MIGRATIONS) -> Database:
    """The database that a home's settings name."""
    where = home.settings().database or home.database
    return Database(where, database_password(), migrations)


def main(root: str, migrations: str, go: str) -> None:
    """Import everything first, so that several of these open at once."""
    print("ready", flush=True)  # noqa: T201 - the parent waits for it
    while not Path(go).exists():
        time.sleep(0.001)
    opened(Home(Path(root)), Path(migrations)).close()


if __name__ == "__main__":
    main(*sys.argv[1:])
