"""Notes decisions in the audit of a home, again and again, until it is killed or told to stop.

``python -m tests.access.auditing HOME NAME TIMES`` prints the number of each once it is on record.
"""

import sys
from datetime import UTC, datetime
from pathlib import Path

from gateway.access.audit import Audit
from gateway.access.decision import Decision
from gateway.settings import Home
from tests.database.opening import opened


def main(root: str, name: str, times: str) -> None:
    """Note so many decisions, one transaction each."""
    home = Home(Path(root))
    database = opened(home)
    audit = Audit(database, home.journals)
    for number in range(int(times)):
        audit.record(Decision(datetime.now(UTC), "read", 200, name, query=f"{number}"))
        print(number, flush=True)  # noqa: T201 - the parent counts them
    audit.close()
    database.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
