"""``python -m tests.benchmarks.streaming HOME``: a whole release as XML; prints the peak in MB."""

import sys
from datetime import UTC, datetime
from pathlib import Path

from gateway.exchange import Exchange
from gateway.formats.message import DataMessage, DataSet, Header, Subject
from gateway.formats.table import SPECIFIC
from gateway.model.query import Wanted
from gateway.model.visibility import Visibility
from gateway.settings import Home
from tests.figures import SUPPLY


def main(root: str) -> None:
    """Write every observation to nobody, chunk by chunk."""
    exchange = Exchange(Home(Path(root)))
    flow = exchange.registry.dataflow("LMIG:DF_RETURNS(1.0.0)")
    structure = exchange.registry.structure(flow)
    labels = exchange.registry.labels(flow.reference, structure)
    subject = Subject(flow.reference, structure, labels)
    visibility = Visibility(datetime.now(UTC))
    cube = exchange.store.visible(SUPPLY, structure, visibility)
    assert cube is not None
    dataset = DataSet(subject, (cube.select(Wanted(), visibility),))
    header = Header("M1", exchange.clock(), "LMIG")
    for chunk in SPECIFIC.write(DataMessage(header, (dataset,), structure.time.id)):
        assert chunk
    print(f"{_peak() / 1024:.0f}")  # noqa: T201


def _peak() -> int:
    """In kB, of this program alone: `getrusage` counts what the process was before it, too."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))


if __name__ == "__main__":
    main(sys.argv[1])
