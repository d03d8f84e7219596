"""SDMX-JSON data: valid by the standard's schemas, and the same figures in every form of it."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings

from gateway.errors import NotAcceptable
from gateway.formats import table
from gateway.formats.json_numbers import number
from gateway.formats.message import Action, DataMessage, DataSet, Manner, Shown, Subject
from gateway.model.artefact import Kind, Reference
from gateway.model.joining import bare, ordered
from gateway.model.observations import Observations
from gateway.model.query import Sort
from gateway.model.text import Text
from tests.figures import ARTEFACTS, FLOW, LABELS, STRUCTURE, Row, everything, observations
from tests.formats.json_reading import faults, parsed, read, rows
from tests.formats.reading import (
    HEADER,
    DataFormat,
    Rows,
    definition,
    filled,
    json_by_sdmx1,
    message,
    stated,
    written,
)
from tests.formats.test_data import HOSTILE, tables

V10, V20, V21 = table.JSON_10, table.JSON_20, table.JSON_21
VERSIONS = pytest.mark.parametrize("format", [V10, V20, V21], ids=["1.0", "2.0", "2.1"])
FORMS = ("TIME_PERIOD", "AllDimensions", "AREA", "SEX", "FREQ")
FORM = pytest.mark.parametrize("dimension", FORMS)

USUAL: list[Row] = [
    {"AREA": "GT", "OBS_VALUE": "1.50", "COMMENT": "c"},
    {"AREA": "GT", "TIME_PERIOD": "2023-02", "OBS_VALUE": None, "OBS_STATUS": "O"},
    {"AREA": "MX", "SEX": "F", "OBS_VALUE": "0", "TITLE": "t", "UNIT": None},
]


def told(format: DataFormat, content: DataMessage) -> bytes:
    """A message that the official schema takes."""
    body = written(format, content)
    assert faults(format.names[0], body) == []
    return body


def under(content: DataMessage, dimension: str) -> DataMessage:
    """The same message with another dimension at the observations."""
    return replace(content, dimension_at_observation=dimension)


def structure(body: bytes) -> dict[str, Any]:
    """What the first structure says."""
    data = parsed(body)["data"]
    found = data["structure"] if "structure" in data else data["structures"][0]
    assert isinstance(found, dict)
    return found


def ids(components: Mapping[str, list[dict[str, Any]]]) -> dict[str, list[str]]:
    """The components at each level, those that have some."""
    return {level: [each["id"] for each in found] for level, found in components.items() if found}


@VERSIONS
@FORM
def test_every_form_says_the_same(format: DataFormat, dimension: str) -> None:
    """Valid, and read back position by position: keys, values as reported, attributes."""
    content = observations(USUAL)

    body = told(format, under(message(content), dimension))

    assert filled(rows(body), STRUCTURE) == stated(content)


@VERSIONS
@FORM
@settings(max_examples=5, deadline=None)
@given(content=tables)
def test_any_table_is_read_back_in_any_form(
    format: DataFormat, dimension: str, content: Observations
) -> None:
    """Whatever is missing where."""
    body = told(format, under(message(content), dimension))

    assert filled(rows(body), STRUCTURE) == stated(content)


@FORM
def test_sdmx1_reads_version_1(dimension: str) -> None:
    """Keys, values and the attributes of observations; of those of series it reads none."""
    content = observations(USUAL)
    names = ("FREQ", "AREA", "SEX", "TIME_PERIOD", "OBS_VALUE")

    found = json_by_sdmx1(told(V10, under(message(content), dimension)), definition(ARTEFACTS))

    def keyed(these: Rows) -> list[tuple[str | None, ...]]:
        return [tuple(row[name] for name in names) for row in these]

    expected = [{**row, "OBS_VALUE": row["OBS_VALUE"]} for row in stated(content)]
    expected[0]["OBS_VALUE"] = "1.5"
    assert keyed(filled(found, STRUCTURE)) == keyed(expected)


@VERSIONS
@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_survives_in_comments_and_names(format: DataFormat, text: str) -> None:
    """Also what XML cannot say; and a name is what it was, in each language."""
    content = observations([{"COMMENT": f"{text}\x00\x1f", "TITLE": text}, {"AREA": "MX"}])
    codes = {**LABELS.codes, "AREA": {**LABELS.codes["AREA"], "GT": Text(text, text)}}
    labels = replace(LABELS, of=Text(text, text), codes=codes)
    subject = Subject(FLOW.reference, STRUCTURE, labels)
    dataset = DataSet(subject, (everything(content),))

    body = told(format, DataMessage(HEADER, (dataset,), "TIME_PERIOD"))

    assert filled(rows(body), STRUCTURE) == stated(content)
    (area,) = structure(body)["dimensions"]["series"]
    assert [structure(body)["name"], area["values"][0]["name"]] == [text, text]


@pytest.mark.parametrize(
    ("reported", "expected"),
    [
        *[(same, same) for same in ("0", "-1", "1.50", "0.0", "-0.10", "1e3", "2.5E-7", "9" * 40)],
        ("+5", "5"),
        ("007", "7"),
        ("-00.50", "-0.50"),
        (".5", "0.5"),
        ("5.", "5"),
        ("0.", "0"),
        (".0", "0.0"),
        (" 5", "5"),
        ("NaN", None),
        ("nan", None),
        ("INF", '"INF"'),
        ("-INF", '"-INF"'),
        (".", '"."'),
        ("-", '"-"'),
        ("e5", '"e5"'),
        ("1,5", '"1,5"'),
        ('"', '"\\""'),
    ],
)
def test_a_value_is_a_number_of_the_same_digits(reported: str, expected: str | None) -> None:
    """What JSON can say as a number is one; not a number is null; all else is text."""
    assert number(reported) == expected


@VERSIONS
@FORM
def test_values_are_spelled_digit_by_digit(format: DataFormat, dimension: str) -> None:
    """One odd value among counts does not make floats of the others."""
    values = ["12345678901234567890.10", "5", "007", "NaN", None, "0"]
    content = observations(
        {"TIME_PERIOD": f"2023-0{n}", "OBS_VALUE": value} for n, value in enumerate(values, 1)
    )

    found = rows(told(format, under(message(content), dimension)))

    by_time = sorted(found, key=lambda row: row["TIME_PERIOD"] or "")
    expected = ["12345678901234567890.10", "5", "7", None, None, "0"]
    assert [row.get("OBS_VALUE") for row in by_time] == expected


@VERSIONS
def test_only_values_in_use_are_spelled_in_order(format: DataFormat) -> None:
    """Each once, codes by text and periods by time; what has one value stands at the data set."""
    content = observations(
        [
            {"AREA": "SV", "FREQ": "A", "TIME_PERIOD": "2023"},
            {"AREA": "GT", "TIME_PERIOD": "2023-02"},
            {"AREA": "GT", "TIME_PERIOD": "2022-12"},
        ]
    )

    found = structure(told(format, message(content)))

    assert ids(found["dimensions"]) == {
        "dataSet": ["SEX"],
        "series": ["FREQ", "AREA"],
        "observation": ["TIME_PERIOD"],
    }
    assert ids(found["attributes"]) == {"dataSet": ["UNIT", "OBS_STATUS"]}
    _, area = found["dimensions"]["series"]
    assert [each["id"] for each in area["values"]] == ["GT", "SV"]
    (time,) = found["dimensions"]["observation"]
    assert [each["id"] for each in time["values"]] == ["2022-12", "2023", "2023-02"]
    assert time["values"][0]["start"] == "2022-12-01T00:00:00Z"
    assert time["values"][0]["end"] == "2022-12-31T23:59:59Z"
    assert [each["keyPosition"] for each in (area, time)] == [1, 3]


@VERSIONS
def test_one_observation_still_has_a_key(format: DataFormat) -> None:
    """A series needs a dimension, though all have one value."""
    body = told(format, message(observations([{}])))

    assert ids(structure(body)["dimensions"]) == {
        "dataSet": ["FREQ", "AREA"],
        "series": ["SEX"],
        "observation": ["TIME_PERIOD"],
    }
    (dataset,) = parsed(body)["data"]["dataSets"]
    assert dataset["series"] == {"0": {"observations": {"0": [1]}}}


@VERSIONS
@pytest.mark.parametrize("period", ["2023-05-17T08:00:00", "2023-05-17/P1M"])
def test_a_period_without_the_form_of_an_id_is_kept(format: DataFormat, period: str) -> None:
    """2.x has values for it; the schema of 1.0 has no place for one, and the value comes first."""
    content = observations([{"TIME_PERIOD": period}])

    body = written(format, message(content))

    assert rows(body)[0]["TIME_PERIOD"] == period
    assert (faults(format.names[0], body) == []) == (format is not V10)


@pytest.mark.parametrize(
    ("languages", "name", "names"),
    [
        (("en", "es"), "DF in English", {"en": "DF in English", "es": "DF en español"}),
        (("es",), "DF en español", {"es": "DF en español"}),
    ],
)
def test_names_are_in_the_caller_s_languages(
    languages: tuple[Any, ...], name: str, names: dict[str, str]
) -> None:
    """The best one as the name, all of them beside it."""
    body = told(V21, message(observations([{}])).told(Manner(languages)))

    assert structure(body)["name"] == name
    assert structure(body)["names"] == names
    assert parsed(body)["meta"]["contentLanguages"] == [*languages]


def grouped(on: Observations, *dimensions: str) -> Observations:
    """The same observations where UNIT hangs on some dimensions only."""
    attributes = tuple(
        replace(each, dimensions=dimensions) if each.id == "UNIT" else each
        for each in STRUCTURE.attributes
    )
    return Observations(replace(STRUCTURE, attributes=attributes), on.table)


GROUPS: list[Row] = [
    {"AREA": "GT", "SEX": "F", "UNIT": "PS"},
    {"AREA": "GT", "SEX": "M", "UNIT": "PS"},
    {"AREA": "MX", "SEX": "F", "UNIT": "EVENT"},
    {"AREA": "SV", "SEX": "F", "UNIT": None},
]


@VERSIONS
@FORM
def test_an_attribute_of_part_of_the_key_is_told_once_for_it(
    format: DataFormat, dimension: str
) -> None:
    """In 2.x under the positions of that part; 1.0 has no such level."""
    content = grouped(observations(GROUPS), "AREA")

    body = told(format, under(message(content), dimension))

    assert filled(rows(body), STRUCTURE) == stated(content)
    levels = ids(structure(body)["attributes"])
    assert ("UNIT" in levels.get("dimensionGroup", ())) == (
        format is not V10 and dimension != "AREA"
    )
    if "dimensionGroup" in levels:
        (dataset,) = parsed(body)["data"]["dataSets"]
        assert dataset["dimensionGroupAttributes"] == {":0::": [1], ":1::": [0]}


def test_an_attribute_that_differs_within_its_part_stays_with_the_series() -> None:
    """Nothing is lost though the data do not keep what their structure says."""
    content = grouped(observations([*GROUPS, {"AREA": "MX", "SEX": "M", "UNIT": "PS"}]), "AREA")

    body = told(V21, message(content))

    assert filled(rows(body), STRUCTURE) == stated(content)
    assert "UNIT" in ids(structure(body)["attributes"])["series"]


@VERSIONS
def test_deleted_observations_are_told_by_their_keys(format: DataFormat) -> None:
    """Apart from what changed, with an action and the time until which they held."""
    then = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    (changed,) = message(observations(USUAL)).datasets
    gone = observations([{"AREA": "SV"}, {"AREA": "GT", "TIME_PERIOD": "2021-01"}])
    deleted = DataSet(changed.subject, (bare(everything(gone)),), Action.DELETE, valid_to=then)
    replaced = replace(changed, action=Action.REPLACE, valid_from=then)

    body = told(format, DataMessage(HEADER, (replaced, deleted), "TIME_PERIOD"))

    first, second = read(body)
    assert filled(first["rows"], STRUCTURE) == stated(observations(USUAL))
    assert (first["action"], first["validFrom"]) == ("Replace", then.isoformat())
    assert (second["action"], second["validTo"]) == ("Delete", then.isoformat())
    key = ("AREA", "TIME_PERIOD")
    assert [tuple(row[id] for id in key) for row in second["rows"]] == [
        ("GT", "2021-01"),
        ("SV", "2023-01"),
    ]
    assert not any({"OBS_VALUE", "OBS_STATUS", "UNIT"} & {*row} for row in second["rows"])


@pytest.mark.parametrize(
    ("format", "shown", "action"),
    [
        (V10, Shown(), "Information"),
        (V20, Shown(), "Information"),
        (V21, Shown(), "Replace"),
        (V21, Shown(measure=False), "Merge"),
        (V21, Shown(attributes=frozenset()), "Merge"),
    ],
)
def test_a_plain_answer_has_the_action_of_its_version(
    format: DataFormat, shown: Shown, action: str
) -> None:
    """2.1 deprecates information, and recommends to replace with the whole, merge a part."""
    (dataset,) = message(observations(USUAL)).datasets

    body = told(format, DataMessage(HEADER, (replace(dataset, shown=shown),), "TIME_PERIOD"))

    assert read(body)[0]["action"] == action


SHOWN = {
    "nothing but keys": (Shown(frozenset(), measure=False), set()),
    "values alone": (Shown(frozenset()), {"OBS_VALUE"}),
    "one attribute": (Shown(frozenset({"UNIT"}), measure=False), {"UNIT"}),
    "all but the value": (
        Shown(measure=False),
        {"OBS_STATUS", "COMMENT", "EMBARGO_TIME", "UNIT", "TITLE"},
    ),
}


@VERSIONS
@FORM
@pytest.mark.parametrize(("shown", "left"), SHOWN.values(), ids=SHOWN)
def test_what_is_not_shown_is_nowhere(
    format: DataFormat, dimension: str, shown: Shown, left: set[str]
) -> None:
    """Nor in the structure; what is left is right."""
    content = observations(USUAL)
    (dataset,) = message(content).datasets

    body = told(format, DataMessage(HEADER, (replace(dataset, shown=shown),), dimension))

    keys = {*STRUCTURE.dimension_ids, "TIME_PERIOD"}
    expected = [
        {id: value if id in keys | left else None for id, value in row.items()}
        for row in stated(content)
    ]
    assert filled(rows(body), STRUCTURE) == expected
    assert ("1.50" in body.decode()) == ("OBS_VALUE" in left)


@VERSIONS
@pytest.mark.parametrize("dimension", ["TIME_PERIOD", "AllDimensions"])
@pytest.mark.parametrize("attributes", [None, frozenset()], ids=["attributes", "keys alone"])
def test_series_can_be_told_without_observations(
    format: DataFormat, dimension: str, attributes: frozenset[str] | None
) -> None:
    """Their keys and their own attributes."""
    shown = Shown(attributes, measure=False, observations=False)
    (dataset,) = message(observations(USUAL)).datasets

    body = told(format, DataMessage(HEADER, (replace(dataset, shown=shown),), dimension))

    (found,) = read(body)
    assert found["rows"] == []
    plain = {"FREQ": "M"}
    own = ({"UNIT": "EVENT"}, {"TITLE": "t"}) if attributes is None else ({}, {})
    assert found["series"] == [
        {**plain, "AREA": "GT", "SEX": "_T", **own[0]},
        {**plain, "AREA": "MX", "SEX": "F", **own[1]},
    ]
    assert "OBS_STATUS" not in json.dumps(structure(body)["attributes"])


def two_flows() -> DataMessage:
    """A message with data of two dataflows."""
    other = Reference(Kind.DATAFLOW, "X", "DF_OTHER", "1.0.0")
    one = message(observations(USUAL))
    two = message(observations([{"AREA": "SV", "OBS_VALUE": "7"}]), of=other)
    return replace(one, datasets=(*one.datasets, *two.datasets, *one.datasets))


@pytest.mark.parametrize("format", [V20, V21], ids=["2.0", "2.1"])
@FORM
def test_data_sets_of_several_structures_name_theirs(format: DataFormat, dimension: str) -> None:
    """Each structure once, with the values that its own data sets use."""
    body = told(format, under(two_flows(), dimension))

    data = parsed(body)["data"]
    assert [each["dataSets"] for each in data["structures"]] == [[0, 2], [1]]
    one, two, three = read(body)
    assert filled(one["rows"], STRUCTURE) == stated(observations(USUAL))
    assert [row["OBS_VALUE"] for row in two["rows"]] == ["7"]
    assert three["rows"] == one["rows"]


def test_version_1_refuses_several_structures_by_name() -> None:
    """Before the first byte, and says which version can."""
    with pytest.raises(NotAcceptable) as caught:
        next(iter(V10.write(two_flows())))

    assert any("2.1.0" in each for each in caught.value.allowed)


@VERSIONS
def test_an_order_of_the_caller_s_own_makes_no_key_twice(format: DataFormat) -> None:
    """The members of an object have no order; within a series the caller's is kept."""
    content = observations(
        {"AREA": area, "TIME_PERIOD": period}
        for area in ("GT", "MX")
        for period in ("2023-01", "2023-02")
    )
    (dataset,) = message(content).datasets
    latest = tuple(ordered(each, [Sort("TIME_PERIOD", True)]) for each in dataset.selections)

    body = told(format, DataMessage(HEADER, (replace(dataset, selections=latest),), "TIME_PERIOD"))

    assert filled(rows(body), STRUCTURE) == stated(content)
    (found,) = parsed(body)["data"]["dataSets"]
    assert [[*each["observations"]] for each in found["series"].values()] == [["1", "0"]] * 2


@VERSIONS
@FORM
def test_a_series_of_two_suppliers_is_told_once(format: DataFormat, dimension: str) -> None:
    """An object with a key twice would lose what stands under the first."""
    one = observations([{"TIME_PERIOD": "2023-01"}, {"AREA": "MX"}])
    two = observations([{"TIME_PERIOD": "2023-02", "COMMENT": "c"}, {"AREA": "SV"}])

    body = told(format, under(message(one, two), dimension))

    expected = filled([*stated(one), *stated(two)], STRUCTURE)
    assert filled(rows(body), STRUCTURE) == expected
