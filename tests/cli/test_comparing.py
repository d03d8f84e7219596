"""``gateway compare``: the real pair as a table, and as a file in any format of the service."""

import csv
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from python_calamine import CalamineWorkbook

from gateway.cli import commands
from gateway.exchange import Exchange
from tests.cli.conftest import Call


def compare(loaded: Exchange, *more: str) -> Result:
    pair = ("compare", "DF_RETURNS", "--between", "GT", "MX", "--home", str(loaded.home.root))
    return CliRunner().invoke(commands, [*pair, *more])


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("es", ("Año", "Índice simétrico", "Nota: México", "Desglose común: ninguno")),
        ("en", ("Year", "Index %", "Note: Mexico", "Common breakdown: none")),
    ],
)
def test_the_pair_is_told_as_a_table(
    loaded: Exchange, language: str, words: tuple[str, ...]
) -> None:
    """Years, a spark line, the worst months and the notes."""
    done = compare(loaded, "--lang", language)

    assert done.exit_code == 0, done.output
    for told in (*words, "15.05", "36.40", "79.04", "2.31", "2023-10", "▅", "GT_IGM_RETURNS 1"):
        assert told in done.output
    assert "Mexico" not in done.output or language == "en"
    figures = [line for line in done.output.splitlines() if "." in line and line[:5] != "Nota:"]
    tables = [line for line in figures if line.startswith((" 20", "  2020"))]
    assert len(tables) > 10
    assert max(map(len, tables)) <= 80


def test_the_pair_is_written_in_a_format(loaded: Exchange) -> None:
    """What the service would answer, of one frequency and some years."""
    done = compare(loaded, "--format", "csv", "--frequency", "A", "--from", "2023", "--to", "2024")

    assert done.exit_code == 0, done.output
    found = [*csv.DictReader(done.stdout.splitlines())]
    index = [each["OBS_VALUE"] for each in found if each["MIRROR_MEASURE"] == "ASYMMETRY"]
    assert index == ["5.37", "36.40"]


def test_the_pair_is_written_as_a_workbook(loaded: Exchange, tmp_path: Path) -> None:
    """To a file, whose name says the format; as other spreadsheets read it."""
    path = tmp_path / "pair.xlsx"

    done = compare(loaded, "--output", str(path), "--lang", "en")

    assert done.exit_code == 0, done.output
    assert CalamineWorkbook.from_path(path).sheet_names[:2] == ["Summary", "Periods"]


REFUSED = {
    "a format": (("--format", "pdf"), 2, "pdf"),
    "a file of no format": (("--output", "pair.docx"), 2, "docx"),
    "a third country": (("SV",), 2, "sobra SV"),
    "years without figures": (("--from", "2030"), 1, "M: 2015-01 – 2025-04"),
}


@pytest.mark.parametrize(("more", "code", "words"), REFUSED.values(), ids=REFUSED)
def test_what_is_none_is_refused_by_name(
    loaded: Exchange, gateway: Call, more: tuple[str, ...], code: int, words: str
) -> None:
    """In one sentence, with what is allowed."""
    pair = ("compare", "DF_RETURNS", "--between", "GT", "MX", "--home", loaded.home.root)

    status, output, errors = gateway(*pair, "--lang", "es", *more)

    assert (status, output) == (code, "")
    assert errors.startswith("gateway: ")
    assert errors.count("\n") == 1
    assert words in errors


def test_a_terminal_is_not_filled_with_a_workbook(
    loaded: Exchange, gateway: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It says what to do instead."""
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    pair = ("compare", "DF_RETURNS", "--between", "GT", "MX", "--home", loaded.home.root)

    status, output, errors = gateway(*pair, "--format", "xlsx", "--lang", "en")

    assert (status, output) == (2, "")
    assert "--output pair.xlsx" in errors
