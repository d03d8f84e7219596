"""Structure questions over HTTP, and their answers by class and short name."""

import re
from collections.abc import Mapping
from typing import Any

import pytest
from flask.testing import FlaskClient
from lxml import etree
from werkzeug.test import TestResponse

MOUNTS = {"v1": "/sdmx/v1/", "v2": "/sdmx/v2/structure/"}
JSON = {"v1": "json-1.0", "v2": "json-2.1"}

Artefacts = dict[str, dict[str, Any]]
"""Artefacts as SDMX-JSON has them, by class and short name."""


Refusal = tuple[str, int | None, int | None, str]
"""A path, its status in versions 1 and 2 (None where it means something), and words to read."""


def refusals(cases: Mapping[str, Refusal]) -> list[Any]:
    """Each case once for each version that refuses it: version, path, status, words."""
    return [
        pytest.param(dialect, path, status, words, id=f"{name}-{dialect}")
        for name, (path, first, second, words) in cases.items()
        for dialect, status in (("v1", first), ("v2", second))
        if status is not None
    ]


def get(web: FlaskClient, dialect: str, path: str, **parameters: str) -> TestResponse:
    """The answer to a structure question; `format` as the dialect has it, unless it is named."""
    return web.get(MOUNTS[dialect] + path, query_string=parameters)


def found(web: FlaskClient, dialect: str, path: str, **parameters: str) -> Artefacts:
    """What a good answer holds."""
    response = get(web, dialect, path, **parameters, format=JSON[dialect])
    assert response.status_code == 200, response.text
    assert response.json is not None
    return {
        name_of(artefact): artefact
        for artefacts in response.json["data"].values()
        for artefact in artefacts
    }


def name_of(artefact: dict[str, Any]) -> str:
    """``Codelist=SDMX:CL_SEX(2.1)`` from the URN by which an artefact links to itself."""
    (urn,) = (link["urn"] for link in artefact["links"] if link["rel"] == "self")
    return re.sub(r"urn:sdmx:org\.sdmx\.infomodel\.[a-z]+\.", "", urn)


def sentence(response: TestResponse) -> str:
    """What an error says, in either dialect."""
    if response.is_json:
        return str(response.json["errors"][0]["detail"])
    if response.mimetype == "text/plain":
        return response.text
    return str(etree.fromstring(response.data).findtext(".//{*}Text"))


def code(response: TestResponse) -> str:
    """The SDMX code of an error of version 1."""
    return str(etree.fromstring(response.data).find("{*}ErrorMessage").get("code"))
