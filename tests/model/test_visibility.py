"""What a caller may see, at which moment and of which provisions."""

from dataclasses import replace
from datetime import timedelta

import pytest

from gateway.model.query import Condition, Filter, Operator
from gateway.model.visibility import Sight, View, Visibility, recipients
from tests.figures import FLOW, NOON

GT = (Filter("AREA", ((Condition(Operator.EQ, "GT"),),)),)


def test_a_moment_in_the_past_never_widens_what_is_seen() -> None:
    """Rights are those of now; the clock goes back, and never forward."""
    now = Visibility(NOON, {"A": View()})
    hour = timedelta(hours=1)

    assert now.as_of(NOON - hour) == Visibility(NOON - hour, {"A": View()})
    assert now.as_of(NOON + hour) == now


def test_a_provision_is_seen_by_its_sights() -> None:
    """Not at all where it has none, or is not named; whole where nothing is said of any."""
    only = Visibility(NOON, {"A": View(()), "B": View()})

    assert [only.sees(each) for each in "ABC"] == [False, True, False]
    assert Visibility(NOON).sees("A")
    assert Visibility(NOON).knows(FLOW.reference)
    assert not Visibility(NOON, flows=frozenset()).knows(FLOW.reference)


def test_the_digest_stands_for_all_but_the_clock() -> None:
    """Alike rights have it alike, in whatever order sets are; the policy's version is in it."""
    view = View((Sight(GT, frozenset({"N", "C", "D", "S", "A"}), ahead=True),))
    one = Visibility(NOON, {"A": view, "B": View()}, policy="3").signed()

    later = Visibility(NOON + timedelta(days=1), {"B": View(), "A": view}, policy="3").signed()
    others = [
        replace(one, policy="4"),
        replace(one, views={"A": view}),
        replace(one, views={"A": View((Sight(GT),)), "B": View()}),
        replace(one, flows=frozenset()),
        Visibility(NOON),
    ]

    assert one.digest == later.digest
    assert len({one.digest, *(each.signed().digest for each in others)}) == 6


@pytest.mark.parametrize(
    ("sight", "status", "named", "reads"),
    [
        pytest.param(Sight(), "N", "", True, id="who reads all reads all"),
        pytest.param(Sight(statuses=frozenset()), "N", "", False, id="free figures only"),
        pytest.param(Sight(statuses=frozenset("N")), "N", "", True, id="the status is granted"),
        pytest.param(Sight(statuses=frozenset("C")), "N", "", False, id="another status is"),
        pytest.param(
            Sight(statuses=frozenset(), named=None, organisation="MX"), "N", "MX", True,
            id="passed on to the caller's organisation",
        ),
        pytest.param(
            Sight(statuses=frozenset("N"), named=None, organisation="MX"), "N", "SV GT", False,
            id="passed on to others only",
        ),
        pytest.param(
            Sight(statuses=frozenset(), named=frozenset("C"), organisation="MX"), "N", "MX", False,
            id="passed on, but the token says less",
        ),
        pytest.param(
            Sight(statuses=frozenset("N"), organisation="GT", own=True), "N", "MX", True,
            id="the provider's own",
        ),
        pytest.param(
            Sight(statuses=frozenset(), named=None), "N", "None", False, id="no organisation",
        ),
    ],
)  # fmt: skip
def test_what_is_not_free_is_read_by_status_or_by_name(
    sight: Sight, status: str, named: str, reads: bool
) -> None:
    assert sight.reads(status, recipients(named)) is reads
