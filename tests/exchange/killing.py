"""Hands a file in, in processes of its own that are killed at one step after the other.

``python -m tests.exchange.killing HOME``. After each, a process looks: what is on record can be
taken up again and becomes the release; or nothing is. The last line says how many steps there were
and which states were seen.
"""

import signal
import sys
from collections.abc import Callable
from contextlib import closing
from itertools import count
from pathlib import Path

from gateway.exchange import Exchange, workflow
from gateway.exchange.submission import submit
from gateway.model.release import State
from gateway.releases.files import Kind
from gateway.settings import Home
from tests.intake.books import SV
from tests.releases.stress import child, die_at, outcome


def killed_at(exchange: Exchange, file: Path, step: int) -> Callable[[], None]:
    """A submitter that kills itself before its nth step."""

    def work() -> None:
        die_at(exchange.home.root, step)
        submit(exchange, file, SV, by="Ana")

    return work


def looked_at(root: Path, number: int, seen: Path) -> Callable[[], None]:
    """Whoever comes afterwards: all of it is there, or nothing; what is there can be finished."""

    def work() -> None:
        with closing(Exchange(Home(root))) as exchange:
            found = [each for each in exchange.store.faults() if "no release" not in each]
            assert found == [], found
            (*_, last) = [None, *exchange.store.catalogue.submissions.all(SV)[number:]]
            with seen.open("a") as file:
                file.write(f"{last.state if last is not None else 'absent'} ")
            if last is not None and last.state is not State.RELEASED:
                content = exchange.store.files.read(Kind.SOURCE, last.source_sha256)
                assert len(content) == last.size
                assert workflow.take_up(exchange, last.id).state is State.RELEASED
            released = [
                each
                for each in exchange.store.catalogue.submissions.all(SV)
                if each.state is State.RELEASED
            ]
            assert [each.release for each in released] == [
                each.number for each in exchange.releases(SV)
            ]
            exchange.store.remove_orphans()
            assert [*exchange.store.faults()] == []

    return work


def main(root: Path) -> None:
    """Kill at the first step, then at the second, until there is none left."""
    seen = root.parent / "seen"
    exchange = Exchange(Home(root))
    sample = exchange.provision(SV).sample
    assert sample is not None
    text = sample.read_text("utf-8")
    submit(exchange, sample, SV, by="Ana")  # here, so that no child loads what all need
    file = root.parent / sample.name
    for step in count(1):
        # Each turn says something new, so that each makes a release.
        file.write_text(text.replace("13358", str(13358 + step)), "utf-8")
        number = len(exchange.store.catalogue.submissions.all(SV))
        exchange.close()  # a child has connections of its own
        ended = outcome(child(killed_at(exchange, file, step)))
        assert outcome(child(looked_at(root, number, seen))) == 0, step
        if ended == 0:
            states = " ".join(sorted(set(seen.read_text().split())))
            print(f"{step} {states}", flush=True)  # noqa: T201
            return
        assert ended == -signal.SIGKILL, ended


if __name__ == "__main__":
    main(Path(sys.argv[1]))
