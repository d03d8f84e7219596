"""Handing in, approving and refusing as people do it at a terminal."""

import json
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from gateway.cli import commands
from gateway.errors import Conflict, Forbidden, NotFound
from gateway.exchange import Exchange
from tests.intake.books import SV


def gateway(home: Path, *arguments: object) -> Result:
    """A command in this process on a home."""
    words = [*map(str, arguments), "--home", str(home)]
    return CliRunner().invoke(commands, words)


@pytest.fixture
def file(loaded: Exchange) -> Path:
    path = loaded.provision(SV).sample
    assert path is not None
    return path


@pytest.fixture
def strict(small: Path) -> Path:
    """A small home that asks for four eyes."""
    path = small / "config" / "provisions" / SV / "provision.toml"
    path.write_text('approval = "four eyes"\n' + path.read_text("utf-8"), "utf-8")
    return small


def handed_in(home: Path, file: Path) -> str:
    done = gateway(home, "submit", file, "--provision", SV, "--by", "Ana", "--json")
    report = json.loads(done.stdout)
    assert (done.exit_code, report["state"], report["release"]) == (0, "checked", None)
    return str(report["id"])


def test_four_eyes_release_a_file(strict: Path, file: Path) -> None:
    """It waits, is listed as waiting, and is released by somebody else."""
    id = handed_in(strict, file)

    listed = gateway(strict, "submissions", "list", "--open")
    alone = gateway(strict, "approve", id, "--by", "Ana")
    done = gateway(strict, "approve", id, "--by", "Berta", "--json")
    again = gateway(strict, "approve", id, "--by", "Carla")
    left = gateway(strict, "submissions", "list", "--open")

    assert id in listed.output
    assert "espera aprobación" in listed.output
    assert isinstance(alone.exception, Forbidden)
    assert json.loads(done.stdout)["release"] == 1
    assert isinstance(again.exception, Conflict)
    assert id not in left.output


def test_a_person_reads_what_it_waits_for(strict: Path, file: Path) -> None:
    """In Spanish, with the command that releases it."""
    done = gateway(strict, "submit", file, "--provision", SV)

    said = " ".join(done.output.split())
    assert "espera a que otra persona lo apruebe con: gateway approve" in said


@pytest.mark.parametrize(
    ("language", "words"), [("es", "rechazada"), ("en", "refused")], ids=["Spanish", "English"]
)
def test_a_refusal_is_shown_with_its_reason(
    strict: Path, file: Path, language: str, words: str
) -> None:
    id = handed_in(strict, file)

    done = gateway(strict, "refuse", id, "--because", "mes [b]equivocado", "--lang", language)
    shown = gateway(strict, "submissions", "show", id, "--lang", language)

    assert words in done.output
    assert words in shown.output
    assert "mes [b]equivocado" in shown.output
    assert "Ana" in shown.output


def test_resuming_what_waits_leaves_it_waiting(strict: Path, file: Path) -> None:
    id = handed_in(strict, file)

    done = gateway(strict, "submissions", "resume", id, "--json")

    assert json.loads(done.stdout)["state"] == "checked"


def test_a_check_records_nothing(small: Path, file: Path) -> None:
    done = gateway(small, "submit", file, "--provision", SV, "--check", "--json")
    listed = gateway(small, "submissions", "list")

    assert json.loads(done.stdout)["id"] is None
    assert SV not in listed.output


@pytest.mark.parametrize("command", ["approve", "submissions show", "submissions resume"])
def test_an_unknown_submission_is_named(small: Path, command: str) -> None:
    done = gateway(small, *command.split(), "nobody's")

    assert isinstance(done.exception, NotFound)


def test_an_unknown_kind_of_approval_is_refused(small: Path) -> None:
    """By name, with what is allowed."""
    path = small / "config" / "provisions" / SV / "provision.toml"
    path.write_text('approval = "six eyes"\n' + path.read_text("utf-8"), "utf-8")

    done = gateway(small, "submissions", "list")

    assert "six eyes" in str(done.exception) or "approval" in str(done.exception)
    assert not isinstance(done.exception, click.ClickException)
