"""Reference metadata over HTTP: open to all, in every format, valid by the official schemas."""

import csv
import io
import json
from dataclasses import replace

import pytest
import sdmx
from flask.testing import FlaskClient
from lxml import etree

from gateway.exchange import Exchange
from gateway.formats import table
from gateway.formats.metadata_message import MetadataMessage
from gateway.formats.table import Format
from gateway.model.query import ArtefactPattern, MetadataKey, MetadataQuery, VersionPattern
from gateway.model.text import LANGUAGES, Text
from tests import json_judging
from tests.definitions import faults

SETS = "/sdmx/v2/metadata/metadataset"
FLOWS = "/sdmx/v2/metadata/metadataflow"
STRUCTURES = "/sdmx/v2/metadata/structure"
SV = ["MS_SV_DGME_RETURNS"]


def ids(web: FlaskClient, path: str) -> list[str]:
    answer = web.get(path)
    assert answer.status_code == 200, answer.text
    assert answer.mimetype == "application/vnd.sdmx.metadata+json"
    return [each["id"] for each in json.loads(answer.data)["data"]["metadataSets"]]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (f"{SETS}/LMIG/MS_SV_DGME_RETURNS/1.0.0", SV),
        (f"{SETS}/LMIG.LMIG/MS_SV_DGME_RETURNS/+", SV),
        (f"{SETS}/*/MS_SV_DGME_RETURNS/~", SV),
        (f"{SETS}/*/MS_SV_DGME_RETURNS,MS_DF_RETURNS", ["MS_DF_RETURNS", *SV]),
        (f"{STRUCTURES}/provisionagreement/LMIG/SV_DGME_RETURNS", SV),
        (f"{STRUCTURES}/dataflow/LMIG/DF_RETURNS/1.0.0", ["MS_DF_RETURNS"]),
        (f"{STRUCTURES}/dataflow,provisionagreement/*/DF_RETURNS,SV_DGME_RETURNS",
         ["MS_DF_RETURNS", *SV]),
    ],
)  # fmt: skip
def test_metadata_are_found(web: FlaskClient, path: str, expected: list[str]) -> None:
    """By their own name or by what they are of. Source: SDMX-REST 2.2.2, metadata.md."""
    assert ids(web, path) == expected


def test_metadata_are_found_by_their_flow(web: FlaskClient, loaded: Exchange) -> None:
    """All of them, whoever supplies them; and none of who supplies none."""
    of_provisions = ids(web, f"{FLOWS}/LMIG/MDF_PROVISIONS/1.0.0/LMIG")
    of_flows = ids(web, f"{FLOWS}/*/MDF_DATAFLOWS/+/LMIG.LMIG+NOBODY")

    assert len(of_provisions) == len(loaded.provisions)
    assert len(of_flows) == len(loaded.registry.dataflows)
    assert ids(web, FLOWS) == ids(web, SETS) == ids(web, STRUCTURES) == [*of_flows, *of_provisions]
    assert web.get(f"{FLOWS}/LMIG/MDF_PROVISIONS/*/SV_DGME").status_code == 204


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (f"{SETS}/LMIG/NOTHING", 404),
        (f"{SETS}/LMIG/MS_DF_RETURNS/9.9.9", 404),
        (f"{SETS}/NOBODY", 204),
        (f"{SETS}?asOf=1999-01-01", 204),
        (f"{FLOWS}/LMIG/NOTHING", 404),
        (f"{STRUCTURES}/dataflow/LMIG/DF_NONE", 404),
        (f"{STRUCTURES}/codelist/SDMX/CL_SEX", 204),
        (f"{STRUCTURES}/nothing", 400),
        (f"{SETS}/A/B/1.0/C", 400),
        (f"{SETS}?detail=some", 400),
        (f"{SETS}?references=all", 400),
        (f"{SETS}?format=xlsx", 406),
        (f"{SETS}?format=csv&labels=both", 406),
        ("/sdmx/v2/metadata", 400),
        ("/sdmx/v2/metadata/dataflow/LMIG", 400),
        ("/sdmx/v1/metadata", 400),
        ("/sdmx/v1/metadata/NOTHING", 404),
        ("/sdmx/v1/metadata/MDF_PROVISIONS/A.B", 501),
        ("/sdmx/v1/metadata/MDF_PROVISIONS?startPeriod=2020", 501),
        ("/sdmx/v1/metadata/MDF_PROVISIONS/all/NOBODY", 404),
    ],
)
def test_what_is_not_there_has_its_status(web: FlaskClient, path: str, status: int) -> None:
    """Nothing known is passed over in silence."""
    assert web.get(path).status_code == status


def everything(loaded: Exchange, *, stubs: bool) -> MetadataMessage:
    pattern = ArtefactPattern((), (), (VersionPattern("*"),))
    return loaded.metadata_sets(MetadataQuery(MetadataKey.SET, pattern, stubs=stubs))


CASES = [
    pytest.param(each, stubs, id=f"{each.names[-1]}-{'stubs' if stubs else 'full'}")
    for each in table.METADATA[2]
    for stubs in (False, True)
    if not (stubs and each is table.METADATA_21)  # which knows none: below
    and not each.type.endswith("+csv")  # which has no schema: the next test
]


@pytest.mark.parametrize(("format", "stubs"), CASES)
def test_metadata_are_valid(loaded: Exchange, format: Format[MetadataMessage], stubs: bool) -> None:
    """By the official schemas of SDMX-JSON 2.0 and 2.1, SDMX-ML 2.1, 3.0 and 3.1."""
    name = format.names[-1]

    body = b"".join(format.write(everything(loaded, stubs=stubs)))

    if name.startswith("json"):
        assert json_judging.faults(name.removeprefix("json-"), "metadata", body) == []
    else:
        assert faults(name, body) == []


def by_hand(body: bytes) -> dict[str, dict[str, str]]:
    """What SDMX-CSV says of each set, by the field guide: sub-fields by the sign that it names."""
    header, *lines = csv.reader(io.StringIO(body.decode(), newline=""))
    sign = header[0].removeprefix("MDSTRUCTURE[").removesuffix("]")
    rows = [dict(zip(header, line, strict=True)) for line in lines]
    return {
        row["METADATASET_ID"]: {
            f"{name.partition('[')[0]}.{language}": text
            for name, value in row.items()
            if "[" in name and not name.startswith("MDSTRUCTURE") and value
            for language, text in (part.split(":", 1) for part in value.split(sign))
        }
        for row in rows
    }


@pytest.mark.parametrize(
    "format", [table.METADATA_C20, table.METADATA_C21], ids=lambda f: f.version
)
def test_csv_says_the_same(loaded: Exchange, format: Format[MetadataMessage]) -> None:
    """One line a set, with every text of both languages."""
    message = everything(loaded, stubs=False)

    found = by_hand(b"".join(format.write(message)))

    assert found == {
        str(each.reference): {
            f"{id}.{language}": text.said(language)
            for id, text in each.said
            for language in LANGUAGES
        }
        for each in message.sets
    }


def test_csv_keeps_every_sign(loaded: Exchange) -> None:
    """Also the ones that part its fields and their parts."""
    message = everything(loaded, stubs=False)
    (one, *_) = message.sets
    said = (
        ("CONTACT", Text('=1|2, "a" | b', 'x,"y";z: ñ 😀\nmore')),
        ("STAT_CONC_DEF", Text("a;b", "en:c")),
    )
    hostile = replace(one, said=said)

    found = by_hand(b"".join(table.METADATA_C20.write(replace(message, sets=(hostile,)))))

    assert found[str(one.reference)] == {
        f"{id}.{language}": text.said(language) for id, text in said for language in LANGUAGES
    }


def test_csv_quotes_what_has_every_sign(loaded: Exchange) -> None:
    """As the field guide quotes within a field."""
    message = everything(loaded, stubs=False)
    every = replace(message.sets[0], said=(("CONTACT", Text("|;¦^", '"')),))

    body = b"".join(table.METADATA_C20.write(replace(message, sets=(every,))))

    line = next(csv.DictReader(io.StringIO(body.decode(), newline="")))
    assert line["CONTACT[es|en]"] == 'es:"|;¦^"|en:""""'


def test_csv_names_what_it_is_of(web: FlaskClient) -> None:
    """Its flow, itself, and its target; and the languages that it is in."""
    path = f"{SETS}/LMIG/MS_SV_DGME_RETURNS"
    answer = web.get(path, headers={"Accept": "application/vnd.sdmx.metadata+csv;version=2.0.0"})
    stub = web.get(f"{path}?detail=allstubs&format=csv")

    lines = [*csv.DictReader(io.StringIO(answer.text, newline=""))]
    assert [[*each.values()][:6] for each in lines] == [
        [
            *("metadataflow", "LMIG:MDF_PROVISIONS(1.0.0)"),
            *("LMIG.LMIG:MS_SV_DGME_RETURNS(1.0.0)", "I"),
            *("provisionagreement", "LMIG:SV_DGME_RETURNS(1.0.0)"),
        ]
    ]
    assert answer.mimetype == "application/vnd.sdmx.metadata+csv"
    assert answer.headers["Content-Language"] == "es, en"
    assert stub.text.splitlines()[0].endswith("TARGET_IDS")


def test_stubs_say_nothing(web: FlaskClient) -> None:
    """They name a set and what it is of; SDMX-ML 2.1 has none."""
    full = web.get(f"{SETS}/LMIG/MS_SV_DGME_RETURNS").get_json()
    stub = web.get(f"{SETS}/LMIG/MS_SV_DGME_RETURNS?detail=allStubs").get_json()

    (whole,), (bare,) = (each["data"]["metadataSets"] for each in (full, stub))
    assert all("value" in each for each in whole["attributes"])
    assert not any("value" in each for each in bare["attributes"])
    assert bare["isExternalReference"]
    assert web.get(f"{SETS}?detail=allstubs&format=xml-2.1").status_code == 501


def test_version_1_answers_generic_metadata(web: FlaskClient, loaded: Exchange) -> None:
    """Its default is SDMX-ML 2.1. sdmx1 2.28 reads the structure; of sets, only those of items."""
    answer = web.get("/sdmx/v1/metadata/LMIG,MDF_PROVISIONS,1.0.0/all/LMIG,LMIG")
    asked = web.get("/sdmx/v1/metadatastructure/LMIG/MSD_LMIG/latest?references=all")

    structure = sdmx.read_sdmx(io.BytesIO(asked.data)).metadatastructure["MSD_LMIG"]
    sets = [*etree.fromstring(answer.data).iterfind("{*}MetadataSet")]

    assert answer.mimetype == "application/vnd.sdmx.genericmetadata+xml"
    assert [each.find(".//{*}ObjectReference/Ref").get("id") for each in sets] == sorted(
        loaded.provisions
    )
    (report,) = structure.report_structure.values()
    known = {each.id for each in report.components}
    said = {each.get("id") for each in sets[0].iterfind(".//{*}ReportedAttribute")}
    assert said <= known


def test_metadata_name_what_they_are_of_and_both_languages(web: FlaskClient) -> None:
    """In SDMX-ML 3.1 as in SDMX-JSON."""
    path = f"{SETS}/LMIG/MS_SV_DGME_RETURNS"
    (told,) = web.get(path).get_json()["data"]["metadataSets"]
    element = etree.fromstring(web.get(f"{path}?format=xml-3.1").data).find("{*}MetadataSet")

    assert told["targets"] == [element.findtext("{*}Target")]
    assert {each["id"]: each["value"] for each in told["attributes"]} == {
        each.get("id"): {
            text.get("{http://www.w3.org/XML/1998/namespace}lang"): text.text
            for text in each.iterfind("{*}Text")
        }
        for each in element.iterfind("{*}Attribute")
    }


def test_metadata_have_a_tag(web: FlaskClient) -> None:
    """They change only where a file of theirs does."""
    answer = web.get(SETS)

    again = web.get(SETS, headers={"If-None-Match": answer.headers["ETag"]})

    assert again.status_code == 304


@pytest.mark.parametrize(
    "context",
    [
        "metadatastructure/LMIG/MSD_LMIG",
        "metadataflow/LMIG/MDF_PROVISIONS",
        "metadataprovisionagreement/LMIG/MPA_PROVISIONS_LMIG",
    ],
)
def test_what_metadata_must_be_is_told_by_their_structure(web: FlaskClient, context: str) -> None:
    """There is no schema for metadata but the standard's own: 501 with what to ask for instead."""
    asked = f"/sdmx/v2/schema/{context}/1.0.0"
    answer = web.get(f"{asked}?format=json-2.1").get_json()["data"]

    assert [each["id"] for each in answer["metadataStructures"]] == ["MSD_LMIG"]
    assert [each["id"] for each in answer["conceptSchemes"]] == ["CS_METADATA"]
    refused = web.get(asked)
    assert refused.status_code == 501
    assert "structure+json" in refused.text


def test_metadata_are_told_in_the_callers_languages(web: FlaskClient) -> None:
    """The best first; one alone where one alone is asked for."""
    path = f"{SETS}/LMIG/MS_SV_DGME_RETURNS"
    english = web.get(path, headers={"Accept-Language": "en"})

    (told,) = english.get_json()["data"]["metadataSets"]

    assert told["name"].endswith("reference metadata")
    assert web.get(path).headers["ETag"] != english.headers["ETag"]
