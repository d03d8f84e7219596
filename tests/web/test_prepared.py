"""A large answer is made once, and then read from a file; nobody gets one that is not theirs."""

import hashlib
import multiprocessing
import threading
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from gateway.access.clients import DATA_READ
from gateway.access.grants import Grant
from gateway.exchange import Exchange
from gateway.exchange.submission import submit
from gateway.settings import Home
from gateway.web import create_app
from gateway.web.prepared import Prepared
from tests.benchmarks.serving import DATA, large_home
from tests.conftest import ISSUER, token
from tests.intake.books import SV, sample

WHOLE = f"{DATA}?format=generic"
"""Some megabytes of XML."""

_SETTINGS = "[cache]\nmemory = 0\ndisk = 64\n[limits]\ndata = 0\n"


class Serving:
    """A run of a gateway with a large release, and a client who reads all of it."""

    def __init__(self, exchange: Exchange, credentials: tuple[str, str], run: Path) -> None:
        self.exchange = exchange
        self.credentials = credentials
        self.run = run
        self.web = self.process()
        self.files = exchange.home.cache / "answers" / run.name

    def process(self) -> FlaskClient:
        """One of the processes of the run."""
        return create_app(self.exchange, ISSUER, shared=self.run).test_client()

    def get(self, credentials: tuple[str, str] = ("", ""), **more: str) -> TestResponse:
        """The whole flow; `_` in a header's name is a hyphen."""
        headers = {name.replace("_", "-"): value for name, value in more.items()}
        headers["Authorization"] = self.bearer(credentials)
        return self.web.get(WHOLE, headers=headers, buffered=True)

    def bearer(self, credentials: tuple[str, str] = ("", "")) -> str:
        return f"Bearer {token(self.web, *(credentials if credentials[0] else self.credentials))}"

    def kept(self) -> list[Path]:
        return bodies(self.files)


def bodies(folder: Path) -> list[Path]:
    """All files but locks, whole or not."""
    return [each for each in folder.rglob("*") if each.is_file() and each.name != ".lock"]


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Exchange, tuple[str, str]]]:
    root = tmp_path_factory.mktemp("large") / "home"
    _, id, secret = large_home(root, 60_000, _SETTINGS)
    exchange = Exchange(Home(root))
    yield exchange, (id, secret)
    exchange.close()


@pytest.fixture
def serving(large: tuple[Exchange, tuple[str, str]], tmp_path: Path) -> Serving:
    return Serving(*large, tmp_path)


@pytest.mark.parametrize("encoding", ["identity", "gzip", "zstd"])
def test_the_second_answer_is_the_first(serving: Serving, encoding: str) -> None:
    """To the byte and in every header, from a file that nobody else can read."""
    first = serving.get(Accept_Encoding=encoding)
    (file,) = serving.kept()
    file.touch()
    again = serving.get(Accept_Encoding=encoding)

    assert (first.status_code, again.data) == (HTTPStatus.OK, first.data)
    assert file.read_bytes() == first.data
    assert again.content_length == len(first.data)
    for name in ("ETag", "Content-Type", "Content-Encoding", "Cache-Control", "Vary"):
        assert again.headers.get(name) == first.headers.get(name)
    assert file.stat().st_mode & 0o777 == 0o600
    assert {each.stat().st_mode & 0o777 for each in (serving.files, file.parent)} == {0o700}


def test_it_is_the_file_that_is_sent(serving: Serving) -> None:
    """Nothing is made again: what stands in the file goes out."""
    serving.get(Accept_Encoding="identity")
    (file,) = serving.kept()
    file.write_bytes(b"as it stands")

    again = serving.get(Accept_Encoding="identity")

    assert (again.data, again.content_length) == (b"as it stands", 12)


def test_a_head_and_a_tag_take_no_file(serving: Serving) -> None:
    """How long it is is said all the same."""
    first = serving.get()

    head = serving.web.head(WHOLE, headers={"Authorization": serving.bearer()})
    held = serving.get(If_None_Match=first.headers["ETag"])
    anything = serving.get(If_None_Match="*")

    assert (head.data, head.content_length) == (b"", len(first.data))
    assert [each.status_code for each in (held, anything)] == [304, 304]


def test_both_are_on_record_with_as_many_figures(serving: Serving) -> None:
    """Figures went out, whoever rendered them; in a process that never did, too."""
    first = serving.get()
    serving.web = serving.process()
    again = serving.get()

    one, other = (each.decision.rows for each in serving.exchange.audit.entries(action="read")[-2:])

    assert first.data == again.data
    assert len(serving.kept()) == 1
    assert one == other >= 60_000


def test_who_may_not_see_it_never_gets_it(serving: Serving) -> None:
    """Rights are in the tag that names the file: that it is there opens nothing."""
    serving.get()
    other = serving.exchange.clients.add("other", [DATA_READ], serving.exchange.clock())
    none = Grant(f"client:{other[0]}", ("read",), denies=True)
    serving.exchange.grants.add(none, "tests", serving.exchange.clock())

    assert serving.get(other).status_code == HTTPStatus.NOT_FOUND


def test_who_has_no_token_gets_nothing(serving: Serving) -> None:
    serving.get()

    assert serving.web.get(WHOLE).status_code == HTTPStatus.UNAUTHORIZED


def test_a_reader_who_leaves_leaves_nothing(serving: Serving) -> None:
    """Half a body is never kept, and the next answer is whole."""
    answer = serving.web.get(WHOLE, headers={"Authorization": serving.bearer()})
    pieces = iter(answer.response)
    next(pieces)
    left = [each.suffix for each in serving.kept()]
    del pieces
    answer.close()

    assert set(left) <= {".part"}
    assert serving.kept() == []
    assert serving.get().data == serving.get().data
    assert len(serving.kept()) == 1


def test_a_release_makes_it_stale_at_once(serving: Serving, tmp_path: Path) -> None:
    """The next answer holds the new figures, and is kept beside the old one."""
    before = serving.get()
    file = tmp_path / "dgme.csv"
    file.write_bytes(sample(serving.exchange, SV))
    assert submit(serving.exchange, file, SV).release is not None

    after = serving.get()

    assert after.headers["ETag"] != before.headers["ETag"]
    assert after.data != before.data
    assert serving.get().data == after.data


def _body(seed: int, size: int = 5_000) -> list[bytes]:
    """Pieces that tell whose they are."""
    return [hashlib.sha256(f"{seed} {each}".encode()).digest() * 4 for each in range(size // 128)]


def _kept(store: Prepared, tag: str) -> bytes | None:
    found = store.get(tag)
    if found is None:
        return None
    try:
        return b"".join(found)
    finally:
        found.close()


def test_the_middle_of_a_body_may_fail(tmp_path: Path) -> None:
    """The fault goes on to who sends it; nothing stays."""
    store = Prepared(tmp_path / "answers", "run", 100, 100_000)

    def pieces() -> Iterator[bytes]:
        yield from _body(1)
        raise RuntimeError("in the middle")

    with pytest.raises(RuntimeError, match="in the middle"):
        list(store.keeping("tag", pieces()))

    assert bodies(tmp_path) == []


def test_the_least_lately_used_make_room(tmp_path: Path) -> None:
    """All together take no more than was said; small, too large and none at all are not kept."""
    store = Prepared(tmp_path, "run", 1_000, 3 * 4_992)
    for seed in range(3):
        list(store.keeping(str(seed), iter(_body(seed))))
    assert _kept(store, "0") is not None
    list(store.keeping("3", iter(_body(3))))

    assert [_kept(store, str(seed)) is not None for seed in range(4)] == [True, False, True, True]
    for tag, size in (("small", 900), ("large", 20_000)):
        assert list(store.keeping(tag, iter(_body(9, size)))) == _body(9, size)
        assert _kept(store, tag) is None
    assert sum(each.stat().st_size for each in bodies(tmp_path)) == 3 * 4_992
    none = Prepared(tmp_path / "none", "run", 0, 0)
    assert list(none.keeping("tag", iter(_body(1)))) == _body(1)
    assert bodies(tmp_path / "none") == []


def test_what_is_being_read_may_be_evicted(tmp_path: Path) -> None:
    """Its reader gets it to its end."""
    store = Prepared(tmp_path, "run", 100, 6_000)
    list(store.keeping("old", iter(_body(1))))
    reader = store.get("old")
    assert reader is not None
    list(store.keeping("new", iter(_body(2))))

    assert _kept(store, "old") is None
    assert b"".join(reader) == b"".join(_body(1))
    reader.close()


def test_a_run_sweeps_what_ended_ones_left(tmp_path: Path) -> None:
    """Whole or half; not what belongs to one that lives."""
    killed = tmp_path / "killed"
    killed.mkdir()
    for name in (".lock", "x.body", "y.part"):
        (killed / name).touch()
    living = Prepared(tmp_path, "living", 100, 100_000)
    list(living.keeping("tag", iter(_body(1))))

    Prepared(tmp_path, "next", 100, 100_000)

    assert not killed.exists()
    assert _kept(living, "tag") == b"".join(_body(1))


def test_a_disk_that_takes_nothing_is_no_trouble(tmp_path: Path) -> None:
    """The answer goes out as made."""
    (tmp_path / "file").touch()
    store = Prepared(tmp_path / "file", "run", 100, 100_000)

    assert list(store.keeping("tag", iter(_body(1)))) == _body(1)
    assert store.get("tag") is None


def _work(folder: Path, failures: list[int] | None = None) -> None:
    """Keep and read, with too little room for all; end with 1 where a body is not what it was."""
    store = Prepared(folder, "run", 100, 4 * 5_000)
    for each in range(60):
        seed = each * 7 % 9
        list(store.keeping(str(seed), iter(_body(seed))))
        found = _kept(store, str((seed + 1) % 9))
        if found is not None and found != b"".join(_body((seed + 1) % 9)):
            if failures is None:
                raise SystemExit(1)
            failures.append(seed)


def test_processes_and_threads_share_it(tmp_path: Path) -> None:
    """Whoever reads gets a whole body, while others keep and evict the same ones."""
    failures: list[int] = []
    start = multiprocessing.get_context("fork").Process
    works: list[threading.Thread | multiprocessing.process.BaseProcess] = [
        *(start(target=_work, args=(tmp_path,)) for _ in range(2)),
        *(threading.Thread(target=_work, args=(tmp_path, failures)) for _ in range(2)),
    ]
    for work in works:
        work.start()
    for work in works:
        work.join(30)

    assert failures == []
    assert [each.exitcode for each in works if not isinstance(each, threading.Thread)] == [0, 0]
    assert sum(each.stat().st_size for each in bodies(tmp_path)) <= 4 * 5_000
    assert {each.suffix for each in bodies(tmp_path)} == {".body"}
