"""Large bodies in files: whole or not at all, within their room, whoever else reads and writes."""

import hashlib
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gateway.web.prepared import Prepared

FILE = 4_992 + 32
"""The room that a body of `_body` takes: it ends with a foot."""


def bodies(folder: Path) -> list[Path]:
    """All files but locks, whole or not."""
    return [each for each in folder.rglob("*") if each.is_file() and each.name != ".lock"]


def _body(seed: int, size: int = 5_000) -> list[bytes]:
    """Pieces that tell whose they are."""
    return [hashlib.sha256(f"{seed} {each}".encode()).digest() * 4 for each in range(size // 128)]


def _keeping(
    store: Prepared, tag: str, pieces: Iterator[bytes], begin: Callable[[], None] = lambda: None
) -> list[bytes]:
    return list(store.keeping(tag, pieces, (7, 1), begin))


def _kept(store: Prepared, tag: str) -> bytes | None:
    found = store.get(tag)
    if found is None:
        return None
    assert found.counts == (7, 1)
    return b"".join(found)


def test_the_middle_of_a_body_may_fail(tmp_path: Path) -> None:
    """The fault goes on to who sends it; nothing stays."""
    store = Prepared(tmp_path / "answers", "run", 100, 100_000)

    def pieces() -> Iterator[bytes]:
        yield from _body(1)
        raise RuntimeError("in the middle")

    with pytest.raises(RuntimeError, match="in the middle"):
        _keeping(store, "tag", pieces())

    assert bodies(tmp_path) == []


def test_the_least_lately_used_make_room(tmp_path: Path) -> None:
    """All together take no more than was said; small, too large and none at all are not kept."""
    store = Prepared(tmp_path, "run", 1_000, 3 * FILE)
    for seed in range(3):
        _keeping(store, str(seed), iter(_body(seed)))
    assert _kept(store, "0") is not None
    _keeping(store, "3", iter(_body(3)))

    assert [_kept(store, str(seed)) is not None for seed in range(4)] == [True, False, True, True]
    for tag, size in (("small", 900), ("large", 20_000)):
        assert _keeping(store, tag, iter(_body(9, size))) == _body(9, size)
        assert _kept(store, tag) is None
    assert sum(each.stat().st_size for each in bodies(tmp_path)) == 3 * FILE
    none = Prepared(tmp_path / "none", "run", 0, 0)
    assert _keeping(none, "tag", iter(_body(1))) == _body(1)
    assert bodies(tmp_path / "none") == []


def test_one_at_a_time_is_kept(tmp_path: Path) -> None:
    """Who asks for what is being made is given it as made, and no second file is written."""
    store = Prepared(tmp_path, "run", 100, 100_000)
    first = store.keeping("tag", iter(_body(1)), (7, 1), lambda: None)
    next(first), next(first)

    assert store.is_made("tag")
    assert not store.is_made("ta")
    assert _keeping(store, "tag", iter(_body(1))) == _body(1)
    assert [each.suffix for each in bodies(tmp_path)] == [".part"]
    assert store.size("tag") == 0
    assert len(list(first)) == len(_body(1)) - 2
    assert _kept(store, "tag") == b"".join(_body(1))


def test_it_is_told_when_one_is_large(tmp_path: Path) -> None:
    """Once, whether or not it is taken to its end; never of a small one."""
    store = Prepared(tmp_path, "run", 1_000, 100_000)
    told: list[str] = []

    _keeping(store, "small", iter(_body(1, 900)), lambda: told.append("small"))
    _keeping(store, "large", iter(_body(1)), lambda: told.append("large"))

    assert told == ["large"]


def test_what_is_made_too_slowly_gives_way(tmp_path: Path) -> None:
    """Its room is given back at once, and what its reader reads later never becomes a body."""
    store = Prepared(tmp_path, "run", 100, 60_000)
    slow = store.keeping("slow", iter(_body(1, 50_000)), (7, 1), lambda: None)
    for _ in range(200):
        next(slow)
    (part,) = bodies(tmp_path)
    held = part.open("rb")
    os.utime(part, (0, 0))
    _keeping(store, "quick", iter(_body(2, 50_000)))

    with held:
        assert os.fstat(held.fileno()).st_size == 0
    assert len(list(slow)) == len(_body(1, 50_000)) - 200
    assert _kept(store, "slow") is None
    assert _kept(store, "quick") == b"".join(_body(2, 50_000))
    assert [each.name for each in bodies(tmp_path)] == ["quick.body"]


@pytest.mark.parametrize("left", [0, 1, 31, 32, 2_500, FILE - 1])
def test_part_of_a_body_is_none(tmp_path: Path, left: int) -> None:
    """Whatever cut it short: it is removed, and made anew."""
    store = Prepared(tmp_path, "run", 100, 100_000)
    _keeping(store, "tag", iter(_body(1)))
    (file,) = bodies(tmp_path)
    os.truncate(file, left)

    assert _kept(store, "tag") is None
    assert bodies(tmp_path) == []
    _keeping(store, "tag", iter(_body(1)))
    assert _kept(store, "tag") == b"".join(_body(1))


def test_one_cut_short_while_it_is_read_is_no_end(tmp_path: Path) -> None:
    """Its reader is not told that this was all."""
    store = Prepared(tmp_path, "run", 100, 10_000_000)
    _keeping(store, "tag", iter(_body(1, 1_000_000)))
    reader = store.get("tag")
    assert reader is not None
    pieces = iter(reader)
    next(pieces)
    os.truncate(bodies(tmp_path)[0], 600_000)

    with pytest.raises(OSError, match="shorter"):
        list(pieces)


def test_what_no_longer_stands_is_removed(tmp_path: Path) -> None:
    """What was there before; what came or was read since is left for the next time."""
    store = Prepared(tmp_path, "run", 100, 100_000)
    for each in ("stands", "stale", "read"):
        _keeping(store, each, iter(_body(1)))
        os.utime(store.path(each), (10, 10))
    assert _kept(store, "read") is not None
    left = tmp_path / "run" / "x.1.part"
    left.touch()
    os.utime(left, (10, 10))

    store.keep_only({"stands"}, before=1_000)

    assert sorted(each.stem for each in bodies(tmp_path)) == ["read", "stands"]


def _killed_in_the_middle(folder: Path) -> None:
    store = Prepared(folder, "run", 100, 100_000)
    pieces = store.keeping("tag", iter(_body(1)), (7, 1), lambda: None)
    next(pieces), next(pieces), next(pieces)
    os.kill(os.getpid(), signal.SIGKILL)


def test_a_process_killed_in_the_middle_leaves_no_body(tmp_path: Path) -> None:
    """The others of the run go on, and the next run finds nothing of it."""
    process = multiprocessing.get_context("fork").Process(
        target=_killed_in_the_middle, args=(tmp_path,)
    )
    process.start()
    process.join(30)
    left = [each.suffix for each in bodies(tmp_path)]
    other = Prepared(tmp_path, "run", 100, 100_000)

    assert (process.exitcode, left) == (-signal.SIGKILL, [".part"])
    assert other.get("tag") is None
    Prepared(tmp_path, "next", 100, 100_000)
    assert bodies(tmp_path) == []


def test_what_is_being_read_may_be_evicted(tmp_path: Path) -> None:
    """Its reader gets it to its end."""
    store = Prepared(tmp_path, "run", 100, 6_000)
    _keeping(store, "old", iter(_body(1)))
    reader = store.get("old")
    assert reader is not None
    _keeping(store, "new", iter(_body(2)))

    assert _kept(store, "old") is None
    assert b"".join(reader) == b"".join(_body(1))


def test_a_run_sweeps_what_ended_ones_left(tmp_path: Path) -> None:
    """Whole or half; not what belongs to one that lives."""
    killed = tmp_path / "killed"
    killed.mkdir()
    for name in (".lock", "x.body", "y.part"):
        (killed / name).touch()
    unlocked = tmp_path / "unlocked"
    unlocked.mkdir()
    os.utime(unlocked, (0, 0))
    beginning = tmp_path / "beginning"
    beginning.mkdir()
    living = Prepared(tmp_path, "living", 100, 100_000)
    _keeping(living, "tag", iter(_body(1)))

    Prepared(tmp_path, "next", 100, 100_000)

    assert not killed.exists()
    assert not unlocked.exists()
    assert beginning.exists()
    assert _kept(living, "tag") == b"".join(_body(1))


def test_a_disk_that_takes_nothing_is_no_trouble(tmp_path: Path) -> None:
    """The answer goes out as made."""
    (tmp_path / "file").touch()
    store = Prepared(tmp_path / "file", "run", 100, 100_000)

    assert _keeping(store, "tag", iter(_body(1))) == _body(1)
    assert store.get("tag") is None


def _work(folder: Path, failures: list[int] | None = None) -> None:
    """Keep and read, with too little room for all; end with 1 where a body is not what it was."""
    store = Prepared(folder, "run", 100, 4 * 5_000)
    for each in range(60):
        seed = each * 7 % 9
        _keeping(store, str(seed), iter(_body(seed)))
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
