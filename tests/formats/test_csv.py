"""SDMX-CSV in its versions and manners, and the CSV for people: columns, keys, names, changes."""

import csv
import io
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pysdmx.io import read_sdmx

from gateway.errors import NotServed
from gateway.formats import table
from gateway.formats.message import (
    Action,
    DataMessage,
    DataSet,
    Keys,
    Manner,
    Said,
    Shown,
    Subject,
    Times,
)
from gateway.model.artefact import Kind, Reference
from gateway.model.labels import Labels
from gateway.model.structure import Attachment, DataStructure
from gateway.model.text import Text
from tests.figures import ARTEFACTS, CODES, FLOW, LABELS, STRUCTURE, Row, everything, observations
from tests.formats.reading import (
    HEADER,
    DataFormat,
    by_hand,
    by_pysdmx,
    csv_by_sdmx1,
    definition,
    filled,
    message,
    stated,
    written,
)

VERSIONS = {"1.0": table.CSV_10, "2.0": table.CSV, "2.1": table.CSV_21}
ALL = pytest.mark.parametrize("format", [pytest.param(each, id=v) for v, each in VERSIONS.items()])
NEWER = pytest.mark.parametrize("format", [table.CSV, table.CSV_21], ids=["2.0", "2.1"])
TWO: list[Row] = [{}, {"AREA": "MX", "TITLE": "a, b"}]


def lines(format: DataFormat, content: DataMessage) -> list[str]:
    return written(format, content).decode().splitlines()


def in_english(**manner: object) -> Manner:
    return replace(Manner(("en", "es")), **manner)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("format", "manner", "header", "line"),
    [
        pytest.param(
            table.CSV_10,
            Manner(),
            "DATAFLOW,FREQ,AREA,SEX,TIME_PERIOD,OBS_VALUE,OBS_STATUS,COMMENT,EMBARGO_TIME,UNIT,TITLE",
            'X:DF_SMALL(1.0.0),M,MX,_T,2023-01,1,A,,,EVENT,"a, b"',
            id="1.0",
        ),
        pytest.param(
            table.CSV_10,
            in_english(labels=Said.BOTH, times=Times.NORMALIZED),
            "DATAFLOW,FREQ: FREQ in English,AREA: AREA in English,SEX: SEX in English,"
            "TIME_PERIOD: TIME_PERIOD in English,OBS_VALUE,OBS_STATUS: OBS_STATUS in English,"
            "COMMENT: COMMENT in English,EMBARGO_TIME: EMBARGO_TIME in English,"
            "UNIT: UNIT in English,TITLE: TITLE in English",
            "X:DF_SMALL(1.0.0): DF in English,M: M in English,MX: MX in English,_T: _T in English,"
            '2023-01-01,1,A: A in English,,,EVENT,"a, b"',
            id="1.0 with labels",
        ),
        pytest.param(
            table.CSV_21,
            Manner(),
            "STRUCTURE,STRUCTURE_ID,ACTION,FREQ,AREA,SEX,TIME_PERIOD,OBS_VALUE,OBS_STATUS,COMMENT,"
            "EMBARGO_TIME,UNIT,TITLE",
            'dataflow,X:DF_SMALL(1.0.0),M,M,MX,_T,2023-01,1,A,,,EVENT,"a, b"',
            id="2.1",
        ),
        pytest.param(
            table.CSV,
            Manner(labels=Said.BOTH, keys=Keys.SERIES),
            "STRUCTURE,STRUCTURE_ID,ACTION,SERIES_KEY,FREQ: FREQ en español,AREA: AREA en español,"
            "SEX: SEX en español,TIME_PERIOD: TIME_PERIOD en español,"
            "OBS_VALUE: OBS_VALUE en español,OBS_STATUS: OBS_STATUS en español,"
            "COMMENT: COMMENT en español,EMBARGO_TIME: EMBARGO_TIME en español,"
            "UNIT: UNIT en español,TITLE: TITLE en español",
            "dataflow,X:DF_SMALL(1.0.0): DF en español,I,M.MX._T,M: M en español,MX: MX en español,"
            '_T: _T en español,2023-01,1,A: A en español,,,EVENT,"a, b"',
            id="2.0 with labels and series keys",
        ),
        pytest.param(
            table.CSV,
            in_english(labels=Said.NAME, keys=Keys.BOTH, times=Times.NORMALIZED),
            "STRUCTURE,STRUCTURE_ID,STRUCTURE_NAME,ACTION,SERIES_KEY,OBS_KEY,FREQ,FREQ in English,"
            "AREA,AREA in English,SEX,SEX in English,TIME_PERIOD,TIME_PERIOD in English,OBS_VALUE,"
            "OBS_VALUE in English,OBS_STATUS,OBS_STATUS in English,COMMENT,COMMENT in English,"
            "EMBARGO_TIME,EMBARGO_TIME in English,UNIT,UNIT in English,TITLE,TITLE in English",
            "dataflow,X:DF_SMALL(1.0.0),DF in English,I,M.MX._T,M.MX._T.2023-01,M,M in English,MX,"
            'MX in English,_T,_T in English,2023-01-01,,1,,A,A in English,,,,,EVENT,,"a, b",',
            id="2.0 with names and both keys",
        ),
        pytest.param(
            table.CSV_LABELS,
            in_english(),
            "FREQ,FREQ in English,AREA,AREA in English,SEX,SEX in English,TIME_PERIOD,OBS_VALUE,"
            "OBS_STATUS,OBS_STATUS in English,COMMENT,EMBARGO_TIME,UNIT,TITLE",
            "M,M in English,MX,MX in English,_T,_T in English,2023-01,1,A,A in English,,,EVENT,"
            '"a, b"',
            id="for people",
        ),
    ],
)
def test_a_line_is_as_the_guides_have_it(
    format: DataFormat, manner: Manner, header: str, line: str
) -> None:
    """Source: the field guides 1.0, 2.0 and 2.1 with their examples."""
    found = lines(format, message(observations(TWO)).told(manner))

    assert found[0] == header
    assert found[2] == line
    assert len(found) == 3


MANNERS = [
    Manner(labels=labels, times=times, keys=keys)
    for labels in Said
    for times in Times
    for keys in Keys
]


@pytest.mark.parametrize("manner", MANNERS, ids=lambda m: f"{m.labels} {m.times} {m.keys}")
@NEWER
def test_every_manner_keeps_the_figures(format: DataFormat, manner: Manner) -> None:
    """Pysdmx drops the labels and the keys and has what a message without them says."""
    content = observations([*TWO, {"AREA": "SV", "OBS_VALUE": None}])
    expected = stated(content)
    if manner.times is Times.NORMALIZED:
        expected = [{**row, "TIME_PERIOD": f"{row['TIME_PERIOD']}-01"} for row in expected]

    (found,) = read_sdmx(written(format, message(content).told(manner)).decode()).data

    rows = filled(found.data.to_dict("records"), STRUCTURE)
    assert [{**row, "OBS_VALUE": {"NaN": None}.get(row["OBS_VALUE"], row["OBS_VALUE"])}
            for row in rows] == expected  # fmt: skip


@pytest.mark.parametrize("labels", Said)
@pytest.mark.parametrize("keys", Keys)
def test_sdmx1_finds_the_columns_of_every_manner(labels: Said, keys: Keys) -> None:
    """It warns of a column that it misses, which fails here; it keeps labels in the codes."""
    content = message(observations(TWO)).told(Manner(labels=labels, keys=keys))

    found = csv_by_sdmx1(written(table.CSV, content), definition(ARTEFACTS))

    assert [row["OBS_VALUE"] for row in found] == ["1", "1"]
    assert [row["AREA"].partition(":")[0] for row in found if row["AREA"]] == ["GT", "MX"]


@pytest.mark.parametrize(
    ("period", "normalized"),
    [
        ("2023", "2023-01-01"),
        ("2023-02", "2023-02-01"),
        ("2023-Q3", "2023-07-01"),
        ("2023-S2", "2023-07-01"),
        ("2023-W01", "2023-01-02"),
        ("2023-05-17", "2023-05-17"),
        ("2023-05-17T08:00:00", "2023-05-17T08:00:00"),
        ("2023-05-17/P1M", "2023-05-17"),
    ],
)
def test_a_normalised_period_is_the_day_on_which_it_begins(period: str, normalized: str) -> None:
    """In its key it stays as it was reported, so that keys of other messages match."""
    content = message(observations([{"TIME_PERIOD": period}]))
    manner = Manner(times=Times.NORMALIZED, keys=Keys.OBSERVATION)

    (row,) = by_hand(written(table.CSV, content.told(manner)), definition(ARTEFACTS))

    assert row["TIME_PERIOD"] == normalized
    assert row["OBS_KEY"] == f"M.GT._T.{period}"


def test_a_missing_value_and_a_zero_are_told_apart() -> None:
    """2.1 says of a value that it is missing; older versions leave it out."""
    content = message(observations([{"OBS_VALUE": None}, {"AREA": "MX", "OBS_VALUE": "0"}]))

    found = {
        version: [row["OBS_VALUE"] for row in csv.DictReader(lines(each, content))]
        for version, each in VERSIONS.items()
    }

    assert found == {"1.0": ["", "0"], "2.0": ["", "0"], "2.1": ["NaN", "0"]}


def of_kind(kind: Kind) -> DataMessage:
    of = Reference(kind, "X", "SMALL", "1.0.0")
    return message(observations([{}]), of=of)


@NEWER
@pytest.mark.parametrize(
    ("kind", "word", "name"),
    [
        (Kind.DATAFLOW, "dataflow", "Dataflow"),
        (Kind.DATA_STRUCTURE, "datastructure", "DataStructure"),
        (Kind.PROVISION_AGREEMENT, "dataprovision", "ProvisionAgreement"),
    ],
)
def test_what_data_are_of_is_named(format: DataFormat, kind: Kind, word: str, name: str) -> None:
    """As pysdmx reads it."""
    body = written(format, of_kind(kind))

    (found,) = read_sdmx(body.decode()).data

    assert body.decode().splitlines()[1].startswith(f"{word},X:SMALL(1.0.0),")
    assert found.structure == f"{name}=X:SMALL(1.0.0)"


@pytest.mark.parametrize("kind", [Kind.DATA_STRUCTURE, Kind.PROVISION_AGREEMENT])
def test_version_1_names_dataflows_alone(kind: Kind) -> None:
    """What it has no column for is refused rather than called a dataflow."""
    with pytest.raises(NotServed, match="names dataflows"):
        table.CSV_10.write(of_kind(kind))


def changes() -> DataMessage:
    """A revision, and one observation that is gone."""
    (one,) = message(observations([{}])).datasets
    bare = message(observations([{"AREA": "MX", "OBS_VALUE": None, "OBS_STATUS": None}]))
    gone = replace(bare.datasets[0], action=Action.DELETE)
    return DataMessage(HEADER, (replace(one, action=Action.REPLACE), gone), "TIME_PERIOD")


@NEWER
def test_what_was_deleted_says_its_key_and_nothing_else(format: DataFormat) -> None:
    """A value in such a line, even NaN, would delete that value alone."""
    found = [*csv.DictReader(lines(format, changes()))]

    assert [row["ACTION"] for row in found] == ["R", "D"]
    assert [row["OBS_VALUE"] for row in found] == ["1", ""]
    assert [found[1][id] for id in ("FREQ", "AREA", "SEX", "TIME_PERIOD")] == [
        *("M", "MX", "_T", "2023-01")
    ]


@pytest.mark.parametrize(
    "format",
    [table.CSV_10, table.CSV_LABELS, table.XLSX, table.PARQUET],
    ids=["csv-1.0", "csv-labels", "xlsx", "parquet"],
)
def test_what_cannot_say_deletions_refuses_changes(format: DataFormat) -> None:
    """Before the first byte, and even where nothing was deleted this time."""
    whole = changes()
    for content in (whole, replace(whole, datasets=whole.datasets[:1])):
        with pytest.raises(NotServed, match="delete") as caught:
            next(iter(format.write(content)))

        assert any("CSV 2.1" in each for each in caught.value.allowed)


@ALL
def test_history_has_no_place_in_a_line(format: DataFormat) -> None:
    """It is refused by name."""
    (dataset,) = message(observations([{}])).datasets
    since = replace(dataset, action=Action.REPLACE, valid_from=datetime(2026, 1, 1, tzinfo=UTC))

    with pytest.raises(NotServed) as caught:
        next(iter(format.write(DataMessage(HEADER, (since,), "TIME_PERIOD"))))

    assert "includeHistory" in (caught.value.subject or "")


def showing(shown: Shown) -> DataMessage:
    (dataset,) = message(observations([*TWO, {"TIME_PERIOD": "2023-02"}])).datasets
    return DataMessage(HEADER, (replace(dataset, shown=shown),), "TIME_PERIOD")


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        pytest.param(
            Shown(frozenset({"UNIT"})),
            [
                "TIME_PERIOD,OBS_VALUE,UNIT",
                *("2023-01,1,EVENT", "2023-02,1,EVENT", "2023-01,1,EVENT"),
            ],
            id="one attribute",
        ),
        pytest.param(
            Shown(frozenset({"OBS_STATUS"}), measure=False),
            ["TIME_PERIOD,OBS_STATUS", "2023-01,A", "2023-02,A", "2023-01,A"],
            id="no measure",
        ),
        pytest.param(
            Shown(frozenset(), measure=False),
            ["TIME_PERIOD", "2023-01", "2023-02", "2023-01"],
            id="keys of observations",
        ),
        pytest.param(
            Shown(frozenset(), observations=False),
            ["", "", ""],
            id="series keys",
        ),
        pytest.param(
            Shown(frozenset({"TITLE"}), observations=False),
            ["TITLE", "", '"a, b"'],
            id="series and an attribute",
        ),
    ],
)
@pytest.mark.parametrize(
    ("format", "leading"),
    [(table.CSV, 6), (table.CSV_21, 6), (table.CSV_10, 4)],
    ids=["2.0", "2.1", "1.0"],
)
def test_only_what_is_shown_has_a_column(
    format: DataFormat, leading: int, shown: Shown, expected: Sequence[str]
) -> None:
    """The key is always whole; 2.1 says of no value that it is missing where none is told."""
    found = [line.split(",", leading)[leading:] for line in lines(format, showing(shown))]

    assert ["".join(each) for each in found] == expected


@pytest.mark.parametrize("keys", Keys)
def test_series_alone_have_no_key_of_an_observation(keys: Keys) -> None:
    """Its column is there, and empty."""
    content = showing(Shown(frozenset(), observations=False)).told(Manner(keys=keys))

    (row, _) = csv.DictReader(lines(table.CSV, content))

    assert row.get("SERIES_KEY", "M.GT._T") == "M.GT._T"
    assert row.get("OBS_KEY", "") == ""
    assert (row["FREQ"], row["AREA"], row["SEX"]) == ("M", "GT", "_T")


def other_structure() -> tuple[DataStructure, DataSet]:
    """Another structure, with AREA in place of its second and STATUS_NOTE behind its COMMENT."""
    attributes = tuple(each for each in STRUCTURE.attributes if each.id != "TITLE")
    extra = replace(attributes[1], id="STATUS_NOTE")
    structure = replace(
        STRUCTURE,
        id="OTHER",
        dimensions=(
            STRUCTURE.dimensions[0],
            STRUCTURE.dimensions[1],
            replace(STRUCTURE.dimensions[2], id="AGE"),
        ),
        attributes=(*attributes, extra),
    )
    labels = Labels(Text("Otra", "Other"), {"AGE": Text("Edad", "Age")}, {"AGE": {}})
    of = replace(FLOW.reference, id="DF_OTHER")
    whole = everything(observations([{"AREA": "SV", "SEX": "F"}]))
    keys = {"FREQ": whole.keys["FREQ"], "AREA": whole.keys["AREA"], "AGE": whole.keys["SEX"]}
    notes = {**whole.attributes, "STATUS_NOTE": whole.attributes["OBS_STATUS"]}
    series = {"UNIT": whole.series_attributes["UNIT"]}
    selection = replace(
        whole, structure=structure, keys=keys, attributes=notes, series_attributes=series
    )
    return structure, DataSet(Subject(of, structure, labels), (selection,))


def both() -> DataMessage:
    _, second = other_structure()
    return DataMessage(HEADER, (*message(observations(TWO)).datasets, second), "TIME_PERIOD")


@ALL
def test_several_structures_share_a_table(format: DataFormat) -> None:
    """Columns of the first, then what the second adds, by kind; what a line has not is empty."""
    header, one, _, other = csv.reader(lines(format, both()))

    leading = 1 if format is table.CSV_10 else 3
    assert header[leading:] == [
        *("FREQ", "AREA", "SEX", "AGE", "TIME_PERIOD", "OBS_VALUE"),
        *("OBS_STATUS", "COMMENT", "EMBARGO_TIME", "STATUS_NOTE", "UNIT", "TITLE"),
    ]
    assert one[leading:] == ["M", "GT", "_T", "", "2023-01", "1", "A", "", "", "", "EVENT", ""]
    assert other[leading:] == ["M", "SV", "", "F", "2023-01", "1", "A", "", "", "A", "EVENT", ""]
    assert other[leading - 2 if leading == 3 else 0] == "X:DF_OTHER(1.0.0)"


@NEWER
@pytest.mark.parametrize("manner", MANNERS[:8:3], ids=lambda m: f"{m.labels} {m.keys}")
def test_pysdmx_tells_the_structures_apart(format: DataFormat, manner: Manner) -> None:
    """A data set each, whatever stands in the columns of the other."""
    found = read_sdmx(written(format, both().told(manner)).decode()).data

    assert {each.short_urn: len(each.data) for each in found} == {
        "Dataflow=X:DF_OTHER(1.0.0)": 1,
        "Dataflow=X:DF_SMALL(1.0.0)": 2,
    }


def test_keys_keep_the_order_of_their_own_structure() -> None:
    """Whatever the order of the columns is."""
    rows = [*csv.DictReader(lines(table.CSV, both().told(Manner(keys=Keys.BOTH))))]

    assert rows[2]["SERIES_KEY"] == "M.SV.F"
    assert rows[2]["OBS_KEY"] == "M.SV.F.2023-01"


def test_people_are_told_which_dataflow_a_line_is_of() -> None:
    """Where there are several; the names of each list are its own."""
    header, one, _, other = csv.reader(lines(table.CSV_LABELS, both().told(in_english())))

    assert header[:2] == ["DATAFLOW", "DATAFLOW_NAME"]
    assert one[:4] == ["X:DF_SMALL(1.0.0)", "DF in English", "M", "M in English"]
    assert other[:2] == ["X:DF_OTHER(1.0.0)", "Other"]
    assert dict(zip(header, other, strict=True))["AGE"] == "F"


def test_an_attribute_that_is_attached_differently_has_one_column() -> None:
    """Here a series', there an observation's."""
    (first,) = message(observations(TWO)).datasets
    structure, second = other_structure()
    (selection,) = second.selections
    attributes = tuple(
        replace(each, attachment=Attachment.OBSERVATION) if each.id == "UNIT" else each
        for each in structure.attributes
    )
    moved = replace(structure, attributes=attributes)
    column = replace(selection.series_attributes["UNIT"])
    selection = replace(
        selection,
        structure=moved,
        attributes={**selection.attributes, "UNIT": column},
        series_attributes={},
    )
    second = DataSet(replace(second.subject, structure=moved), (selection,))

    found = [*csv.DictReader(lines(table.CSV, DataMessage(HEADER, (first, second), "TIME_PERIOD")))]

    assert [row["UNIT"] for row in found] == ["EVENT", "EVENT", "EVENT"]
    assert [row["TITLE"] for row in found] == ["", "a, b", ""]


FORMULAS = [
    *("=1+1", "+1+1", "-1+cmd|' /C calc'!A0", "@SUM(A1)", "\t=1", "\r=1", " =1", ";=1", "|x"),
    *("＝1+1", "＋1", "－1", "＠A", "\n=1", "=HYPERLINK(1)"),
]


@pytest.mark.parametrize("text", FORMULAS)
def test_no_text_for_people_is_a_formula(text: str) -> None:
    """An apostrophe stands before it; SDMX-CSV has it as it is."""
    content = message(observations([{"COMMENT": text}]))

    found, verbatim = (
        by_hand(written(each, content), definition(ARTEFACTS))[0]["COMMENT"]
        for each in (table.CSV_LABELS, table.CSV)
    )

    assert found == f"'{text}"
    assert verbatim == text


@pytest.mark.parametrize("text", ["-5", "+1.5", "-1,000.5", "5%", "de 0 a 17", "a=b", "'x"])
def test_harmless_text_for_people_is_left_alone(text: str) -> None:
    """Numbers above all."""
    content = message(observations([{"COMMENT": text}]))

    assert by_hand(written(table.CSV_LABELS, content), definition(ARTEFACTS))[0]["COMMENT"] == text


def test_pandas_just_reads_what_is_for_people() -> None:
    """Numbers as numbers, missing ones as such, and no column twice."""
    content = message(observations([*TWO, {"AREA": "SV", "OBS_VALUE": None}]))

    found = pd.read_csv(io.BytesIO(written(table.CSV_LABELS, content)))

    assert found["OBS_VALUE"].tolist()[:2] == [1.0, 1.0]
    assert found["OBS_VALUE"].isna().sum() == 1
    assert found["AREA en español"].tolist() == ["GT en español", "MX en español", "SV en español"]


def test_two_columns_of_names_are_never_called_the_same() -> None:
    """Where components share a name, or one is called what another's id is, the id tells more."""
    same = {**LABELS.components, "FREQ": Text("AREA", "AREA"), "SEX": Text("x", "x")}
    names = {**same, "OBS_STATUS": Text("x", "x")}
    (dataset,) = message(observations([{}])).datasets
    labels = replace(LABELS, components=names)
    renamed = replace(dataset, subject=replace(dataset.subject, labels=labels))

    header = lines(table.CSV_LABELS, DataMessage(HEADER, (renamed,), "TIME_PERIOD"))[0].split(",")

    assert len(set(header)) == len(header)
    assert {"AREA (FREQ)", "x (SEX)", "x (OBS_STATUS)"} <= set(header)


hostile = st.text(
    st.characters(exclude_categories=["Cs"]) | st.sampled_from(list("\",;\n\r\t='\u2028\u202e: ")),
    max_size=12,
)
texts = st.lists(
    st.fixed_dictionaries({"COMMENT": hostile, "TITLE": hostile}), min_size=1, max_size=4
)


@pytest.mark.parametrize("labels", Said)
@ALL
@settings(max_examples=25, deadline=None)
@given(found=texts)
def test_any_text_is_read_back(format: DataFormat, labels: Said, found: list[Row]) -> None:
    """By Python's own reader, which keeps to RFC 4180; labels stand beside it, never in it."""
    if format is table.CSV_10 and labels is Said.NAME:
        return
    rows = [{**row, "AREA": CODES["CL_AREA"][number]} for number, row in enumerate(found)]
    body = written(format, message(observations(rows)).told(Manner(labels=labels)))

    read = [*csv.DictReader(io.StringIO(body.decode(), newline=""))]

    suffix = " en español" if labels is Said.BOTH else ""
    columns = {id: f"{id}: {id}{suffix}" if suffix else id for id in ("COMMENT", "TITLE")}
    assert [{id: row[name] for id, name in columns.items()} for row in read] == [
        {id: row[id] or "" for id in columns} for row in rows
    ]


def test_pysdmx_and_hand_agree_on_every_version() -> None:
    """What differs is how a version says things, not what it says."""
    content = message(observations([*TWO, {"AREA": "SV", "SEX": "F"}]))

    found = [
        filled(reader(written(each, content), definition(ARTEFACTS)), STRUCTURE)
        for each in VERSIONS.values()
        for reader in (by_pysdmx, by_hand)
    ]

    assert all(each == found[0] for each in found)
