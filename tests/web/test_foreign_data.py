"""Others' clients of data, unmodified: each gets exactly the observations in the store."""

import csv
import io
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

import pandas as pd
import pytest
import requests
import sdmx
from pysdmx.api.dc.pd import PandasConnector
from pysdmx.api.dc.query import MultiFilter, Operator, TextFilter
from pysdmx.api.dc.rest import SdmxConnector
from pysdmx.api.fmr import RegistryClient
from pysdmx.api.qb import ApiVersion, RestService
from pysdmx.api.qb.data import DataContext, DataFormat, DataQuery
from pysdmx.model import DataflowRef
from sdmx.message import DataMessage, StructureMessage

from gateway.access.clients import SCOPES
from gateway.exchange import Exchange
from tests.asking import FLOW, message
from tests.figures import rows
from tests.foreign import node, require_npm
from tests.serving import served

Key = tuple[str, ...]
Figures = dict[Key, float | None]
"""Values by all their dimensions; a missing one is None."""

DIMENSIONS = (
    *("FREQ", "REF_AREA", "COUNTERPART_AREA", "INDICATOR", "DIRECTION", "CITIZENSHIP"),
    *("STATUS_TYPE", "SEX", "AGE", "OCCUPATION", "ACTIVITY", "COUNT_BASIS", "DATA_SOURCE"),
    "TIME_PERIOD",
)
PICKED = {"FREQ": "A", "REF_AREA": ["GT", "SV"]}
STRUCTURE_21 = {"Accept": "application/vnd.sdmx.structure+xml;version=2.1"}
SPECIFIC_21 = {"Accept": "application/vnd.sdmx.structurespecificdata+xml;version=2.1"}
DATA_30 = {"Accept": "application/vnd.sdmx.data+xml;version=3.0.0"}

pytestmark = pytest.mark.filterwarnings("default")  # clients of others warn as they like


@dataclass(frozen=True)
class Gateway:
    """Where it serves, with the token of a client that may read, and what is in its store."""

    url: str
    token: str
    store: Figures

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def mount(self, version: str) -> str:
        """A mount with the token in the address: for clients that know of no tokens."""
        return self.url.replace("://", f"://token:{self.token}@") + f"/sdmx/{version}"

    def where(self, **codes: Iterable[str]) -> Figures:
        """The part of the store with some codes."""
        return {
            key: value
            for key, value in self.store.items()
            if all(key[DIMENSIONS.index(id)] in allowed for id, allowed in codes.items())
        }


@pytest.fixture(scope="module")
def gateway(loaded: Exchange) -> Iterator[Gateway]:
    store = {
        tuple(str(row[id]) for id in DIMENSIONS): number(row["OBS_VALUE"])
        for selection in message(loaded, FLOW).selections
        for row in rows(selection)
    }
    id, secret = loaded.clients.add("readers", SCOPES, loaded.clock())
    with served(loaded) as url:
        form = {"grant_type": "client_credentials"}
        given = requests.post(f"{url}/oauth/token", data=form, auth=(id, secret), timeout=10)
        yield Gateway(url, given.json()["access_token"], store)


def number(value: object) -> float | None:
    """A value as its reader has it."""
    if value is None or value in ("", "NaN") or (isinstance(value, float) and math.isnan(value)):
        return None
    return float(str(value))


def by_key(found: Iterable[Mapping[str, object]]) -> Figures:
    """Rows by their dimensions, each once."""
    listed = [(tuple(str(row[id]) for id in DIMENSIONS), number(row["OBS_VALUE"])) for row in found]
    assert len({key for key, _ in listed}) == len(listed)
    return dict(listed)


def of_frame(frame: pd.DataFrame) -> Figures:
    """The same of a data frame, column by column: row by row pandas takes seconds."""
    names = [*DIMENSIONS, "OBS_VALUE"]
    columns = (frame[name].to_numpy(dtype=object) for name in names)
    return by_key(dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True))


def table(body: bytes | str) -> Figures:
    """SDMX-CSV by the standard library."""
    text = body if isinstance(body, str) else body.decode()
    return by_key(csv.DictReader(io.StringIO(text)))


def test_the_store_has_what_clients_must_tell_apart(gateway: Gateway) -> None:
    """Missing values and zeros, and more than one supply."""
    values = gateway.store.values()

    assert len(values) > 20_000
    assert None in values
    assert 0 in values
    assert {key[1] for key in gateway.store} == {"GT", "MX", "SV"}


# sdmx1


def sdmx_client(gateway: Gateway, version: str) -> sdmx.Client:
    """A source as sdmx1's documentation has it: its id is the agency's."""
    source = {
        "id": "LMIG",
        "name": "Gateway",
        "url": f"{gateway.url}/sdmx/{version}",
        "versions": ["3.0.0"] if version == "v2" else ["2.1"],
        "supports": {"availableconstraint": True, "preview": True, "schema": True},
    }
    sdmx.add_source(source, override=True)
    client = sdmx.Client("LMIG")
    client.session.headers.update(gateway.headers)
    return client


def observed(answer: object) -> Figures:
    """The observations of sdmx1's data message."""
    assert isinstance(answer, DataMessage)
    return by_key(
        {
            **{id: each.value for id, each in observation.key.values.items()},
            **{id: each.value for id, each in observation.series_key.values.items()},
            "OBS_VALUE": observation.value,
        }
        if observation.series_key is not None
        else {
            **{id: each.value for id, each in observation.key.values.items()},
            "OBS_VALUE": observation.value,
        }
        for found in answer.data
        for observation in found.obs
    )


DATA_OF_SDMX1 = {
    "all": ({}, {}),
    "a key": ({"key": "A.SV"}, {"FREQ": "A", "REF_AREA": ["SV"]}),
    "alternatives": ({"key": "A.GT+SV"}, {"FREQ": "A", "REF_AREA": ["GT", "SV"]}),
    "a dictionary": ({"key": PICKED}, PICKED),
}
ASKED_OF_SDMX1 = pytest.mark.parametrize(
    ("asked", "codes"),
    [
        pytest.param(*case, id=name, marks=pytest.mark.slow if name == "all" else ())
        for name, case in DATA_OF_SDMX1.items()
    ],
)
"""All of it takes sdmx1 three seconds to read."""


@ASKED_OF_SDMX1
def test_sdmx1_reads_data_of_version_1(
    gateway: Gateway, asked: dict[str, object], codes: dict[str, Iterable[str]]
) -> None:
    """Without a word on formats; a dictionary makes it read the structure first."""
    found = observed(sdmx_client(gateway, "v1").data("DF_RETURNS", **asked))

    assert found == gateway.where(**codes)


@pytest.mark.parametrize("headers", [SPECIFIC_21, DATA_30], ids=["2.1", "3.0"])
@ASKED_OF_SDMX1
def test_sdmx1_reads_data_of_version_2(
    gateway: Gateway,
    headers: dict[str, str],
    asked: dict[str, object],
    codes: dict[str, Iterable[str]],
) -> None:
    """As a source of SDMX 3.0; it sends keys as 1.5 has them.

    sdmx1 2.28 builds a key from a dictionary only with a structure in hand (2026-11-23).
    """
    client = sdmx_client(gateway, "v2")
    structures = client.datastructure("LMIG_FLOW", headers=STRUCTURE_21).structure
    more = {"dsd": structures["LMIG_FLOW"]} if isinstance(asked.get("key"), dict) else {}

    assert observed(client.data("DF_RETURNS", headers=headers, **asked, **more)) == gateway.where(
        **codes
    )


def test_sdmx1_reads_bounds_history_and_series_of_version_1(gateway: Gateway) -> None:
    """It writes True with a capital letter; the release that stands is the only one here."""
    client = sdmx_client(gateway, "v1")
    bounds = {"startPeriod": "2023", "endPeriod": "2023"}

    of_2023 = observed(client.data("DF_RETURNS", params=bounds))
    ever = observed(client.data("DF_RETURNS", key="A.SV", params={"includeHistory": True}))
    series = client.series_keys("DF_RETURNS")

    assert of_2023 == {
        key: value for key, value in gateway.store.items() if key[-1].startswith("2023")
    }
    assert ever == gateway.where(FREQ="A", REF_AREA=["SV"])
    assert {tuple(each.value for each in key.values.values()) for key in series} == {
        key[:-1] for key in gateway.store
    }


@pytest.mark.parametrize("version", ["v1", "v2"])
def test_sdmx1_reads_structures(gateway: Gateway, version: str) -> None:
    """Dataflows, one with all that it refers to, a structure, codes, availability.

    In 2.1 on both mounts: of 3.0 sdmx1 2.28 reads no structure beside its constraint (2026-11-23).
    """
    client = sdmx_client(gateway, version)
    asked = {"headers": STRUCTURE_21}

    flows = client.dataflow(**asked).dataflow
    flow = client.dataflow("DF_RETURNS", **asked)
    structure = client.datastructure("LMIG_FLOW", **asked).structure["LMIG_FLOW"]
    codes = client.codelist("CL_SEX", agency_id="SDMX", **asked).codelist["CL_SEX"]

    assert len(flows) == 8
    assert "LMIG_FLOW" in flow.structure
    assert [each.id for each in structure.dimensions] == [*DIMENSIONS]
    assert {"F", "M", "_T"} <= {each.id for each in codes}


@pytest.mark.parametrize("version", ["v1", "v2"])
def test_sdmx1_reads_what_is_available(gateway: Gateway, version: str) -> None:
    more = {"component_id": "*"} if version == "v2" else {}
    answer = sdmx_client(gateway, version).get(
        "availableconstraint", "DF_RETURNS", headers=STRUCTURE_21, **more
    )

    assert isinstance(answer, StructureMessage)
    (constraint,) = answer.constraint.values()
    (region,) = constraint.data_content_region
    areas = next(each for id, each in region.member.items() if id.id == "REF_AREA")
    assert {each.value for each in areas.values} == {"GT", "MX", "SV"}


@pytest.mark.parametrize("version", ["v1", "v2"])
def test_sdmx1_reads_a_schema_as_structures(gateway: Gateway, version: str) -> None:
    """An XSD, which `v1` usually sends, sdmx1 2.28 cannot read (2026-11-23)."""
    client = sdmx_client(gateway, version)
    answer = client.get("schema", "DF_RETURNS", context="dataflow", headers=STRUCTURE_21)

    assert "LMIG_FLOW" in answer.structure


# pysdmx

VERSIONS = {
    "1.5": (ApiVersion.V1_5_0, "v1"),
    "2.0": (ApiVersion.V2_0_0, "v2"),
    "2.2.2": (ApiVersion.V2_2_2, "v2"),
}


@pytest.mark.parametrize("format", [DataFormat.SDMX_CSV_1_0_0, DataFormat.SDMX_CSV_2_0_0])
@pytest.mark.parametrize(("version", "mount"), VERSIONS.values(), ids=VERSIONS.keys())
def test_pysdmx_reads_data(
    gateway: Gateway, version: ApiVersion, mount: str, format: DataFormat
) -> None:
    """With the token in the address, for it knows of no other way (1.21, 2026-11-23)."""
    service = RestService(gateway.mount(mount), version, data_format=format)
    whole = DataQuery(DataContext.DATAFLOW, "LMIG", "DF_RETURNS", "1.0.0")
    part = DataQuery(DataContext.DATAFLOW, "LMIG", "DF_RETURNS", "1.0.0", "A.SV" + ".*" * 11)

    assert table(service.data(whole)) == gateway.store
    assert table(service.data(part)) == gateway.where(FREQ="A", REF_AREA=["SV"])


def test_pysdmx_streams_data(gateway: Gateway) -> None:
    service = RestService(
        gateway.mount("v2"), ApiVersion.V2_2_2, data_format=DataFormat.SDMX_CSV_2_0_0
    )
    query = DataQuery(DataContext.DATAFLOW, "LMIG", "DF_RETURNS", "1.0.0")

    assert table(b"".join(service.stream_data(query))) == gateway.store


FILTERS: dict[str, tuple[object, dict[str, Iterable[str]]]] = {
    "none": (None, {}),
    "SQL": ("REF_AREA = 'SV' AND FREQ = 'A'", {"REF_AREA": ["SV"], "FREQ": ["A"]}),
    "objects": (
        MultiFilter(
            [
                TextFilter("REF_AREA", Operator.IN, ["GT", "SV"]),
                TextFilter("FREQ", Operator.EQUALS, "A"),
            ]
        ),
        {"REF_AREA": ["GT", "SV"], "FREQ": ["A"]},
    ),
}


@pytest.mark.parametrize(
    ("filters", "codes"),
    [
        pytest.param(*case, id=name, marks=pytest.mark.slow if name == "none" else ())
        for name, case in FILTERS.items()
    ],
)
def test_pysdmx_connectors_read_data(
    gateway: Gateway, filters: object, codes: dict[str, Iterable[str]]
) -> None:
    """As rows and as a data frame.

    The frame without types: pysdmx 1.21 gives pandas datetime64 for a component that is a moment,
    which pandas' `read_csv` refuses, whatever the service (2026-11-23).
    """
    flow = DataflowRef(id="DF_RETURNS", agency="LMIG", version="1.0.0")

    by_rows = by_key(SdmxConnector(gateway.mount("v2")).data(flow, filters))
    frame = PandasConnector(gateway.mount("v2")).data(
        flow, filters, apply_schema=False, infer_index=False
    )

    assert by_rows == gateway.where(**codes)
    assert of_frame(frame) == gateway.where(**codes)


@pytest.mark.parametrize("connector", [SdmxConnector, PandasConnector])
def test_pysdmx_connectors_explain_dataflows(
    gateway: Gateway, connector: Callable[[str], SdmxConnector | PandasConnector]
) -> None:
    """All of them, then one with its components and what is in it."""
    client = connector(gateway.mount("v2"))

    flow = next(each for each in client.dataflows() if each.id == "DF_RETURNS")
    told = client.dataflow(flow)

    assert [each.id for each in told.components.dimensions] == [*DIMENSIONS]
    assert told.components["REF_AREA"].enumeration


REGISTRY: dict[str, Callable[[RegistryClient], object]] = {
    "codes": lambda of: len(of.get_codes("SDMX", "CL_SEX").codes),
    "concepts": lambda of: len(of.get_concepts("LMIG", "CS_LMIG").concepts),
    "agencies": lambda of: of.get_agencies("SDMX"),
    "providers": lambda of: [each.dataflows for each in of.get_providers("LMIG", True)],
    "categories": lambda of: of.get_categories("LMIG", "CS_TOPICS").categories,
    "a schema": lambda of: of.get_schema("dataflow", "LMIG", "DF_RETURNS", "1.0.0").components,
    "dataflows": lambda of: of.get_dataflows("LMIG"),
    "a dataflow": lambda of: of.get_dataflow_details("LMIG", "DF_RETURNS", "1.0.0"),
    "structures": lambda of: of.get_data_structures("LMIG"),
    "metadataflows": lambda of: of.get_metadataflows("LMIG"),
    "reports": lambda of: of.get_reports("dataflow", "LMIG", "DF_RETURNS", "1.0.0"),
}


@pytest.mark.parametrize("ask", REGISTRY.values(), ids=REGISTRY.keys())
def test_pysdmx_reads_the_registry(
    gateway: Gateway, ask: Callable[[RegistryClient], object]
) -> None:
    """Definitions are open: without a token."""
    assert ask(RegistryClient(f"{gateway.url}/sdmx/v2"))


# npm's sdmx-rest

CSV = "application/vnd.sdmx.data+csv;version=1.0.0"
JSON = "application/vnd.sdmx.structure+json;version=1.0.0"


def test_npm_s_sdmx_rest_reads_data_and_codes(gateway: Gateway) -> None:
    """In the versions of SDMX-REST that it knows."""
    require_npm()
    version_1 = {"url": f"{gateway.url}/sdmx/v1", "api": "v1.5.0"}
    version_2 = {"url": f"{gateway.url}/sdmx/v2", "api": "v2.0.0"}
    flow = {"flow": "LMIG,DF_RETURNS,1.0.0"}
    context = {"context": "dataflow=LMIG:DF_RETURNS(1.0.0)"}
    codes = {"resource": "codelist", "agency": "SDMX", "id": "CL_SEX"}

    found = node(
        "data.mjs",
        {
            "token": gateway.token,
            "questions": {
                "1": {**version_1, "query": flow, "accept": CSV},
                "1 key": {**version_1, "query": {**flow, "key": "A.SV.........."}, "accept": CSV},
                "2": {**version_2, "query": context, "accept": CSV},
                "1 codes": {**version_1, "query": codes, "accept": JSON},
                "2 codes": {**version_2, "query": codes, "accept": JSON},
            },
        },
    )

    assert table(str(found["1"]["body"])) == gateway.store
    assert table(str(found["1 key"]["body"])) == gateway.where(FREQ="A", REF_AREA=["SV"])
    assert table(str(found["2"]["body"])) == gateway.store
    assert '"CL_SEX"' in str(found["1 codes"]["body"])
    assert '"CL_SEX"' in str(found["2 codes"]["body"])


# pandas


@pytest.mark.parametrize(
    "path",
    [
        "v1/data/DF_RETURNS?format=csv-1.0",
        "v2/data/dataflow/LMIG/DF_RETURNS?format=csv",
        "v2/data/dataflow/LMIG/DF_RETURNS?format=csv-2.1",
    ],
)
def test_pandas_reads_an_address(gateway: Gateway, path: str) -> None:
    """One line; the token is a header, for pandas takes none from an address (2.3, 2026-11-23)."""
    url = f"{gateway.url}/sdmx/{path}"
    frame = pd.read_csv(url, storage_options=gateway.headers, keep_default_na=False, dtype=str)

    assert of_frame(frame) == gateway.store


def test_pandas_reads_parquet_from_memory(gateway: Gateway) -> None:
    url = f"{gateway.url}/sdmx/v2/data/dataflow/LMIG/DF_RETURNS?format=parquet"
    body = requests.get(url, headers=gateway.headers, timeout=10).content

    assert of_frame(pd.read_parquet(io.BytesIO(body))) == gateway.store
