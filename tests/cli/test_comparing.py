"""``gateway compare``: the real pair as a table, and as a file in any format of the service."""

import csv
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from python_calamine import CalamineWorkbook

from gateway.cli import commands
from gateway.exchange import Exchange


def compare(loaded: Exchange, *more: str) -> Result:
    pair = ("compare", "DF_RETURNS", "--between", "GT", "MX", "--home", str(loaded.home.root))
    return CliRunner().invoke(commands, [*pair, *more])


@pytest.mark.parametrize(
    ("language", "words"),
    [("es", ("Año", "Índice simétrico", "Nota: México")), ("en", ("Year", "Index %", "Note: "))],
)
def test_the_pair_is_told_as_a_table(
    loaded: Exchange, language: str, words: tuple[str, ...]
) -> None:
    """Years, a spark line, the worst months and the notes."""
    done = compare(loaded, "--lang", language)

    assert done.exit_code == 0, done.output
    for told in (*words, "15.05", "36.40", "79.04", "2.31", "2023-10", "▅"):
        assert told in done.output


def test_the_pair_is_written_in_a_format(loaded: Exchange) -> None:
    """What the service would answer, of one frequency and some years."""
    done = compare(loaded, "--format", "csv", "--frequency", "A", "--from", "2023", "--to", "2024")

    assert done.exit_code == 0, done.output
    found = [*csv.DictReader(done.stdout.splitlines())]
    index = [each["OBS_VALUE"] for each in found if each["MIRROR_MEASURE"] == "ASYMMETRY"]
    assert index == ["5.37", "36.40"]


def test_the_pair_is_written_as_a_workbook(loaded: Exchange, tmp_path: Path) -> None:
    """To a file, as other spreadsheets read it."""
    path = tmp_path / "pair.xlsx"

    done = compare(loaded, "--format", "xlsx", "--output", str(path))

    assert done.exit_code == 0, done.output
    assert CalamineWorkbook.from_path(path).sheet_names


def test_a_format_that_is_none_is_refused(loaded: Exchange) -> None:
    assert compare(loaded, "--format", "pdf").exit_code != 0
