"""The mirror through the exchange: what the terminal tells, deltas, history, the past, rights."""

from collections.abc import Iterator

import pytest

from gateway.errors import NoResults, NotFound
from gateway.exchange import Exchange
from gateway.exchange.compared import Compared, Table
from gateway.exchange.comparing import PairQuery, compare
from gateway.formats.message import Action
from gateway.model.visibility import View, Visibility
from gateway.settings import Home
from tests.asking import asked
from tests.conftest import Clock
from tests.exchange.test_data import asked as with_parameters
from tests.figures import NOON, Row, rows
from tests.mirror.stating import GUATEMALA, MEXICO, months
from tests.releases.publishing import publish

GT, MX = "GT_IGM_RETURNS", "MX_UPMRIP_RETURNS"
FLOW = "data/dataflow/LMIG/DF_MIRROR/1.0.0"


@pytest.fixture(scope="module")
def table(loaded: Exchange) -> Table:
    """Guatemala and Mexico as `gateway compare` tells of them."""
    (found,) = compare(loaded, PairQuery("DF_RETURNS", ("GT", "MX")), loaded.everything())
    return found


def told(one: Compared) -> tuple[float, float]:
    assert one.index is not None
    assert one.ratio is not None
    return round(one.index, 2), round(one.ratio, 2)


def test_the_years_of_the_real_pair(table: Table) -> None:
    """Whole years as served; of the last one the months that both have stated."""
    assert {each.period: told(each) for each in table.years()} == {
        "2020": (6.45, 0.94),
        "2021": (15.05, 0.86),
        "2022": (6.59, 1.07),
        "2023": (5.37, 0.95),
        "2024": (36.40, 1.44),
        "2025-01/2025-04": (79.04, 2.31),
    }


def test_the_worst_months_are_the_unusual_ones(table: Table) -> None:
    """August 2021, October and December 2023, and the collapse from 2024 on."""
    outliers = [each.period for each in table.finest if each.status == "OUTLIER"]

    assert outliers[:3] == ["2021-08", "2023-10", "2023-12"]
    assert all(each >= "2024" for each in outliers[3:])
    assert len(outliers) > 5
    assert {each.period for each in table.worst(3)} <= {*outliers}


class Two:
    """A gateway in which Guatemala and Mexico release, hour by hour."""

    def __init__(self, home: Home) -> None:
        self.clock = Clock()
        self.clock.now = NOON
        self.exchange = Exchange(home, self.clock)

    def release(self, provision: str, values: list[float | None]) -> None:
        """A new state of one side from January 2023 on, an hour after the last."""
        usual = GUATEMALA if provision == GT else MEXICO
        structure = self.exchange.provision(provision).structure
        content: list[Row] = [{**usual, **row} for row in months(values)]
        self.clock.move(hours=1)
        publish(self.exchange.store, content, now=self.clock(), provision=provision,
                structure=structure, source=repr(values).encode())  # fmt: skip
        self.clock.move(minutes=1)

    def told(
        self, visibility: Visibility | None = None, **parameters: str
    ) -> list[tuple[Action, list[tuple[str | None, ...]]]]:
        """Each data set of monthly values of Guatemala's mirror: action, and what is in it."""
        wanted = {"c[MIRROR_MEASURE]": "VALUE,MIRROR_VALUE", **parameters}
        query = with_parameters(f"{FLOW}/M.GT.MX", "v2", wanted)
        message = self.exchange.data(query, visibility or self.exchange.everything())
        names = ("MIRROR_MEASURE", "TIME_PERIOD", "OBS_VALUE")
        return [
            (each.action, [tuple(row[name] for name in names)
                           for one in each.selections for row in rows(one)])
            for each in message.datasets
        ]  # fmt: skip


@pytest.fixture
def two(home: Home) -> Iterator[Two]:
    found = Two(home)
    found.release(GT, [10, 20])
    found.release(MX, [11, 21])
    yield found
    found.exchange.close()


def test_a_revision_of_one_side_is_a_delta_of_the_mirror(two: Two) -> None:
    """updatedAfter has what was revised, and asOf gives both sides as they stood."""
    before = two.clock()
    was = two.told()
    two.release(MX, [11, 25])

    delta = two.told(updatedAfter=before.isoformat(), **{"c[MIRROR_MEASURE]": "MIRROR_VALUE"})

    ((_, changed),) = delta
    assert ("MIRROR_VALUE", "2023-02", "25") in changed
    assert two.told(asOf=before.isoformat()) == was
    assert ("MIRROR_VALUE", "2023-02", "25") in two.told()[0][1]


def test_history_tells_every_state(two: Two) -> None:
    """First one side without a mirror, then both, then what was revised."""
    two.release(MX, [11, 25])

    found = two.told(includeHistory="true", **{"c[TIME_PERIOD]": "eq:2023-02"})

    values = [value for _, of in found for name, _, value in of if name == "MIRROR_VALUE"]
    assert values[-1] == "25"
    assert "21" in values


def test_the_last_observations_of_each_series(two: Two) -> None:
    """Counted by series of the mirror."""
    ((_, found),) = two.told(lastNObservations="1")

    assert found == [("MIRROR_VALUE", "2023-02", "21"), ("VALUE", "2023-02", "20")]


def test_the_standing_changes_when_a_side_releases(two: Two) -> None:
    """So does the ETag that is made of it; asked again without a release, it stays."""
    query = asked(f"{FLOW}/M.GT.MX")
    first = two.exchange.standing(query, two.exchange.everything())
    two.clock.move(hours=1)
    assert two.exchange.standing(query, two.exchange.everything()) == first

    two.release(GT, [10, 22])

    assert two.exchange.standing(query, two.exchange.everything()) != first


def test_who_sees_one_side_sees_no_other(two: Two) -> None:
    """Neither the hidden side's values nor that there is one to compare with."""
    one = Visibility(two.clock(), {GT: View()})
    asking = with_parameters(FLOW, "v2", {})

    with pytest.raises(NoResults):
        two.exchange.data(asking, one)


def test_the_flow_is_not_there_for_who_sees_neither_side(two: Two) -> None:
    """As if nobody had defined it."""
    with pytest.raises(NotFound):
        two.exchange.data(with_parameters(FLOW, "v2", {}), Visibility(two.clock(), {}))


def test_a_release_of_one_year_adds_up_that_year_alone(two: Two) -> None:
    """Sums are kept year by year, by the content that they are of."""
    two.release(GT, [*range(10, 34)])
    two.release(MX, [*range(10, 34)])
    two.told()
    before = two.exchange.mirror.added

    two.release(MX, [*range(10, 33), 99])
    two.told()

    frequencies = 4  # months, quarters, halves and years of what changed, and of no other year
    assert 0 < two.exchange.mirror.added - before <= 12 * frequencies
