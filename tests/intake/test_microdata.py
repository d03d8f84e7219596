"""Survey records: three kinds of file state the same estimates, and no name is ever read."""

import io
import struct
from collections.abc import Callable, Sequence
from pathlib import Path

import pandas as pd
import pyreadstat
import pytest

from gateway.exchange import Exchange
from tests.intake.books import checked, places

EMIF = "MX_EMIF_SUR"
HEADINGS = ("SEXO", "EDAD", "PONFIN3", "REGION")

Records = Sequence[tuple[str, ...]]

RECORDS: Records = (
    ("1", "18", "100.5", "1"),
    ("1", "33", "20", "2"),
    ("2", "24", "7.25", "7"),
    ("2", "70", "3", "7"),
    ("9", "", "1", "7"),
    ("1", "16", "0.5", "3"),
)

EXPECTED = {
    ("M", "Y15T24"): 101.0,
    ("M", "Y25T34"): 20.0,
    ("F", "Y15T24"): 7.25,
    ("F", "Y_GE65"): 3.0,
    ("_U", "_U"): 1.0,
    ("M", "_T"): 121.0,
    ("F", "_T"): 10.25,
    ("_U", "_T"): 1.0,
    ("_T", "Y15T24"): 108.25,
    ("_T", "Y25T34"): 20.0,
    ("_T", "Y_GE65"): 3.0,
    ("_T", "_U"): 1.0,
    ("_T", "_T"): 132.25,
}


def csv(headings: Sequence[str], records: Records) -> bytes:
    return "\n".join(",".join(each) for each in (headings, *records)).encode()


def latin(headings: Sequence[str], records: Records) -> bytes:
    lines = [";".join(each) for each in (headings, *records)]
    return "\r\n".join(lines).encode("cp1252")


def dbf(headings: Sequence[str], records: Records) -> bytes:
    """Source: dBASE III file structure; every field is text of twelve bytes."""
    width = 12
    start, length = 33 + 32 * len(headings), 1 + width * len(headings)
    head = struct.pack("<BBBBIHH20x", 3, 26, 1, 1, len(records) + 1, start, length)
    fields = b"".join(
        struct.pack("<11sc4xBB14x", each.encode(), b"C", width, 0) for each in headings
    )
    rows = [
        b" " + b"".join(value.encode("cp1252").ljust(width) for value in each) for each in records
    ]
    deleted = b"*" + rows[0][1:]
    return head + fields + b"\r" + b"".join(rows) + deleted + b"\x1a"


def sav(headings: Sequence[str], records: Records) -> bytes:
    """Sex and weight are numbers and age is text, as the office keeps them."""
    frame = pd.DataFrame(records, columns=list(headings))
    for name in ("SEXO", "PONFIN3"):
        if name in frame:
            frame[name] = pd.to_numeric(frame[name], errors="coerce")
    path = Path(FOLDER[0]) / "x.sav"
    pyreadstat.write_sav(frame, str(path))
    return path.read_bytes()


FOLDER: list[str] = []


@pytest.fixture(autouse=True)
def folder(tmp_path: Path) -> None:
    """Where SAV files are written: their writer knows only paths."""
    FOLDER[:] = [str(tmp_path)]


KINDS: list[tuple[str, Callable[[Sequence[str], Records], bytes]]] = [
    ("PSM 2019_T4.csv", csv),
    ("PSM 2019_T4.csv", latin),
    ("PSM 2019_T4.dbf", dbf),
    ("PSM 2019_T4.sav", sav),
]


@pytest.mark.parametrize(("name", "write"), KINDS, ids=["csv", "latin", "dbf", "sav"])
def test_every_kind_of_file_states_the_same(
    loaded: Exchange, name: str, write: Callable[[Sequence[str], Records], bytes]
) -> None:
    """Weights are summed by sex and age, and for all of either; deleted records do not count."""
    result = checked(loaded, EMIF, write(HEADINGS, RECORDS), name)

    assert result.findings == ()
    assert result.observations is not None
    rows = result.observations.table.to_pylist()
    assert {(row["SEX"], row["AGE"]): row["OBS_VALUE"] for row in rows} == EXPECTED
    assert {(row["FREQ"], row["TIME_PERIOD"]) for row in rows} == {("Q", "2019-Q4")}
    assert result.account.read == result.account.observations == len(RECORDS)
    assert result.account.balanced


@pytest.mark.parametrize(("name", "write"), KINDS, ids=["csv", "latin", "dbf", "sav"])
def test_a_personal_column_stops_the_file(
    loaded: Exchange, name: str, write: Callable[[Sequence[str], Records], bytes]
) -> None:
    """A column that the provision does not name is refused by name; its values are never said."""
    records = [(*each, "Ana Pérez") for each in RECORDS]

    result = checked(loaded, EMIF, write((*HEADINGS, "NOMBRE"), records), name)

    assert [each.rule for each in result.findings] == ["unknown_column"]
    assert "NOMBRE" in result.findings[0].message.es
    assert result.rows == 0
    assert result.observations is None
    assert "Ana" not in str(result)


@pytest.mark.parametrize(
    ("records", "rule"),
    [
        pytest.param([("3", "18", "1", "1")], "unmapped_label", id="a sex that no map knows"),
        pytest.param([("1", "12", "1", "1")], "outside_bands", id="an age outside the universe"),
        pytest.param([("1", "x", "1", "1")], "outside_bands", id="an age that is no number"),
        pytest.param([("1", "18", "", "1")], "weight_missing", id="no weight"),
        pytest.param([("1", "18", "-1", "1")], "weight_missing", id="a weight below zero"),
        pytest.param([("1", "18", "nan", "1")], "weight_missing", id="a weight that is none"),
    ],
)
def test_a_record_that_cannot_be_counted_stops_the_file(
    loaded: Exchange, records: Records, rule: str
) -> None:
    """Nobody is left out in silence."""
    result = checked(loaded, EMIF, csv(HEADINGS, [*RECORDS, *records]), "PSM 2019_T4.csv")

    assert [found for found, _ in places(result.findings)] == [rule]
    assert result.observations is None
    assert result.account.balanced


def test_headings_may_change_their_case(loaded: Exchange) -> None:
    """Some years the columns come in small letters."""
    content = csv([each.lower() for each in HEADINGS], RECORDS)

    assert checked(loaded, EMIF, content, "PSM 2019_T4.csv").findings == ()


def test_a_file_without_a_quarter_in_its_name_is_told(loaded: Exchange) -> None:
    """The records do not say when they were taken."""
    result = checked(loaded, EMIF, csv(HEADINGS, RECORDS), "datos.csv")

    assert [each.rule for each in result.findings] == ["period_not_found"]


def test_memory_does_not_grow_with_the_records(loaded: Exchange) -> None:
    """Three hundred thousand records come in batches, and come to the same per record."""
    line = b"1,18,2,1\n"
    sink = io.BytesIO()
    sink.write(",".join(HEADINGS).encode() + b"\n")
    sink.write(line * 300_000)

    result = checked(loaded, EMIF, sink.getvalue(), "PSM 2019_T4.csv")

    assert result.observations is not None
    found = {row["OBS_VALUE"] for row in result.observations.table.to_pylist()}
    assert found == {600_000.0}
    assert result.account.read == 300_000
