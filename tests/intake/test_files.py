"""Files as they arrive: every usual CSV, and one clear sentence for what cannot be read."""

import io
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from gateway.errors import BadFile
from gateway.exchange import Exchange
from gateway.exchange.submission import submit
from gateway.intake.archive import MOST_BYTES_UNPACKED
from gateway.intake.workbook import read_sheets
from gateway.model.observations import Observations
from tests.homes import fresh
from tests.intake.books import GT, SV, checked, edited, sample

OLE = bytes.fromhex("d0cf11e0a1b11ae1")


@pytest.fixture(scope="module")
def expected(loaded: Exchange) -> Observations:
    """What El Salvador's sample states: commas, UTF-8, a line feed behind each line."""
    found = checked(loaded, SV, sample(loaded, SV), "x.csv").observations
    assert found is not None
    return found


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize(
    "separator", [",", ";", "\t", "|"], ids=["comma", "semicolon", "tab", "bar"]
)
def test_every_usual_csv_reads_the_same(
    loaded: Exchange, expected: Observations, encoding: str, separator: str
) -> None:
    """Whatever program saved the file, it states the same observations."""
    text = sample(loaded, SV).decode()
    lines = [
        line if '"' in line or ":" in line else line.replace(",", separator)
        for line in text.splitlines()
    ]
    content = "\r\n".join(lines).encode(encoding)

    result = checked(loaded, SV, content, "x.csv")

    assert result.findings == ()
    assert result.observations is not None
    assert result.observations.table.equals(expected.table)


def zipped(**members: bytes) -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return sink.getvalue()


def bomb(_: bytes) -> bytes:
    return zipped(**{"xl/a.xml": bytes(MOST_BYTES_UNPACKED), "xl/b.xml": b"more"})


def laughs(workbook: bytes) -> bytes:
    """A sheet whose XML grows a thousand million fold when its entities are resolved."""
    entities = "".join(
        f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' if n else '<!ENTITY e0 "lol">' for n in range(10)
    )
    sheet = f"<!DOCTYPE x [{entities}]><worksheet><sheetData>&e9;</sheetData></worksheet>"
    return replaced(workbook, "xl/worksheets/sheet1.xml", sheet.encode())


def replaced(workbook: bytes, name: str, content: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(workbook)) as archive:
        members = {each: archive.read(each) for each in archive.namelist()}
    return zipped(**{**members, name: content})


@pytest.mark.parametrize(
    ("name", "spoil", "said"),
    [
        pytest.param("x.xlsx", lambda _: b"", ("vacío", "empty"), id="empty"),
        pytest.param("x.csv", lambda _: b"", ("vacío", "empty"), id="empty CSV"),
        pytest.param("x.pdf", lambda _: b"%PDF-1.7", (".xlsx", ".xlsx"), id="PDF"),
        pytest.param("x.xlsx", lambda _: b"<html>", (".xlsx", ".xlsx"), id="HTML called xlsx"),
        pytest.param(
            "x.xlsx",
            lambda _: OLE + bytes(600) + "EncryptedPackage".encode("utf-16-le"),
            ("contraseña", "password"),
            id="locked",
        ),
        pytest.param("x.xls", lambda _: OLE + bytes(600), (".xls", ".xls"), id="old workbook"),
        pytest.param("x.xlsx", lambda book: book[:3000], ("dañado", "damaged"), id="cut short"),
        pytest.param("x.xlsx", lambda book: book[:-8], ("dañado", "damaged"), id="cut at its end"),
        pytest.param("x.xlsx", lambda _: b"PK\x03\x04", ("dañado", "damaged"), id="four bytes"),
        pytest.param(
            "x.xlsx", lambda _: zipped(a=b"b"), ("dañado", "damaged"), id="zip of something else"
        ),
        pytest.param(
            "x.xlsx",
            lambda book: replaced(book, "xl/worksheets/sheet1.xml", b"<worksheet><sheetData"),
            ("dañado", "damaged"),
            id="a sheet with broken XML",
        ),
        pytest.param("x.xlsx", bomb, ("límite", "limit"), id="zip bomb"),
        pytest.param("x.xlsx", laughs, ("dañado", "damaged"), id="billion laughs"),
        pytest.param("x.csv", lambda _: b"a\x00b", ("texto", "text"), id="binary called CSV"),
        pytest.param("x.csv", lambda _: b'a,"b', ("CSV", "CSV"), id="a quote that never closes"),
    ],
)
def test_a_file_that_cannot_be_read_is_told_in_one_sentence(
    loaded: Exchange, name: str, spoil: Callable[[bytes], bytes], said: tuple[str, str]
) -> None:
    """One sentence in each language names the file and what to do; never a traceback."""
    content = spoil(sample(loaded, GT))

    with pytest.raises(BadFile) as caught:
        read_sheets(content, name)

    for sentence, word in zip(
        (caught.value.sentence("es"), caught.value.sentence("en")), said, strict=True
    ):
        assert word in sentence
        assert sentence.startswith(name)
        assert sentence.count(". ") == 0
        assert "\n" not in sentence
    assert caught.value.sentence("es") != caught.value.sentence("en")


@pytest.mark.parametrize("make", [lambda _: None, Path.mkdir], ids=["not there", "a folder"])
def test_a_path_that_is_no_file_is_told(
    loaded: Exchange, tmp_path: Path, make: Callable[[Path], None]
) -> None:
    """Nothing is read, and the sentence names the path."""
    path = tmp_path / "x.xlsx"
    make(path)

    with pytest.raises(BadFile, match=r"x\.xlsx cannot be read"):
        submit(loaded, path, GT, check_only=True)


def test_a_stray_cell_far_away_does_not_stall_the_reading(loaded: Exchange, tmp_path: Path) -> None:
    """Offices format whole columns, so that the sheet seems to end at its last possible row."""
    path = tmp_path / "far.xlsx"
    path.write_bytes(edited(sample(loaded, GT), {"2023!AZ1048576": " "}))
    command = [
        *(sys.executable, "-m", "gateway", "submit", str(path), "--provision", GT),
        *("--check", "--json", "--home", str(fresh(tmp_path / "home").root)),
    ]
    ten_seconds = ["bash", "-c", 'ulimit -t 10 && exec "$@"', "-"]  # of work, however long it waits

    done = subprocess.run([*ten_seconds, *command], capture_output=True, check=False)

    assert done.returncode in (0, 2), done.stderr
