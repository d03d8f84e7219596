"""The three offices' samples come out as the offices state them."""

from collections import Counter

import pytest

from gateway.exchange import Exchange
from tests.asking import rows, total
from tests.intake.books import GT, MX, SV, checked, sample


@pytest.mark.parametrize(
    ("key", "period", "expected"),
    [
        pytest.param("M.GT.MX", "ge:2023-01+le:2023-12", 24_395, id="GT from Mexico 2023"),
        pytest.param("M.GT", "ge:2024-01+le:2024-12", 76_768, id="GT from everywhere 2024"),
        pytest.param("M.GT", "ge:2023-01+le:2023-12", 79_697, id="GT from everywhere 2023"),
        pytest.param("M.MX.GT", "ge:2023-01+le:2023-12", 25_741, id="MX to Guatemala 2023"),
        pytest.param("M.MX.SV", "ge:2023-01+le:2023-12", 1_990, id="MX to El Salvador 2023"),
        pytest.param("M.MX._T", "ge:2023-01+le:2023-12", 54_728, id="MX total 2023"),
        pytest.param("A.SV._T", "eq:2016", 52_938, id="SV 2016"),
        pytest.param("A.SV._T", "eq:2024", 14_986, id="SV 2024"),
        pytest.param("A.SV.US+MX+_O", "eq:2024", 14_986, id="SV 2024 by origin"),
    ],
)
def test_published_totals_come_out(loaded: Exchange, key: str, period: str, expected: int) -> None:
    """What an office prints as its total is what the gateway's observations add up to."""
    found = rows(loaded, key, TIME_PERIOD=period)

    assert total(found) == expected


@pytest.mark.parametrize("provision", [GT, MX, SV])
def test_every_stated_total_is_reproduced(loaded: Exchange, provision: str) -> None:
    """Each total in the file is computed again from its parts, and not one of them differs."""
    path = loaded.provision(provision).sample
    assert path is not None

    result = checked(loaded, provision, path.read_bytes(), path.name)

    assert result.controls
    assert [each.name for each in result.controls if not each.holds] == []
    assert result.findings == ()
    assert result.observations is not None
    assert len(result.observations) == result.rows


def test_mexico_by_nationality_adds_up_to_its_total(loaded: Exchange) -> None:
    """Every nationality together is published as an observation too, and equals their sum."""
    period = "ge:2023-01+le:2023-12"
    by_citizenship: Counter[str] = Counter()
    for row in rows(loaded, "M.MX", TIME_PERIOD=period):
        by_citizenship[row["CITIZENSHIP"]] += int(row["OBS_VALUE"])

    everybody = by_citizenship.pop("_T")

    assert everybody == sum(by_citizenship.values()) == 54_728
    assert len(by_citizenship) > 2


def test_not_available_is_missing_and_not_zero(loaded: Exchange) -> None:
    """ "n.d." gives an observation without a value, whose status says that it exists unseen."""
    (found,) = rows(loaded, "A.SV.MX", TIME_PERIOD="eq:2016")

    assert found["OBS_VALUE"] == ""
    assert found["OBS_STATUS"] == "O"


def test_zero_is_a_value(loaded: Exchange) -> None:
    """A cell that says "-" or 0 is an observation of zero, with the status of any other."""
    found = rows(loaded, "M.MX._T")

    zeros = [row for row in rows(loaded, "M.GT") + found if row["OBS_VALUE"] == "0"]

    assert zeros
    assert {row["OBS_STATUS"] for row in zeros} <= {"A", "P"}


@pytest.mark.parametrize(("year", "status"), [("2023", "A"), ("2024", "A"), ("2025", "P")], ids=str)
@pytest.mark.parametrize("country", ["GT", "MX"])
def test_preliminary_years_say_so(loaded: Exchange, country: str, year: str, status: str) -> None:
    """A sheet whose foot says "Información preliminar" gives provisional observations."""
    found = rows(loaded, f"M.{country}", TIME_PERIOD=f"ge:{year}-01+le:{year}-12")

    assert {row["OBS_STATUS"] for row in found} == {status}


def test_every_observation_names_its_definition_and_source(loaded: Exchange) -> None:
    """Figures of three offices are never mixed without saying whose each one is."""
    found = rows(loaded)

    assert {row["DATA_SOURCE"] for row in found} == {"GT_IGM", "MX_UPMRIP", "SV_DGME"}
    assert all(row["DEFINITION"] and row["SOURCE_TABLE"] for row in found)


def test_a_file_gives_the_same_observations_each_time(loaded: Exchange) -> None:
    """Reading depends on nothing but the file."""
    content = sample(loaded, GT)

    first, second = (checked(loaded, GT, content).observations for _ in range(2))

    assert first is not None
    assert second is not None
    assert first.table.equals(second.table)
