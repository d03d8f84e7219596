"""Data messages of the standard are submissions too, and state what a workbook would."""

import io
import json
import time
from collections.abc import Callable, Iterable
from dataclasses import replace

import openpyxl
import pytest

from gateway.errors import BadFile
from gateway.exchange import Exchange
from gateway.formats import table
from gateway.formats.message import DataMessage
from gateway.formats.table import Format
from gateway.intake.report import Report, annotated
from gateway.model.observations import REPORTED, Observations
from tests.asking import FLOW, message
from tests.intake.books import GT, checked, places, sample

FLOW_URN = "urn:sdmx:org.sdmx.infomodel.datastructure.Dataflow=LMIG:DF_RETURNS(1.0.0)"

FORMATS = {each.names[0]: each for offers in table.DATA.values() for each in offers}

ENDINGS = {"csv": "x.csv", "xml": "x.xml", "json": "x.json"}
NAMES = {
    name: ENDINGS[ending]
    for name, each in FORMATS.items()
    for ending in ENDINGS
    if each.type.startswith("application/vnd.sdmx.") and each.type.endswith(f"+{ending}")
}


@pytest.fixture(scope="module")
def expected(loaded: Exchange) -> Observations:
    """What Guatemala's sample states."""
    found = checked(loaded, GT, sample(loaded, GT)).observations
    assert found is not None
    return found


def written(format: Format[DataMessage], exchange: Exchange) -> bytes:
    """Guatemala's observations as the gateway answers them."""
    return b"".join(format.write(message(exchange, f"{FLOW}/M.GT")))


@pytest.mark.parametrize("format", sorted(NAMES.keys() & FORMATS.keys()))
def test_what_the_gateway_answers_can_be_handed_in(
    loaded: Exchange, expected: Observations, format: str
) -> None:
    """Every format comes back as the same observations, attributes included."""
    content = written(FORMATS[format], loaded)

    result = checked(loaded, GT, content, NAMES[format])

    assert result.findings == ()
    assert result.account.balanced
    assert result.observations is not None
    assert result.observations.table.to_pylist() == expected.table.to_pylist()


def stating(exchange: Exchange, said: str) -> DataMessage:
    """Guatemala's observations, with a licence stated of the whole."""
    whole = message(exchange, f"{FLOW}/M.GT")
    datasets = tuple(
        replace(
            each,
            selections=tuple(replace(one, of_whole={"LICENCE": said}) for one in each.selections),
        )
        for each in whole.datasets
    )
    return replace(whole, datasets=datasets)


@pytest.mark.parametrize("format", sorted(NAMES))
def test_what_is_stated_of_the_whole_is_kept(loaded: Exchange, format: str) -> None:
    """Wherever the format has its place; a sign of ours in the text is only a sign."""
    content = b"".join(FORMATS[format].write(stating(loaded, "CC BY 4.0 | MIT")))

    result = checked(loaded, GT, content, NAMES[format])

    assert result.findings == ()
    assert result.observations is not None
    licences = result.observations.table.column("LICENCE").combine_chunks()
    assert licences.dictionary_decode().unique().to_pylist() == ["CC BY 4.0 | MIT"]


def test_a_message_that_says_two_things_of_the_whole_is_warned_of(loaded: Exchange) -> None:
    """Nothing is dropped in silence: what the latest period says is told."""
    content = b"".join(table.CSV.write(stating(loaded, "CC BY")))

    result = checked(loaded, GT, replaced(content, "CC BY", "CC0"), "x.csv")

    assert [each.rule for each in result.findings] == ["attribute_differs"]
    assert result.observations is not None


def test_what_is_stated_of_a_part_of_the_key_is_refused(loaded: Exchange) -> None:
    """It would have to be given to the observations that it fits."""
    content = b"".join(table.DATA_30.write(stating(loaded, "CC BY")))

    with pytest.raises(BadFile):
        checked(loaded, GT, replaced(content, "<Atts ", '<Atts REF_AREA="GT" '), "x.xml")


def by_series(observations: Observations) -> dict[str, object]:
    """An SDMX-JSON message 2.x with series, an attribute of either level, and codes by position."""
    return spelled(observations, series=True)


def flat(observations: Observations) -> dict[str, object]:
    """The same with every dimension at the observation."""
    return spelled(observations, series=False)


def spelled(observations: Observations, *, series: bool) -> dict[str, object]:
    structure = observations.structure
    rows = observations.table.to_pylist()
    keys = [*structure.dimension_ids]
    time = structure.time.id
    named = [name for name in rows[0] if name not in (*keys, time, "OBS_VALUE", REPORTED)]
    attributes = [name for name in named if any(row[name] is not None for row in rows)]
    values = {name: sorted({str(row[name]) for row in rows}) for name in (*keys, time, *attributes)}

    def components(names: Iterable[str]) -> list[object]:
        return [{"id": name, "values": [{"id": each} for each in values[name]]} for name in names]

    def at(row: dict[str, object], names: Iterable[str]) -> list[int]:
        return [values[name].index(str(row[name])) for name in names]

    def number(row: dict[str, object]) -> object:
        return None if row[REPORTED] is None else int(str(row[REPORTED]))

    outer = keys if series else []
    inner = [time] if series else [*keys, time]
    data: dict[str, object] = {"structure": 0, "action": "Replace"}
    groups: dict[str, dict[str, object]] = {}
    for row in rows:
        group = groups.setdefault(":".join(map(str, at(row, outer))), {})
        place = ":".join(map(str, at(row, inner)))
        group[place] = [number(row), *at(row, attributes)]
    if series:
        data["series"] = {key: {"observations": each} for key, each in groups.items()}
    else:
        data["observations"] = groups[""]
    return {
        "meta": {"id": "X"},
        "data": {
            "structures": [
                {
                    "links": [{"urn": FLOW_URN, "rel": "dataflow"}],
                    "dimensions": {
                        "series": components(outer),
                        "observation": components(inner),
                    },
                    "attributes": {"observation": components(attributes)},
                }
            ],
            "dataSets": [data],
        },
    }


@pytest.mark.parametrize("write", [by_series, flat])
def test_json_states_the_same(
    loaded: Exchange,
    expected: Observations,
    write: Callable[[Observations], dict[str, object]],
) -> None:
    """By series or flat."""
    content = json.dumps(write(expected)).encode()

    result = checked(loaded, GT, content, "x.json")

    assert result.findings == ()
    assert result.observations is not None
    assert result.observations.table.to_pylist() == expected.table.to_pylist()


def replaced(content: bytes, old: str, new: str) -> bytes:
    text = content.decode()
    assert old in text
    return text.replace(old, new, 1).encode()


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        pytest.param(",GT,MX,", ",MX,MX,", "not_of_provision", id="another provision's area"),
        pytest.param(",GT,MX,", ",GT,XX9,", "unknown_code", id="a code that no list has"),
        pytest.param(",I,M,", ",D,M,", "action_not_taken", id="a deletion"),
        pytest.param("DF_RETURNS", "DF_STOCK", "other_dataflow", id="another dataflow"),
        pytest.param(",COMMENT_OBS", ",REMARK", "unknown_column", id="a column of nobody's"),
        pytest.param(",SEX,", ",SECS,", "heading_not_found", id="a dimension is missing"),
        pytest.param(",2020-01,", ",2020-13,", "period_not_found", id="no month"),
        pytest.param(",2020-01,", ",2020,", "frequency_differs", id="a year among months"),
        pytest.param(",2020-01,", ",,", "empty_label", id="no period"),
        pytest.param(",EVENT,", ",,", "attribute_missing", id="a mandatory attribute is missing"),
    ],
)
def test_a_fault_in_a_message_is_found(loaded: Exchange, old: str, new: str, expected: str) -> None:
    """The rules of workbooks hold for messages, with the cell of the line."""
    content = replaced(written(table.CSV, loaded), old, new)

    result = checked(loaded, GT, content, "x.csv")

    assert expected in {rule for rule, _ in places(result.findings)}
    assert result.observations is None


def test_a_line_without_a_value_is_missing_and_not_zero(loaded: Exchange) -> None:
    """Its status says why."""
    lines = written(table.CSV, loaded).decode().splitlines(keepends=True)
    cells = lines[1].split(",")
    at = lines[0].split(",").index("OBS_VALUE")
    cells[at], cells[at + 1] = "", "O"
    content = "".join([lines[0], ",".join(cells), *lines[2:]]).encode()

    result = checked(loaded, GT, content, "x.csv")

    assert result.observations is not None
    missing = [row for row in result.observations.table.to_pylist() if row["OBS_VALUE"] is None]
    assert [row["OBS_STATUS"] for row in missing] == ["O"]


@pytest.mark.parametrize(
    ("content", "name"),
    [
        pytest.param(b'<m xmlns="http://www.sdmx.org/x"><a>', "x.xml", id="XML cut short"),
        pytest.param(b'<Structure xmlns="http://www.sdmx.org/x"/>', "x.xml", id="no data"),
        pytest.param(b'{"data": {"dataSets"', "x.json", id="JSON cut short"),
        pytest.param(b'{"a": 1}', "x.json", id="JSON of something else"),
        pytest.param(
            b'<!DOCTYPE x [<!ENTITY e "x">]><Data xmlns="http://www.sdmx.org/x">&e;</Data>',
            "x.xml",
            id="entities",
        ),
    ],
)
def test_a_message_that_cannot_be_read_is_told(loaded: Exchange, content: bytes, name: str) -> None:
    """In one sentence of each language."""
    with pytest.raises(BadFile) as caught:
        checked(loaded, GT, content, name)

    assert "SDMX" in caught.value.sentence("es")
    assert caught.value.sentence("es") != caught.value.sentence("en")


_NS = 'xmlns="http://www.sdmx.org/x"'
_DOCTYPE = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
_ENTITY = f"{_DOCTYPE}<StructureSpecificData {_NS}>&e;</StructureSpecificData>"
_OPEN = f"<StructureSpecificData {_NS}>"
_INCLUDE = '<x:include xmlns:x="http://www.w3.org/2001/XInclude" href="/etc/passwd" parse="text"/>'
_ATTACKS = {
    "UTF-16": f'<?xml version="1.0" encoding="UTF-16"?>{_ENTITY}'.encode("utf-16"),
    "UTF-16 without a mark": f'<?xml version="1.0"?>{_ENTITY}'.encode("utf-16-le"),
    "UTF-7": f'<?xml version="1.0" encoding="UTF-7"?><!--{_NS}-->'.encode()
    + _ENTITY.encode("utf-7"),
    "behind a comment": f"<!--{_NS} {' ' * 5000}-->{_ENTITY}".encode(),
    "XInclude": f"{_OPEN}{_INCLUDE}</StructureSpecificData>".encode(),
    "300,000 deep": f"{_OPEN}{'<a>' * 300_000}".encode(),
    "300,000 deep and closed": f"{_OPEN}{'<a>' * 300_000}{'</a>' * 300_000}".encode(),
    "12 MB of an attribute": f"{_OPEN[:-1]} a='{'x' * 12_000_000}'/>".encode(),
}


@pytest.mark.parametrize("content", _ATTACKS.values(), ids=_ATTACKS)
def test_t16_an_attack_by_xml_gives_nothing_and_takes_no_time(
    loaded: Exchange, content: bytes
) -> None:
    """Refused, or read without what it asks for; nothing of our files is in what is told."""
    began = time.monotonic()
    told = ""
    try:
        result = checked(loaded, GT, content, "x.xml")
    except BadFile as error:
        told = error.sentence("en")
    else:
        assert result.observations is None
        told = repr(result.findings)

    assert "root:" not in told
    assert time.monotonic() - began < 5


def test_a_message_comes_back_as_a_workbook(loaded: Exchange) -> None:
    """The lines of an XML message stand in a sheet, and the faulty one is marked."""
    good = written(table.SPECIFIC, loaded)
    content = replaced(good, 'COUNTERPART_AREA="MX"', 'COUNTERPART_AREA="XX9"')
    result = checked(loaded, GT, content, "x.xml")

    report = annotated(content, "x.xml", Report(result.findings, result.account))

    book = openpyxl.load_workbook(io.BytesIO(report))
    sheet, cell = next((each.sheet, each.cell) for each in result.findings)
    assert book[sheet]["A1"].value == "FREQ"
    assert book[sheet][cell].comment is not None
