"""The overviews through the exchange: the samples' real figures, lateness, the past, questions."""

from collections.abc import Iterator

import pytest

from gateway.errors import BadSyntax, GatewayError, NoResults, SemanticError
from gateway.exchange import Exchange
from gateway.exchange.matrix import matrices
from gateway.exchange.overview import Asked
from gateway.mirror.totals import Outcome
from gateway.settings import Home
from tests.exchange.test_mirror import GT, Two


@pytest.fixture(scope="module")
def corridors_2023(loaded: Exchange) -> dict[tuple[str, str, str], float | None]:
    found = loaded.overview.corridors(Asked("2023"), loaded.everything())
    return {(each.origin, each.destination, each.corridor.source): each.value
            for each in found.flows}  # fmt: skip


REAL = [
    ("MX", "GT", "GT_IGM", 24395),
    ("MX", "GT", "MX_UPMRIP", 25741),
    ("US", "GT", "GT_IGM", 55302),
    ("MX", "SV", "MX_UPMRIP", 1990),
    ("MX", "SV", "SV_DGME", None),
    ("US", "SV", "SV_DGME", None),
]


@pytest.mark.parametrize(("origin", "destination", "source", "value"), REAL)
def test_the_real_corridors_of_2023(
    corridors_2023: dict[tuple[str, str, str], float | None],
    origin: str,
    destination: str,
    source: str,
    value: float | None,
) -> None:
    """What Guatemala received is what its press office said: 79,697, of them 24,395 from Mexico.

    El Salvador states its total of 2023 without countries: those are missing, not zero.
    """
    assert corridors_2023[origin, destination, source] == value


def test_nobody_else_speaks_of_those_corridors(
    corridors_2023: dict[tuple[str, str, str], float | None],
) -> None:
    """Each end once, and what Mexico returned to others adds up to its total."""
    theirs = [value or 0 for (origin, _, source), value in corridors_2023.items()
              if (origin, source) == ("MX", "MX_UPMRIP")]  # fmt: skip

    assert {source for _, destination, source in corridors_2023 if destination == "GT"} == {
        "GT_IGM", "MX_UPMRIP"
    }  # fmt: skip
    assert sum(theirs) == 54728


def test_the_matrix_has_the_fewer_countries_in_its_columns(loaded: Exchange) -> None:
    """First come the countries of which both ends speak."""
    found = loaded.overview.corridors(Asked("2024"), loaded.everything())
    (matrix,) = matrices(found.flows)

    assert matrix.across == "origin"
    assert [(each.country, each.source) for each in matrix.columns] == [
        ("MX", "GT_IGM"), ("MX", "MX_UPMRIP"), ("MX", "SV_DGME"), ("US", "SV_DGME")
    ]  # fmt: skip
    assert matrix.groups == {"MX": 3, "US": 1}
    told = [(row.country, [each and each.value for each in row.flows]) for row in matrix.rows]
    assert told[:2] == [
        ("GT", [15088, 10442, None, None]),
        ("SV", [None, 356, 698, 14189]),
    ]


TOTALS = [
    ("2023", "MX", ("MX_UPMRIP",), 54728, 54728, (), Outcome.AGREES),
    ("2024", "SV", ("SV_DGME",), 14986, 14986, (), Outcome.AGREES),
    ("2024", "SV", ("MX_UPMRIP",), 14986, 356, ("US", "_O"), Outcome.INCOMPLETE),
    ("2023", "SV", ("SV_DGME",), 13358, None, ("MX", "US", "_O"), Outcome.INCOMPLETE),
    ("2023", "SV", ("MX_UPMRIP",), 13358, 1990, ("US", "_O"), Outcome.INCOMPLETE),
]


@pytest.mark.parametrize(
    ("period", "reporter", "sources", "total", "parts", "missing", "outcome"), TOTALS
)
def test_the_real_totals_and_their_parts(
    loaded: Exchange,
    period: str,
    reporter: str,
    sources: tuple[str, ...],
    total: float,
    parts: float | None,
    missing: tuple[str, ...],
    outcome: Outcome,
) -> None:
    """Of one source, and across: what El Salvador says in all beside what Mexico says it sent."""
    found = loaded.overview.reconciled(Asked(period, reporter=reporter), loaded.everything())

    (row,) = (each for each in found.reconciled
              if tuple(of.split()[0] for of in each.parts_of) == sources)  # fmt: skip
    assert (row.total, row.sum, row.missing, row.outcome) == (total, parts, missing, outcome)


def test_the_real_coverage(loaded: Exchange) -> None:
    """Which source has which periods, with gaps; all of it was loaded in one go."""
    found = loaded.overview.coverage(Asked(), loaded.everything()).covered

    assert [(e.source, e.frequency, e.first, e.last, e.gaps, len(e.partners), e.total)
            for e in found] == [
        ("GT_IGM", "M", "2020-01", "2025-04", (), 2, False),
        ("MX_UPMRIP", "M", "2015-01", "2025-04", (), 107, True),
        ("SV_DGME", "A", "2016", "2024", ("2018", "2021", "2022"), 2, True),
    ]  # fmt: skip
    assert [each.late for each in found] == [None] * 3


def test_without_a_period_it_is_the_last_whole_year(loaded: Exchange) -> None:
    assert loaded.overview.corridors(Asked(), loaded.everything()).period == "2024"


WRONG: list[tuple[str, Asked, type[GatewayError]]] = [
    ("no period", Asked("2023-13"), BadSyntax),
    ("a week", Asked("2023-W05"), BadSyntax),
    ("no country", Asked(origin="XX"), SemanticError),
    ("no indicator", Asked(indicator="XX"), SemanticError),
    ("long ago", Asked("1999"), NoResults),
    ("a country that says nothing", Asked("2023", reporter="HN"), NoResults),
]


@pytest.mark.parametrize(
    ("asked", "refusal"), [pytest.param(*case[1:], id=case[0]) for case in WRONG]
)
def test_what_means_nothing_is_refused(
    loaded: Exchange, asked: Asked, refusal: type[GatewayError]
) -> None:
    with pytest.raises(refusal):
        loaded.overview.corridors(asked, loaded.everything())


@pytest.fixture
def two(home: Home) -> Iterator[Two]:
    found = Two(home)
    yield found
    found.exchange.close()


def test_how_late_is_told_by_the_releases_that_followed(two: Two) -> None:
    """January is loaded; February and March come with a release each, as months after months."""
    clock = two.clock
    for day, values in ((15, [10.0]), (40, [10.0, 20.0]), (80, [10.0, 20.0, 30.0])):
        clock.now = clock.now.replace(year=2023, month=2, day=1, hour=1)
        clock.move(days=day)
        two.release(GT, [*values])

    (found,) = two.exchange.overview.coverage(Asked(), two.exchange.everything()).covered

    assert found.late is not None
    assert (found.late.median, found.late.longest, found.late.periods) == (
        17.5,
        22,
        2,
    )  # 13 March, 22 April


def test_a_new_release_is_told_at_once_and_the_past_stays(two: Two) -> None:
    """What was kept is of before; a question of before is answered so."""
    overview, asked = two.exchange.overview, Asked("2023-02")
    two.release(GT, [10, 20])
    before = two.exchange.everything()
    assert [each.value for each in overview.corridors(asked, before).flows] == [20]
    standing = overview.standing(asked, before, two.exchange.defined)

    two.release(GT, [10, 25])
    now = two.exchange.everything()

    assert [each.value for each in overview.corridors(asked, now).flows] == [25]
    assert [each.value for each in overview.corridors(asked, before).flows] == [20]
    assert overview.standing(asked, now, two.exchange.defined) != standing
    assert overview.standing(asked, before, two.exchange.defined) == standing
