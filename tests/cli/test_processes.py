"""The program as a shell starts it: a demo that serves, is read by clients, and stops."""

import json
import os
import pty
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from subprocess import Popen

import pytest
import requests
import sdmx

from gateway.exchange import Exchange
from tests.intake.books import SV, sample
from tests.process import ROOT, run, start

FLOW = "data/dataflow/LMIG/DF_RETURNS/1.0.0"


@dataclass
class Demo:
    """A running demo: its process, the JSON line that it printed, and its temporary folder."""

    process: Popen[str]
    said: dict[str, str]
    folder: Path

    def token(self) -> dict[str, str]:
        """The header with a token, asked for as any client does."""
        answer = requests.post(
            self.said["token_endpoint"],
            data={"grant_type": "client_credentials"},
            auth=(self.said["client_id"], self.said["client_secret"]),
            timeout=30,
        )
        return {"Authorization": f"Bearer {answer.json()['access_token']}"}


def stopped(demo: Demo, how: signal.Signals) -> tuple[float, str]:
    """Stop a demo; the seconds that it took, and what it said on standard error."""
    began = time.monotonic()
    demo.process.send_signal(how)
    _, errors = demo.process.communicate(timeout=30)
    return time.monotonic() - began, errors


@pytest.fixture(scope="module")
def demos(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Demo]]:
    """Two demos that start side by side, each with a folder for its temporary home."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(ROOT))
        folders = [tmp_path_factory.mktemp("demo") for _ in range(2)]
        processes = []
        for folder in folders:
            patch.setenv("TMPDIR", str(folder))
            processes.append(start(["-m", "gateway", "demo", "--json", "--port", "0"], folder))
    yield [Demo(each, said(each), folder) for each, folder in zip(processes, folders, strict=True)]
    for each in processes:
        each.terminate()  # not kill: its worker would outlive it
        each.communicate(timeout=30)


def said(process: Popen[str]) -> dict[str, str]:
    """The JSON line that a demo prints once it serves."""
    assert process.stdout is not None
    line: dict[str, str] = json.loads(process.stdout.readline())
    return line


@pytest.fixture
def demo(demos: list[Demo]) -> Demo:
    """The demo that is asked, before the last tests stop it."""
    return demos[0]


@pytest.mark.slow
def test_the_demo_says_where_and_who(demo: Demo) -> None:
    """The last start-up line is one JSON object with what a client needs; all on this machine."""
    assert set(demo.said) == {"url", "v1", "v2", "token_endpoint", "client_id", "client_secret"}
    for name in ("url", "v1", "v2", "token_endpoint"):
        assert demo.said[name].startswith("http://127.0.0.1:")
    assert demo.said["v1"].endswith("/sdmx/v1")
    assert demo.said["v2"].endswith("/sdmx/v2")


@pytest.mark.slow
def test_the_demo_serves_published_figures(demo: Demo) -> None:
    """A plain request on v2: Guatemala's total from Mexico in 2023."""
    answer = requests.get(
        f"{demo.said['v2']}/{FLOW}/M.GT.MX",
        params={"c[TIME_PERIOD]": "ge:2023-01+le:2023-12"},
        headers={**demo.token(), "Accept": "text/csv"},
        timeout=30,
    )

    assert answer.status_code == HTTPStatus.OK
    header, *lines = (line.split(",") for line in answer.text.splitlines())
    assert sum(int(line[header.index("OBS_VALUE")]) for line in lines) == 24_395
    assert requests.get(demo.said["url"], timeout=30).status_code == HTTPStatus.OK


@pytest.mark.slow
@pytest.mark.parametrize(
    "key",
    ["M.GT.MX", {"FREQ": "M", "REF_AREA": "GT", "COUNTERPART_AREA": "MX"}],
    ids=["key as text", "key as a dictionary"],
)
def test_sdmx1_reads_the_demo(demo: Demo, key: str | dict[str, str]) -> None:
    """An unmodified client: an added source, a token in its header, a flow, a key, a period."""
    source = {"id": "LMIG", "name": "Gateway", "url": demo.said["v1"]}
    sdmx.add_source(source, override=True)
    client = sdmx.Client("LMIG")
    client.session.headers.update(demo.token())

    message = client.data(
        "DF_RETURNS", key=key, params={"startPeriod": "2023", "endPeriod": "2023"}
    )
    client.session.close()

    assert sum(float(each.value) for data in message.data for each in data.obs) == 24_395


@pytest.mark.slow
def test_sdmx1_finds_the_demo_s_structures(demo: Demo) -> None:
    """The flow with all that it is built from, without a token."""
    source = {"id": "LMIG", "name": "Gateway", "url": demo.said["v1"]}
    sdmx.add_source(source, override=True)
    client = sdmx.Client("LMIG")

    flows = client.dataflow()
    whole = client.dataflow("DF_RETURNS")
    client.session.close()

    assert "DF_RETURNS" in flows.dataflow
    assert "LMIG_FLOW" in whole.structure
    assert "CL_SEX" in whole.codelist


@pytest.mark.slow
def test_pysdmx_s_kind_of_request_is_answered(demo: Demo) -> None:
    """Everything encoded, a slash at the end, no redirect that would lose the token."""
    answer = requests.get(
        f"{demo.said['v2']}/{FLOW}/M.GT.MX.%2A%2CA.SV.%2A/?c%5BTIME_PERIOD%5D=ge%3A2023%2Blt%3A2024",
        headers={**demo.token(), "Accept": "application/vnd.sdmx.data+csv;version=2.0.0"},
        timeout=30,
        allow_redirects=False,
    )

    assert answer.status_code == HTTPStatus.OK
    assert {",M,GT,MX,", ",A,SV,"} <= {
        part for part in (",M,GT,MX,", ",A,SV,") if part in answer.text
    }


def at_fault(other: Demo) -> None:
    """Ask a demo for what is not there, and then for more than it can do."""
    assert requests.get(f"{other.said['url']}nothing", timeout=30).status_code == 404
    (database,) = other.folder.glob("*/gateway.db")
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("ALTER TABLE releases RENAME TO gone")

    assert requests.get(f"{other.said['url']}ready", timeout=30).status_code == 503


@pytest.mark.slow
@pytest.mark.parametrize(
    ("number", "how"),
    [pytest.param(0, signal.SIGTERM, id="SIGTERM"), pytest.param(1, signal.SIGINT, id="SIGINT")],
)
def test_the_demo_stops_cleanly_and_its_terminal_is_for_people(
    demos: list[Demo], number: int, how: signal.Signals
) -> None:
    """Exit status 0 within seconds, the temporary home gone, the port free, no traceback.

    Its terminal is for people: no line for a request that was answered; what is at fault is told.
    """
    running = demos[number]
    if number:
        at_fault(running)
    homes = [each.name for each in running.folder.iterdir()]

    seconds, errors = stopped(running, how)

    assert running.process.returncode == 0, errors
    assert seconds < 10
    assert homes
    assert list(running.folder.iterdir()) == []
    assert "Traceback" not in errors
    logged = [json.loads(line) for line in errors.splitlines() if line.startswith("{")]
    assert [each["path"] for each in logged if "fault" in each] == ["/ready"] * number
    assert len(logged) == number
    with pytest.raises(requests.ConnectionError):
        requests.get(running.said["url"], timeout=2)


def test_a_mishap_is_one_sentence_and_status_2(small: Path) -> None:
    """As a shell sees it; tests/cli/test_mishaps.py has the others."""
    done = run(["-m", "gateway", "submit", "x.pdf", "--provision", SV, "--home", small])

    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith("gateway: ")
    assert done.stderr.count("\n") == 1


def test_a_refused_file_is_status_1(small: Path, loaded: Exchange, tmp_path: Path) -> None:
    """A nightly script reads the status alone; 2 is for a mishap, 0 for a release."""
    wrong = tmp_path / "wrong.csv"
    wrong.write_bytes(sample(loaded, SV).replace(b"14 986", b"14 987", 1))

    done = run(["-m", "gateway", "submit", wrong, "--provision", SV, "--home", small])

    assert done.returncode == 1
    assert "No se publicó nada." in done.stdout


def test_a_reader_that_has_enough_is_no_fault(loaded: Exchange) -> None:
    """``gateway get … | head -1``."""
    path = f"/sdmx/v2/{FLOW}"
    process = start(["-m", "gateway", "get", path, "--format", "csv", "--home", loaded.home.root])
    assert process.stdout is not None
    assert process.stderr is not None
    assert process.stdout.readline().startswith("STRUCTURE,")

    process.stdout.close()
    errors = process.stderr.read()
    process.stderr.close()

    assert process.wait(timeout=30) == 0
    assert errors == ""


@pytest.mark.parametrize("format", ["xlsx", "parquet"])
def test_a_terminal_is_not_filled_with_what_it_cannot_show(loaded: Exchange, format: str) -> None:
    """Instead it says what to do."""
    leader, terminal = pty.openpty()
    command = ["get", f"/sdmx/v2/{FLOW}", "--format", format, "--home", str(loaded.home.root)]

    done = subprocess.run(
        [sys.executable, "-m", "gateway", *command],
        stdout=terminal,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )

    os.close(terminal)
    os.close(leader)
    assert done.returncode == 2
    assert f"--output data.{format}" in done.stderr


def test_a_killed_gateway_leaves_no_worker_behind(small: Path) -> None:
    """SIGKILL cannot be told to the workers; they see for themselves, and free the port."""
    with start(["-m", "gateway", "serve", "--port", "0", "--home", small]) as process:
        assert process.stdout is not None
        url = next(line for line in process.stdout if "Serving" in line)
        port = int(url.rpartition(":")[2].strip().rstrip("/"))

        process.kill()

        assert freed(port, seconds=10)


def freed(port: int, seconds: int) -> bool:
    for _ in range(seconds * 10):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return True
        time.sleep(0.1)
    return False
