"""``gateway config check``: every fault at once, in files that a statistician edits."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from gateway.cli import commands
from gateway.settings import Home
from tests.intake.books import GT, SV


@pytest.fixture
def own(home: Home) -> Path:
    """A home's own configuration, to be spoiled."""
    home.adopt_defaults()
    return home.config


def check(home: Home, *more: str) -> Result:
    return CliRunner().invoke(commands, ["config", "check", "--home", str(home.root), *more])


def spoil(path: Path, *changes: tuple[str, str]) -> None:
    text = path.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    path.write_text(text, encoding="utf-8")


def test_what_comes_with_the_gateway_holds(home: Home) -> None:
    """Exit status 0, and how much there is."""
    done = check(home)

    assert done.exit_code == 0
    assert done.output.startswith("Sin faltas: 10 provisiones")


def test_every_fault_is_named_at_once(home: Home, own: Path) -> None:
    """Several in one file, in several files, and in code maps; unknown keys among them."""
    gt = own / "provisions" / GT
    spoil(
        gt / "provision.toml",
        ("hierarchy =", "nesting ="),
        ("heading =", "headin ="),
        ('zero = ["-"]', "zero = 0"),
    )
    spoil(own / "provisions" / SV / "origin.csv", ("México,MX", "México,XX9"))
    spoil(own / "provisions" / SV / "provision.toml", ('DIRECTION = "IN"', 'DIRECTION = "INN"'))
    spoil(own / "gateway.toml", ("sender", "sendr"))

    done = check(home, "--json")

    assert done.exit_code == 1
    faults = json.loads(done.stdout)["faults"]
    for words in (
        ("gateway.toml", "sendr"),
        (GT, "nesting", "rows"),
        (GT, "headin", "table"),
        (GT, "zero"),
        (SV, "origin.csv", "XX9"),
        (SV, "DIRECTION", "INN"),
    ):
        assert [each for each in faults if all(word in each for word in words)], words


def test_a_code_that_the_dataflow_does_not_allow_is_named(home: Home, own: Path) -> None:
    """It is in the list, and the constraint leaves it out."""
    spoil(own / "provisions" / SV / "provision.toml", ('STATUS_TYPE = "_T"', 'STATUS_TYPE = "WP"'))

    done = check(home, "--lang", "en")

    assert done.exit_code == 1
    assert "constraint does not allow WP" in done.output
    assert done.output.splitlines()[-1] == "1 faults. Mend them in the files named."


def test_a_sample_that_is_gone_is_named_and_stops_nothing(home: Home, own: Path) -> None:
    """The gateway opens all the same."""
    (own / "provisions" / SV / "dgme_retornados_2016_2024.csv").unlink()

    done = check(home)

    assert done.exit_code == 1
    assert "there is no sample dgme_retornados_2016_2024.csv" in done.output
