"""Faults in a dsd/ folder: each is named with file and line, and none lets the gateway start."""

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from gateway.errors import BadConfiguration
from gateway.exchange import Exchange
from gateway.registry.checking import check
from gateway.settings import Home
from tests.definitions import AGE, CONCEPTS, SEX, STRUCTURE, Files, own_home, small_files

COPY = "SDMX-CL_SEX-COPY.xml"


@pytest.fixture(scope="module")
def sound() -> Files:
    """A folder without a fault."""
    return small_files()


def home(root: Path, files: Files) -> Home:
    """A home with these definitions."""
    return own_home(root / "home", files)


@dataclass(frozen=True)
class Fault:
    """A change that breaks a file; the lines between which its fault stands, and what is said."""

    file: str
    old: str
    new: str
    first: str
    last: str
    says: str

    def into(self, files: Files) -> Files:
        """The files with the fault in them."""
        text = files[self.file]
        assert self.old in text
        return {**files, self.file: text.replace(self.old, self.new, 1)}

    def lines(self, text: str) -> range:
        """The numbers of the lines that the fault may be said to stand in."""
        before = text[: text.index(self.first)]
        start = before.count("\n") + 1
        return range(start, start + text[len(before) : text.index(self.last)].count("\n") + 1)


def fault(file: str, old: str, new: str, says: str, first: str = "", last: str = "") -> Fault:
    return Fault(file, old, new, first or new, last or first or new, says)


FAULTS = {
    "broken XML": fault(SEX, "</str:Code>", "</str:Cod>", "Opening and ending tag mismatch"),
    "an element that the schema does not know": fault(
        SEX, '<str:Code id="F">', '<str:Colour/><str:Code id="F">', "Colour"
    ),
    "an attribute that the schema does not know": fault(
        SEX, 'isFinal="true"', 'isFinal="true" colour="red"', "colour"
    ),
    "a value that the schema does not know": fault(
        SEX, 'isFinal="true"', 'isFinal="maybe"', "maybe"
    ),
    "an id with a blank": fault(SEX, 'id="F"', 'id="F F"', "F F"),
    "a code twice": fault(SEX, 'id="M"', 'id="F"', "F", first='<str:Code id="F">', last="Male"),
    "no English name of one code": fault(
        SEX,
        '<com:Name xml:lang="en">Male</com:Name>',
        "",
        "M has no Name in en|name of M is not given in en",
        first='<str:Code id="M">',
        last='<str:Code id="_N">',
    ),
    "no Spanish description of one concept": fault(
        CONCEPTS,
        '<com:Description xml:lang="es">',
        '<com:Description xml:lang="fr">',
        " in es",
        first="<str:ConceptScheme ",
        last='<com:Description xml:lang="fr">',
    ),
    "a code list that is not there": fault(
        STRUCTURE, 'id="CL_SEX"', 'id="CL_SEXO"', r"Codelist=SDMX:CL_SEXO\(2\.1\)"
    ),
    "a version that is not there": fault(
        STRUCTURE,
        'id="CL_AGE" version="1.0.0"',
        'id="CL_AGE" version="1.1.0"',
        r"Codelist=LMIG:CL_AGE\(1\.1\.0\)",
    ),
    "a concept that is not there": fault(
        STRUCTURE,
        'id="CITIZENSHIP" maint',
        'id="CITIZENSHIPS" maint',
        r"Concept=LMIG:CS_LMIG\(1\.0\.0\)\.CITIZENSHIPS",
    ),
    "a parent that is not there": fault(
        AGE,
        '<Ref id="Y0T17"/>',
        '<Ref id="Y0T18"/>',
        "Y0T11 has no parent Y0T18",
        first='<str:Code id="Y0T11">',
        last='<str:Code id="Y12T17">',
    ),
    "a code that is its own parent": fault(
        AGE,
        '<Ref id="Y0T17"/>',
        '<Ref id="Y0T11"/>',
        "Y0T11",
        first='<str:Code id="Y0T11">',
        last='<str:Code id="Y12T17">',
    ),
    "an artefact that is stated twice": Fault(
        COPY, "<?xml", "<?xml", "<?xml", "</mes:Structure>", r"SDMX:CL_SEX\(2\.1\) is stated in"
    ),
}


@pytest.fixture
def faulty(sound: Files, request: pytest.FixtureRequest) -> Files:
    """The folder with the fault of the case in it."""
    files = {**sound, COPY: sound[SEX]} if request.param.file == COPY else sound
    return dict(request.param.into(files))


CASES = pytest.mark.parametrize(
    ("faulty", "fault"),
    [(each, each) for each in FAULTS.values()],
    ids=FAULTS,
    indirect=["faulty"],
)


def test_a_sound_folder_has_none(sound: Files, tmp_path: Path) -> None:
    """Nothing that the cases below rest on is at fault itself."""
    sound_home = home(tmp_path, sound)

    assert list(check(sound_home.dsd)) == []
    Exchange(sound_home).close()


@CASES
def test_each_is_named_with_its_file_and_line(faulty: Files, fault: Fault, tmp_path: Path) -> None:
    found = list(check(home(tmp_path, faulty).dsd))

    placed = [re.fullmatch(r"(.+\.xml):(\d+): (.+)", each) for each in found]
    assert all(placed), found
    assert any(
        each[1] == fault.file
        and int(each[2]) in fault.lines(faulty[fault.file])
        and re.search(fault.says, each[3])
        for each in placed
        if each is not None
    ), found


@CASES
def test_nothing_else_is_blamed(faulty: Files, fault: Fault, tmp_path: Path) -> None:
    """One fault in a list is no fault of the structures that refer to it."""
    found = list(check(home(tmp_path, faulty).dsd))

    assert {each.partition(":")[0] for each in found} == {fault.file}


@CASES
def test_none_lets_the_gateway_start(faulty: Files, fault: Fault, tmp_path: Path) -> None:
    """Never a half-loaded registry: nothing is made of the home, and the words show where."""
    refusing = home(tmp_path, faulty)

    with pytest.raises(BadConfiguration) as caught:
        Exchange(refusing)

    assert re.search(rf"{re.escape(fault.file)}:( line )?\d+: ", caught.value.message)
    assert re.search(fault.says, caught.value.message)
    assert not refusing.database.exists()


def test_no_reader_prints_its_entrails(
    sound: Files, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """sdmx1 2.28 prints all that it knows where it stumbles (seen 2026-11)."""
    faulty = FAULTS["a parent that is not there"].into(sound)
    faulty = FAULTS["an element that the schema does not know"].into(faulty)

    broken = home(tmp_path, faulty)
    list(check(broken.dsd))
    with pytest.raises(BadConfiguration):
        Exchange(broken)

    assert capfd.readouterr() == ("", "")


@pytest.fixture
def several(sound: Files, tmp_path: Path) -> Home:
    """A home with a fault in three of its files."""
    files = sound
    for name in ("no Spanish description of one concept", "a code list that is not there"):
        files = FAULTS[name].into(files)
    return home(tmp_path, {**files, AGE: files[AGE].replace("</str:Code>", "</str:Cod>", 1)})


def test_the_faults_of_several_files_come_together(several: Home) -> None:
    """The maintainer mends all of them before the next look."""
    found = list(check(several.dsd))

    assert {each.partition(":")[0] for each in found} >= {CONCEPTS, STRUCTURE, AGE}


def test_start_up_names_every_file_that_cannot_be_read(several: Home) -> None:
    with pytest.raises(BadConfiguration) as caught:
        Exchange(several)

    for file in (CONCEPTS, AGE):
        assert f"\n{file}:" in f"\n{caught.value.message}", file


@pytest.mark.parametrize(
    "content",
    ["", "not XML", "<a/>", '<?xml version="1.0"?><GenericData/>'],
    ids=["empty", "no XML", "other XML", "data"],
)
def test_a_file_that_is_no_structure_message_stops_it_too(
    sound: Files, tmp_path: Path, content: str
) -> None:
    other = home(tmp_path, {**sound, "OTHER.xml": content})

    found = list(check(other.dsd))

    assert len(found) == 1
    assert found[0].startswith("OTHER.xml:1: ")
    with pytest.raises(BadConfiguration, match=r"OTHER\.xml:( line )?1"):
        Exchange(other)


def test_a_folder_without_a_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadConfiguration, match="holds no structure file"):
        Exchange(home(tmp_path, {}))


def test_a_file_cannot_make_us_read_another(sound: Files, tmp_path: Path) -> None:
    """An entity that names a file of the machine stays unread."""
    secret = tmp_path / "secret.txt"
    secret.write_text("TOP SECRET", encoding="utf-8")
    text = sound[SEX].replace(
        "<mes:Structure ",
        f'<!DOCTYPE a [<!ENTITY e SYSTEM "{secret.as_uri()}">]>\n<mes:Structure ',
        1,
    )
    files = {**sound, SEX: text.replace(">Male<", ">&e;<")}
    curious = home(tmp_path, files)

    found = list(check(curious.dsd))

    assert found
    assert "TOP SECRET" not in "".join(found)
    with pytest.raises(BadConfiguration) as caught:
        Exchange(curious)
    assert "TOP SECRET" not in caught.value.message
