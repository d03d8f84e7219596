"""Every XML message is valid against the schemas of the standard."""

from pathlib import Path

import pytest
from lxml import etree

from gateway.exchange import Exchange
from gateway.formats import ml_error, table
from gateway.formats.message import StructureMessage
from gateway.registry import Registry
from tests.asking import FLOW as RETURNS
from tests.asking import message as answered
from tests.figures import ARTEFACTS, FLOW, STRUCTURE, Row, observations
from tests.formats.reading import (
    HEADER,
    faults,
    message,
    official,
    specific_schema,
    structures,
    written,
)

ROWS: list[Row] = [
    {"OBS_VALUE": "0"},
    {"TIME_PERIOD": "2023-02", "OBS_VALUE": None, "OBS_STATUS": "O", "COMMENT": 'a "b" <&>'},
    {"AREA": "MX", "TITLE": "t", "UNIT": None},
    {"AREA": "SV", "OBS_STATUS": None, "OBS_VALUE": "1.50"},
]


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> etree.XMLSchema:
    """The schema of the small structure's dataflow."""
    folder = tmp_path_factory.mktemp("small")
    return specific_schema(folder, STRUCTURE, Registry(ARTEFACTS).codes(STRUCTURE), FLOW.reference)


def test_generic_data_is_valid() -> None:
    """SDMX-ML 2.1, SDMXDataGeneric.xsd."""
    body = written(table.GENERIC, message(observations(ROWS), observations(ROWS)))

    assert faults(official(), body) == []


def test_structure_specific_data_is_valid(small: etree.XMLSchema) -> None:
    """The schema that the standard derives from the structure, enumerations and all."""
    body = written(table.SPECIFIC, message(observations(ROWS), observations(ROWS)))

    assert faults(small, body) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param(b'AREA="MX"', b'AREA="XX"', id="unknown code"),
        pytest.param(b'AREA="MX"', b"", id="missing dimension"),
        pytest.param(b'OBS_VALUE="0"', b'OBS_VALUE="x"', id="no number"),
        pytest.param(b'TIME_PERIOD="2023-01"', b'TIME_PERIOD="soon"', id="no period"),
        pytest.param(b'TITLE="t"', b'NOTHING="t"', id="unknown attribute"),
    ],
)
def test_that_schema_would_see_a_fault(small: etree.XMLSchema, old: bytes, new: bytes) -> None:
    """The test above can fail: each kind of fault is refused."""
    body = written(table.SPECIFIC, message(observations(ROWS)))
    assert old in body

    assert faults(small, body.replace(old, new, 1))


@pytest.mark.parametrize("key", ["M.GT", "A.SV", "M.MX.GT+SV+_T"], ids=["GT", "SV", "MX"])
def test_the_offices_data_are_valid(loaded: Exchange, tmp_path: Path, key: str) -> None:
    """Real messages of each country, in both forms of SDMX-ML 2.1."""
    content = answered(loaded, f"{RETURNS}/{key}")
    codes = loaded.registry.codes(content.subject.structure)
    schema = specific_schema(tmp_path, content.subject.structure, codes, content.subject.of)

    generic = faults(official(), written(table.GENERIC, content))
    specific = faults(schema, written(table.SPECIFIC, content))

    assert generic == []
    assert specific == []


def test_data_of_a_structure_are_valid(tmp_path: Path) -> None:
    """Asked for by data structure, a message is described by that structure."""
    content = message(observations(ROWS), of=STRUCTURE.reference)
    codes = Registry(ARTEFACTS).codes(STRUCTURE)
    schema = specific_schema(tmp_path, STRUCTURE, codes, STRUCTURE.reference)

    assert faults(schema, written(table.SPECIFIC, content)) == []
    assert faults(official(), written(table.GENERIC, content)) == []


def test_structures_are_valid(loaded: Exchange) -> None:
    """The small ones and the region's, whole."""
    assert faults(official(), structures(ARTEFACTS)) == []
    assert faults(official(), structures(loaded.registry)) == []


@pytest.mark.parametrize("described", [True, False])
def test_stubs_are_valid(loaded: Exchange, described: bool) -> None:
    """Artefacts that are only named, with or without their description."""
    everything = tuple(loaded.registry)
    stubs = frozenset(each.reference for each in everything)
    content = StructureMessage(HEADER, everything, stubs, stubs_described=described)

    assert faults(official(), b"".join(table.STRUCTURE_21.write(content))) == []


@pytest.mark.parametrize("text", ["No data.", 'a "b" <&> \n ñ 😀', "a\x01b", ""])
def test_errors_are_valid(text: str) -> None:
    """Whatever a client sent and the sentence repeats."""
    assert faults(official(), ml_error.write(140, text, "en")) == []
