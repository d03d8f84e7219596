"""The keys turn while several processes serve under load: no request fails by it."""

import threading
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
import requests

from gateway.exchange import Exchange
from tests.databases import free_port
from tests.homes import configure, fresh
from tests.process import start
from tests.signing import assertion, new_key, registered

KEY = new_key()
DATA = "/sdmx/v2/data/dataflow/LMIG/DF_RETURNS"


@pytest.mark.slow
def test_keys_turn_under_load_without_a_failed_request(tmp_path: Path) -> None:
    """Two processes serve; the turn comes in the midst of it, from a third process.

    A key is published ten minutes before it signs; here two seconds, as in a hurry.
    """
    home = fresh(tmp_path / "home")
    configure(home)
    port = free_port()
    settings = home.root / "config" / "gateway.toml"
    settings.write_text(f"[serve]\nworkers = 2\nport = {port}\n\n[limits]\ndata = 0\n")
    exchange = Exchange(home)
    registered(exchange, "office", KEY)
    command = ["-m", "gateway", "serve", "--home", home.root]
    with (tmp_path / "log").open("w") as log, start(command, log=log) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("Serving")
        statuses, kids, stop = _load(f"http://127.0.0.1:{port}", exchange)
        time.sleep(1)
        exchange.keys.rotate(exchange.clock(), timedelta(seconds=2))
        time.sleep(3.5)
        stop.set()
        for each in threading.enumerate():
            if each.name.startswith("load"):
                each.join()
        process.terminate()
        process.communicate(timeout=20)
    exchange.close()

    assert set(statuses) == {200, 204}
    assert statuses[204] > 50
    assert len(kids) == 2


def _load(url: str, exchange: Exchange) -> tuple[Counter[int], set[str], threading.Event]:
    """Clients that ask for a token and use it, again and again, beside one that keeps its own."""
    statuses: Counter[int] = Counter()
    kids: set[str] = set()
    stop = threading.Event()

    def token(session: requests.Session) -> dict[str, str]:
        form = assertion(KEY, "office", url, exchange.clock())
        answer = session.post(f"{url}/oauth/token", data=form, timeout=30)
        statuses[answer.status_code] += 1
        text = answer.json()["access_token"]
        kids.add(text.split(".")[0])
        return {"Authorization": f"Bearer {text}"}

    def work(*, fresh: bool) -> None:
        with requests.Session() as session:
            header = token(session)
            while not stop.is_set():
                header = token(session) if fresh else header
                for _ in range(3):
                    answer = session.get(url + DATA, headers=header, timeout=30)
                    statuses[answer.status_code] += 1

    for number in range(4):
        name, fresh = f"load-{number}", number > 0
        threading.Thread(target=work, name=name, kwargs={"fresh": fresh}, daemon=True).start()
    return statuses, kids, stop
