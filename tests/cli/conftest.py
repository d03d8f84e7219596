"""The program in this process, and a small home with which each command starts at once."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from gateway.cli import main
from gateway.exchange import Exchange
from gateway.model.artefact import Artefact, ItemScheme, Kind, Reference
from gateway.settings import Home
from tests.asking import rows
from tests.conftest import CONFIG
from tests.formats.reading import structures
from tests.homes import prepare
from tests.intake.books import SV

Call = Callable[..., tuple[int, str, str]]
"""The status of a command, its output and its errors, by its arguments."""


@pytest.fixture
def gateway(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Call:
    """The program, called as a shell calls it: its exit status, its output and its errors."""
    monkeypatch.delenv("GATEWAY_HOME", raising=False)

    def call(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.argv", ["gateway", *map(str, arguments)])
        status = 0
        try:
            main()
        except SystemExit as stop:
            status = int(stop.code or 0)
        return status, *capsys.readouterr()

    return call


@pytest.fixture(scope="session")
def template(loaded: Exchange, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with El Salvador's provision and the codes that its figures use."""
    folder = tmp_path_factory.mktemp("template") / "home"
    shutil.copytree(CONFIG / "provisions" / SV, folder / "config" / "provisions" / SV)
    shutil.copy(CONFIG / "gateway.toml", folder / "config")
    (folder / "dsd").mkdir()
    (folder / "dsd" / "all.xml").write_bytes(structures(needed(loaded)))
    folder.chmod(0o700)
    prepare(Home(folder))
    return folder


@pytest.fixture
def small(template: Path, tmp_path: Path) -> Path:
    """A small home of the test's own, with nothing released."""
    return shutil.copytree(template, tmp_path / "home")


def needed(loaded: Exchange) -> list[Artefact]:
    """The flow, what it is built from, and of each list the codes in use and a few more."""
    provision = loaded.provision(SV)
    used: dict[Reference | None, set[str | None]] = {}
    found = rows(loaded, "A.SV")
    for component in provision.structure.components():
        codes = used.setdefault(component.representation.codelist, {"_U"})
        codes.update(row.get(component.id) for row in found)
    below = {each.artefact for each in provision.structure.references()}
    below.add(provision.provider_reference.artefact)
    return [
        provision.flow,
        provision.structure,
        *(shortened(each, used) for each in loaded.registry if each.reference in below),
    ]


def shortened(artefact: Artefact, used: dict[Reference | None, set[str | None]]) -> Artefact:
    """A code list with only the codes in use; any other artefact as it is."""
    if not isinstance(artefact, ItemScheme) or artefact.kind is not Kind.CODELIST:
        return artefact
    kept = [each for each in artefact.items if each.id in used.get(artefact.reference, set())]
    codes = kept or artefact.items[:1]
    return replace(artefact, items=tuple(replace(code, parent=None) for code in codes))
