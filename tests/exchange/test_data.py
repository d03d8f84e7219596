"""Which data sets answer a question, of what, and what of them is told."""

from collections.abc import Iterator

import pytest

from gateway.errors import NoResults, NotFound, NotServed, SemanticError
from gateway.exchange import Exchange
from gateway.exchange.submission import submit
from gateway.formats.message import DataMessage, Shown
from gateway.model.period import chronological
from gateway.model.query import DataQuery
from gateway.model.visibility import View, Visibility
from gateway.rest.service import DIALECTS, question
from tests.figures import rows
from tests.homes import fresh

SV, MINEX, STOCK = "SV_DGME_RETURNS", "GT_MINEX_TEMPORARY_WORKERS", "UNDESA_STOCK"
GT = "GT_IGM_RETURNS"
RETURNS, WORKERS, POPULATION = (
    f"LMIG:{each}(1.0.0)" for each in ("DF_RETURNS", "DF_TEMPORARY_WORKERS", "DF_STOCK")
)


class Gateway:
    """A gateway asked by the paths that clients use."""

    def __init__(self, exchange: Exchange) -> None:
        self.exchange = exchange

    def ask(self, path: str, dialect: str = "v2", **parameters: str) -> DataMessage:
        return self.exchange.data(
            asked(path, dialect, parameters), Visibility(self.exchange.clock())
        )

    def of(self, path: str, dialect: str = "v2", **parameters: str) -> list[tuple[str, int]]:
        """What each data set is of, and how many observations it has."""
        return [
            (str(each.subject.of), sum(map(len, each.selections)))
            for each in self.ask(path, dialect, **parameters).datasets
        ]


def asked(path: str, dialect: str, parameters: dict[str, str]) -> DataQuery:
    query = question(DIALECTS[dialect], path, [*parameters.items()])
    assert isinstance(query, DataQuery)
    return query


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """Four provisions of three dataflows and two structures."""
    exchange = Exchange(fresh(tmp_path_factory.mktemp("data")))
    for provision in (SV, GT, MINEX, STOCK):
        path = exchange.provision(provision).sample
        assert path is not None
        submit(exchange, path, provision)
    yield Gateway(exchange)
    exchange.close()


def names(found: list[tuple[str, int]]) -> list[str]:
    return [name for name, _ in found]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("data", [RETURNS, POPULATION, WORKERS]),
        ("data/*/LMIG", [RETURNS, POPULATION, WORKERS]),
        ("data/dataflow/LMIG/DF_STOCK,DF_RETURNS", [RETURNS, POPULATION]),
        ("data/dataflow/LMIG/*/1+.0.0", [RETURNS, POPULATION, WORKERS]),
        ("data/*/LMIG/DF_RETURNS/+/*", [RETURNS]),
        ("data/datastructure/LMIG/LMIG_FLOW", ["LMIG:LMIG_FLOW(1.0.0)"]),
        ("data/*/LMIG/LMIG_FLOW", ["LMIG:LMIG_FLOW(1.0.0)"]),
        ("data/datastructure", ["LMIG:LMIG_FLOW(1.0.0)", "LMIG:LMIG_STOCK(1.0.0)"]),
        (f"data/provisionagreement/*/{SV}", [f"LMIG:{SV}(1.0.0)"]),
        (f"data/*/LMIG/{SV},DF_STOCK", [POPULATION, f"LMIG:{SV}(1.0.0)"]),
        (
            "data/provisionagreement",
            [f"LMIG:{each}(1.0.0)" for each in (GT, MINEX, SV, STOCK)],
        ),
        (
            "data/provisionagreement,dataflow/*/DF_STOCK,UNDESA_STOCK",
            [f"LMIG:{STOCK}(1.0.0)", POPULATION],
        ),
    ],
)
def test_each_artefact_that_is_asked_for_has_its_data_set(
    gateway: Gateway, path: str, expected: list[str]
) -> None:
    """As its context says, in the order of the definitions. Source: SDMX-REST 2.2.2, data.md."""
    assert names(gateway.of(path)) == expected


def test_contexts_tell_the_same_observations(gateway: Gateway) -> None:
    """Each once, however they are parted."""
    totals = [
        sum(size for _, size in gateway.of(f"data/{context}"))
        for context in ("*", "dataflow", "datastructure", "provisionagreement")
    ]

    assert len({*totals}) == 1


def test_a_wildcard_leaves_out_what_the_question_does_not_fit(gateway: Gateway) -> None:
    """BIRTH_AREA is a dimension of stocks alone."""
    assert names(gateway.of("data/dataflow/LMIG", **{"c[BIRTH_AREA]": "GT"})) == [POPULATION]
    assert names(gateway.of("data", **{"c[DIRECTION]": "OUT,IN"})) == [RETURNS, WORKERS]


@pytest.mark.parametrize(
    ("path", "parameters", "said"),
    [
        ("data/dataflow/*/DF_RETURNS,DF_STOCK", {"c[BIRTH_AREA]": "GT"}, "BIRTH_AREA"),
        ("data", {"c[NOTHING]": "A"}, "no component NOTHING"),
        ("data", {"c[SEX]": "NOBODY"}, "SEX has no code NOBODY"),
        ("data", {"attributes": "NOTHING"}, "no attribute NOTHING"),
        ("data", {"attributes": "none,OBS_STATUS"}, "none and some"),
        ("data", {"measures": "SEX"}, "no measure SEX"),
        ("data", {"attributes": "none", "measures": "none", "sort": "TIME_PERIOD"}, "TIME_PERIOD"),
    ],
)
def test_what_is_named_and_does_not_fit_is_refused_by_name(
    gateway: Gateway, path: str, parameters: dict[str, str], said: str
) -> None:
    """As is what fits none of all that a wildcard means: a slip, not an empty answer."""
    with pytest.raises(SemanticError, match=said):
        gateway.ask(path, **parameters)


@pytest.mark.parametrize(
    ("path", "error"),
    [
        ("data/dataflow/LMIG/DF_NONE", NotFound),
        ("data/*/LMIG/NONE", NotFound),
        ("data/provisionagreement/LMIG/NONE", NotFound),
        ("data/dataflow/LMIG/DF_PERMITS", NoResults),
        ("data/provisionagreement/LMIG/GT_MINTRAB_PERMITS", NoResults),
        ("data/dataflow/NOBODY", NoResults),
    ],
)
def test_what_is_not_there(gateway: Gateway, path: str, error: type[Exception]) -> None:
    """A name that nothing has is told apart from one that has no data."""
    with pytest.raises(error):
        gateway.ask(path)


@pytest.mark.parametrize(
    ("providers", "expected"),
    [
        ("SV_DGME", ["SV"]),
        ("LMIG,SV_DGME", ["SV"]),
        ("all,SV_DGME", ["SV"]),
        ("LMIG,all", ["GT", "SV"]),
        ("GT_IGM+SV_DGME", ["GT", "SV"]),
        ("GT_IGM+LMIG,SV_DGME", ["GT", "SV"]),
        ("ILO,SV_DGME", []),
    ],
)
def test_providers_are_named_with_their_agency_or_without(
    gateway: Gateway, providers: str, expected: list[str]
) -> None:
    """Source: SDMX-REST 1.5, data queries, providerRef."""
    path = f"data/LMIG,DF_RETURNS,latest/all/{providers}"
    if not expected:
        with pytest.raises(NoResults):
            gateway.ask(path, "v1")
        return

    found = gateway.ask(path, "v1").selections

    assert sorted({code for each in found for code in each.keys["REF_AREA"].values}) == expected


def test_a_page_runs_on_over_dataflows(gateway: Gateway) -> None:
    """Pages of an answer of several dataflows are together the whole, each observation once."""
    whole = told(gateway.ask("data"))

    pages = []
    for start in range(0, len(whole), 200):
        page = told(gateway.ask("data", offset=str(start), limit="200"))
        assert len(page) == min(200, len(whole) - start)
        pages += page

    assert pages == whole


def test_an_order_holds_within_each_data_set(gateway: Gateway) -> None:
    """Structures have not the same components, so that data sets do not mix."""
    found = gateway.ask("data", sort="TIME_PERIOD:desc")

    for dataset in found.datasets:
        periods = [str(row["TIME_PERIOD"]) for one in dataset.selections for row in rows(one)]
        assert periods == sorted(periods, key=chronological, reverse=True)


def told(message: DataMessage) -> list[tuple[str, str]]:
    return [
        (str(dataset.subject.of), str(row))
        for dataset in message.datasets
        for selection in dataset.selections
        for row in rows(selection)
    ]


ON_SERIES = {"UNIT_MEASURE", "UNIT_MULT", "DECIMALS"}


@pytest.mark.parametrize(
    ("attributes", "measures", "expected"),
    [
        ("dsd", "all", Shown()),
        ("all", "OBS_VALUE", Shown()),
        ("dataset,series,obs", "all", Shown()),
        ("none", "all", Shown(frozenset())),
        ("msd", "all", Shown(frozenset())),
        ("OBS_STATUS,CONF_STATUS", "all", Shown(frozenset({"OBS_STATUS", "CONF_STATUS"}))),
        ("OBS_STATUS", "none", Shown(frozenset({"OBS_STATUS"}), measure=False)),
        ("all", "none", Shown(measure=False)),
        ("none", "none", Shown(frozenset(), measure=False, observations=False)),
        ("UNIT_MEASURE", "none", Shown(frozenset({"UNIT_MEASURE"}), False, False)),
    ],
)
def test_what_is_told_besides_the_dimensions(
    gateway: Gateway, attributes: str, measures: str, expected: Shown
) -> None:
    """Source: SDMX-REST 2.2.2, data.md, attributes and measures."""
    message = gateway.ask("data/dataflow/LMIG/DF_RETURNS", attributes=attributes, measures=measures)

    assert {each.shown for each in message.datasets} == {expected}


@pytest.mark.parametrize(
    ("detail", "expected"),
    [
        ("full", Shown()),
        ("dataonly", Shown(frozenset())),
        ("serieskeysonly", Shown(frozenset(), measure=False, observations=False)),
    ],
)
def test_detail_says_the_same(gateway: Gateway, detail: str, expected: Shown) -> None:
    """Source: SDMX-REST 1.5, data queries, detail."""
    (found,) = gateway.ask("data/DF_RETURNS", "v1", detail=detail).datasets

    assert found.shown == expected


def test_no_data_leaves_the_attributes_of_series(gateway: Gateway) -> None:
    (found,) = gateway.ask("data/DF_RETURNS", "v1", detail="nodata").datasets

    assert found.shown.attributes is not None
    assert "UNIT_MEASURE" in found.shown.attributes
    assert "OBS_STATUS" not in found.shown.attributes
    assert not found.shown.observations


KEYS = {"attributes": "none", "measures": "none"}


def test_series_are_counted_and_paged_as_series(gateway: Gateway) -> None:
    """Each series of the whole answer once, whatever of its observations is asked for."""
    whole = gateway.ask("data")
    series = sum(each.series for each in whole.selections)

    found = gateway.ask("data", **KEYS, lastNObservations="3")
    pages = [gateway.ask("data", **KEYS, offset=str(start), limit="10")
             for start in range(0, series, 10)]  # fmt: skip

    assert sum(each.series for each in found.selections) == series
    assert sum(each.series for page in pages for each in page.selections) == series
    assert all(sum(each.series for each in page.selections) == 10 for page in pages[:-1])


def test_series_are_those_with_an_observation_that_fits(gateway: Gateway) -> None:
    """A filter on time or value leaves only series that have one."""
    all_of_them = gateway.of("data/dataflow/LMIG/DF_RETURNS", **KEYS)
    late = gateway.of("data/dataflow/LMIG/DF_RETURNS", **KEYS, **{"c[TIME_PERIOD]": "ge:2025-01"})

    assert 0 < late[0][1] < all_of_them[0][1]


def test_series_are_told_over_time(gateway: Gateway) -> None:
    """Flat or not, the series of an answer are those over time; other sections are not told."""
    flat = gateway.ask("data", **KEYS, dimensionAtObservation="AllDimensions")

    assert flat.dimension_at_observation == "TIME_PERIOD"
    with pytest.raises(NotServed, match="over time"):
        gateway.ask("data", **KEYS, dimensionAtObservation="SEX")


def test_a_caller_who_sees_nothing_of_a_dataflow_has_no_data_set_of_it(gateway: Gateway) -> None:
    """Wildcards say nothing of what is not for one's eyes; nor does an agreement by its name."""
    visibility = Visibility(gateway.exchange.clock(), {STOCK: View()})

    found = gateway.exchange.data(asked("data", "v2", {}), visibility)

    assert [str(each.subject.of) for each in found.datasets] == [POPULATION]
    with pytest.raises(NotFound):
        gateway.exchange.data(asked(f"data/provisionagreement/LMIG/{SV}", "v2", {}), visibility)
