"""The benchmark runs, and measures what it says; how fast that was is not for a test to judge."""

import re

import pytest

from tests.process import run


@pytest.mark.slow
def test_every_measure_comes_out() -> None:
    """With few observations, for their number changes nothing but the time."""
    done = run(["-m", "tests.benchmarks", "--observations", "2400"], timeout=900)

    assert done.returncode == 0, done.stderr
    heading, *measures = done.stdout.splitlines()
    assert heading.startswith("2,400 observations")
    assert len(measures) == 48
    for measure in measures:
        assert re.search(r" [\d,]*\d\.\d{3} (ms|CPU s|observations/s|answers/s|MB)", measure), (
            measure
        )
