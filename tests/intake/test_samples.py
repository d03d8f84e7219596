"""The three offices' samples come out as the offices state them."""

from collections import Counter

import pytest

from gateway.exchange import Exchange
from tests.asking import rows, total
from tests.conftest import CONFIG
from tests.intake.books import AIR, GT, checked, sample

WITHOUT_SAMPLE = {"MX_UPMRIP_IRREGULAR_SEX_AGE", "MX_EMIF_SUR"}
"""Layouts of which no figures with a source are at hand; other tests make files of them."""

WITHOUT_TOTALS = {"GT_MINTRAB_PERMITS", "UNDESA_STOCK"}


def read_home() -> list[str]:
    """The provisions that come with the gateway."""
    return [path.parent.name for path in (CONFIG / "provisions").glob("*/provision.toml")]


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


@pytest.mark.parametrize("provision", sorted(read_home()))
def test_every_stated_total_is_reproduced(loaded: Exchange, provision: str) -> None:
    """Each total in the file is computed again from its parts, and not one of them differs."""
    path = loaded.provision(provision).sample
    if path is None:
        assert provision in WITHOUT_SAMPLE
        return

    result = checked(loaded, provision, path.read_bytes(), path.name)

    assert bool(result.controls) == (provision not in WITHOUT_TOTALS)
    assert [each.name for each in result.controls if not each.holds] == []
    assert result.findings == ()
    assert result.observations is not None
    assert len(result.observations) == result.rows == result.account.observations
    assert result.account.balanced


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


@pytest.mark.parametrize(
    ("provision", "codes", "period", "value"),
    [
        pytest.param(AIR, {"REF_AREA": "MX", "CITIZENSHIP": "GT"}, "2025", 136_438, id="by air"),
        pytest.param(
            AIR, {"REF_AREA": "MX-AP-MEX", "CITIZENSHIP": "SV"}, "2025", 42_830, id="one airport"
        ),
        pytest.param("GT_MINTRAB_PERMITS", {"CITIZENSHIP": "SV"}, "2025", 514, id="by nationality"),
        pytest.param(
            "GT_MINTRAB_PERMITS", {"REF_AREA": "GT-01"}, "2025", 3_662, id="by department"
        ),
        pytest.param(
            "GT_MINTRAB_PERMITS",
            {"REF_AREA": "GT", "CITIZENSHIP": "_T"},
            "2024",
            4_227,
            id="permits in all",
        ),
        pytest.param(
            "GT_MINEX_TEMPORARY_WORKERS",
            {"FREQ": "S", "COUNTERPART_AREA": "MX"},
            "2024-S1",
            9_951,
            id="half a year",
        ),
        pytest.param(
            "GT_MINEX_TEMPORARY_WORKERS",
            {"FREQ": "A", "COUNTERPART_AREA": "_T"},
            "2022",
            27_737,
            id="a year",
        ),
        pytest.param(
            "UNDESA_STOCK",
            {"REF_AREA": "MX", "BIRTH_AREA": "GT", "SEX": "F"},
            "2024",
            39_656,
            id="born in Guatemala",
        ),
    ],
)
def test_published_figures_are_where_they_belong(
    loaded: Exchange, provision: str, codes: dict[str, str], period: str, value: int
) -> None:
    """One figure of each layout, by its codes."""
    path = loaded.provision(provision).sample
    assert path is not None

    result = checked(loaded, provision, path.read_bytes(), path.name)

    assert result.observations is not None
    wanted = {**codes, "TIME_PERIOD": period}
    found = [
        row["OBS_VALUE"]
        for row in result.observations.table.to_pylist()
        if wanted.items() <= row.items()
    ]
    assert found == [value]


def test_events_of_2024_come_to_what_the_copy_states(loaded: Exchange) -> None:
    """Months of all nationalities add up to the year, as the copy of the table does."""
    path = loaded.provision("MX_UPMRIP_IRREGULAR").sample
    assert path is not None

    result = checked(loaded, "MX_UPMRIP_IRREGULAR", path.read_bytes(), path.name)

    assert result.observations is not None
    rows = [
        row
        for row in result.observations.table.to_pylist()
        if row["TIME_PERIOD"].startswith("2024") and row["CITIZENSHIP"] == "_T"
    ]
    assert sum(row["OBS_VALUE"] for row in rows) == 1_231_320
    assert {row["OBS_STATUS"] for row in rows} == {"P"}
