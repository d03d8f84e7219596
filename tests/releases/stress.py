"""Publishes and reads in processes of its own that are killed, crowded or given no room.

``python -m tests.releases.stress HOME steps`` kills a publisher at every step that it takes, one
after the other; ``random COUNT`` at any moment; ``crowd PUBLISHERS READERS TIMES`` lets many work
at once; ``closed`` publishes where nothing may be written. A line tells of each process; the last
says how many there were. Processes are forked, for a hundred interpreters take long to start.
"""

import os
import random
import signal
import sys
import time
from collections.abc import Callable
from itertools import count
from pathlib import Path

from sqlalchemy import Engine, event

from gateway.errors import Conflict, GatewayError, StorageFault
from gateway.model.query import Wanted
from gateway.model.visibility import Visibility
from gateway.releases.store import Store
from tests.figures import NOON, STRUCTURE, rows
from tests.releases.publishing import PROVISION, many, opened, publish

FILE_STEPS = {"open", "os.rename", "os.mkdir", "os.rmdir", "os.remove", "shutil.rmtree"}
"""What Python tells of files, before it happens; openings to read are left out."""

SQL_STEPS = ("begin", "before_cursor_execute", "commit")
"""What SQLAlchemy tells of a transaction, before it happens."""


def child(work: Callable[[], None]) -> int:
    """Do something in a process of its own; its number."""
    sys.stdout.flush()
    number = os.fork()
    if number:
        return number
    try:
        work()
        os._exit(0)
    except GatewayError as error:
        print(f"{type(error).__name__}: {error.sentence()}", flush=True)  # noqa: T201
        os._exit(2)
    except BaseException as error:  # noqa: BLE001 - a child must end here, whatever happened
        print(f"{type(error).__name__}: {error}", flush=True)  # noqa: T201
        os._exit(3)


def outcome(number: int) -> int:
    """How a process ended: 0, its status, or the signal that killed it as a negative number."""
    return os.waitstatus_to_exitcode(os.waitpid(number, 0)[1])


def reads(name: str, arguments: tuple[object, ...]) -> bool:
    """Whether a file is only opened to be read: who dies then leaves what was there before."""
    flags = arguments[2] if name == "open" else os.O_WRONLY
    return isinstance(flags, int) and not flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)


def die_at(root: Path, step: int) -> None:
    """Let this process kill itself before the nth step that it takes from now on."""
    steps = count(1)

    def take(*_arguments: object) -> None:
        if next(steps) == step:
            os.kill(os.getpid(), signal.SIGKILL)

    def on_file(name: str, arguments: tuple[object, ...]) -> None:
        if name in FILE_STEPS and str(root) in str(arguments[0]) and not reads(name, arguments):
            take()

    for name in SQL_STEPS:
        event.listen(Engine, name, take)
    sys.addaudithook(on_file)


def killed_at(root: Path, step: int) -> Callable[[], None]:
    """A publisher that kills itself before its nth step."""

    def work() -> None:
        store, _ = opened(root)
        die_at(root, step)
        publish(store, many(f"step {step}"), source=f"step {step}".encode())

    return work


def after_a_while(root: Path, turn: int, least: float, most: float) -> Callable[[], None]:
    """A publisher that is killed at any moment."""
    seconds = random.Random(turn).uniform(least, most)  # noqa: S311 - a moment, not a secret

    def work() -> None:
        store, _ = opened(root)
        signal.setitimer(signal.ITIMER_REAL, seconds)
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        for again in count():
            publish(store, many(f"turn {turn} {again}"))

    return work


def looked_at(root: Path) -> Callable[[], None]:
    """Whoever comes afterwards: every release is whole; what is left over is tidied away."""

    def work() -> None:
        store, _ = opened(root)
        found = [fault for fault in store.faults() if "belongs to no release" not in fault]
        assert found == [], found
        history = store.catalogue.all(PROVISION)
        assert [each.number for each in history] == list(range(1, len(history) + 1))
        assert one_marker(store)
        store.remove_orphans()
        assert [*store.faults()] == [], [*store.faults()]

    return work


def one_marker(store: Store) -> str:
    """The marker that all observations of the newest release have; they are all there."""
    cube = store.visible(PROVISION, STRUCTURE, Visibility(NOON.replace(year=2999)))
    assert cube is not None
    found = [str(row["COMMENT"]).split("-")[0] for row in rows(cube.select(Wanted(), _SEES_ALL))]
    assert len(found) == len(many(""))
    assert len(set(found)) == 1, set(found)
    return found[0]


_SEES_ALL = Visibility(NOON.replace(year=2999))


def warm(root: Path) -> None:
    """Publish and look once before anything is forked, so that no child loads what all need."""
    store, database = opened(root)
    publish(store, many("warm"))
    one_marker(store)
    database.close()


def steps(root: Path) -> None:
    """Kill at the first step, then at the second, until there is none left."""
    for step in count(1):
        ended = outcome(child(killed_at(root, step)))
        assert outcome(child(looked_at(root))) == 0, step
        if ended == 0:
            print(f"{step} steps", flush=True)  # noqa: T201
            return
        assert ended == -signal.SIGKILL, ended


def at_random(root: Path, times: str) -> None:
    """Kill so many publishers, each at a moment of its own."""
    for turn in range(int(times)):
        ended = outcome(child(after_a_while(root, turn, 0.0, 0.2)))
        assert ended == -signal.SIGALRM, ended
        assert outcome(child(looked_at(root))) == 0, turn
    print(f"{times} killed", flush=True)  # noqa: T201


def crowd(root: Path, publishers: str, readers: str, times: str) -> None:
    """Many at once: whoever reads sees one release, and never one older than the last one read."""
    working = [child(_publishes(root, name, int(times))) for name in range(int(publishers))]
    looking = [child(_reads(root)) for _ in range(int(readers))]
    ended = [outcome(each) for each in working]
    (root / "enough").touch()
    ended += [outcome(each) for each in looking]
    assert ended == [0] * len(ended), ended
    assert outcome(child(looked_at(root))) == 0
    print(f"{len(ended)} processes", flush=True)  # noqa: T201


def _publishes(root: Path, name: int, times: int) -> Callable[[], None]:
    def work() -> None:
        store, _ = opened(root)
        for turn in range(times):
            while True:
                try:
                    publish(store, many(f"{name}.{turn}"))
                except (Conflict, StorageFault):  # a busy bucket may say that it cannot, too
                    time.sleep(0.05)
                    continue
                break

    return work


def _reads(root: Path) -> Callable[[], None]:
    def work() -> None:
        store, _ = opened(root)
        looks = 0
        while not (root / "enough").exists():
            one_marker(store)
            looks += 1
            time.sleep(0.05)  # whoever reads without a pause leaves the publishers no time
        assert looks > 1

    return work


def closed(root: Path) -> None:
    """Publish as somebody who may look at the home and write nothing."""
    for parent in root.parents:  # pytest's own folders let nobody through
        if parent.owner() == root.owner() and parent != Path("/tmp"):  # noqa: S108
            parent.chmod(parent.stat().st_mode | 0o011)
    for path in (root, *root.rglob("*")):
        path.chmod(0o555 if path.is_dir() else 0o444)

    def work() -> None:
        store, database = opened(root)
        database.close()
        if os.geteuid() == 0:
            os.setuid(65534)
        publish(store, many("closed"))

    ended = outcome(child(work))
    for path in (root, *root.rglob("*")):
        path.chmod(0o700 if path.is_dir() else 0o600)
    assert ended == 2, ended
    assert outcome(child(looked_at(root))) == 0
    print("closed", flush=True)  # noqa: T201


MODES = {"steps": steps, "random": at_random, "crowd": crowd, "closed": closed}

if __name__ == "__main__":
    warm(Path(sys.argv[1]))
    MODES[sys.argv[2]](Path(sys.argv[1]), *sys.argv[3:])
