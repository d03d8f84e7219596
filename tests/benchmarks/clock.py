"""How long work takes, in CPU seconds of this process: a busy machine slows them least."""

import time
from collections.abc import Callable
from statistics import median


def seconds(work: Callable[[], object], times: int = 1) -> float:
    """The median of several runs."""
    return median(_once(work) for _ in range(times))


def _once(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def beside(one: Callable[[], object], other: Callable[[], object], times: int) -> list[float]:
    """The medians of two works whose runs alternate, so that both meet the same machine."""
    runs = [(_once(one), _once(other)) for _ in range(times)]
    return [median(column) for column in zip(*runs, strict=True)]
