"""Structure files: what they state is what the registry holds, and a fault names its file."""

import io
import shutil
from pathlib import Path

import pytest
import sdmx

from gateway.errors import BadConfiguration
from gateway.model.artefact import ItemScheme, Kind
from gateway.model.structure import DataStructure
from gateway.registry import Registry
from gateway.registry.checking import read_folder
from tests.conftest import DSD
from tests.figures import ARTEFACTS
from tests.formats.reading import structures
from tests.homes import region

SEX, CONCEPTS, STRUCTURE = "CL_SEX.xml", "CS.xml", "SMALL.xml"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small folder of definitions, a file for each, to be spoiled."""
    made = tmp_path / "dsd"
    made.mkdir()
    for artefact in ARTEFACTS:
        (made / f"{artefact.id}.xml").write_bytes(structures([artefact]))
    return made


def refusal(folder: Path) -> str:
    with pytest.raises(BadConfiguration) as caught:
        Registry(read_folder(folder))
    return caught.value.sentence()


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        pytest.param(SEX, "</mes:ID>", "</mes:IDD>", ["line 4"], id="broken XML"),
        pytest.param(SEX, "</mes:Structure>", "", ["line"], id="cut short"),
        pytest.param(
            SEX,
            '<com:Name xml:lang="en">_T in English</com:Name>',
            "",
            ["_T", "en"],
            id="code without an English name",
        ),
        pytest.param(
            SEX,
            '<com:Name xml:lang="es">CL_SEX en español</com:Name>',
            "",
            ["CL_SEX", "es"],
            id="list without a Spanish name",
        ),
        pytest.param(
            SEX,
            '<str:Code id="F"',
            '<com:Description xml:lang="fr">Sexe</com:Description><str:Code id="F"',
            ["CL_SEX", "en"],
            id="description in another language",
        ),
        pytest.param(
            STRUCTURE,
            '<Ref id="SEX" maintainableParentID',
            '<Ref id="SEXO" maintainableParentID',
            ["SEXO"],
            id="concept that its scheme lacks",
        ),
        pytest.param(
            STRUCTURE,
            '<Ref id="CL_SEX" version="1.0.0"',
            '<Ref id="CL_SEX" version="7.0.0"',
            ["X:CL_SEX(7.0.0)"],
            id="version that no file states",
        ),
    ],
)
def test_a_fault_names_what_is_wrong(
    folder: Path, file: str, old: str, new: str, said: list[str]
) -> None:
    """One fault in one file: the message says which, and where."""
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")

    sentence = refusal(folder)

    for word in said:
        assert word in sentence
    if file != STRUCTURE:
        assert file in sentence


def test_all_faulty_files_are_named_at_once(folder: Path) -> None:
    """Each faulty file has its line, so that one run is enough to mend them."""
    (folder / SEX).write_text("<a>")
    (folder / CONCEPTS).write_text("<a/>")
    (folder / "notes.xml").write_text("no XML at all")

    lines = refusal(folder).splitlines()

    assert [line.partition(":")[0] for line in lines] == [SEX, CONCEPTS, "notes.xml"]


def test_an_artefact_stated_twice_is_refused(folder: Path) -> None:
    """Two files may not state one version of one artefact, even if they agree today."""
    shutil.copy(folder / SEX, folder / "copy.xml")

    sentence = refusal(folder)

    assert "X:CL_SEX(1.0.0)" in sentence
    assert "copy.xml" in sentence or SEX in sentence


def test_a_reference_to_no_file_is_refused(folder: Path) -> None:
    """What a structure is built from must be there, or clients could not read its data."""
    (folder / SEX).unlink()

    sentence = refusal(folder)

    assert "SMALL.xml" in sentence
    assert "X:CL_SEX(1.0.0)" in sentence


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    """A gateway without definitions serves nothing; the folder is named."""
    assert str(tmp_path) in refusal(tmp_path)


def test_no_file_of_the_machine_is_read_into_a_definition(folder: Path, tmp_path: Path) -> None:
    """An external entity is never resolved, whoever wrote the file."""
    secret = tmp_path / "secret"
    secret.write_text("TOP-SECRET")
    text = (folder / SEX).read_text(encoding="utf-8")
    doctype = f'?>\n<!DOCTYPE x [<!ENTITY e SYSTEM "{secret.as_uri()}">]>\n'
    spoiled = text.replace("?>\n", doctype, 1).replace("_T in English", "_T in English &e;")
    (folder / SEX).write_text(spoiled, encoding="utf-8")

    try:
        found = repr(read_folder(folder))
    except BadConfiguration as error:
        found = error.sentence()

    assert "TOP-SECRET" not in found


def test_every_file_is_held_as_sdmx1_reads_it() -> None:
    """The region's codes, with their names: nothing is lost in between."""
    lists = (each for each in read_folder(DSD) if each.kind is Kind.CODELIST)
    held = {each.id: each for each in lists if isinstance(each, ItemScheme)}

    for path in sorted(DSD.glob("*-CL_*.xml")):
        (theirs,) = sdmx.read_sdmx(io.BytesIO(path.read_bytes())).codelist.values()
        ours = held[theirs.id]
        assert {code.id: code.name.es for code in ours.items} == {
            code.id: code.name.localizations["es"] for code in theirs
        }


def test_the_region_s_structure_is_as_agreed() -> None:
    """The key of LMIG_FLOW, with time apart, and the attributes no observation goes without."""
    structures = [each for each in region() if isinstance(each, DataStructure)]

    (flow,) = (each for each in structures if str(each.reference) == "LMIG:LMIG_FLOW(1.0.0)")

    assert ".".join(flow.dimension_ids[:4]) == "FREQ.REF_AREA.COUNTERPART_AREA.INDICATOR"
    assert flow.time.id == "TIME_PERIOD"
    assert flow.measure.id == "OBS_VALUE"
    assert {each.id for each in flow.attributes if each.mandatory} >= {"OBS_STATUS"}


def test_every_word_is_there_in_both_languages() -> None:
    """Nobody at an office or abroad reads a blank."""
    names = [each.name for each in region()]

    assert all(name.es and name.en for name in names)
