"""What a caller may see, at which moment and of which provisions."""

from datetime import timedelta

from gateway.model.visibility import Visibility
from tests.figures import NOON


def test_a_moment_in_the_past_never_widens_what_is_seen() -> None:
    """Rights are those of now; the clock goes back, and never forward."""
    now = Visibility(NOON, frozenset({"A"}), {"A": ()})
    hour = timedelta(hours=1)

    assert now.as_of(NOON - hour) == Visibility(NOON - hour, frozenset({"A"}), {"A": ()})
    assert now.as_of(NOON + hour) == now


def test_a_provision_is_seen_in_its_regions() -> None:
    """Not at all where it has none; whole where none are named."""
    only = Visibility(NOON, frozenset({"A", "B"}), {"A": (), "C": ((),)})

    assert [only.sees(each) for each in "ABC"] == [False, True, False]
    assert [only.region(each) for each in "ABC"] == [(), None, ((),)]
