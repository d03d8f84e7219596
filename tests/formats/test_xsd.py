"""The XML schemas that we write accept right messages and refuse wrong ones, in all versions."""

from datetime import UTC, datetime

import pyarrow as pa
import pytest
from lxml import etree

from gateway.errors import SemanticError
from gateway.formats import ml_data, xsd
from gateway.formats.message import DataMessage, DataSet, Header, Subject
from gateway.model.observations import Observations, columns
from tests.figures import LABELS, everything
from tests.formats import schema_cases
from tests.formats.judging import FOLDERS, INSTANCE, WRITERS, XS, parsed, standard
from tests.formats.schema_cases import FLOW, message

VERSIONS = list(FOLDERS)
TIME, FLAT = "TIME_PERIOD", "AllDimensions"

_schemas: dict[tuple[str, str], etree.XMLSchema] = {}


def schema(version: str, form: str) -> etree.XMLSchema:
    """The schema of the small structure, parsed once."""
    if (version, form) not in _schemas:
        _schemas[version, form] = parsed(b"".join(WRITERS[version](message(form))), version)
    return _schemas[version, form]


def accepts(schema: etree.XMLSchema, document: etree._Element) -> bool:
    """Whether a schema accepts a document; the reason shows where a test fails."""
    if not schema.validate(document):
        print(schema.error_log)  # noqa: T201
        return False
    return True


def data(version: str, form: str, *elements: etree._Element, **attributes: str) -> etree._Element:
    """A structure-specific message of one data set, by hand."""
    names = {
        "mes": standard(version, "message"),
        "com": standard(version, "common"),
        "ss": standard(version, "data/structurespecific"),
        "xsi": INSTANCE,
        "ns1": f"{FLOW.urn}:ObsLevelDim:{form}",
    }
    mes, com, ss = (f"{{{names[name]}}}" for name in ("mes", "com", "ss"))
    root = etree.Element(f"{mes}StructureSpecificData", nsmap=names)
    header = etree.SubElement(root, f"{mes}Header")
    for name, text in {"ID": "T", "Test": "true", "Prepared": "2026-11-23T12:00:00Z"}.items():
        etree.SubElement(header, f"{mes}{name}").text = text
    etree.SubElement(header, f"{mes}Sender", id="LMIG")
    described = etree.SubElement(header, f"{mes}Structure", structureID="S")
    described.set("namespace", names["ns1"])
    described.set("dimensionAtObservation", form)
    usage = etree.SubElement(described, f"{com}StructureUsage")
    dataset = etree.SubElement(root, f"{mes}DataSet", {f"{ss}structureRef": "S", **attributes})
    dataset.set(f"{{{INSTANCE}}}type", "ns1:DataSetType")
    if version == "v2_1":
        named = {"agencyID": FLOW.agency, "id": FLOW.id, "version": FLOW.version}
        etree.SubElement(usage, "Ref", {**named, "class": "Dataflow", "package": "datastructure"})
        dataset.set(f"{ss}dataScope", "Dataflow")
    else:
        usage.text = FLOW.urn
    dataset.extend(elements)
    return root


KEY = {"REF_AREA": "GT", "COUNTERPART_AREA": "MX", "SEX": "F"}
SERIES = {**KEY, "UNIT_MEASURE": "PS"}
OBS = {"TIME_PERIOD": "2024-Q1", "OBS_VALUE": "12", "OBS_STATUS": "A", "COLLECTED": "2024-04-02"}


def without(attributes: dict[str, str], id: str) -> dict[str, str]:
    return {name: value for name, value in attributes.items() if name != id}


def series(
    attributes: dict[str, str] = SERIES, observation: dict[str, str] = OBS
) -> etree._Element:
    element = etree.Element("Series", attributes)
    etree.SubElement(element, "Obs", observation)
    return element


def obs(**attributes: str) -> etree._Element:
    return etree.Element("Obs", {**SERIES, **OBS, **attributes})


RIGHT_SERIES = {
    "whole": (SERIES, OBS),
    "a missing value is absent": (SERIES, without(OBS, "OBS_VALUE")),
    "a missing value is no number": (SERIES, {**OBS, "OBS_VALUE": "NaN"}),
    "zero is a value": (SERIES, {**OBS, "OBS_VALUE": "0"}),
    "a mandatory attribute may be left out": (SERIES, without(OBS, "OBS_STATUS")),
    "a series attribute may be left out": (KEY, OBS),
}
WRONG_SERIES = {
    "unknown code of a dimension": ({**SERIES, "SEX": "X"}, OBS),
    "unknown code of a series attribute": ({**SERIES, "UNIT_MEASURE": "KG"}, OBS),
    "unknown code of an observation attribute": (SERIES, {**OBS, "OBS_STATUS": "?"}),
    "missing dimension": (without(SERIES, "SEX"), OBS),
    "missing time": (SERIES, without(OBS, "TIME_PERIOD")),
    "unknown attribute of the series": ({**SERIES, "COLOUR": "red"}, OBS),
    "unknown attribute of the observation": (SERIES, {**OBS, "COLOUR": "red"}),
    "an attribute in the wrong place": ({**SERIES, "OBS_STATUS": "A"}, OBS),
    "time on the series": ({**SERIES, "TIME_PERIOD": "2024"}, OBS),
    "bad number": (SERIES, {**OBS, "OBS_VALUE": "a dozen"}),
    "empty number": (SERIES, {**OBS, "OBS_VALUE": ""}),
    "bad time": (SERIES, {**OBS, "TIME_PERIOD": "first quarter"}),
    "bad day": (SERIES, {**OBS, "COLLECTED": "2024-02-30"}),
}


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(("key", "observation"), RIGHT_SERIES.values(), ids=RIGHT_SERIES)
def test_right_series_are_accepted(
    version: str, key: dict[str, str], observation: dict[str, str]
) -> None:
    assert accepts(schema(version, TIME), data(version, TIME, series(key, observation)))


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(("key", "observation"), WRONG_SERIES.values(), ids=WRONG_SERIES)
def test_wrong_series_are_refused(
    version: str, key: dict[str, str], observation: dict[str, str]
) -> None:
    assert not schema(version, TIME).validate(data(version, TIME, series(key, observation)))


@pytest.mark.parametrize("version", VERSIONS)
def test_flat_observations_state_their_whole_key(version: str) -> None:
    flat = schema(version, FLAT)

    assert accepts(flat, data(version, FLAT, obs(), obs(SEX="M")))
    for id in (*KEY, "TIME_PERIOD"):
        partial = obs()
        del partial.attrib[id]
        assert not flat.validate(data(version, FLAT, partial)), id
    assert not flat.validate(data(version, FLAT, obs(SEX="X")))
    assert not flat.validate(data(version, FLAT, obs(OBS_VALUE="a dozen")))
    assert not flat.validate(data(version, FLAT, obs(COLOUR="red")))


ACROSS = {**without(KEY, "SEX"), "TIME_PERIOD": "2024-Q1"}
OBS_OF_SEX = {**without(OBS, "TIME_PERIOD"), "SEX": "F", "UNIT_MEASURE": "PS"}
WRONG_SECTIONS = {
    "unknown code at the observation": (ACROSS, {**OBS_OF_SEX, "SEX": "X"}),
    "no code at the observation": (ACROSS, without(OBS_OF_SEX, "SEX")),
    "its dimension on the series": ({**ACROSS, "SEX": "F"}, OBS_OF_SEX),
    "no time on the series": (without(ACROSS, "TIME_PERIOD"), OBS_OF_SEX),
    "time at the observation": (ACROSS, {**OBS_OF_SEX, "TIME_PERIOD": "2024-Q1"}),
    "an attribute of the whole key on the series": ({**ACROSS, "UNIT_MEASURE": "PS"}, OBS_OF_SEX),
    "bad number": (ACROSS, {**OBS_OF_SEX, "OBS_VALUE": "a dozen"}),
}


@pytest.mark.parametrize("version", VERSIONS)
def test_any_dimension_can_be_at_the_observation(version: str) -> None:
    """Time is then the series', and with it goes what is said of the whole key."""
    checked = schema(version, "SEX")

    assert accepts(checked, data(version, "SEX", series(ACROSS, OBS_OF_SEX)))
    assert not checked.validate(data(version, "SEX", series()))
    assert not checked.validate(data(version, "SEX", obs()))


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(("key", "observation"), WRONG_SECTIONS.values(), ids=WRONG_SECTIONS)
def test_wrong_sections_are_refused(
    version: str, key: dict[str, str], observation: dict[str, str]
) -> None:
    checked = schema(version, "SEX")

    assert not checked.validate(data(version, "SEX", series(key, observation)))


@pytest.mark.parametrize("version", VERSIONS)
def test_where_data_are_deleted_a_key_may_be_partial(version: str) -> None:
    """What is left out of it takes back all that has the rest; codes are still codes."""
    written = b"".join(WRITERS[version](message(TIME, deletion=True)))
    deletion = parsed(written, version)
    partial = series(without(KEY, "SEX"), {"TIME_PERIOD": "2024-Q1"})

    flat = parsed(b"".join(WRITERS[version](message(FLAT, deletion=True))), version)

    assert accepts(deletion, data(version, TIME, partial))
    assert accepts(flat, data(version, FLAT, etree.Element("Obs", {"REF_AREA": "GT"})))
    assert not deletion.validate(data(version, TIME, series({**KEY, "SEX": "X"}, {})))


@pytest.mark.parametrize("version", VERSIONS)
def test_a_schema_is_of_one_form(version: str) -> None:
    assert not schema(version, TIME).validate(data(version, TIME, obs()))
    assert not schema(version, FLAT).validate(data(version, FLAT, series()))


@pytest.mark.parametrize("form", [TIME, FLAT])
def test_in_2_1_the_data_set_holds_its_attributes(form: str) -> None:
    checked = schema("v2_1", form)

    assert accepts(checked, data("v2_1", form, CONTACT="office@example.org"))
    assert not checked.validate(data("v2_1", form, COLOUR="red"))
    assert not checked.validate(data("v2_1", form, REPORTING_YEAR_START_DAY="--07-01"))


@pytest.mark.parametrize("form", [TIME, FLAT])
@pytest.mark.parametrize("version", ["v3_0", "v3_1"])
def test_in_3_attributes_stand_apart_with_part_of_the_key(version: str, form: str) -> None:
    checked = schema(version, form)

    def atts(**attributes: str) -> etree._Element:
        return data(version, form, etree.Element("Atts", attributes))

    assert accepts(checked, atts(CONTACT="office@example.org"))
    assert accepts(checked, atts(REF_AREA="GT", TIME_PERIOD="2024", UNIT_MEASURE="PS"))
    assert not checked.validate(atts(REF_AREA="US", UNIT_MEASURE="PS"))
    assert not checked.validate(atts(COLOUR="red"))
    assert not checked.validate(atts(OBS_VALUE="12"))
    assert not checked.validate(data(version, form, CONTACT="office@example.org"))


def test_from_3_1_on_an_attribute_can_be_marked_as_missing() -> None:
    marked = {**OBS, "OBS_STATUS": "#N/A", "COLLECTED": "#N/A"}

    assert accepts(schema("v3_1", TIME), data("v3_1", TIME, series(observation=marked)))
    assert not schema("v3_0", TIME).validate(data("v3_0", TIME, series(observation=marked)))


@pytest.mark.parametrize("version", VERSIONS)
def test_components_of_one_code_list_can_allow_different_codes(version: str) -> None:
    question = message(REF_AREA=("GT",))
    checked = parsed(b"".join(WRITERS[version](question)), version)

    assert accepts(checked, data(version, TIME, series()))
    assert not checked.validate(data(version, TIME, series({**SERIES, "REF_AREA": "MX"})))


@pytest.mark.parametrize("version", VERSIONS)
def test_where_no_code_is_allowed_no_code_is_accepted(version: str) -> None:
    checked = parsed(b"".join(WRITERS[version](message(UNIT_MEASURE=()))), version)

    assert accepts(checked, data(version, TIME, series(KEY)))
    assert not checked.validate(data(version, TIME, series(SERIES)))


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("form", [TIME, FLAT])
@pytest.mark.parametrize(
    ("type", "right", "wrong"),
    [
        (None, "2024-W05", "W05"),
        ("GregorianYear", "2024", "2024-01"),
        ("GregorianTimePeriod", "2024-01", "January"),  # no narrower than any time
        ("ReportingQuarter", "2024-Q1", "2024"),
    ],
)
def test_time_is_as_narrow_as_xml_schema_lets_it(
    version: str, form: str, type: str | None, right: str, wrong: str
) -> None:
    checked = parsed(b"".join(WRITERS[version](message(form, time=type))), version)

    def at(period: str) -> etree._Element:
        time = {"TIME_PERIOD": period}
        return data(version, form, obs(**time) if form == FLAT else series(observation=time))

    assert accepts(checked, at(right))
    assert not checked.validate(at(wrong))


def beside(version: str) -> etree.XMLSchema:
    """As a validator has it that knows SDMXMessage.xsd and is told where our namespace is."""
    wrapper = etree.Element(f"{{{XS}}}schema", nsmap={"xs": XS})
    for namespace, location in (
        (standard(version, "message"), "SDMXMessage.xsd"),
        (f"{FLOW.urn}:ObsLevelDim:{TIME}", "written.xsd"),
    ):
        imported = etree.SubElement(wrapper, f"{{{XS}}}import", namespace=namespace)
        imported.set("schemaLocation", location)
    return parsed(etree.tostring(wrapper), version, b"".join(WRITERS[version](message())))


@pytest.mark.parametrize("version", VERSIONS)
def test_a_schema_works_beside_the_standards_own(version: str) -> None:
    checked = beside(version)

    assert accepts(checked, data(version, TIME, series()))
    assert not checked.validate(data(version, TIME, series({**SERIES, "SEX": "X"})))


def our_message(**changes: str | float | None) -> etree._Element:
    """What the gateway writes of two observations, the second with no value."""
    structure = schema_cases.structure()
    row = {**SERIES, **OBS, "OBS_VALUE": 12.0, "OBS_VALUE_REPORTED": "12", **changes}
    missing = {**row, "TIME_PERIOD": "2024-Q2", "OBS_VALUE": None, "OBS_VALUE_REPORTED": None}
    table = pa.Table.from_pylist([row, missing], schema=columns(structure))
    selection = everything(Observations(structure, table))
    header = Header("T", datetime(2026, 11, 23, 12, tzinfo=UTC), "LMIG")
    subject = Subject(FLOW, structure, LABELS)
    question = DataMessage(header, (DataSet(subject, (selection,)),), TIME)
    return etree.fromstring(b"".join(ml_data.write_specific(question)))


@pytest.mark.parametrize("alone", [True, False], ids=["alone", "beside"])
def test_our_own_messages_are_accepted_whole(*, alone: bool) -> None:
    checked = schema("v2_1", TIME) if alone else beside("v2_1")

    assert accepts(checked, our_message())
    assert not checked.validate(our_message(SEX="X"))
    assert not checked.validate(our_message(OBS_VALUE_REPORTED="a dozen"))


def test_a_list_that_components_share_is_written_once() -> None:
    text = b"".join(xsd.write_31(message()))
    names = etree.fromstring(text).xpath("xs:simpleType/@name", namespaces={"xs": XS})

    assert names == [
        "Codelist.LMIG.CL_COUNTRY.1.0.0",
        "Codelist.SDMX.CL_SEX.2.1",
        "Codelist.LMIG.CL_UNIT_MEASURE.1.0.0",
        "Codelist.SDMX.CL_OBS_STATUS.2.2",
    ]


@pytest.mark.parametrize("version", VERSIONS)
def test_a_dimension_that_is_none_is_refused_by_name(version: str) -> None:
    with pytest.raises(SemanticError, match="COLOUR"):
        b"".join(WRITERS[version](message("COLOUR")))
