"""``gateway dsd``: what the maintainer of the definitions types, and what is then served."""

import csv
import io
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from gateway.cli import commands
from gateway.errors import (
    BadFile,
    GatewayError,
    NotAcceptable,
    NotFound,
    SemanticError,
    StorageFault,
)
from gateway.exchange import Exchange
from gateway.settings import Home
from gateway.web import create_app
from tests.conftest import DSD, ISSUER
from tests.definitions import (
    AGE,
    FORMATS,
    SEX,
    STRUCTURE,
    at_version,
    by_sdmx1,
    faults,
    own_home,
    small_files,
)
from tests.homes import fresh
from tests.web.asking import found

AGES = "Codelist=LMIG:CL_AGE(1.0.0)"

Rows = list[dict[str, str]]


def gateway(home: Home, *arguments: object) -> Result:
    """A command on a home, in this process; faults are left as they are raised."""
    given = [str(each) for each in (*arguments, "--home", home.root)]
    return CliRunner().invoke(commands, given)


def refused(result: Result) -> GatewayError:
    """The fault that a command ended with."""
    assert isinstance(result.exception, GatewayError), result.output
    return result.exception


@pytest.fixture(scope="module")
def opened_before(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home with a small dsd/ of its own, opened once, so that its files are in the cache."""
    home = own_home(tmp_path_factory.mktemp("dsd") / "home", small_files())
    Exchange(home).close()
    return home


@pytest.fixture
def own(opened_before: Home, tmp_path: Path) -> Home:
    """Such a home of the test's own."""
    return Home(shutil.copytree(opened_before.root, tmp_path / "home"))


@pytest.fixture
def sheet(tmp_path: Path) -> Path:
    """Where the spreadsheet of a code list is kept."""
    return tmp_path / "ages.csv"


def rows(home: Home) -> Rows:
    """CL_AGE as the command writes it."""
    result = gateway(home, "dsd", "codes", "CL_AGE")
    assert result.exit_code == 0, result.output
    return list(csv.DictReader(io.StringIO(result.stdout)))


def save(sheet: Path, rows: Rows) -> Path:
    """A spreadsheet of these rows."""
    out = io.StringIO()
    writer = csv.DictWriter(out, [*rows[0]], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    sheet.write_text(out.getvalue(), encoding="utf-8")
    return sheet


def texts(home: Home) -> dict[str, str]:
    """The files of a home's dsd/."""
    return {path.name: path.read_text("utf-8") for path in home.dsd.iterdir()}


def test_all_is_well_with_the_definitions_that_come_along(tmp_path: Path) -> None:
    """Every artefact is counted, those made of provisions too."""
    result = gateway(Home(tmp_path / "home"), "dsd", "check")

    assert result.exit_code == 0, result.output
    assert re.fullmatch(r"All is well: \d\d\d artefacts\.\n", result.stdout)


def test_every_fault_is_told_at_once(own: Home) -> None:
    """A line for each, with file and line, and status 1."""
    for name, old, new in (
        (AGE, '<com:Name xml:lang="en">All ages</com:Name>', ""),
        (STRUCTURE, '"CL_SEX"', '"CL_SEXO"'),
    ):
        text = (own.dsd / name).read_text("utf-8")
        assert old in text
        (own.dsd / name).write_text(text.replace(old, new), encoding="utf-8")

    result = gateway(own, "dsd", "check")

    assert result.exit_code == 1
    assert re.search(rf"^{AGE}:\d+: _T has no Name in en$", result.stdout, re.MULTILINE)
    assert re.search(rf"^{STRUCTURE}:\d+: .*CL_SEXO", result.stdout, re.MULTILINE)
    assert all(re.match(r"\S+\.xml:\d+: ", line) for line in result.stdout.splitlines())


def test_a_fault_in_a_provision_is_told_too(own: Home) -> None:
    folder = own.config / "provisions" / "GT_X"
    folder.mkdir(parents=True)
    (folder / "provision.toml").write_text("colour = 'red'\n", encoding="utf-8")

    result = gateway(own, "dsd", "check")

    assert result.exit_code == 1
    assert "GT_X/provision.toml" in result.stdout


@pytest.mark.parametrize("command", [("dsd", "check"), ("doctor",)], ids=" ".join)
def test_a_published_version_that_was_changed_is_named(own: Home, command: tuple[str, ...]) -> None:
    assert gateway(own, *command).exit_code == 0
    path = own.dsd / SEX
    path.write_text(path.read_text("utf-8").replace(">Female<", ">Women<"), encoding="utf-8")

    result = gateway(own, *command)

    assert result.exit_code == 1
    (line,) = result.stdout.splitlines()
    assert "SDMX:CL_SEX(2.1)" in line


def test_codes_come_out_as_a_spreadsheet(own: Home) -> None:
    """In the order of the list, each with its parent and both names."""
    found = rows(own)

    assert list(found[0]) == [
        *("id", "parent", "name_es", "name_en", "description_es", "description_en"),
    ]
    by_id = {row["id"]: row for row in found}
    assert [*by_id][:3] == ["_T", "Y0T17", "Y0T11"]
    assert by_id["Y0T11"]["parent"] == "Y0T17"
    assert by_id["_T"]["name_es"]
    assert by_id["_T"]["name_en"] == "All ages"


def test_unchanged_codes_write_nothing(own: Home, sheet: Path) -> None:
    save(sheet, rows(own))
    before = texts(own)

    result = gateway(own, "dsd", "codes", "CL_AGE", "--from", sheet)

    assert result.exit_code == 0
    assert "LMIG:CL_AGE(1.0.0) has these codes already; nothing was written." in result.stdout
    assert texts(own) == before


@pytest.mark.parametrize("start", ["\ufeff", ""], ids=["with mark", "without"])
def test_spreadsheets_as_excel_saves_them_are_read(own: Home, sheet: Path, start: str) -> None:
    """A byte order mark before, and lines that end as they do on Windows."""
    text = save(sheet, rows(own)).read_text("utf-8")
    sheet.write_bytes((start + text.replace("\n", "\r\n")).encode())

    result = gateway(own, "dsd", "codes", "CL_AGE", "--from", sheet)

    assert "nothing was written" in result.stdout


NEW = {"id": "Y_GE85", "parent": "Y_GE75", "name_es": "85 años y más", "name_en": "85 and over"}
NEW |= {"description_es": "", "description_en": ""}


def reworded(rows: Rows) -> Rows:
    return [{**rows[0], "name_en": "Every age"}, *rows[1:]]


def described(rows: Rows) -> Rows:
    return [{**rows[0], "description_es": "Todas", "description_en": "All"}, *rows[1:]]


def added(rows: Rows) -> Rows:
    return [*rows, NEW]


def removed(rows: Rows) -> Rows:
    return [row for row in rows if row["id"] != "Y_GE60"]


def moved(rows: Rows) -> Rows:
    return [{**row, "parent": ""} if row["id"] == "Y0T11" else row for row in rows]


CHANGES = {
    "words": (reworded, "1.0.1"),
    "a description": (described, "1.0.1"),
    "another order": (lambda rows: [rows[-1], *rows[:-1]], "1.0.1"),
    "an added code": (added, "1.1.0"),
    "words and an added code": (lambda rows: added(reworded(rows)), "1.1.0"),
    "a removed code": (removed, "2.0.0"),
    "a moved code": (moved, "2.0.0"),
    "all of it": (lambda rows: moved(removed(added(reworded(rows)))), "2.0.0"),
}


@pytest.mark.parametrize(("change", "version"), CHANGES.values(), ids=CHANGES)
def test_a_change_raises_the_version_by_what_it_does(
    own: Home, sheet: Path, change: Callable[[Rows], Rows], version: str
) -> None:
    """A file of its own, said with its users; the published version stays as it is."""
    before = texts(own)
    save(sheet, change(rows(own)))

    result = gateway(own, "dsd", "codes", "CL_AGE", "--from", sheet)

    name = f"LMIG-CL_AGE-{version}.xml"
    assert result.exit_code == 0, result.output
    assert f"{own.dsd / name} states LMIG:CL_AGE({version})." in result.stdout
    assert "Still on LMIG:CL_AGE(1.0.0): LMIG:LMIG_FLOW(1.0.0)." in result.stdout
    after = texts(own)
    assert after.keys() - before.keys() == {name}
    assert {each: after[each] for each in before} == before
    assert faults("xml-2.1", after[name].encode()) == []


def test_the_new_version_is_served_from_then_on(own: Home, sheet: Path) -> None:
    """And is what comes out next, beside the old one; all is well with both."""
    save(sheet, added(rows(own)))
    gateway(own, "dsd", "codes", "CL_AGE", "--from", sheet)

    assert rows(own)[-1] == NEW
    assert gateway(own, "dsd", "check").exit_code == 0
    exchange = Exchange(own)
    web = create_app(exchange, ISSUER).test_client()
    (latest,) = found(web, "v2", "codelist/LMIG/CL_AGE/+").values()
    assert latest["version"] == "1.1.0"
    assert latest["codes"][-1]["names"] == {"es": NEW["name_es"], "en": NEW["name_en"]}
    assert found(web, "v2", "codelist/LMIG/CL_AGE/1.0.0").keys() == {AGES}
    exchange.close()


def test_versions_rise_from_the_latest(own: Home, sheet: Path) -> None:
    """Not from that which the structure still uses."""
    first = rows(own)
    gateway(own, "dsd", "codes", "CL_AGE", "--from", save(sheet, added(first)))

    result = gateway(own, "dsd", "codes", "CL_AGE", "--from", save(sheet, first))

    assert "states LMIG:CL_AGE(2.0.0)." in result.stdout


HEADER = "id,parent,name_es,name_en,description_es,description_en\n"
GOOD = "_T,,Todas,All,,\n"

FAULTY = {
    "wrong header": ("id;parent;name\n" + GOOD, ["The first line must read id,parent,name_es"]),
    "a column more": (HEADER.strip() + ",note\n" + GOOD, ["The first line must read"]),
    "empty": ("", ["The first line must read"]),
    "a code twice": (HEADER + GOOD + GOOD, ["line 2: the id _T stands in", "line 3: the id _T"]),
    "no id": (HEADER + ",,Todas,All,,\n", ["line 2: '' is no id"]),
    "an id with a blank": (HEADER + "Y 5,,Cinco,Five,,\n", ["line 2: 'Y 5' is no id"]),
    "an id with a full stop": (HEADER + "Y.5,,Cinco,Five,,\n", ["line 2: 'Y.5' is no id"]),
    "no Spanish name": (HEADER + "Y5,,,Five,,\n", ["line 2: Y5 needs a name in both languages"]),
    "no English name": (HEADER + "Y5,,Cinco,,,\n", ["line 2: Y5 needs a name in both"]),
    "an unknown parent": (HEADER + "Y5,Y4,Cinco,Five,,\n", ["line 2: there is no code Y4"]),
    "its own parent": (HEADER + GOOD + "Y5,Y5,Cinco,Five,,\n", ["line 3: .*Y5"]),
    "parents in a circle": (HEADER + "A,B,A,A,,\nB,A,B,B,,\n", ["line 2: A is", "line 3: B is"]),
    "a description on one side": (
        HEADER + "Y5,,Cinco,Five,cinco,\n",
        ["line 2: Y5 has a description in one language only"],
    ),
    "too few columns": (HEADER + "Y5,,Cinco\n", ["line 2: 3 cells where 6 belong"]),
    "too many columns": (HEADER + "Y5,,Cinco,Five,,,more\n", ["line 2"]),
    "a quote that does not close": (HEADER + GOOD + 'Y5,,"Cinco,Five,,\n', ["line 3"]),
    "a line below an empty one": (HEADER + GOOD + "\nY5,,,Five,,\n", ["line 4: Y5 needs"]),
    "a line below a long one": (
        HEADER + '_T,,Todas,All,"Todas\nlas edades",All\n' + "Y5,,,Five,,\n",
        ["line 4: Y5 needs"],
    ),
    "many faults": (
        HEADER + "Y 5,,Cinco,Five,,\nY6,Y4,,Six,,\nY7,,Siete,Seven,siete,\n",
        ["line 2: 'Y 5'", "line 3: there is no code Y4", "line 3: Y6 needs", "line 4: Y7 has"],
    ),
}


@pytest.mark.parametrize(("text", "said"), FAULTY.values(), ids=FAULTY)
def test_a_faulty_spreadsheet_is_refused_with_every_line(
    own: Home, sheet: Path, text: str, said: list[str]
) -> None:
    """All faults at once, and nothing is written."""
    before = texts(own)
    sheet.write_text(text, encoding="utf-8", newline="")

    error = refused(gateway(own, "dsd", "codes", "CL_AGE", "--from", sheet))

    assert isinstance(error, BadFile)
    for each in said:
        assert re.search(f"^{each}", error.message, re.MULTILINE), error.message
    assert texts(own) == before


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", None], ids=["not UTF-8", "not there"])
def test_a_file_that_cannot_be_read_is_refused_by_name(
    own: Home, sheet: Path, content: bytes | None
) -> None:
    if content is not None:
        sheet.write_bytes(content)

    error = refused(gateway(own, "dsd", "codes", "CL_AGE", "--from", sheet))

    assert isinstance(error, BadFile)
    assert str(sheet) in error.message


def test_lists_of_sdmx_are_not_for_us_to_change(own: Home, sheet: Path) -> None:
    before = texts(own)
    sheet.write_text(HEADER + "F,,Mujeres,Women,,\n", encoding="utf-8")

    error = refused(gateway(own, "dsd", "codes", "CL_SEX", "--from", sheet))

    assert isinstance(error, SemanticError)
    assert "SDMX:CL_SEX(2.1)" in error.message
    assert texts(own) == before
    assert gateway(own, "dsd", "codes", "CL_SEX").stdout.startswith(HEADER)


def test_an_unknown_list_is_refused_with_those_there_are(own: Home) -> None:
    error = refused(gateway(own, "dsd", "codes", "CL_NO"))

    assert isinstance(error, NotFound)
    assert "LMIG:CL_AGE(1.0.0)" in error.sentence()


def test_a_home_without_definitions_of_its_own_is_not_edited(tmp_path: Path, sheet: Path) -> None:
    """Those that come with the gateway stay as they are; the words say what makes one's own."""
    home = fresh(tmp_path / "home")
    before = sorted(DSD.iterdir())
    save(sheet, added(rows(home)))

    error = refused(gateway(home, "dsd", "codes", "CL_AGE", "--from", sheet))

    assert isinstance(error, StorageFault)
    assert "gateway init" in error.message
    assert sorted(DSD.iterdir()) == before


def test_a_list_that_would_break_the_folder_is_taken_back(own: Home, sheet: Path) -> None:
    """Here a file of the next version is there already, under another name."""
    text = (own.dsd / AGE).read_text("utf-8")
    save(sheet, added(rows(own)))
    (own.dsd / "LMIG-CL_AGE-1.1.0.xml").write_text(at_version(text, "0.1.0"), encoding="utf-8")
    before = texts(own)

    error = refused(gateway(own, "dsd", "codes", "CL_AGE", "--from", sheet))

    assert "LMIG-CL_AGE-1.1.0.xml is there already" in error.message
    assert texts(own) == before


@pytest.mark.parametrize("name", FORMATS)
def test_everything_is_exported_in_each_format(own: Home, name: str) -> None:
    result = gateway(own, "dsd", "export", "--format", name)

    assert result.exit_code == 0, result.output
    assert faults(name, result.stdout_bytes) == []
    for id in ("CL_AGE", "LMIG_FLOW", "CS_LMIG", "AGENCIES"):
        assert id.encode() in result.stdout_bytes


def test_what_is_exported_is_what_is_there(own: Home) -> None:
    """In SDMX-ML 2.1 where no format is named."""
    shutil.copy(DSD / "LMIG-DATA_CONSUMERS-1.0.xml", own.dsd)

    found = by_sdmx1(gateway(own, "dsd", "export").stdout_bytes)

    assert {*found.structure} == {"LMIG_FLOW"}
    assert {*found.organisation_scheme} == {"AGENCIES", "DATA_CONSUMERS"}
    assert len(found.codelist) == len([*own.dsd.glob("*-CL_*.xml")])


def test_an_unknown_format_is_refused_with_those_there_are(own: Home) -> None:
    error = refused(gateway(own, "dsd", "export", "--format", "excel"))

    assert isinstance(error, NotAcceptable)
    assert "xml-3.0" in error.sentence()
