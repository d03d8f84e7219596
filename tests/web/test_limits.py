"""How much may be asked: told before the work, with what to ask instead, and when to come back."""

import re
from collections.abc import Iterator
from http import HTTPStatus
from multiprocessing import get_context
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from gateway.access.clients import DATA_READ
from gateway.access.grants import Grant
from gateway.errors import TooLarge, TooSlow
from gateway.exchange import Exchange
from gateway.exchange.bounds import Bounds
from gateway.exchange.submission import submit
from gateway.web import create_app
from gateway.web.allowances import Allowances, Policy
from tests.conftest import ISSUER, token
from tests.homes import configure, fresh
from tests.intake.books import SV

DATA = "/sdmx/v2/data/dataflow/LMIG/DF_RETURNS/1.0.0"
CODES = "/sdmx/v2/structure/codelist/SDMX/CL_SEX"


class Narrow:
    """A gateway whose limits are a few of each."""

    def __init__(self, root: Path) -> None:
        home = fresh(root / "home")
        configure(home)
        with (home.root / "config" / "gateway.toml").open("a") as settings:
            settings.write("[limits]\nobservations = 10\ndata = 5\nstructures = 3\nurl = 500\n")
        self.exchange = Exchange(home)
        self.exchange.grants.add(Grant("*", ("read",)), "tests", self.exchange.clock())
        sample = self.exchange.provision(SV).sample
        assert sample is not None
        submit(self.exchange, sample, SV)
        self.web = create_app(self.exchange, ISSUER).test_client()

    def client(self) -> dict[str, str]:
        """The header of a client that has asked for nothing yet."""
        credentials = self.exchange.clients.add("x", [DATA_READ], self.exchange.clock())
        return {"Authorization": f"Bearer {token(self.web, *credentials)}"}


@pytest.fixture(scope="module")
def narrow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Narrow]:
    narrow = Narrow(tmp_path_factory.mktemp("narrow"))
    yield narrow
    narrow.exchange.close()


@pytest.mark.parametrize(
    "path",
    [DATA, f"{DATA}?c[TIME_PERIOD]=ge:2017", f"{DATA}?sort=OBS_VALUE:desc",
     "/sdmx/v1/data/DF_RETURNS", "/sdmx/v1/data/DF_RETURNS/A.SV?startPeriod=2017&endPeriod=2024",
     f"{DATA}?includeHistory=true", f"{DATA}?updatedAfter=2020-01-01T00:00:00Z"],
)  # fmt: skip
def test_too_much_is_told_with_what_to_ask_instead(narrow: Narrow, path: str) -> None:
    """The number that there is, the number that there may be, and an address that works."""
    headers = {**narrow.client(), "Accept": "text/csv"}

    refused = narrow.web.get(path, headers=headers)

    assert refused.status_code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    assert re.search(r"would hold \d+ observations; 10 are the most", refused.text)
    if "History" not in path and "After" not in path:
        address = refused.text.rpartition("Allowed: ")[2].strip().rstrip(".")
        answer = narrow.web.get(address.removeprefix(ISSUER), headers=headers)
        assert answer.status_code == HTTPStatus.OK, address
        assert 1 < len(answer.text.splitlines()) <= 11


@pytest.mark.parametrize("page", ["limit=10", "offset=3&limit=5", "lastNObservations=1"])
def test_a_part_of_too_much_is_answered(narrow: Narrow, page: str) -> None:
    """What counts is what is told."""
    answer = narrow.web.get(f"{DATA}?{page}", headers=narrow.client())

    assert answer.status_code == HTTPStatus.OK


def test_in_spanish_too(narrow: Narrow) -> None:
    """To who asks for it."""
    headers = {**narrow.client(), "Accept-Language": "es-GT,es;q=0.9", "Accept": "text/csv"}

    answer = narrow.web.get(DATA, headers=headers)

    assert "el máximo es 10" in answer.text
    assert answer.headers["Content-Language"] == "es"


def test_a_client_that_asks_too_often_waits(narrow: Narrow) -> None:
    """Five a minute; the sixth reads when to come back. Another client is not held up."""
    path = f"{DATA}?lastNObservations=1"
    one, other = narrow.client(), narrow.client()

    answers = [narrow.web.get(path, headers=one) for _ in range(6)]

    assert [each.status_code for each in answers] == [200] * 5 + [429]
    left = [re.fullmatch(r'"data";r=(\d);t=\d+', each.headers["RateLimit"]) for each in answers]
    assert [each[1] for each in left if each] == ["4", "3", "2", "1", "0", "0"]
    assert answers[0].headers["RateLimit-Policy"] == '"data";q=5;w=60'
    assert 1 <= int(answers[-1].headers["Retry-After"]) <= 12
    assert narrow.web.get(path, headers=other).status_code == HTTPStatus.OK


def test_304_and_refused_questions_are_free(narrow: Narrow) -> None:
    """Who asks whether something is new, and who mistypes, is not held up."""
    headers = narrow.client()
    path = f"{DATA}?lastNObservations=1"
    tag = narrow.web.get(path, headers=headers).headers["ETag"]

    held = [narrow.web.get(path, headers={**headers, "If-None-Match": tag}) for _ in range(9)]
    wrong = [narrow.web.get(f"{DATA}?colour=red", headers=headers) for _ in range(9)]

    assert {each.status_code for each in held} == {304}
    assert {each.status_code for each in wrong} == {400}
    assert narrow.web.get(path, headers=headers).headers["RateLimit"].startswith('"data";r=3')


def test_structures_are_counted_apart(narrow: Narrow) -> None:
    """By address, for nobody says who asks; and apart from data."""
    where = {"REMOTE_ADDR": "192.0.2.7"}
    answers = [narrow.web.get(f"{CODES}?format=json", environ_base=where) for _ in range(4)]

    assert [each.status_code for each in answers] == [200, 200, 200, 429]
    assert '"structures";q=3;w=60' in answers[-1].headers["RateLimit-Policy"]


def test_a_url_may_be_only_so_long(narrow: Narrow) -> None:
    """In the shape that the dialect has for errors."""
    answer = narrow.web.get(f"{CODES}?{'x' * 500}")

    assert answer.status_code == HTTPStatus.REQUEST_URI_TOO_LONG
    assert answer.json is not None
    assert answer.json["errors"][0]["title"] == "URL too long"


def test_bounds_count_work_and_not_waiting() -> None:
    """A slow reader does not use up the time that the answer may take."""
    times = [0.0, 1.0, 1.0, 100.0, 101.0, 101.0, 200.0, 200.5, 200.5]

    def told(seconds: float) -> list[bytes]:
        clock = iter(times).__next__
        return [*Bounds(10, seconds, clock).timed(iter([b"a", b"b"]))]

    assert told(2.5) == [b"a", b"b"]
    with pytest.raises(TooSlow):
        told(1.5)


def test_bounds_are_named() -> None:
    with pytest.raises(TooLarge):
        Bounds(1).add(2)
    with pytest.raises(TooSlow):
        Bounds(seconds=1, clock=iter([0.0, 2.0, 2.0]).__next__).refuse_late()


def taken(path: Path, count: int) -> int:
    """How many of so many requests were granted, in a process of its own."""
    allowances = Allowances(path)
    policy = Policy("data", 1000, 60)
    return sum(allowances.take(policy, "one", 1_000_000.0).granted for _ in range(count))


@pytest.mark.slow
def test_processes_count_together(tmp_path: Path) -> None:
    """Four processes that ask at the same time get what one would."""
    with get_context("spawn").Pool(4) as pool:
        granted = pool.starmap(taken, [(tmp_path / "cache" / "a", 700)] * 4)

    assert sum(granted) == 1000


def test_an_allowance_comes_back_little_by_little(tmp_path: Path) -> None:
    """One of sixty a minute each second; never more than there were; no clock locks anybody out."""
    allowances, policy = Allowances(tmp_path / "a"), Policy("data", 60, 60)

    def granted(now: float, times: int) -> int:
        return sum(allowances.take(policy, "one", now).granted for _ in range(times))

    assert granted(1_000_000, 70) == 60
    assert granted(1_000_003, 70) == 3
    assert granted(1_009_999, 70) == 60
    assert granted(500_000, 70) == 60


def test_many_clients_do_not_get_into_each_other_s_way(tmp_path: Path) -> None:
    """Each has its own count among thousands."""
    allowances, policy = Allowances(tmp_path / "a"), Policy("data", 2, 60)
    clients = [f"client-{number}" for number in range(3000)]

    for _ in range(2):
        assert all(allowances.take(policy, each, 1_000_000).granted for each in clients)
    assert not any(allowances.take(policy, each, 1_000_000).granted for each in clients)


def test_where_nothing_can_be_written_a_process_counts_alone() -> None:
    assert Allowances(Path("/proc/nowhere/a")).take(Policy("data", 1), "x", 1.0).granted


def test_limits_are_no_secret(web: FlaskClient) -> None:
    """Told to programs and people, in both languages."""
    told = web.get("/limits", headers={"Accept": "application/json"}).json
    page = web.get("/limits", headers={"Accept": "text/html", "Accept-Language": "es"})

    assert told is not None
    assert told["observations"] == 5_000_000
    assert "5\u202f000\u202f000" in page.text
    assert '<html lang="es">' in page.text
