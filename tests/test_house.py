"""Promises about the house: small files, words on every door, nothing without its counterpart."""

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway import errors
from gateway.formats import table
from gateway.rest.service import DIALECTS
from gateway.web.problems import STATUS, status
from tests.definitions import FORMATS
from tests.formats.reading import DATA_READERS

ROOT = Path(__file__).parent.parent
MODULES = sorted((ROOT / "gateway").rglob("*.py"))
ROOMS = sorted(
    path.name for path in (ROOT / "gateway").iterdir() if (path / "__init__.py").is_file()
)
TOP = {
    *(".ci", ".gitignore", "LICENSE", "README.md", "pyproject.toml"),
    *("gateway", "config", "dsd", "tests", "docs"),
}


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def tracked() -> list[Path]:
    """The files under version control, as far as they are there."""
    done = subprocess.run(
        ["git", "ls-files", "-z"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        pytest.skip("no checkout: the files came in an archive")
    return [ROOT / each for each in done.stdout.split("\0") if each and (ROOT / each).is_file()]


def leaves(kind: type[errors.GatewayError]) -> Iterator[type[errors.GatewayError]]:
    """The classes that are raised: those without a narrower one."""
    narrower = kind.__subclasses__()
    if not narrower:
        yield kind
    for each in narrower:
        yield from leaves(each)


ERRORS = list(leaves(errors.GatewayError))


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_a_module_is_short_enough_to_read(path: Path) -> None:
    """Under 400 lines; longer is two ideas."""
    assert len(path.read_text(encoding="utf-8").splitlines()) < 400


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_a_module_says_what_it_is(path: Path) -> None:
    """In a whole sentence at its top."""
    docstring = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))

    assert docstring
    assert re.search(r"[.:]$", docstring.split("\n\n")[0].strip())


@pytest.mark.parametrize("room", ROOMS)
def test_every_room_has_tests(room: str) -> None:
    """Tests mirror the rooms."""
    assert list((ROOT / "tests" / room).glob("test_*.py"))


@pytest.mark.parametrize("kind", ERRORS, ids=lambda kind: kind.__name__)
def test_every_error_has_a_status_in_both_dialects(kind: type[errors.GatewayError]) -> None:
    """In the table itself, not by way of a broader class."""
    assert kind in STATUS
    for dialect in DIALECTS.values():
        assert 200 < status(kind("x"), dialect.number) < 600


@pytest.mark.parametrize("kind", ERRORS, ids=lambda kind: kind.__name__)
def test_every_error_stands_in_the_drawn_tree(kind: type[errors.GatewayError]) -> None:
    """The tree at the top of gateway.errors is complete, and says what each is for."""
    assert re.search(rf"── {kind.__name__} +\w", errors.__doc__ or "")


QUESTIONED = ("cli", "exchange", "formats", "model", "registry", "rest")
"""The rooms that refuse what somebody asks, at a terminal or over HTTP."""

TOLD = {each.__name__ for each in ERRORS if issubclass(each, errors.BadRequest)} | {"BadSyntax"}


@pytest.mark.parametrize("room", QUESTIONED)
def test_what_is_refused_is_told_in_spanish_too(room: str) -> None:
    """Every answer says in which language it is, and offices read Spanish."""
    mute = [
        f"{name(path)}:{call.lineno}"
        for path in MODULES
        if path.is_relative_to(ROOT / "gateway" / room)
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name)
        if call.func.id in TOLD - {"UnknownParameter"}  # which says both by itself
        if not any(each.arg == "spanish" for each in call.keywords)
    ]

    assert mute == []


def test_every_data_format_is_read_back() -> None:
    """A format without a reader of somebody else is not offered, and no reader is left over."""
    offered = {each.names[0] for offers in table.DATA.values() for each in offers}

    assert offered == set(DATA_READERS)
    assert all(DATA_READERS.values())


def test_every_structure_format_is_read_back() -> None:
    """tests/formats/test_readers.py judges each of FORMATS; another needs a judge of its own."""
    offered = {each.names[-1] for offers in table.STRUCTURES.values() for each in offers}

    assert offered == set(FORMATS)


def test_every_dialect_has_formats() -> None:
    """Each mount has a default."""
    assert {each.number for each in DIALECTS.values()} == set(table.DATA)


def test_the_top_of_the_house_holds_what_belongs_there() -> None:
    """No stray file between the doors."""
    top = {path.relative_to(ROOT).parts[0] for path in tracked()}

    assert top <= TOP


def test_no_file_names_a_place_on_somebody_s_machine() -> None:
    """What works here works elsewhere: no home folders, no workspaces."""
    private = re.compile(rb"(?<![\w./:])/(?:home|root|Users|work)/[a-z]+")
    texts = [path for path in tracked() if path.suffix not in (".xlsx", ".png")]

    found = [name(path) for path in texts if private.search(path.read_bytes())]

    assert found == []


def test_no_secret_is_kept_in_the_house() -> None:
    """No private key, token or database came along with the files."""
    secret = re.compile(rb"-----BEGIN [A-Z ]*PRIVATE KEY|\"d\": ?\"[\w-]{43}\"|eyJ[\w-]{20,}\.eyJ")

    found = [name(path) for path in tracked() if secret.search(path.read_bytes())]

    assert found == []
    assert not [path for path in tracked() if path.suffix in (".db", ".sqlite", ".parquet")]
