"""What data there are, asked over HTTP: by hand, and by other people's clients as they come."""

import csv
import io
import threading
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import pyarrow as pa
import pytest
import sdmx
from flask import Flask
from flask.testing import FlaskClient
from lxml import etree
from pysdmx.api.dc.rest import SdmxConnector
from pysdmx.api.qb import ApiVersion, AvailabilityMode, AvailabilityQuery, DataContext, RestService
from pysdmx.io import read_sdmx
from werkzeug.serving import make_server

from gateway.access.clients import SCOPES
from gateway.access.grants import Grant
from gateway.exchange import Exchange
from gateway.model.artefact import Kind
from gateway.model.observations import REPORTED, Observations, columns
from gateway.model.query import AvailabilityQuery as Asked
from gateway.model.release import Replaces
from gateway.model.structure import AvailabilityConstraint
from gateway.model.visibility import View, Visibility
from gateway.releases.publishing import Publisher, Supply
from gateway.rest.service import DIALECTS, question
from gateway.web import create_app
from tests.conftest import ISSUER, token
from tests.definitions import FORMATS, faults
from tests.formats.reading import faults as ml_faults
from tests.formats.reading import official
from tests.homes import fresh
from tests.web.asking import name_of

Headers = dict[str, str]
Values = dict[str, set[str]]

V1, V2 = "/sdmx/v1/availableconstraint/DF_RETURNS", "/sdmx/v2/availability/dataflow/LMIG/DF_RETURNS"
FLOW = f"{V2}/1.0.0"
GT = "GT_IGM_RETURNS"


@dataclass(frozen=True)
class Found:
    """What a constraint of SDMX-JSON 2.1 says."""

    values: Values
    time: tuple[str, str] | None
    series: int
    observations: int


def constraint(found: Mapping[str, Any]) -> Found:
    """One of ``availabilityConstraints``."""
    keys = {each["id"]: each for each in found["cubeRegion"]["keyValues"]}
    time = keys.pop("TIME_PERIOD", {}).get("timeRange")
    return Found(
        {id: {each["value"] for each in key["values"]} for id, key in keys.items()},
        None if time is None else (time["startPeriod"]["period"], time["endPeriod"]["period"]),
        found["seriesCount"],
        found["obsCount"],
    )


class Gateway:
    """A gateway asked over HTTP by a client that may read data."""

    def __init__(self, exchange: Exchange) -> None:
        self.exchange = exchange
        self.app: Flask = create_app(exchange, ISSUER)
        self.web: FlaskClient = self.app.test_client()
        id, secret = exchange.clients.add("tests", SCOPES, exchange.clock())
        exchange.grants.add(Grant(f"client:{id}", ("read",)), "tests", exchange.clock())
        self.headers = {"Authorization": f"Bearer {token(self.web, id, secret)}"}

    def all(self, path: str, **parameters: str) -> dict[str, Found]:
        """Every constraint of an answer, by what it is of."""
        response = self.web.get(path, query_string={**parameters, "format": "json"},
                                headers=self.headers)  # fmt: skip
        assert response.status_code == HTTPStatus.OK, response.text
        assert response.json is not None
        return {
            next(iter(each["constraintAttachment"].values())).partition("=")[2]: constraint(each)
            for each in response.json["data"]["availabilityConstraints"]
        }

    def one(self, path: str, **parameters: str) -> Found:
        """The only constraint of an answer."""
        (found,) = self.all(path, **parameters).values()
        return found


@pytest.fixture(scope="module")
def gateway(loaded: Exchange) -> Gateway:
    """The gateway with three offices' returns."""
    return Gateway(loaded)


USUAL = {
    "FREQ": "M",
    "REF_AREA": "GT",
    "INDICATOR": "RETURNS",
    "DIRECTION": "IN",
    "CITIZENSHIP": "GT",
    "AGE": "_T",
    "OCCUPATION": "_T",
    "ACTIVITY": "_T",
    "COUNT_BASIS": "EVT",
    "DATA_SOURCE": "GT_IGM",
    "TIME_PERIOD": "2023-01",
    "OBS_STATUS": "A",
    "UNIT_MEASURE": "EVENT",
}


def publish(exchange: Exchange, rows: Iterable[Mapping[str, str]]) -> None:
    """Make some rows what Guatemala's provision states from now on."""
    flow = exchange.registry.dataflow("LMIG:DF_RETURNS(1.0.0)")
    schema = columns(exchange.registry.structure(flow))
    whole = [{**USUAL, **row} for row in rows]
    arrays = {name: pa.array([row.get(name) for row in whole]) for name in schema.names}
    arrays["OBS_VALUE"] = pa.array([1.0] * len(whole))
    arrays[REPORTED] = pa.array(["1"] * len(whole))
    table = pa.table([arrays[field.name].cast(field.type) for field in schema], schema=schema)
    content = Observations(exchange.registry.structure(flow), table).sorted()
    supply = Supply(GT, str(flow.reference), content, Replaces.EVERYTHING, "x.csv", b"x")
    Publisher(exchange.store).publish(supply, exchange.clock())


AREA, STATUS, SEX = "COUNTERPART_AREA", "STATUS_TYPE", "SEX"
EXAMPLE = [
    {AREA: "GB", STATUS: "ACC", SEX: "M"},
    {AREA: "FR", STATUS: "ACC", SEX: "M"},
    {AREA: "FR", STATUS: "UNACC", SEX: "F"},
]
"""The standard's example, in codes of ours: the United Kingdom and France, employed or not."""


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """A gateway with the standard's example."""
    exchange = Exchange(fresh(tmp_path_factory.mktemp("example")))
    publish(exchange, EXAMPLE)
    yield Gateway(exchange)
    exchange.close()


def test_the_standard_s_worked_example(example: Gateway) -> None:
    """What a question has, and what could be added. Source: SDMX-REST 2.2.2, availability.md."""
    first = {f"c[{AREA}]": "FR", f"c[{SEX}]": "F"}
    second = {f"c[{AREA}]": "FR", f"c[{SEX}]": "M,F"}

    found = [
        [example.one(FLOW, **asked, mode=mode).values[id] for id in (AREA, STATUS, SEX)]
        for asked in (first, second)
        for mode in ("exact", "available")
    ]

    assert found == [
        [{"FR"}, {"UNACC"}, {"F"}],
        [{"FR"}, {"UNACC"}, {"M", "F"}],
        [{"FR"}, {"ACC", "UNACC"}, {"M", "F"}],
        [{"GB", "FR"}, {"ACC", "UNACC"}, {"M", "F"}],
    ]


def test_what_could_be_added_is_told_though_the_answer_is_empty(example: Gateway) -> None:
    """A form must be able to lead back from a choice that has nothing."""
    asked = {f"c[{AREA}]": "GB", f"c[{SEX}]": "F"}

    found = example.one(FLOW, **asked, mode="available")

    assert (found.series, found.observations) == (0, 0)
    assert (found.values[AREA], found.values[SEX]) == ({"FR"}, {"M"})
    empty = example.web.get(FLOW, query_string=asked, headers=example.headers)
    assert empty.status_code == HTTPStatus.NO_CONTENT


def test_what_changed_since_a_moment(exchange: Exchange) -> None:
    """What came, what is different, and what went. Source: availability.md, updatedAfter."""
    small = Gateway(exchange)
    publish(exchange, EXAMPLE)
    before = exchange.clock()
    publish(exchange, [*EXAMPLE[:2], {AREA: "DE", STATUS: "ACC", SEX: "F"}])

    found = small.one(FLOW, updatedAfter=before.isoformat())

    assert [found.values[id] for id in (AREA, STATUS, SEX)] == [
        {"FR", "DE"},
        {"ACC", "UNACC"},
        {"F"},
    ]
    assert (found.series, found.observations) == (2, 2)
    gone = small.one(FLOW, updatedAfter=before.isoformat(), mode="available", **{"c[SEX]": "F"})
    assert gone.values[SEX] == {"F"}


@pytest.mark.parametrize(
    ("key", "parameters"),
    [
        ("*", {}),
        ("M.GT.MX", {}),
        ("M.GT.MX", {"c[TIME_PERIOD]": "ge:2023+le:2023"}),
        ("A.SV,M.GT", {"c[SEX]": "F,_T"}),
    ],
)
def test_it_tells_what_the_data_have(
    gateway: Gateway, key: str, parameters: dict[str, str]
) -> None:
    """Value by value, period by period, and how many: as the data question answers."""
    path = f"/sdmx/v2/data/dataflow/LMIG/DF_RETURNS/1.0.0/{key}"
    answer = gateway.web.get(path, query_string={**parameters, "format": "csv"},
                             headers=gateway.headers)  # fmt: skip
    rows = [*csv.DictReader(io.StringIO(answer.text, newline=""))]

    found = gateway.one(f"{FLOW}/{key}", **parameters)

    assert found.values == {id: {row[id] for row in rows} for id in found.values}
    assert len(found.values) == 13
    assert found.observations == len(rows)
    assert found.series == len({tuple(row[id] for id in found.values) for row in rows})


def test_time_is_told_from_its_first_day_to_its_last(gateway: Gateway) -> None:
    """Years and months alike."""
    assert gateway.one(f"{FLOW}/A.SV").time == ("2016-01-01", "2024-12-31")
    assert gateway.one(f"{FLOW}/M.GT", **{"c[TIME_PERIOD]": "ge:2024-02+le:2024-02"}).time == (
        "2024-02-01",
        "2024-02-29",
    )


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (f"{FLOW}/*/SEX", {"SEX"}),
        (f"{FLOW}/*/SEX,AGE", {"SEX", "AGE"}),
        (f"{FLOW}/*/TIME_PERIOD", set[str]()),
        (f"{V1}/all/all/SEX+AGE", {"SEX", "AGE"}),
    ],
)
def test_some_dimensions_can_be_asked_for(gateway: Gateway, path: str, expected: set[str]) -> None:
    """Only these; the counts are those of the whole."""
    found = gateway.one(path)

    assert {*found.values} == expected
    assert (found.time is not None) == path.endswith("TIME_PERIOD")
    assert found.observations == gateway.one(FLOW).observations


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/sdmx/v2/availability", ["LMIG:DF_MIRROR(1.0.0)", "LMIG:DF_RETURNS(1.0.0)"]),
        (
            "/sdmx/v2/availability/*/LMIG/*/*/*/SEX",
            ["LMIG:DF_MIRROR(1.0.0)", "LMIG:DF_RETURNS(1.0.0)"],
        ),
        ("/sdmx/v2/availability/datastructure/LMIG/LMIG_FLOW", ["LMIG:LMIG_FLOW(1.0.0)"]),
        (
            "/sdmx/v2/availability/provisionagreement/LMIG/GT_IGM_RETURNS,SV_DGME_RETURNS",
            ["LMIG:GT_IGM_RETURNS(1.0.0)", "LMIG:SV_DGME_RETURNS(1.0.0)"],
        ),
    ],
)
def test_each_artefact_has_its_constraint(gateway: Gateway, path: str, expected: list[str]) -> None:
    """As its context says."""
    assert [*gateway.all(path)] == expected


def test_agreements_tell_of_their_own_data(gateway: Gateway) -> None:
    """Together they are the flow's."""
    found = gateway.all("/sdmx/v2/availability/provisionagreement")

    whole = gateway.one(FLOW)
    assert sum(each.observations for each in found.values()) == whole.observations
    assert found["LMIG:SV_DGME_RETURNS(1.0.0)"].values["REF_AREA"] == {"SV"}


def test_a_provider_of_version_1_tells_of_its_own_data(gateway: Gateway) -> None:
    """By its id, and by its agency's scheme."""
    plain, full = (gateway.one(f"{V1}/all/{each}") for each in ("SV_DGME", "LMIG,SV_DGME"))

    assert plain == full
    assert plain.values["REF_AREA"] == {"SV"}


STATUSES = [
    pytest.param("/M.GT", "/1.0.0/M.GT", 200, 200, id="data"),
    pytest.param("/M.GT?endPeriod=1900", "/1.0.0/M.GT?c[TIME_PERIOD]=lt:1900", 404, 204, id="none"),
    pytest.param("/X.GT", "/1.0.0/X.GT", 403, 422, id="code"),
    pytest.param("/all/all/NOTHING", "/1.0.0/*/NOTHING", 403, 422, id="dimension"),
    pytest.param("/all/all/OBS_STATUS", "/1.0.0/*/OBS_VALUE", 403, 422, id="no dimension"),
    pytest.param("?mode=some", "?mode=some", 400, 400, id="mode"),
    pytest.param("?references=some", "?references=some", 400, 400, id="references"),
    pytest.param("?startPeriod=soon", "?c[TIME_PERIOD]=soon", 400, 400, id="period"),
    pytest.param(
        "?updatedAfter=2999-01-01T00:00:00Z",
        "?updatedAfter=2999-01-01T00:00:00Z",
        403,
        422,
        id="to come",
    ),
    pytest.param("?format=csv", "?format=csv", 406, 406, id="format"),
]


@pytest.mark.parametrize(("on_v1", "on_v2", "first", "second"), STATUSES)
def test_a_question_has_its_status_in_each_dialect(
    gateway: Gateway, on_v1: str, on_v2: str, first: int, second: int
) -> None:
    """As data have it."""
    answers = [gateway.web.get(path, headers=gateway.headers) for path in (V1 + on_v1, V2 + on_v2)]

    assert [each.status_code for each in answers] == [first, second]


@pytest.mark.parametrize("path", [V1, V2], ids=["v1", "v2"])
def test_it_takes_a_token_as_data_do(gateway: Gateway, path: str) -> None:
    """For it depends on who asks; so no cache may keep it."""
    refused = gateway.web.get(path)
    answered = gateway.web.get(path, headers=gateway.headers)

    assert refused.status_code == HTTPStatus.UNAUTHORIZED
    assert "private" in answered.headers["Cache-Control"]


@pytest.mark.parametrize(
    ("path", "kind"), [(V1, "structure+xml;version=2.1"), (V2, "structure+json;version=2.1.0")]
)
def test_each_mount_has_the_default_of_its_standard(gateway: Gateway, path: str, kind: str) -> None:
    """SDMX-ML 2.1, SDMX-JSON 2.1."""
    answer = gateway.web.get(path, headers=gateway.headers)

    assert answer.headers["Content-Type"] == f"application/vnd.sdmx.{kind}"


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize(
    ("path", "references"),
    [
        pytest.param(f"{FLOW}/M.GT.MX", "none", id="flow"),
        pytest.param(f"{FLOW}/M.GT.MX", "all", id="flow and all"),
        pytest.param("/sdmx/v2/availability/provisionagreement", "none", id="agreements"),
        pytest.param("/sdmx/v2/availability/datastructure", "dataflow", id="structure"),
    ],
)
def test_every_format_is_valid(gateway: Gateway, path: str, name: str, references: str) -> None:
    """By the standard's schema of its version."""
    answer = gateway.web.get(
        path, query_string={"references": references, "format": name}, headers=gateway.headers
    )

    assert answer.status_code == HTTPStatus.OK, answer.text
    if name == "xml-2.1":
        assert ml_faults(official(), answer.data) == []
    else:
        assert faults(name, answer.data) == []


REGIONS = {
    "xml-2.1": ("ContentConstraint", {"type": "Actual"}),
    "xml-3.0": ("DataConstraint", {"role": "Actual"}),
    "xml-3.1": ("AvailabilityConstraint", {"seriesCount": "6", "obsCount": "376"}),
}


@pytest.mark.parametrize("name", REGIONS)
def test_every_edition_of_ml_says_the_same(gateway: Gateway, name: str) -> None:
    """In its own words; what 3.1 has as attributes is told by annotations before."""
    whole = gateway.one(f"{FLOW}/M.GT.MX")

    answer = gateway.web.get(f"{FLOW}/M.GT.MX?format={name}", headers=gateway.headers)

    kind, said = REGIONS[name]
    (found,) = etree.fromstring(answer.data).iter(f"{{*}}{kind}")
    assert said.items() <= dict(found.attrib).items()
    keys = {
        each.get("id"): {value.text for value in each.iterfind("{*}Value")}
        for each in found.iter("{*}KeyValue")
    }
    time = keys.pop("TIME_PERIOD")
    assert keys == whole.values
    assert bool(time) == (name == "xml-3.0")
    counts = {
        each.get("id"): each.findtext("{*}AnnotationTitle") for each in found.iter("{*}Annotation")
    }
    assert counts == ({} if name == "xml-3.1" else {"series_count": "6", "obs_count": "376"})


def related(gateway: Gateway, path: str, references: str) -> dict[str, dict[str, Any]]:
    """What stands beside the constraint, by class and short name."""
    answer = gateway.web.get(
        path, query_string={"references": references, "format": "json"}, headers=gateway.headers
    )
    assert answer.json is not None
    sections = dict(answer.json["data"])
    del sections["availabilityConstraints"]
    return {name_of(each): each for found in sections.values() for each in found}


@pytest.mark.parametrize(
    ("references", "classes"),
    [
        ("none", set[str]()),
        ("dataflow", {"Dataflow"}),
        ("codelist", {"Codelist"}),
        ("conceptscheme,dataproviderscheme", {"ConceptScheme", "DataProviderScheme"}),
        (
            "all",
            {"Dataflow", "DataStructure", "Codelist", "ConceptScheme", "DataProviderScheme"},
        ),
        ("valuelist", set[str]()),
    ],
)
def test_references_bring_what_they_name(
    gateway: Gateway, references: str, classes: set[str]
) -> None:
    """And nothing else."""
    found = related(gateway, f"{FLOW}/M.GT", references)

    assert {each.partition("=")[0] for each in found} == classes


def test_lists_hold_what_is_available_and_what_is_above_it(gateway: Gateway) -> None:
    """Codes of the data, the broader ones too; the providers of the data, not the others."""
    values = gateway.one(f"{FLOW}/M.GT").values

    found = related(gateway, f"{FLOW}/M.GT", "all")

    sexes = found["Codelist=SDMX:CL_SEX(2.1)"]
    assert {each["id"] for each in sexes["codes"]} == values["SEX"]
    assert sexes["isPartial"] is True
    (providers,) = (each for name, each in found.items() if name.startswith("DataProvider"))
    assert [each["id"] for each in providers["dataProviders"]] == ["GT_IGM"]
    ages = found["Codelist=LMIG:CL_AGE(1.0.0)"]["codes"]
    ids = {each["id"] for each in ages}
    assert values["AGE"] <= ids
    assert all(each.get("parent") in {None, *ids} for each in ages)
    statuses = found["Codelist=SDMX:CL_OBS_STATUS(2.2)"]  # of an attribute: nothing is told of it
    assert statuses["isPartial"] is False


def test_a_list_of_one_dimension_comes_alone(gateway: Gateway) -> None:
    """For a form that wants to fill one box."""
    assert [*related(gateway, f"{FLOW}/*/SEX", "codelist")] == ["Codelist=SDMX:CL_SEX(2.1)"]


def test_what_a_caller_may_not_see_is_not_there(loaded: Exchange) -> None:
    """Neither its values, nor counts, nor who supplies it."""
    asked = question(
        DIALECTS["v2"], "availability/dataflow/LMIG/DF_RETURNS", [("references", "all")]
    )
    assert isinstance(asked, Asked)
    seen = Visibility(loaded.clock(), {"SV_DGME_RETURNS": View()})

    message = loaded.availability(asked, seen)

    (found,) = (each for each in message.artefacts if isinstance(each, AvailabilityConstraint))
    assert dict(found.region)["REF_AREA"] == ("SV",)
    (scheme,) = (e for e in message.artefacts if e.kind is Kind.DATA_PROVIDER_SCHEME)
    assert "GT_IGM" not in repr(scheme)
    assert "SV_DGME" in repr(scheme)


@pytest.fixture(scope="module")
def address(gateway: Gateway) -> Iterator[str]:
    """The gateway on a port, for clients that come as they are: the token is added on the way."""
    app, headers = gateway.app.wsgi_app, gateway.headers

    def with_token(environ: dict[str, Any], start: Any) -> Any:
        return app({**environ, "HTTP_AUTHORIZATION": headers["Authorization"]}, start)

    server = make_server("127.0.0.1", 0, with_token, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()


@pytest.mark.parametrize(
    ("source", "version", "accept"),
    [
        ("v1", "2.1", "*/*"),
        ("v2", "3.0.0", "application/vnd.sdmx.structure+xml;version=3.0.0"),
        ("v2", "3.0.0", "application/vnd.sdmx.structure+xml;version=2.1"),
    ],
    ids=["v1", "3.0", "2.1 on v2"],
)
@pytest.mark.parametrize("key", [None, "M.GT.MX"])
def test_sdmx1_reads_it(
    gateway: Gateway, address: str, source: str, version: str, accept: str, key: str | None
) -> None:
    """On either mount, and finds the very values."""
    client = sdmx.Client()
    client.source = sdmx.source.Source(
        id="LMIG",
        name="gateway",
        url=f"{address}/sdmx/{source}",
        versions={version},
        supports={"availableconstraint": True},
    )
    more: dict[str, Any] = {} if version == "2.1" else {"component_id": "*", "agency_id": "LMIG"}

    found = client.get(
        "availableconstraint",
        resource_id="DF_RETURNS",
        headers={"Accept": accept},
        **({} if key is None else {"key": key}),
        **more,
    )

    (constraint,) = found.constraint.values()
    (region,) = constraint.data_content_region
    values = {
        component.id: {each.value for each in selected.values}
        for component, selected in region.member.items()
        if component.id != "TIME_PERIOD"
    }
    assert values == gateway.one(f"{FLOW}/{key or '*'}").values


def test_pysdmx_builds_its_dataflow_on_it(gateway: Gateway, address: str) -> None:
    """One call must bring the flow, its structure, concepts and codes, and how much there is."""
    whole = gateway.one(FLOW)

    found = SdmxConnector(f"{address}/sdmx/v2").dataflow(
        "urn:sdmx:org.sdmx.infomodel.datastructure.Dataflow=LMIG:DF_RETURNS(1.0.0)"
    )

    assert (found.obs_count, found.series_count) == (whole.observations, whole.series)
    sexes = next(each for each in found.components if each.id == "SEX")
    assert sexes.enumeration is not None
    assert {each.id for each in sexes.enumeration} == whole.values["SEX"]


@pytest.mark.parametrize(
    ("mount", "version"), [("v1", ApiVersion.V1_5_0), ("v2", ApiVersion.V2_2_2)]
)
def test_pysdmx_asks_for_one_dimension(
    gateway: Gateway, address: str, mount: str, version: ApiVersion
) -> None:
    """With all that it writes into its URLs."""
    asked = AvailabilityQuery(
        DataContext.DATAFLOW,
        "LMIG",
        "DF_RETURNS",
        "1.0.0",
        "M.GT.MX.*.*.*.*.F",
        component_id="SEX",
        mode=AvailabilityMode.AVAILABLE,
    )

    content = RestService(f"{address}/sdmx/{mount}", version).availability(asked)

    (found,) = read_sdmx(io.BytesIO(content)).get_availability_constraints()
    keys = {each.id: each for each in found.cube_region.key_values}
    assert ({*keys} == {"SEX"}) == (mount == "v2")  # on 1.5 pysdmx 1.21 leaves the dimension out
    assert {each.value for each in keys["SEX"].values} == gateway.one(f"{FLOW}/M.GT.MX").values[
        "SEX"
    ]
    assert found.obs_count == gateway.one(f"{FLOW}/M.GT.MX", **{"c[SEX]": "F"}).observations
