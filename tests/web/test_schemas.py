"""Schema queries over HTTP: what data of a dataflow, structure or agreement must look like."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from jsonschema import Draft7Validator
from lxml import etree

from gateway.exchange import Exchange
from gateway.model.structure import DataConstraint
from tests.definitions import OFFICIAL_ML, faults, ids, named, scheme
from tests.web.asking import refusals, sentence

XS = "{http://www.w3.org/2001/XMLSchema}"
FLOW = "schema/dataflow/LMIG/DF_RETURNS/1.0.0"

EDITIONS = {"xsd-2.1": "xml-2.1", "xsd-3.0": "xml-3.0", "xsd-3.1": "xml-3.1"}
CONTEXTS = {
    "dataflow": ("LMIG/DF_RETURNS/1.0.0", "datastructure.Dataflow=LMIG:DF_RETURNS(1.0.0)"),
    "datastructure": ("LMIG/LMIG_FLOW/1.0.0", "datastructure.DataStructure=LMIG:LMIG_FLOW(1.0.0)"),
    "provisionagreement": (
        "LMIG/GT_IGM_RETURNS/1.0.0",
        "registry.ProvisionAgreement=LMIG:GT_IGM_RETURNS(1.0.0)",
    ),
}


def compiled(content: bytes, edition: str) -> etree.XMLSchema:
    """A served schema as a validator has it that finds the standard's schemas beside it."""
    beside = Path(OFFICIAL_ML[edition]).with_name("served.xsd")
    return etree.XMLSchema(etree.fromstring(content, base_url=str(beside)))


def served(web: FlaskClient, dialect: str, path: str, **parameters: str) -> bytes:
    """A good answer's body."""
    response = web.get(f"/sdmx/{dialect}/{path}", query_string=parameters)
    assert response.status_code == 200, response.text
    return response.data


def complaints(schema: etree.XMLSchema, document: etree._Element) -> list[str]:
    """What a schema says against a document; nothing where it is valid."""
    schema.validate(document)
    return [error.message for error in schema.error_log]


@pytest.mark.parametrize("dialect", ["v1", "v2"])
@pytest.mark.parametrize("name", EDITIONS)
@pytest.mark.parametrize("context", CONTEXTS)
def test_every_context_has_a_schema_in_every_edition(
    web: FlaskClient, dialect: str, name: str, context: str
) -> None:
    """It works with the official schemas of its edition, under a namespace of its own."""
    path, urn = CONTEXTS[context]

    response = web.get(f"/sdmx/{dialect}/schema/{context}/{path}?format={name}")

    version = {"xsd-2.1": "2.1", "xsd-3.0": "3.0.0", "xsd-3.1": "3.1.0"}[name]
    assert response.content_type == f"application/vnd.sdmx.schema+xml;version={version}"
    root = etree.fromstring(response.data)
    assert root.get("targetNamespace").startswith(f"urn:sdmx:org.sdmx.infomodel.{urn}:")
    if dialect == "v1":  # both dialects write the same
        compiled(response.data, EDITIONS[name])
    else:
        assert response.data == served(web, "v1", f"schema/{context}/{path}", format=name)


@pytest.fixture(scope="module")
def of_flow(web: FlaskClient) -> etree.XMLSchema:
    """The schema of 2.1 of DF_RETURNS: the default of version 1."""
    return compiled(served(web, "v1", FLOW), "xml-2.1")


@pytest.fixture(scope="module")
def of_structure(web: FlaskClient) -> etree.XMLSchema:
    """The schema of 2.1 of LMIG_FLOW, which no constraint narrows."""
    return compiled(served(web, "v1", "schema/datastructure/LMIG/LMIG_FLOW/1.0.0"), "xml-2.1")


def data(web: FlaskClient, bearer: dict[str, str], context: str) -> bytes:
    """All that is released of a dataflow or structure, structure-specific."""
    path = f"/sdmx/v2/data/{context}?format=ss"
    response = web.get(path, headers=bearer)
    assert response.status_code == 200, response.text
    return response.data


def test_our_own_messages_keep_the_schema_of_their_dataflow(
    web: FlaskClient, bearer: dict[str, str], of_flow: etree.XMLSchema
) -> None:
    """All that the samples released, in one message, as it is sent."""
    message = etree.fromstring(data(web, bearer, "dataflow/LMIG/DF_RETURNS/1.0.0"))

    assert len(message.findall(".//Obs")) > 1000
    assert complaints(of_flow, message) == []


def test_our_own_messages_keep_the_schema_of_their_structure(
    web: FlaskClient, bearer: dict[str, str], of_structure: etree.XMLSchema
) -> None:
    message = etree.fromstring(data(web, bearer, "datastructure/LMIG/LMIG_FLOW/1.0.0/A.SV"))

    assert complaints(of_structure, message) == []


BENT = {
    "code outside the constraint": ("STATUS_TYPE", "WP"),
    "code outside the constraint of another dimension": ("INDICATOR", "STOCK"),
    "code outside the list": ("SEX", "X"),
    "code of another list": ("COUNT_BASIS", "F"),
}


@pytest.mark.parametrize(("dimension", "code"), BENT.values(), ids=BENT)
def test_a_code_that_makes_no_sense_in_the_dataflow_is_refused(
    web: FlaskClient,
    bearer: dict[str, str],
    of_flow: etree.XMLSchema,
    dimension: str,
    code: str,
) -> None:
    message = etree.fromstring(data(web, bearer, "dataflow/LMIG/DF_RETURNS/1.0.0/A.SV"))
    message.find(".//Series").set(dimension, code)

    found = complaints(of_flow, message)

    assert any(f"attribute '{dimension}'" in each and f"'{code}'" in each for each in found)


def test_a_code_of_another_dataflow_is_allowed_by_the_structure(
    web: FlaskClient, bearer: dict[str, str], of_structure: etree.XMLSchema
) -> None:
    """Without the constraint of a dataflow the whole list holds."""
    message = etree.fromstring(data(web, bearer, "datastructure/LMIG/LMIG_FLOW/1.0.0/A.SV"))
    message.find(".//Series").set("STATUS_TYPE", "WP")

    assert complaints(of_structure, message) == []


def test_an_agreement_is_bound_by_the_constraint_of_its_dataflow(
    loaded: Exchange, web: FlaskClient
) -> None:
    root = etree.fromstring(
        served(web, "v1", "schema/provisionagreement/LMIG/GT_IGM_RETURNS/1.0.0")
    )

    assert allowed(root, "STATUS_TYPE") == constrained(loaded, "STATUS_TYPE")


def allowed(root: etree._Element, component: str) -> list[str]:
    """The codes that a schema allows a component, in order."""
    attribute = next(each for each in root.iter(f"{XS}attribute") if each.get("name") == component)
    type = next(
        each for each in root.iter(f"{XS}simpleType") if each.get("name") == attribute.get("type")
    )
    return [each.get("value") for each in type.iter(f"{XS}enumeration")]


def constrained(loaded: Exchange, dimension: str) -> list[str]:
    """The codes of a list that the constraint of DF_RETURNS leaves, in the list's order."""
    constraint = named(loaded.registry, "DataConstraint=LMIG:CC_RETURNS(1.0.0)")
    assert isinstance(constraint, DataConstraint)
    whole = ids(scheme(loaded.registry, f"Codelist=LMIG:CL_{dimension}(1.0.0)"))
    return [code for code in whole if code in dict(constraint.region)[dimension]]


@pytest.mark.parametrize("name", EDITIONS)
def test_every_edition_has_the_constraint_applied(
    loaded: Exchange, web: FlaskClient, name: str
) -> None:
    """And the whole list where there is none, in its order."""
    root = etree.fromstring(served(web, "v2", FLOW, format=name))

    assert allowed(root, "STATUS_TYPE") == constrained(loaded, "STATUS_TYPE")
    assert allowed(root, "AGE") == ids(scheme(loaded.registry, "Codelist=LMIG:CL_AGE(1.0.0)"))


@pytest.mark.parametrize("name", EDITIONS)
@pytest.mark.parametrize(
    ("word", "held", "other"),
    [
        ("TIME_PERIOD", "Series", "Obs"),
        ("AllDimensions", "Obs", "Series"),
        ("SEX", "Series", "Obs"),
    ],
)
def test_observations_stand_in_series_or_alone(
    web: FlaskClient, name: str, word: str, held: str, other: str
) -> None:
    content = served(web, "v2", FLOW, format=name, dimensionAtObservation=word)
    compiled(content, EDITIONS[name])

    root = etree.fromstring(content)

    assert root.get("targetNamespace").endswith(f":ObsLevelDim:{word}")
    (dataset,) = (each for each in root if each.get("name") == "DataSetType")
    elements = {each.get("name") for each in dataset.iter(f"{XS}element")}
    assert held in elements
    assert other not in elements


@pytest.fixture(scope="module")
def json_schema(web: FlaskClient) -> Draft7Validator:
    """The JSON schema of DF_RETURNS: the default of version 2."""
    response = web.get(f"/sdmx/v2/{FLOW}")
    assert response.content_type == "application/vnd.sdmx.schema+json;version=2.0.0"
    schema = json.loads(response.data)
    Draft7Validator.check_schema(schema)
    return Draft7Validator(schema)


def json_message(web: FlaskClient, bearer: dict[str, str], **changes: str) -> dict[str, Any]:
    """The structure part of an SDMX-JSON message of one released observation, by hand."""
    answer = web.get("/sdmx/v2/data/dataflow/LMIG/DF_RETURNS/1.0.0/A.SV?format=csv", headers=bearer)
    row = {**next(csv.DictReader(answer.text.splitlines())), **changes}
    names = [*row][3 : [*row].index("OBS_VALUE")]
    values = {name: [{"id": row[name]}] for name in names}
    levels = {"dataSet": [{"id": name, "values": each} for name, each in values.items()]}
    return {"data": {"structures": [{"dimensions": levels}]}}


def test_the_json_schema_accepts_what_is_released(
    web: FlaskClient, bearer: dict[str, str], json_schema: Draft7Validator
) -> None:
    assert [*json_schema.iter_errors(json_message(web, bearer))] == []


@pytest.mark.parametrize(("dimension", "code"), BENT.values(), ids=BENT)
def test_the_json_schema_refuses_the_same_codes(
    web: FlaskClient,
    bearer: dict[str, str],
    json_schema: Draft7Validator,
    dimension: str,
    code: str,
) -> None:
    (error,) = json_schema.iter_errors(json_message(web, bearer, **{dimension: code}))

    assert f"'{code}' is not one of" in error.message


STRUCTURES = {
    "xml-2.1": ("v1", "xml"),
    "xml-3.0": ("v2", "xml-3.0"),
    "xml-3.1": ("v2", "xml-3.1"),
}


@pytest.mark.parametrize(("name", "asked"), STRUCTURES.items(), ids=STRUCTURES)
def test_a_structure_format_says_the_same_for_people(
    web: FlaskClient, name: str, asked: tuple[str, str]
) -> None:
    """In a message that is valid itself."""
    dialect, word = asked

    content = served(web, dialect, FLOW, format=word)

    assert faults(name, content) == []
    assert b"CC_RETURNS" in content


def test_it_holds_the_structure_with_what_is_used(loaded: Exchange, web: FlaskClient) -> None:
    found = json.loads(served(web, "v2", FLOW, format="json-2.0"))["data"]

    assert {*found} == {
        *("dataflows", "dataStructures", "codelists", "conceptSchemes"),
        *("agencySchemes", "dataConstraints"),
    }
    assert [each["id"] for each in found["dataStructures"]] == ["LMIG_FLOW"]
    assert [each["id"] for each in found["dataConstraints"]] == ["CC_RETURNS"]
    lists = {each["id"]: each for each in found["codelists"]}
    assert lists["CL_STATUS_TYPE"]["isPartial"] is True
    assert [each["id"] for each in lists["CL_STATUS_TYPE"]["codes"]] == constrained(
        loaded, "STATUS_TYPE"
    )
    assert all(each["isPartial"] for each in found["conceptSchemes"])


def test_an_accept_header_asks_for_it_too(web: FlaskClient) -> None:
    headers = {"Accept": "application/vnd.sdmx.structure+json;version=2.0.0"}

    response = web.get(f"/sdmx/v2/{FLOW}", headers=headers)

    assert response.content_type == headers["Accept"]


def test_the_same_schema_is_not_sent_again(web: FlaskClient) -> None:
    tag = web.get(f"/sdmx/v2/{FLOW}").headers["ETag"]

    again = web.get(f"/sdmx/v2/{FLOW}", headers={"If-None-Match": tag})

    assert (again.status_code, again.data) == (304, b"")


def test_as_of_before_the_gateway_there_was_no_schema(loaded: Exchange, web: FlaskClient) -> None:
    now = loaded.clock().isoformat()
    past = web.get(f"/sdmx/v2/{FLOW}", query_string={"asOf": "2020-01-01T00:00:00Z"})

    assert past.status_code == 404
    assert served(web, "v2", FLOW, asOf=now) == served(web, "v2", FLOW)


REFUSED = {
    "no such dataflow": ("schema/dataflow/LMIG/DF_NO", 404, 404, "LMIG:DF_RETURNS(1.0.0)"),
    "no such version": ("schema/dataflow/LMIG/DF_STOCK/9.0.0", 404, 404, "LMIG:DF_STOCK(1.0.0)"),
    "no such context": ("schema/codelist/LMIG/CL_AGE", 400, 400, "provisionagreement"),
    "no id": ("schema/dataflow/LMIG", 400, 400, "schema/{context}/{agency}/{id}"),
    "too long a path": (f"{FLOW}/more", 400, 400, "schema/{context}/{agency}/{id}"),
    "no dimension": (f"{FLOW}?dimensionAtObservation=COLOUR", 403, 422, "AllDimensions"),
    "unknown parameter": (f"{FLOW}?colour=red", 400, 400, "dimensionAtObservation"),
    "explicit measures": (f"{FLOW}?explicitMeasure=true", 400, 400, "Allowed: "),
    "asOf in version 1": (f"{FLOW}?asOf=2026-01-01", 400, None, "explicitMeasure"),
    "no moment": (f"{FLOW}?asOf=yesterday", None, 400, "2026-11-23T08:00:00Z"),
    "unknown format": (f"{FLOW}?format=excel", 406, 406, "xsd"),
}


@pytest.mark.parametrize(("dialect", "path", "status", "words"), refusals(REFUSED))
def test_a_refusal_says_what_was_allowed(
    web: FlaskClient, dialect: str, path: str, status: int, words: str
) -> None:
    response = web.get(f"/sdmx/{dialect}/{path}")

    assert response.status_code == status
    assert words in sentence(response)


def test_several_structures_have_no_one_schema(web: FlaskClient) -> None:
    """The question names too many; those that it could mean are said."""
    response = web.get("/sdmx/v2/schema/dataflow/*/*")

    assert 400 <= response.status_code < 500
    assert "LMIG:DF_RETURNS(1.0.0)" in sentence(response)
