"""The commands, as people and nightly jobs call them: what they print, and their exit status."""

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result
from lxml import etree

from gateway.cli import commands
from gateway.errors import GatewayError, StorageFault
from gateway.exchange import Exchange
from tests.formats.reading import faults, official
from tests.homes import fresh
from tests.intake.books import GT, SV, edited, sample

PATH = "/sdmx/v2/data/dataflow/LMIG/DF_RETURNS/1.0.0/A.SV"


def gateway(*arguments: object) -> Result:
    """A command in this process, faults left as they are raised."""
    return CliRunner().invoke(commands, [str(each) for each in arguments])


@pytest.fixture(scope="module")
def file(loaded: Exchange) -> Path:
    """El Salvador's sample."""
    path = loaded.provision(SV).sample
    assert path is not None
    return path


@pytest.fixture(scope="module")
def stocked(template: Path, file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small home with the sample released."""
    home = shutil.copytree(template, tmp_path_factory.mktemp("stocked") / "home")
    assert submitted(home, file).exit_code == 0
    return home


@pytest.fixture
def released(stocked: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The stocked home, named by the environment; tests only read it."""
    monkeypatch.setenv("GATEWAY_HOME", str(stocked))
    return stocked


def submitted(home: Path, file: Path, *more: str, provision: str = SV) -> Result:
    return gateway("submit", file, "--provision", provision, "--home", home, *more)


def test_it_is_said_where_the_marked_workbook_is(small: Path, file: Path, tmp_path: Path) -> None:
    book = tmp_path / "book.xlsx"

    done = submitted(small, file, "--check", "--report", str(book))

    assert f"El libro señalado está en {book}." in done.output
    assert book.read_bytes().startswith(b"PK")


def test_a_report_has_the_shape_that_programs_read(small: Path, file: Path) -> None:
    """One JSON object with the keys that are promised, numbers as numbers."""
    done = submitted(small, file, "--json")

    report = json.loads(done.stdout)
    assert done.exit_code == 0
    assert len(done.stdout.splitlines()) == 1
    assert {"provision", "observations", "controls", "findings"} <= set(report)
    assert (report["provision"], report["findings"]) == (SV, [])
    assert report["observations"] == 24
    assert report["controls"]
    for control in report["controls"]:
        assert set(control) == {"name", "stated", "computed"}
        assert control["stated"] == control["computed"] == 14_986


def test_a_finding_has_the_shape_that_programs_read(
    loaded: Exchange, small: Path, tmp_path: Path, file: Path
) -> None:
    """Exit status 1, the place, and what to do in both languages."""
    wrong = tmp_path / "wrong.csv"
    wrong.write_text(file.read_text().replace("14 986", "14 987", 1))

    done = submitted(small, wrong, "--json")

    assert done.exit_code == 1
    (finding,) = json.loads(done.stdout)["findings"]
    assert set(finding) == {"severity", "rule", "sheet", "cell", "value", "message"}
    assert set(finding["message"]) == {"es", "en"}
    assert finding["message"]["es"] != finding["message"]["en"]
    del finding["message"]
    assert finding == {
        "severity": "ERROR",
        "rule": "control_mismatch",
        "sheet": "wrong",
        "cell": "E10",
        "value": "14987",
    }


@pytest.mark.parametrize("options", [(), ("--json",)], ids=["shown", "json"])
def test_a_refused_file_is_no_release(
    small: Path, tmp_path: Path, file: Path, options: tuple[str]
) -> None:
    """It is on record, with its copy, as refused."""
    wrong = tmp_path / "wrong.csv"
    wrong.write_text(file.read_text().replace("14 986", "14 987", 1))

    done = submitted(small, wrong, *options)

    assert done.exit_code == 1
    kept = [each for each in (small / "files").rglob("*") if each.is_file()]
    assert [each.parent.name for each in kept] == ["sources"]
    assert SV not in gateway("releases", "list", "--home", small).output
    assert "rechazada" in gateway("submissions", "list", "--home", small).output


def test_a_check_keeps_nothing(small: Path, file: Path) -> None:
    """Exit status 0 says that it could be released."""
    done = submitted(small, file, "--check", "--json")

    assert done.exit_code == 0
    assert json.loads(done.stdout)["observations"] == 24
    assert [each for each in (small / "files").rglob("*") if each.is_file()] == []


def test_a_second_submission_says_that_nothing_changed(small: Path, file: Path) -> None:
    """Exit status 0 both times; one release."""
    first, second = (submitted(small, file, "--lang", "en") for _ in range(2))
    listed = gateway("releases", "list", "--home", small)

    assert (first.exit_code, second.exit_code) == (0, 0)
    assert "Released as release 1" in first.output
    assert "Unchanged" in second.output
    assert listed.output.count(SV) == 1


@pytest.mark.parametrize(
    ("language", "words"), [("es", "celdas vacías"), ("en", "empty cells"), (None, "celdas vacías")]
)
def test_a_report_speaks_the_office_s_language(
    small: Path, file: Path, language: str | None, words: str
) -> None:
    """Spanish unless English is asked for."""
    options = () if language is None else ("--lang", language)

    done = submitted(small, file, "--check", *options)

    assert words in " ".join(done.output.split())


def test_a_report_shows_every_place(loaded: Exchange, tmp_path: Path) -> None:
    """The table names cell, value and remedy of each finding; square brackets are no markup."""
    wrong = tmp_path / "wrong.xlsx"
    cells = {"2023!A6": "[red]Méjico[/red]", "2022!N8": 5}
    wrong.write_bytes(edited(sample(loaded, GT), cells))

    home = fresh(tmp_path / "home").root
    done = submitted(home, wrong, "--check", "--lang", "es", provision=GT)

    assert done.exit_code == 1
    for word in ("A6", "N8", "[red]", "origin.csv"):
        assert word in done.output


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        pytest.param(("submit", "FILE", "--provision", "X"), SV, id="wrong provision"),
        pytest.param(("submit", "none.csv", "--provision", SV), "none.csv", id="missing file"),
        pytest.param(("submit", "HOME", "--provision", SV), "home", id="a folder for a file"),
        pytest.param(("releases", "list", "--provision", "X"), SV, id="releases of no provision"),
        pytest.param(("releases", "show", SV, "7"), "7", id="no such release"),
        pytest.param(("clients", "revoke", "nobody"), "nobody", id="no such client"),
        pytest.param(("clients", "add", "x", "--secret", "--id", "a b"), "a b", id="odd client id"),
        pytest.param(
            ("clients", "add", "x", "--secret", "--scope", "y"), "data.read", id="unknown scope"
        ),
        pytest.param(("get", "/nothing"), "/sdmx/v1", id="no service path"),
        pytest.param(("get", f"{PATH}?x=1"), "x", id="unknown parameter"),
        pytest.param(("get", PATH, "--format", "pdf"), "csv", id="unknown format"),
        pytest.param(("get", "/sdmx/v1/dataflow", "--format", "csv"), "structure", id="no data"),
        pytest.param(("init", "HOME"), "home", id="init of a home"),
    ],
)
def test_a_mistake_is_told_with_what_would_be_right(
    small: Path, file: Path, arguments: tuple[str, ...], said: str
) -> None:
    """One sentence; the command line turns it into exit status 2."""
    places = {"FILE": file, "HOME": small}
    options = () if arguments[0] == "init" else ("--home", small)

    done = gateway(*(places.get(each, each) for each in arguments), *options)

    assert isinstance(done.exception, GatewayError)
    assert said in done.exception.sentence()
    assert "\n" not in done.exception.sentence()


@pytest.mark.parametrize(
    ("format", "begins"),
    [
        ("csv", b"STRUCTURE,"),
        ("ss", b"<?xml"),
        ("generic", b"<?xml"),
        ("text/csv", b"FREQ,Frecuencia"),
        ("json-1.0", b"{"),
        (None, b"{"),
    ],
)
@pytest.mark.usefixtures("released")
def test_get_answers_in_a_format(format: str | None, begins: bytes) -> None:
    """The bytes that the service would send."""
    done = gateway("get", PATH, *(() if format is None else ("--format", format)))

    assert done.exit_code == 0
    assert done.stdout_bytes.startswith(begins)
    assert b"52938" in done.stdout_bytes


@pytest.mark.usefixtures("released")
@pytest.mark.parametrize(
    ("format", "begins"), [("csv", b"STRUCTURE,"), ("xlsx", b"PK"), ("parquet", b"PAR1")]
)
def test_get_writes_a_file(tmp_path: Path, format: str, begins: bytes) -> None:
    """Whole, in the place of an older one, and with nothing beside it; its name says in what."""
    file = tmp_path / "out" / "data"
    file.parent.mkdir()
    file.write_bytes(b"older")

    done = gateway("get", PATH, "--format", format, "--output", file)
    named = gateway("get", PATH, "--output", tmp_path / f"data.{format}")

    assert (done.exit_code, done.stdout) == (named.exit_code, named.stdout) == (0, "")
    assert file.read_bytes().startswith(begins)
    assert [*file.parent.iterdir()] == [file]
    assert (tmp_path / f"data.{format}").read_bytes() == file.read_bytes()


@pytest.mark.usefixtures("released")
def test_get_says_where_a_file_cannot_be_written(tmp_path: Path) -> None:
    done = gateway("get", PATH, "--output", tmp_path / "nowhere" / "data")

    assert isinstance(done.exception, StorageFault)
    assert "No such file" in done.exception.sentence()


@pytest.mark.usefixtures("released")
def test_get_says_names_in_a_language() -> None:
    """As the options ask, or the parameters of the path."""
    options = gateway("get", PATH, "--format", "csv", "--labels", "both", "--lang", "en")
    path = gateway("get", f"{PATH}?format=csv&labels=both&lang=en")

    assert "SEX: Sex" in options.stdout.splitlines()[0]
    assert options.stdout == path.stdout


@pytest.mark.usefixtures("released")
@pytest.mark.parametrize("prefix", ["/sdmx/v1/", "sdmx/v1/", "/v1/", "v1/"])
def test_get_answers_structures(prefix: str) -> None:
    """Valid, and with or without the slash that a shell user forgets."""
    done = gateway("get", f"{prefix}dataflow/LMIG/DF_RETURNS/latest?references=children")

    assert done.exit_code == 0
    assert faults(official(), done.stdout_bytes) == []
    assert b"LMIG_FLOW" in etree.tostring(etree.fromstring(done.stdout_bytes))


@pytest.mark.usefixtures("released")
@pytest.mark.parametrize(
    "path",
    [
        f"{PATH}?c[TIME_PERIOD]=ge:2020+le:2023",
        f"{PATH}?c%5BTIME_PERIOD%5D=ge%3A2020%2Ble%3A2023",
        "/sdmx/v1/data/DF_RETURNS/A.SV?startPeriod=2020&endPeriod=2023",
    ],
)
def test_get_reads_a_path_as_the_service_does(path: str) -> None:
    """Encoded or not."""
    done = gateway("get", path, "--format", "csv")

    assert done.exit_code == 0
    assert {line.split(",")[16] for line in done.output.splitlines()[1:]} == {"2020", "2023"}


@pytest.mark.usefixtures("released")
def test_get_takes_a_format_in_the_path_as_the_service_does() -> None:
    """The path that works in a browser works here."""
    done = gateway("get", f"{PATH}?format=ss")

    assert done.exit_code == 0
    assert b"StructureSpecificData" in done.stdout_bytes


@pytest.mark.usefixtures("released")
def test_releases_are_listed_and_shown() -> None:
    """By provision; with the digest of source and parts."""
    listed = gateway("releases", "list", "--provision", SV)
    shown = gateway("releases", "show", SV, 1)

    assert listed.exit_code == shown.exit_code == 0
    assert "2016–2024" in listed.output
    assert "LMIG:DF_RETURNS(1.0.0)" in shown.output
    assert len(set(re.findall(r"\b[0-9a-f]{64}\b", shown.output))) >= 3


def test_clients_are_added_listed_and_revoked(small: Path) -> None:
    """The secret is shown when it is made, and never again."""
    home = ("--home", small)

    added = gateway(
        "clients", "add", "INE Guatemala", "--secret", "--id", "ine-gt", "--read", "*", *home
    )
    listed = gateway("clients", "list", *home)
    revoked = gateway("clients", "revoke", "ine-gt", *home)
    afterwards = gateway("clients", "list", *home)

    shown = dict(line.split() for line in added.stdout.splitlines())
    assert shown["client_id"] == "ine-gt"
    assert "ine-gt" in listed.output
    assert "data.read" in listed.output
    assert shown["client_secret"] not in listed.output + afterwards.output
    assert revoked.exit_code == 0
    assert afterwards.output.count("20") > listed.output.count("20")


def test_doctor_finds_and_mends(small: Path, file: Path) -> None:
    """Status 1 with what it found; --mend removes what belongs to no release and nothing else."""
    root = small
    submitted(root, file)
    (root / "files" / "parts" / ".new-x").write_bytes(b"half")

    well_before = gateway("doctor", "--home", small)
    mended = gateway("doctor", "--mend", "--home", small)
    afterwards = gateway("doctor", "--home", small)
    served = gateway("get", PATH, "--home", small)

    assert (well_before.exit_code, mended.exit_code, afterwards.exit_code) == (1, 0, 0)
    assert ".new-x" in well_before.output
    assert "removed" in mended.output
    assert served.exit_code == 0


def test_a_home_of_one_s_own_is_what_is_used(tmp_path: Path, file: Path) -> None:
    """After init, what stands in its config/ and dsd/ counts."""
    home = tmp_path / "home"
    made = gateway("init", home)
    provision = home / "config" / "provisions" / SV / "origin.csv"
    provision.write_text(provision.read_text().replace("Otros países,_O", "Otros países,_U"))
    settings = home / "config" / "gateway.toml"
    settings.write_text(settings.read_text().replace('language = "es"', 'language = "en"'))

    report = submitted(home, file)
    found = gateway("get", PATH, "--home", home, "--format", "csv")

    assert made.exit_code == 0
    assert "empty cells" in " ".join(report.output.split())
    assert ",SV,_U," in found.output
    assert ",SV,_O," not in found.output


def test_init_overwrites_nothing(tmp_path: Path) -> None:
    """A second init is refused, and the office's edits are as they were."""
    home = tmp_path / "home"
    gateway("init", home)
    settings = home / "config" / "gateway.toml"
    settings.write_text("# edited\n")

    again = gateway("init", home)

    assert isinstance(again.exception, GatewayError)
    assert settings.read_text() == "# edited\n"


def every(command: click.Command, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    yield path
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            assert inner is not None
            yield from every(inner, (*path, name))


@pytest.mark.parametrize(
    "path", list(every(commands)), ids=lambda path: " ".join(path) or "gateway"
)
def test_every_help_has_an_example(path: tuple[str, ...]) -> None:
    """That can be copied: it starts with the program's name."""
    done = gateway(*path, "--help")

    assert done.exit_code == 0
    assert re.search(r"(Example|Start with):\s+gateway \w+", done.output)


def test_every_promised_command_is_there() -> None:
    """As issues 2 and 7 list them."""
    found = {" ".join(path) for path in every(commands)}

    assert found >= {
        *("demo", "init", "submit", "get", "serve", "doctor"),
        *("releases list", "releases show"),
        *("clients add", "clients list", "clients revoke"),
        *("keys list", "keys rotate", "keys retire"),
    }
