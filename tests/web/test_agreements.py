"""Agreements and maps: from config/provisions/, served so that anyone can ask what became what."""

import csv
import re
import shutil
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from lxml import etree

from gateway.errors import BadConfiguration
from gateway.exchange import Exchange
from gateway.intake.language import Place
from gateway.intake.provision import read_provisions
from gateway.model.maps import RepresentationMap
from gateway.settings import Home
from tests.conftest import CONFIG
from tests.definitions import faults, named
from tests.homes import fresh
from tests.web.asking import found, get

PROVISIONS = sorted(path.parent.name for path in CONFIG.glob("provisions/*/provision.toml"))

GT_AGE = "LMIG/GT_IGM_RETURNS_AGE/1.0.0"


def stated(provision: str) -> dict[str, Any]:
    """What a provision.toml says."""
    path = CONFIG / "provisions" / provision / "provision.toml"
    return tomllib.loads(path.read_text("utf-8"))


def lines(provision: str, name: str, component: str = "code") -> list[tuple[str, str]]:
    """The labels and codes of a code map, its own or one that all may use."""
    own = CONFIG / "provisions" / provision / name
    text = (own if own.is_file() else CONFIG / "maps" / name).read_text("utf-8")
    rows = csv.DictReader(text.splitlines())
    pairs = ((row["label"], row.get(component) or row.get("code") or "") for row in rows)
    return [(label, code) for label, code in pairs if code and "|" not in code]


def read_by_maps(provision: str) -> dict[str, Any]:
    """The dimensions whose labels become codes, with their places."""
    components = stated(provision)["components"]
    return {
        name: place
        for name, place in components.items()
        if not isinstance(place, str) and ("codes" in place or "bands" in place)
    }


@pytest.mark.parametrize("dialect", ["v1", "v2"])
def test_there_is_an_agreement_for_each_provision(web: FlaskClient, dialect: str) -> None:
    """Between its provider and its dataflow."""
    agreements = found(web, dialect, "provisionagreement").values()

    flow = {"v1": "structureUsage", "v2": "dataflow"}[dialect]
    assert {each["id"]: (tail(each["dataProvider"]), tail(each[flow])) for each in agreements} == {
        id: (
            "LMIG:DATA_PROVIDERS(1.0)." + stated(id)["provider"],
            stated(id)["dataflow"],
        )
        for id in PROVISIONS
    }


def tail(urn: str) -> str:
    return urn.rpartition("=")[2]


def test_the_pairs_of_a_code_map_are_served_in_3_0(web: FlaskClient) -> None:
    response = get(web, "v2", f"representationmap/{GT_AGE}", format="xml-3.0")

    assert faults("xml-3.0", response.data) == []
    root = etree.fromstring(response.data)
    assert [
        (each.findtext("{*}SourceValue"), each.findtext("{*}TargetValue"))
        for each in root.iter("{*}RepresentationMapping")
    ] == lines("GT_IGM_RETURNS", "age.csv")
    assert root.findtext(".//{*}SourceDataType") == "String"
    assert tail(root.findtext(".//{*}TargetCodelist")) == "LMIG:CL_AGE(1.0.0)"


@pytest.mark.parametrize("format", ["json-2.0", "json-2.1"])
def test_the_pairs_of_a_code_map_are_served_in_json(web: FlaskClient, format: str) -> None:
    response = get(web, "v2", f"representationmap/{GT_AGE}", format=format)

    assert faults(format, response.data) == []
    assert response.json is not None
    (found_map,) = response.json["data"]["representationMaps"]
    assert [
        (each["sourceValues"][0]["value"], each["targetValues"][0])
        for each in found_map["representationMappings"]
    ] == lines("GT_IGM_RETURNS", "age.csv")


@pytest.mark.parametrize("id", PROVISIONS)
def test_a_map_gives_every_label_the_code_that_reads_the_file(loaded: Exchange, id: str) -> None:
    """For each dimension that is read by code maps, of which the first that knows a label wins."""
    provision = loaded.provisions[id]
    places = {
        name: place
        for name, place in provision.components.items()
        if isinstance(place, Place) and place.codes
    }
    assert places

    for name, place in places.items():
        found_map = named(
            loaded.registry, f"RepresentationMap=LMIG:{id}_{name}({provision.version})"
        )
        assert isinstance(found_map, RepresentationMap)
        assert dict(found_map.mappings) == {
            label: provision.code(name, place, label) for label, _ in found_map.mappings
        }
        known = {label for codes in place.codes for label, _ in lines(id, codes, name)}
        assert {label for label, _ in found_map.mappings} <= known
        assert {provision.code(name, place, label) for label in known} - {None} == {
            code for _, code in found_map.mappings
        }


@pytest.mark.parametrize("id", PROVISIONS)
def test_the_codes_of_a_map_are_in_its_target(loaded: Exchange, id: str) -> None:
    codes = loaded.registry.codes(loaded.provisions[id].structure)

    for dimension in read_by_maps(id):
        each = named(loaded.registry, f"RepresentationMap=LMIG:{id}_{dimension}(1.0.0)")
        assert isinstance(each, RepresentationMap)
        assert {code for _, code in each.mappings} <= codes[dimension], each.id


@pytest.mark.parametrize("id", PROVISIONS)
def test_a_structure_map_names_what_is_fixed(web: FlaskClient, id: str) -> None:
    """The dimensions and attributes that the file does not tell."""
    (found_map,) = found(web, "v2", f"structuremap/LMIG/{id}").values()

    constants = {
        name: value for name, value in stated(id)["components"].items() if isinstance(value, str)
    }
    assert {each["target"]: each["values"] for each in found_map["fixedValueMaps"]} == {
        name: [value] for name, value in {**constants, **stated(id)["attributes"]}.items()
    }


@pytest.mark.parametrize("id", PROVISIONS)
def test_a_structure_map_leads_from_the_table_to_the_dataflow(web: FlaskClient, id: str) -> None:
    """Each dimension that is read, by its own map; time as it is."""
    artefacts = found(web, "v2", f"structuremap/LMIG/{id}", references="children")
    found_map = artefacts[f"StructureMap=LMIG:{id}(1.0.0)"]

    assert tail(found_map["source"]) == f"LMIG:SRC_{id}(1.0.0)"
    target = "LMIG_STOCK" if id == "UNDESA_STOCK" else "LMIG_FLOW"
    assert tail(found_map["target"]) == f"LMIG:{target}(1.0.0)"
    read = {name for name, value in stated(id)["components"].items() if not isinstance(value, str)}
    assert {
        each["target"][0]: each.get("representationMap") for each in found_map["componentMaps"]
    } == {
        "TIME_PERIOD": None,
        **{
            name: "urn:sdmx:org.sdmx.infomodel.structuremapping."
            f"RepresentationMap=LMIG:{id}_{name}(1.0.0)"
            if name in read_by_maps(id)
            else None
            for name in read
        },
    }
    assert {f"RepresentationMap=LMIG:{id}_{name}(1.0.0)" for name in read_by_maps(id)} < {
        *artefacts
    }


def test_2_1_says_the_labels_in_its_structure_set(web: FlaskClient) -> None:
    response = get(web, "v1", "structureset/LMIG/SS_GT_IGM_RETURNS")

    assert faults("xml-2.1", response.data) == []
    root = etree.fromstring(response.data)
    assert dict(value_maps(root)) == {
        "COUNTERPART_AREA": lines("GT_IGM_RETURNS", "origin.csv"),
        "STATUS_TYPE": lines("GT_IGM_RETURNS", "travel.csv"),
        "SEX": lines("GT_IGM_RETURNS", "sex.csv"),
        "AGE": lines("GT_IGM_RETURNS", "age.csv"),
    }


def value_maps(root: etree._Element) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """The components of a structure map in 2.1, each with its pairs."""
    for component in root.iter("{*}ComponentMap"):
        pairs = [
            (each.get("source"), each.get("target")) for each in component.iter("{*}ValueMapping")
        ]
        if pairs:
            yield component.find("{*}Target/Ref").get("id"), pairs


def test_2_1_says_a_map_between_lists_as_such(web: FlaskClient) -> None:
    response = get(web, "v1", "structureset/LMIG/SS_GEO")

    assert faults("xml-2.1", response.data) == []
    root = etree.fromstring(response.data)
    assert {
        each.get("id"): len(each.findall("{*}CodeMap")) for each in root.iter("{*}CodelistMap")
    } == {"GT_PRE2021": 22, "SV_PRE2024": 262}


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """The config/ of a home, to be bent."""
    return Path(shutil.copytree(CONFIG, fresh(tmp_path / "home").root / "config"))


BROKEN = {
    "unknown provider": ('provider = "GT_IGM"', 'provider = "GT_NADIE"', "GT_NADIE.*GT_IGM, "),
    "unknown dataflow": ("DF_RETURNS(1.0.0)", "DF_NADA(1.0.0)", "DF_NADA.*LMIG:DF_RETURNS"),
    "unknown dimension": ('SEX = { row = 3, codes = ["sex.csv"] }', 'SEXO = "_T"', "SEXO"),
}


@pytest.mark.parametrize(("old", "new", "words"), BROKEN.values(), ids=BROKEN)
def test_a_provision_that_refers_to_nothing_is_refused_by_name(
    loaded: Exchange, config: Path, old: str, new: str, words: str
) -> None:
    """With the file, and with what there is."""
    path = config / "provisions" / "GT_IGM_RETURNS" / "provision.toml"
    path.write_text(path.read_text("utf-8").replace(old, new), encoding="utf-8")

    with pytest.raises(BadConfiguration) as caught:
        read_provisions(config / "provisions", loaded.registry)

    sentence = caught.value.sentence()
    assert re.search("GT_IGM_RETURNS/provision.toml.*" + words, sentence, re.DOTALL)


def test_the_gateway_does_not_start_with_it(config: Path) -> None:
    path = config / "provisions" / "GT_IGM_RETURNS" / "provision.toml"
    path.write_text(path.read_text("utf-8").replace('"GT_IGM"', '"GT_NADIE"', 1), encoding="utf-8")

    with pytest.raises(BadConfiguration, match="no data provider GT_NADIE"):
        Exchange(Home(config.parent))
