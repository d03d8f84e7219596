"""``gateway corridors``, ``coverage`` and ``reconcile``: the real figures as tables and files."""

import csv
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from python_calamine import CalamineWorkbook

from gateway.cli import commands
from gateway.exchange import Exchange
from tests.cli.conftest import Call


def run(loaded: Exchange, *words: str) -> Result:
    return CliRunner().invoke(commands, [*words, "--home", str(loaded.home.root)])


TABLES = [
    ("corridors 2023 --lang es", "De México", "24,395", "25,741", "…", "Vacío: nadie lo declara"),
    ("corridors 2023 --lang en", "From Mexico", "Guatemala (GT)", "24,395", "Empty: stated by"),
    (
        "coverage --lang es",
        "cargado de una vez",
        "2020-01 – 2025-04",
        "2018, 2021, 2022",
        "107 + total",
    ),
    ("coverage --lang en", "loaded in one go", "GT_IGM_RETURNS 1", "SEX 2, AGE 2"),
    ("reconcile 2024 --lang es", "14,986", "14,630", "incompleto", "US, _O", "coincide"),
    ("reconcile 2023 --lang en --reporter SV", "13,358", "incomplete", "MX, US, _O"),
]


@pytest.mark.parametrize(("asked", "words"), [(each[0], each[1:]) for each in TABLES])
def test_each_is_told_as_a_table(loaded: Exchange, asked: str, words: tuple[str, ...]) -> None:
    done = run(loaded, *asked.split())

    assert done.exit_code == 0, done.output
    for told in words:
        assert told in done.output


def test_each_is_written_as_csv_and_json(loaded: Exchange) -> None:
    """With codes, as the service tells them."""
    asked = ("corridors", "2023", "--destination", "GT", "--format")

    rows = [*csv.DictReader(run(loaded, *asked, "csv").stdout.splitlines())]
    told = json.loads(run(loaded, *asked, "json").stdout)

    assert [each["value"] for each in rows] == ["24395", "25741", "55302"]
    assert [each["value"] for each in told["corridors"]] == [24395, 25741, 55302]


def test_it_is_written_to_a_file(loaded: Exchange, tmp_path: Path) -> None:
    """In the format that its name ends in, unless another is asked for."""
    path = tmp_path / "coverage.xlsx"

    done = run(loaded, "coverage", "--output", str(path))

    assert done.exit_code == 0, done.output
    assert CalamineWorkbook.from_path(path).sheet_names == ["coverage"]


REFUSED = {
    "corridors 2023-13": (2, "no es un año"),
    "corridors --origin XX": (2, "No hay origen XX"),
    "coverage --format pdf": (2, "no hay formato pdf"),
    "coverage --output coverage.docx": (2, "no hay formato docx"),
    "reconcile 1999": (1, "Nadie dice nada de eso en 1999"),
}


@pytest.mark.parametrize("asked", REFUSED)
def test_what_means_nothing_is_refused(loaded: Exchange, gateway: Call, asked: str) -> None:
    """In one sentence; a good question without an answer is told apart by its status."""
    status, words = REFUSED[asked]

    done, output, errors = gateway(*asked.split(), "--lang", "es", "--home", loaded.home.root)

    assert (done, output) == (status, "")
    assert errors.startswith("gateway: ")
    assert words in errors
