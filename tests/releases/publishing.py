"""Publishes to a home again and again, in a process of its own.

``python -m tests.releases.publishing HOME NAME TIMES LARGEST`` prints a line for each release.
LARGEST is the size in bytes at which the disk is full for this process; 0 for no limit.
"""

import resource
import sys
from datetime import UTC, datetime
from pathlib import Path

from gateway.database import Database
from gateway.errors import Conflict, StorageFault
from gateway.model.release import Release, Replaces
from gateway.model.structure import DataStructure
from gateway.releases.catalogue import Catalogue
from gateway.releases.files import Files
from gateway.releases.indexes import Indexes
from gateway.releases.publishing import Publisher, Supply
from gateway.releases.store import Store
from gateway.settings import Home, database_password
from tests.figures import FLOW, STRUCTURE, SUPPLY, Row, observations

PROVISION = SUPPLY


def opened(root: Path) -> tuple[Store, Database]:
    """The store of a home, which is made where it is not there."""
    home = Home(root)
    home.create()
    settings = home.settings()
    database = Database(settings.database or home.database, database_password())
    files = Files(settings.files or home.files)
    return Store(Catalogue(database), files, Indexes(home.indexes)), database


def publish(
    store: Store,
    rows: list[Row],
    *,
    now: datetime | None = None,
    years: bool = True,
    source: bytes = b"source",
    provision: str = PROVISION,
    visible_from: datetime | None = None,
    structure: DataStructure = STRUCTURE,
) -> tuple[Release, bool]:
    """Publish rows made by hand."""
    supply = Supply(
        provision,
        str(FLOW.reference),
        observations(rows, structure),
        Replaces.YEARS if years else Replaces.EVERYTHING,
        source_name="source.csv",
        source=source,
        visible_from=visible_from,
    )
    return Publisher(store).publish(supply, now or datetime.now(UTC))


def many(marker: str) -> list[Row]:
    """Rows of two years that differ by their marker."""
    return [
        {"TIME_PERIOD": f"{year}-{month:02d}", "AREA": area, "COMMENT": f"{marker}-{area}-{month}"}
        for year in range(2022, 2024)
        for month in range(1, 13)
        for area in ("GT", "MX", "SV")
    ]


def main(root: str, name: str, times: str, largest: str) -> None:
    """Publish, and try again where another process was faster."""
    store, database = opened(Path(root))
    if int(largest):
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(largest), int(largest)))
    print("ready", flush=True)  # noqa: T201 - the parent waits for it
    for turn in range(int(times)):
        while True:
            try:
                content = f"{name} {turn}"
                release, _ = publish(store, many(content), source=content.encode())
            except Conflict:
                continue
            except StorageFault as fault:
                sys.exit(f"StorageFault: {fault.sentence()}")
            else:
                break
        print(release.number, flush=True)  # noqa: T201
    database.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
