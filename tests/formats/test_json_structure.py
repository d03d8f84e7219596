import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pysdmx.model
import pytest
from pysdmx.io import read_sdmx

from gateway.formats import json_structure
from gateway.formats.message import Header, StructureMessage
from gateway.model.artefact import Artefact, Item, ItemScheme, Kind, Reference
from gateway.model.maps import ComponentMap, RepresentationMap, StructureMap, StructureSet
from gateway.model.metadata import (
    MetadataAttribute,
    Metadataflow,
    MetadataProvisionAgreement,
    MetadataStructure,
)
from gateway.model.structure import (
    Attachment,
    Attribute,
    AvailabilityConstraint,
    Categorisation,
    Component,
    DataConstraint,
    Dataflow,
    DataStructure,
    ProvisionAgreement,
    Representation,
)
from gateway.model.text import Text
from tests.json_judging import schema

HOSTILE = Text('«Ñandú» "á"\n<b>&amp;\\ \u2028 😀 </script>', "a \"quote\", 'b' {c} [d]\t\x07 %s")

HEADER = Header("IREF000001", datetime(2026, 11, 23, 12, 0, 0, 123456, tzinfo=UTC), "LMIG")


def text(words: str) -> Text:
    return Text(f"{words} (es)", f"{words} (en)")


def scheme(kind: Kind, id: str, *items: Item, version: str = "1.0", **flags: bool) -> ItemScheme:
    return ItemScheme(
        kind=kind,
        agency="LMIG",
        id=id,
        version=version,
        name=HOSTILE,
        description=text("what it is"),
        items=items,
        **flags,
    )


AGENCIES = scheme(Kind.AGENCY_SCHEME, "AGENCIES", Item("GT", text("Guatemala")))
PROVIDERS = scheme(Kind.DATA_PROVIDER_SCHEME, "DATA_PROVIDERS", Item("MX", HOSTILE))
CONSUMERS = scheme(Kind.DATA_CONSUMER_SCHEME, "DATA_CONSUMERS", Item("IOM", text("IOM")))
CATEGORIES = scheme(
    Kind.CATEGORY_SCHEME,
    "CAS",
    Item("MOBILITY", text("Mobility")),
    Item("MOBILITY.RETURNS", text("Returns"), HOSTILE, parent="MOBILITY"),
    Item("MOBILITY.RETURNS.LAND", text("By land"), parent="MOBILITY.RETURNS"),
    Item("STOCKS", text("Stocks")),
)
CONCEPTS = scheme(
    Kind.CONCEPT_SCHEME,
    "CS",
    *(Item(id, text(id)) for id in ("GEO", "TIME_PERIOD", "OBS_VALUE", "NOTE", "OBS_STATUS")),
    Item("CITY", HOSTILE, parent="GEO"),
)
CODES = scheme(
    Kind.CODELIST,
    "CL_GEO",
    Item("GT", text("Guatemala")),
    Item("GT01", HOSTILE, HOSTILE, parent="GT"),
    Item("_Z", text("not applicable")),
    version="1.0.0",
    is_partial=True,
)
NO_CODES = scheme(Kind.CODELIST, "CL_EMPTY", version="2.1")


def component(id: str, codelist: Reference | None, text_type: str | None = None) -> Component:
    concept = replace(CONCEPTS.reference, item=id)
    return Component(id, concept, Representation(codelist, text_type))


def attribute(id: str, attachment: Attachment, mandatory: bool, *dimensions: str) -> Attribute:
    plain = component(id, None, "String")
    return Attribute(id, plain.concept, plain.representation, attachment, mandatory, dimensions)


STRUCTURE = DataStructure(
    agency="LMIG",
    id="DSD",
    version="1.0.0",
    name=HOSTILE,
    dimensions=(component("GEO", CODES.reference), component("CITY", None, "String")),
    time=component("TIME_PERIOD", None, "ObservationalTimePeriod"),
    measure=component("OBS_VALUE", None, "Double"),
    attributes=(
        attribute("NOTE", Attachment.DATASET, False),
        attribute("UNIT", Attachment.SERIES, True, "GEO", "CITY"),
        attribute("OBS_STATUS", Attachment.OBSERVATION, True),
    ),
)
FLOW = Dataflow(
    agency="LMIG", id="DF", version="1.0.0", name=HOSTILE, structure=STRUCTURE.reference
)
CATEGORISATION = Categorisation(
    agency="LMIG",
    id="CAT",
    version="1.0",
    name=text("Returns"),
    source=FLOW.reference,
    target=replace(CATEGORIES.reference, item="MOBILITY.RETURNS"),
)
AGREEMENT = ProvisionAgreement(
    agency="LMIG",
    id="PA",
    version="1.0",
    name=text("Mexico supplies returns"),
    flow=FLOW.reference,
    provider=replace(PROVIDERS.reference, item="MX"),
)
CONSTRAINT = DataConstraint(
    agency="LMIG",
    id="CR",
    version="1.0",
    name=text("What returns use"),
    attached=(FLOW.reference,),
    region=(("GEO", ("GT", "GT01")), ("CITY", ())),
)
AVAILABLE = AvailabilityConstraint(
    agency="LMIG",
    id="AC",
    version="1.0",
    name=text("What returns have"),
    is_final=False,
    of=FLOW.reference,
    region=(("GEO", ("GT",)),),
    time="TIME_PERIOD",
    periods=("2023", "2023-Q4"),
    series=2,
    observations=3,
)
CODE_MAP = RepresentationMap(
    agency="LMIG",
    id="CODE_MAP",
    version="1.0",
    name=text("From list to list"),
    source=CODES.reference,
    target=NO_CODES.reference,
    mappings=(("GT", "GTM"), ("GT01", "GTM_01")),
)
LABEL_MAP = RepresentationMap(
    agency="LMIG",
    id="LABEL_MAP",
    version="1.0",
    name=text("From labels"),
    source=None,
    target=CODES.reference,
    mappings=((HOSTILE.es, "GT"),),
)
STRUCTURE_MAP = StructureMap(
    agency="LMIG",
    id="SM",
    version="1.0",
    name=text("From file to structure"),
    source=STRUCTURE.reference,
    target=FLOW.reference,
    components=(
        ComponentMap("GEO", source="CITY", by=LABEL_MAP.reference),
        ComponentMap("TIME_PERIOD", source="TIME_PERIOD"),
        ComponentMap("NOTE", fixed=HOSTILE.en),
    ),
)
MAPS = StructureSet(
    agency="LMIG",
    id="MAPS",
    version="1.0",
    name=text("Maps"),
    structure_maps=(STRUCTURE_MAP,),
    representation_maps=(CODE_MAP, LABEL_MAP),
)

METADATA_STRUCTURE = MetadataStructure(
    agency="LMIG",
    id="MSD",
    version="1.0",
    name=text("What is said"),
    attributes=(
        MetadataAttribute("CONTACT", replace(CONCEPTS.reference, item="GEO"), required=True),
        MetadataAttribute("SOURCE", replace(CONCEPTS.reference, item="GEO")),
    ),
    describes=(Kind.DATAFLOW, Kind.PROVISION_AGREEMENT),
)
METADATAFLOW = Metadataflow(
    agency="LMIG",
    id="MDF",
    version="1.0",
    name=text("What is said of flows"),
    structure=METADATA_STRUCTURE.reference,
    describes=Kind.DATAFLOW,
)
METADATA_PROVIDERS = replace(
    PROVIDERS, kind=Kind.METADATA_PROVIDER_SCHEME, id="METADATA_PROVIDERS", version="1.0"
)
METADATA_AGREEMENT = MetadataProvisionAgreement(
    agency="LMIG",
    id="MPA",
    version="1.0",
    name=text("Who says it"),
    flow=METADATAFLOW.reference,
    provider=replace(METADATA_PROVIDERS.reference, item=PROVIDERS.items[0].id),
)

ARTEFACTS: tuple[Artefact, ...] = (
    METADATA_STRUCTURE,
    METADATAFLOW,
    METADATA_PROVIDERS,
    METADATA_AGREEMENT,
    AGENCIES,
    PROVIDERS,
    CONSUMERS,
    CATEGORIES,
    CONCEPTS,
    CODES,
    NO_CODES,
    STRUCTURE,
    FLOW,
    CATEGORISATION,
    AGREEMENT,
    CONSTRAINT,
    CODE_MAP,
    MAPS,
)

WRITERS = {
    "1.0": ("1.0", json_structure.write_10),
    "2.0.0": ("2.0", json_structure.write_20),
    "2.1.0": ("2.1", json_structure.write_21),
}

Writer = Callable[[StructureMessage], Iterator[bytes]]


def written(write: Writer, *artefacts: Artefact, stubs: bool = False, described: bool = False):
    named = frozenset(each.reference for each in artefacts) if stubs else frozenset()
    return json.loads(b"".join(write(StructureMessage(HEADER, artefacts, named, described))))


@pytest.fixture(params=WRITERS)
def version(request: pytest.FixtureRequest) -> tuple[str, Writer]:
    return WRITERS[request.param]


@pytest.fixture(params=[json_structure.write_20, json_structure.write_21], ids=["2.0.0", "2.1.0"])
def write_2(request: pytest.FixtureRequest) -> Writer:
    return request.param


@pytest.mark.parametrize("stubs", [False, True], ids=["whole", "stubs"])
def test_the_official_schema_accepts_every_kind(version: tuple[str, Writer], stubs: bool) -> None:
    number, write = version

    message = written(write, *ARTEFACTS, AVAILABLE, stubs=stubs, described=True)

    kinds = {each.kind for each in (*ARTEFACTS, AVAILABLE, *MAPS.maps())}
    assert kinds == set(Kind) - {Kind.METADATA_SET}
    assert [error.message for error in schema(number, "structure").iter_errors(message)] == []


def test_the_official_schema_of_21_refuses_what_it_does_not_know() -> None:
    message = written(json_structure.write_21, CODES)
    message["data"]["codelists"][0]["isFinal"] = True

    assert not schema("2.1", "structure").is_valid(message)


def test_20_says_nothing_that_21_does_not_know_but_the_role_of_a_constraint() -> None:
    """The schema of 2.0.0 lets unknown properties pass, that of 2.1.0 does not."""
    message = written(json_structure.write_20, *ARTEFACTS)

    assert message["data"]["dataConstraints"][0].pop("role") == "Allowed"
    assert schema("2.1", "structure").is_valid(message)


def test_a_message_without_artefacts_is_valid(version: tuple[str, Writer]) -> None:
    number, write = version

    assert schema(number, "structure").is_valid(written(write))


def test_the_header_says_who_when_and_by_which_schema(version: tuple[str, Writer]) -> None:
    _, write = version

    meta = written(write)["meta"]

    assert meta == {
        "schema": meta["schema"],
        "id": "IREF000001",
        "test": False,
        "prepared": "2026-11-23T12:00:00+00:00",
        "contentLanguages": ["es", "en"],
        "sender": {"id": "LMIG"},
    }
    assert meta["schema"].endswith("/sdmx-json-structure-schema.json")


def test_only_21_names_its_schema_at_the_root() -> None:
    schema = "https://json.sdmx.org/2.1/sdmx-json-structure-schema.json"

    assert written(json_structure.write_21)["$schema"] == schema
    assert "$schema" not in written(json_structure.write_20)
    assert "$schema" not in written(json_structure.write_10)


def test_the_message_is_compact_utf_8() -> None:
    body = b"".join(json_structure.write_20(StructureMessage(HEADER, (CODES,))))

    assert "«Ñandú»".encode() in body
    assert b'": ' not in body
    assert b"\n" not in body


def test_words_of_every_kind_survive_in_both_languages(version: tuple[str, Writer]) -> None:
    _, write = version

    codelist = written(write, CODES)["data"]["codelists"][0]

    assert codelist["name"] == HOSTILE.es
    assert codelist["names"] == {"es": HOSTILE.es, "en": HOSTILE.en}
    assert codelist["codes"][1] == {
        "id": "GT01",
        "name": HOSTILE.es,
        "names": {"es": HOSTILE.es, "en": HOSTILE.en},
        "description": HOSTILE.es,
        "descriptions": {"es": HOSTILE.es, "en": HOSTILE.en},
        "parent": "GT",
    }


def test_an_item_scheme_says_whether_it_is_partial(version: tuple[str, Writer]) -> None:
    _, write = version

    codelists = written(write, CODES, NO_CODES)["data"]["codelists"]

    assert [each["isPartial"] for each in codelists] == [True, False]
    assert "codes" not in codelists[1]


@pytest.mark.parametrize("described", [False, True])
def test_a_stub_names_and_perhaps_describes(version: tuple[str, Writer], described: bool) -> None:
    _, write = version

    stub = written(write, CODES, stubs=True, described=described)["data"]["codelists"][0]

    assert stub["isExternalReference"] is True
    assert stub["id"] == "CL_GEO"
    assert stub["name"] == HOSTILE.es
    assert ("description" in stub) is described
    assert "codes" not in stub
    assert "isPartial" not in stub


def test_a_whole_artefact_is_described_whatever_stubs_are(version: tuple[str, Writer]) -> None:
    _, write = version

    codelist = written(write, CODES, described=False)["data"]["codelists"][0]

    assert codelist["isExternalReference"] is False
    assert codelist["description"] == "what it is (es)"


def test_categories_nest_under_ids_of_their_own(version: tuple[str, Writer]) -> None:
    _, write = version

    mobility, stocks = written(write, CATEGORIES)["data"]["categorySchemes"][0]["categories"]

    (returns,) = mobility["categories"]
    (land,) = returns["categories"]
    assert [each["id"] for each in (mobility, returns, land, stocks)] == [
        "MOBILITY",
        "RETURNS",
        "LAND",
        "STOCKS",
    ]
    assert "categories" not in stocks


def test_a_structure_of_10_speaks_the_words_of_sdmx_21() -> None:
    structure = written(json_structure.write_10, STRUCTURE)["data"]["dataStructures"][0]

    components = structure["dataStructureComponents"]
    assert structure["isFinal"] is True
    assert components["measureList"]["primaryMeasure"]["id"] == "OBS_VALUE"
    (time,) = components["dimensionList"]["timeDimensions"]
    assert time["localRepresentation"] == {"textFormat": {"textType": "ObservationalTimePeriod"}}
    assert [
        (each["assignmentStatus"], each["attributeRelationship"])
        for each in components["attributeList"]["attributes"]
    ] == [
        ("Conditional", {"none": {}}),
        ("Mandatory", {"dimensions": ["GEO", "CITY"]}),
        ("Mandatory", {"primaryMeasure": "OBS_VALUE"}),
    ]


def test_a_structure_of_2x_speaks_the_words_of_sdmx_3(write_2: Writer) -> None:
    structure = written(write_2, STRUCTURE)["data"]["dataStructures"][0]

    components = structure["dataStructureComponents"]
    assert [each["id"] for each in components["measureList"]["measures"]] == ["OBS_VALUE"]
    assert [each["position"] for each in components["dimensionList"]["dimensions"]] == [0, 1]
    assert components["dimensionList"]["timeDimension"]["localRepresentation"] == {
        "format": {"dataType": "ObservationalTimePeriod"}
    }
    assert [
        (each["usage"], each["attributeRelationship"])
        for each in components["attributeList"]["attributes"]
    ] == [
        ("optional", {"dataflow": {}}),
        ("mandatory", {"dimensions": ["GEO", "CITY"]}),
        ("mandatory", {"observation": {}}),
    ]


def test_a_structure_without_attributes_has_no_list_of_them(version: tuple[str, Writer]) -> None:
    number, write = version

    message = written(write, replace(STRUCTURE, attributes=()))

    structure = message["data"]["dataStructures"][0]
    assert "attributeList" not in structure["dataStructureComponents"]
    assert schema(number, "structure").is_valid(message)


def test_a_representation_left_to_the_concept_is_not_written(version: tuple[str, Writer]) -> None:
    number, write = version

    message = written(write, replace(STRUCTURE, measure=component("OBS_VALUE", None)))

    assert schema(number, "structure").is_valid(message)
    measure = message["data"]["dataStructures"][0]["dataStructureComponents"]["measureList"]
    assert "localRepresentation" not in json.dumps(measure)


def test_a_stub_of_an_agreement_is_whole_in_10_only() -> None:
    agreements = [
        written(write, AGREEMENT, stubs=True)["data"]["provisionAgreements"][0]
        for _, write in WRITERS.values()
    ]

    assert ["dataProvider" in each for each in agreements] == [True, False, False]


def test_a_concept_names_its_parent_by_urn_in_10_only() -> None:
    concepts = [
        written(write, CONCEPTS)["data"]["conceptSchemes"][0]["concepts"]
        for _, write in WRITERS.values()
    ]

    urn = "urn:sdmx:org.sdmx.infomodel.conceptscheme.Concept=LMIG:CS(1.0).GEO"
    assert [each[-1]["parent"] for each in concepts] == [urn, "GEO", "GEO"]


def test_a_constraint_allows_codes() -> None:
    flow = "urn:sdmx:org.sdmx.infomodel.datastructure.Dataflow=LMIG:DF(1.0.0)"

    old = written(json_structure.write_10, CONSTRAINT)["data"]["contentConstraints"][0]
    new = written(json_structure.write_21, CONSTRAINT)["data"]["dataConstraints"][0]

    assert old["links"][0]["urn"].endswith("registry.ContentConstraint=LMIG:CR(1.0)")
    assert old["type"] == "Allowed"
    assert old["constraintAttachment"] == {"dataflows": [flow]}
    assert old["cubeRegions"] == [
        {
            "isIncluded": True,
            "keyValues": [{"id": "GEO", "values": ["GT", "GT01"]}, {"id": "CITY", "values": []}],
        }
    ]
    assert new["links"][0]["urn"].endswith("registry.DataConstraint=LMIG:CR(1.0)")
    assert "role" not in new
    assert new["constraintAttachment"] == {"dataflows": [flow]}
    assert new["cubeRegions"] == [
        {
            "include": True,
            "keyValues": [
                {"id": "GEO", "include": True, "values": [{"value": "GT"}, {"value": "GT01"}]},
                {"id": "CITY", "include": True},
            ],
        }
    ]


@pytest.mark.parametrize(
    ("attached", "expected"),
    [
        (STRUCTURE.reference, {"dataStructures": [STRUCTURE.reference.urn]}),
        (AGREEMENT.reference, {"provisionAgreements": [AGREEMENT.reference.urn]}),
        (AGREEMENT.provider, {"dataProvider": AGREEMENT.provider.urn}),
    ],
    ids=["structure", "agreement", "provider"],
)
def test_a_constraint_is_attached_by_kind(
    version: tuple[str, Writer], attached: Reference, expected: dict[str, object]
) -> None:
    number, write = version

    message = written(write, replace(CONSTRAINT, attached=(attached,), region=()))

    ((constraint,),) = message["data"].values()
    assert constraint["constraintAttachment"] == expected
    assert "cubeRegions" not in constraint
    assert schema(number, "structure").is_valid(message)


def test_10_keeps_a_set_and_its_maps_between_code_lists() -> None:
    data = written(json_structure.write_10, MAPS, CODE_MAP, STRUCTURE_MAP)["data"]

    assert list(data) == ["structureSets"]
    assert data["structureSets"][0]["links"][0]["urn"] == MAPS.reference.urn
    (code_map,) = data["structureSets"][0]["codelistMaps"]
    code = "urn:sdmx:org.sdmx.infomodel.codelist.Code=LMIG"
    assert (code_map["id"], code_map["source"]) == ("CODE_MAP", CODES.reference.urn)
    assert code_map["codeMaps"] == [
        {"source": f"{code}:CL_GEO(1.0.0).GT", "target": f"{code}:CL_EMPTY(2.1).GTM"},
        {"source": f"{code}:CL_GEO(1.0.0).GT01", "target": f"{code}:CL_EMPTY(2.1).GTM_01"},
    ]


def test_2x_takes_the_maps_out_of_their_set_once(write_2: Writer) -> None:
    data = written(write_2, CODE_MAP, MAPS, replace(MAPS, id="MAPS2"))["data"]

    assert sorted(data) == ["representationMaps", "structureMaps"]
    assert [each["id"] for each in data["representationMaps"]] == ["CODE_MAP", "LABEL_MAP"]
    assert [each["id"] for each in data["structureMaps"]] == ["SM"]


def test_the_maps_of_a_stub_are_stubs(write_2: Writer) -> None:
    data = written(write_2, MAPS, stubs=True)["data"]

    maps = [*data["representationMaps"], *data["structureMaps"]]
    assert [each["isExternalReference"] for each in maps] == [True, True, True]
    assert all("source" not in each for each in maps)


def test_2x_maps_values_and_structures(write_2: Writer) -> None:
    data = written(write_2, LABEL_MAP, STRUCTURE_MAP)["data"]

    (labels,) = data["representationMaps"]
    (structures,) = data["structureMaps"]
    assert labels["source"] == [{"dataType": "String"}]
    assert labels["target"] == [{"codelist": CODES.reference.urn}]
    assert labels["representationMappings"] == [
        {"sourceValues": [{"value": HOSTILE.es}], "targetValues": ["GT"]}
    ]
    assert structures["componentMaps"] == [
        {
            "source": ["CITY"],
            "target": ["GEO"],
            "representationMap": LABEL_MAP.reference.urn,
        },
        {"source": ["TIME_PERIOD"], "target": ["TIME_PERIOD"]},
    ]
    assert structures["fixedValueMaps"] == [{"target": "NOTE", "values": [HOSTILE.en]}]


def test_pysdmx_reads_what_we_write(write_2: Writer) -> None:
    body = b"".join(write_2(StructureMessage(HEADER, ARTEFACTS)))

    message = read_sdmx(body.decode())

    assert message.header.id == HEADER.id
    expected = {each.id for each in (*ARTEFACTS, *MAPS.maps())} - {MAPS.id}
    assert {each.id for each in message.structures} == expected
    (codes, _) = message.get_codelists()
    assert [(each.id, each.name) for each in codes] == [
        (item.id, item.name.es) for item in CODES.items
    ]
    (flow,) = message.get_dataflows()
    assert flow.structure.id == STRUCTURE.id
    (structure,) = message.get_data_structure_definitions()
    assert [each.id for each in structure.components] == [
        "GEO",
        "CITY",
        "TIME_PERIOD",
        "OBS_VALUE",
        "NOTE",
        "UNIT",
        "OBS_STATUS",
    ]
    assert [each.attachment_level for each in structure.components.attributes] == [
        "D",
        "GEO,CITY",
        "O",
    ]


def test_pysdmx_reads_constraints_and_maps(write_2: Writer) -> None:
    body = b"".join(write_2(StructureMessage(HEADER, (CONSTRAINT, MAPS))))

    message = read_sdmx(body.decode())

    (constraint,) = message.get_data_constraints()
    (region,) = constraint.cube_regions
    assert [(each.id, [value.value for value in each.values]) for each in region.key_values] == [
        ("GEO", ["GT", "GT01"]),
        ("CITY", []),
    ]
    maps = {each.id: each for each in message.structures}
    labels = maps["LABEL_MAP"]
    assert isinstance(labels, pysdmx.model.RepresentationMap)
    assert [(each.source, each.target) for each in labels.maps] == [(HOSTILE.es, "GT")]
    structures = maps["SM"]
    assert isinstance(structures, pysdmx.model.StructureMap)
    assert len(structures.maps) == 3
