"""Attacks by the names of files; and the list of all attacks, which names a test for each."""

import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from werkzeug.datastructures import FileStorage

from gateway.access.clients import DATA_SUBMIT
from gateway.access.grants import Grant
from gateway.exchange import Exchange
from gateway.settings import Home
from gateway.web import create_app
from tests.conftest import ISSUER, token
from tests.intake.books import SV, sample
from tests.web import attacks

NAMES = {
    "up": "../../../../evil.csv",
    "up, on Windows": "..\\..\\evil.csv",
    "absolute": "/evil.csv",
    "hidden": ".gateway.db.csv",
    "no name": "...csv",
}
_LISTED = r"^T(\d+): .*\n    (\S+\.py)\n    (test_\w+)$"
ROOT = Path(__file__).parents[2]


@pytest.fixture
def place(home: Home) -> Iterator[Exchange]:
    with closing(Exchange(home)) as exchange:
        yield exchange


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_t26_a_name_is_no_path(place: Exchange, tmp_path: Path, name: str) -> None:
    """What is handed in lies under its hash, wherever its name points to."""
    web = create_app(place, ISSUER).test_client()
    id, secret = place.clients.add("x", [DATA_SUBMIT], place.clock())
    place.grants.add(Grant(f"client:{id}", ("submit",)), "tests", place.clock())
    header = {"Authorization": f"Bearer {token(web, id, secret)}"}
    (tmp_path / "sent").write_bytes(sample(place, SV))
    with (tmp_path / "sent").open("rb") as stream:
        form = {"provision": SV, "file": FileStorage(stream, filename=name)}
        answer = web.post("/submissions", data=form, headers=header)

    written = {each.name for each in tmp_path.rglob("*") if each.is_file()}

    assert answer.status_code in (201, 400, 422)
    assert not any("evil" in each for each in written)
    assert not Path("/evil.csv").exists()


@pytest.mark.parametrize("sent", ["%0d%0aSet-Cookie:%20a=b", "%0aX-Evil:%201", "a%00b", "%22;x=y"])
def test_t19_no_name_adds_a_header(place: Exchange, sent: str) -> None:
    """Neither in a path, nor in a parameter, nor in the address of a page."""
    web = create_app(place, ISSUER).test_client()

    for path in (f"/sdmx/v2/data/dataflow/LMIG/{sent}", f"/sdmx/v2/structure/codelist/SDMX/{sent}",
                 f"/sdmx/v2/structure/codelist/SDMX?format={sent}", f"/sign-in?next=/{sent}",
                 f"/device?user_code={sent}", f"/{sent}"):  # fmt: skip
        answer = web.get(path)
        assert answer.status_code < 500, path
        assert not {"X-Evil"} & {*answer.headers.keys()}
        assert not any("a=b" in each for each in answer.headers.getlist("Set-Cookie"))
        assert not any(re.search(r"[\r\n\0]", value) for _, value in answer.headers)


def test_every_attack_has_its_test() -> None:
    """T1 to T32, each by a test that is there."""
    listed = re.findall(_LISTED, attacks.__doc__ or "", re.MULTILINE)

    assert [int(number) for number, _, _ in listed] == [*range(1, 33)]
    for number, file, name in listed:
        there = f"def {name}(" in (ROOT / file).read_text(encoding="utf-8")
        assert there, f"T{number}: {file} has no {name}"
