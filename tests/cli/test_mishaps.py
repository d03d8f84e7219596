"""Mishaps: one clear sentence on standard error, exit status 2, and nothing half-written."""

import shutil
import socket
from pathlib import Path

import pytest

from gateway.exchange import Exchange
from tests.cli.conftest import Call
from tests.conftest import CONFIG
from tests.homes import fresh
from tests.intake.books import GT, SV


def assert_one_sentence(done: tuple[int, str, str], *said: str) -> None:
    status, output, errors = done
    assert status == 2
    assert output == ""
    assert errors.startswith("gateway: ")
    assert errors.count("\n") == 1
    for word in said:
        assert word in errors


@pytest.fixture
def sample(loaded: Exchange) -> Path:
    """El Salvador's sample."""
    path = loaded.provision(SV).sample
    assert path is not None
    return path


@pytest.mark.parametrize(
    ("name", "content"),
    [
        pytest.param("x.pdf", b"%PDF-1.7", id="no spreadsheet"),
        pytest.param("x.xlsx", b"", id="empty"),
        pytest.param("x.xlsx", b"PK\x03\x04half", id="cut short"),
    ],
)
def test_a_bad_file_is_one_sentence(
    gateway: Call, small: Path, tmp_path: Path, name: str, content: bytes
) -> None:
    """On standard error, in the office's language, with status 2; no part of a release is there."""
    path = tmp_path / name
    path.write_bytes(content)

    done = gateway("submit", path, "--provision", SV, "--home", small)

    assert_one_sentence(done, name)
    assert [each for each in (small / "files" / "parts").rglob("*") if each.is_file()] == []


@pytest.mark.parametrize(
    ("own", "options", "said"),
    [
        ("es", (), "vacío"),
        ("en", (), "empty"),
        ("es", ("--lang", "en"), "empty"),
        ("en", ("--lang", "es"), "vacío"),
    ],
)
def test_a_mishap_is_told_in_the_language_asked_for(
    gateway: Call, tmp_path: Path, own: str, options: tuple[str, ...], said: str
) -> None:
    """Else in that of the home that was named."""
    empty = tmp_path / "x.xlsx"
    empty.write_bytes(b"")
    home = fresh(tmp_path / "home").root
    (home / "config" / "provisions").mkdir(parents=True)
    (home / "config" / "gateway.toml").write_text(f'language = "{own}"\n')
    shutil.copytree(CONFIG / "provisions" / SV, home / "config" / "provisions" / SV)

    done = gateway("submit", empty, "--provision", SV, "--home", home, *options)

    assert_one_sentence(done, said)


DATA = "/sdmx/v2/data/dataflow/LMIG/DF_RETURNS/1.0.0"
REFUSED = {
    "coverage --format pdf": ("Aquí no hay formato pdf", "There is no format pdf"),
    f"get {DATA} --format pdf": ("Aquí no hay formato pdf", "There is no format pdf"),
    f"get {DATA}?formatVersion=2": ("no dice nada sin format", "says nothing without format"),
    f"get {DATA} --format csv --labels x": ("labels=x no se conoce", "labels=x is not known"),
    f"get {DATA}?sexo=F": ("ningún parámetro sexo. Se admite: c[…], ", "limit, sort, "),
    f"get {DATA}?dato=F": ("format, formatVersion, labels, timeFormat", "format, formatVersion"),
    f"get {DATA}?format=csv --format xml": ("format está dos veces", "format is given twice"),
}


@pytest.mark.parametrize("asked", REFUSED)
def test_what_no_format_has_is_refused_in_both_languages(
    gateway: Call, small: Path, asked: str
) -> None:
    """In Spanish where nobody says otherwise, with what there is."""
    spanish, english = REFUSED[asked]
    own = gateway(*asked.split(), "--home", small)
    other = gateway(*asked.split(), "--home", small, "--lang", "en")

    assert_one_sentence(own, spanish)
    assert_one_sentence(other, english)


def test_get_of_nothing_is_status_1(gateway: Call, loaded: Exchange) -> None:
    """A good question with an empty answer: a script can tell it from a mistake."""
    home = loaded.home.root

    status, output, errors = gateway("get", f"{DATA}?c[TIME_PERIOD]=le:1850", "--home", home)

    assert (status, output) == (1, "")
    assert errors.startswith("gateway: ")
    assert errors.count("\n") == 1


def test_names_in_no_language_of_ours_are_refused(gateway: Call, small: Path) -> None:
    """In the language of the home: nobody can be answered in theirs."""
    done = gateway("get", f"{DATA}?format=csv-labels", "--lang", "pt", "--home", small)

    assert_one_sentence(done, "No hay nombres en pt. Se admite: es, en, all.")


def test_a_wrong_provision_is_told_with_the_right_ones(
    gateway: Call, tmp_path: Path, sample: Path
) -> None:
    """A typing error costs one look."""
    done = gateway("submit", sample, "--provision", "X", "--home", fresh(tmp_path / "home").root)

    assert_one_sentence(done, "X", GT, SV)


@pytest.mark.parametrize("below", ["", "inner"], ids=["the home", "a folder above it"])
def test_an_unusable_home_is_one_sentence(
    gateway: Call, tmp_path: Path, sample: Path, below: str
) -> None:
    """A file where a folder should be: nothing is written anywhere."""
    blocked = tmp_path / "home"
    blocked.write_text("a file")

    for command in (
        ["submit", sample, "--provision", SV, "--home", blocked / below],
        ["serve", "--port", "0", "--home", blocked / below],
        ["demo", "--home", blocked / below],
    ):
        assert_one_sentence(gateway(*command), "home")
    assert blocked.read_text() == "a file"


@pytest.mark.parametrize("command", ["serve", "demo"])
def test_a_taken_port_is_one_sentence(gateway: Call, small: Path, command: str) -> None:
    """With the way out; before anything is loaded."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        done = gateway(command, "--port", port, "--home", small)

    assert_one_sentence(done, str(port), "--port")


def test_a_port_that_is_none_is_one_sentence(gateway: Call, small: Path) -> None:
    """Above the highest there is."""
    done = gateway("demo", "--port", 99_999, "--home", small)

    assert_one_sentence(done, "99999")


def test_other_machines_are_not_let_in_without_https(gateway: Call, small: Path) -> None:
    """Tokens would travel in the open; the sentence names the setting."""
    done = gateway("serve", "--host", "0.0.0.0", "--port", 0, "--home", small)  # noqa: S104

    assert_one_sentence(done, "issuer", "https")


def test_a_fault_in_the_configuration_is_told_whole(gateway: Call, small: Path) -> None:
    """Every faulty file, and no traceback."""
    provisions = small / "config" / "provisions"
    shutil.copytree(provisions / SV, provisions / GT)
    for provision in (GT, SV):
        path = provisions / provision / "provision.toml"
        path.write_text(path.read_text().replace("replaces", "replace"))

    status, _, errors = gateway("releases", "list", "--home", small)

    assert status == 2
    assert GT in errors
    assert SV in errors


def test_a_spoiled_database_is_one_sentence(gateway: Call, small: Path) -> None:
    """It is named; it is not overwritten."""
    (small / "gateway.db").write_bytes(b"no database at all" * 100)

    done = gateway("releases", "list", "--home", small)

    assert_one_sentence(done, "gateway.db")
    assert (small / "gateway.db").read_bytes().startswith(b"no database")


def test_a_spoiled_key_is_one_sentence(gateway: Call, small: Path) -> None:
    """Serving without a key that signs would refuse every client later."""
    (small / "keys").mkdir()
    key = small / "keys" / "signing.jwk.json"
    key.touch(0o600)
    key.write_text("no key")

    done = gateway("doctor", "--home", small)

    assert_one_sentence(done, "signing.jwk.json")
