"""Every process is killed in the middle of load: the audit holds, and has all that was answered."""

import os
import signal
import sys
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest
import requests

from gateway.access.clients import DATA_READ
from gateway.access.grants import Grant
from gateway.exchange import Exchange
from tests.databases import free_port
from tests.homes import configure, fresh
from tests.process import start

DATA = "/sdmx/v2/data/dataflow/LMIG/DF_RETURNS"


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="Linux tells whose child a process is")
def test_the_audit_verifies_after_a_crash_under_load(tmp_path: Path) -> None:
    """An entry is written before its answer leaves, by whichever of the two workers."""
    home, port = fresh(tmp_path / "home"), free_port()
    configure(home)
    settings = home.root / "config" / "gateway.toml"
    settings.write_text(f"[serve]\nworkers = 2\nport = {port}\n\n[limits]\ndata = 0\n")
    with closing(Exchange(home)) as exchange:
        exchange.grants.add(Grant("*", ("read",)), "tests", exchange.clock())
        _, secret = exchange.clients.add("Office", [DATA_READ], exchange.clock(), "office")
        command = ["-m", "gateway", "serve", "--home", home.root]
        with (tmp_path / "log").open("w") as log, start(command, log=log) as process:
            assert process.stdout is not None
            assert process.stdout.readline().startswith("Serving")
            answered, load = _load(f"http://127.0.0.1:{port}", secret)
            time.sleep(1.5)
            for each in (*_children(process.pid), process.pid):
                os.kill(each, signal.SIGKILL)
            for each in load:
                each.join(timeout=30)

        entries = exchange.audit.entries(action="read", limit=100_000)
        assert [*exchange.audit.faults()] == []
        assert set(answered) == {204}
        assert 20 < len(answered) <= len(entries)


def _children(process: int) -> list[int]:
    text = Path(f"/proc/{process}/task/{process}/children").read_text(encoding="ascii")
    return [int(each) for each in text.split()]


def _load(url: str, secret: str) -> tuple[list[int], list[threading.Thread]]:
    """The statuses of what is answered, as long as anything is."""
    form = {"grant_type": "client_credentials"}
    answer = requests.post(f"{url}/oauth/token", data=form, auth=("office", secret), timeout=30)
    header = {"Authorization": f"Bearer {answer.json()['access_token']}"}
    answered: list[int] = []

    def work() -> None:
        with requests.Session() as session:
            while True:
                try:
                    found = session.get(url + DATA, headers=header, timeout=30)
                except requests.RequestException:
                    return
                answered.append(found.status_code)

    load = [threading.Thread(target=work, daemon=True) for _ in range(6)]
    for each in load:
        each.start()
    return answered, load
