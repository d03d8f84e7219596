"""Structure questions over HTTP, and their answers by class and short name."""

import re
from typing import Any

from flask.testing import FlaskClient
from lxml import etree
from werkzeug.test import TestResponse

MOUNTS = {"v1": "/sdmx/v1/", "v2": "/sdmx/v2/structure/"}
JSON = {"v1": "json-1.0", "v2": "json-2.1"}

Artefacts = dict[str, dict[str, Any]]
"""Artefacts as SDMX-JSON has them, by class and short name."""


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
    return str(etree.fromstring(response.data).findtext(".//{*}Text"))


def code(response: TestResponse) -> str:
    """The SDMX code of an error of version 1."""
    return str(etree.fromstring(response.data).find("{*}ErrorMessage").get("code"))
