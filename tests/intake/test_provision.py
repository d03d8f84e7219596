"""A provision's faults: everything wrong in its files is named, all at once."""

from pathlib import Path

import pytest

from gateway.errors import BadConfiguration
from gateway.exchange import Exchange
from gateway.intake.provision import read_provisions
from gateway.settings import Home
from tests.intake.books import GT, MX, SV

FILE = "provision.toml"


@pytest.fixture
def folder(home: Home) -> Path:
    """A home's own provisions, to be spoiled."""
    home.adopt_defaults()
    return home.config / "provisions"


def spoil(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def refusal(loaded: Exchange, folder: Path) -> str:
    with pytest.raises(BadConfiguration) as caught:
        read_provisions(folder, loaded.registry)
    return caught.value.sentence()


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        pytest.param(FILE, "SEX = {", "SECS = {", ["SEX", "SECS"], id="dimension misspelled"),
        pytest.param(FILE, 'REF_AREA = "GT"\n', "", ["REF_AREA"], id="dimension missing"),
        pytest.param(FILE, "DECIMALS =", "DECIMAL =", ["DECIMAL"], id="attribute unknown"),
        pytest.param(FILE, 'OBS_STATUS = "A"\n', "", ["OBS_STATUS"], id="attribute missing"),
        pytest.param(FILE, '{ OBS_STATUS = "P" }', '{ STATE = "P" }', ["STATE"], id="note unknown"),
        pytest.param(
            *(FILE, "DECIMALS =", 'LICENCE = { title = "(.*)" }\nDECIMALS ='),
            ["LICENCE", "whole data set"],
            id="attribute of the whole that is read somewhere",
        ),
        pytest.param(FILE, "replaces =", "replace =", ["replace"], id="key unknown"),
        pytest.param(FILE, '"years"', '"months"', ["months"], id="word unknown"),
        pytest.param(FILE, "[rows]\nhierarchy", "[rows]\nnesting", ["nesting"], id="inner key"),
        pytest.param(FILE, "column = 1", "column = 2", ["month"], id="more rows of headings"),
        pytest.param(FILE, "row = 3,", "row = 0,", ["SEX", "1"], id="level zero"),
        pytest.param(FILE, "row = 3,", "row = 3, column = 1,", ["SEX"], id="two places"),
        pytest.param(FILE, r"(\d{4})$", r"\d{4}$", ["group"], id="pattern without a group"),
        pytest.param(FILE, r"(\d{4})$", r"(\d{4}", ["pattern"], id="broken pattern"),
        pytest.param(FILE, f'"{GT}"', '"OTHER"', ["OTHER"], id="id is not the folder's"),
        pytest.param(FILE, "DF_RETURNS(1.0.0)", "DF_X(1.0)", ["DF_X", "DF_RETURNS"], id="flow"),
        pytest.param(FILE, "[name]", "[name", ["line"], id="no TOML"),
        pytest.param(FILE, '"sex.csv"', '"sexes.csv"', ["sexes.csv"], id="code map missing"),
        pytest.param("sex.csv", "label", "etiqueta", ["sex.csv", "2"], id="column renamed"),
        pytest.param("sex.csv", "Mujeres,F", "Mujeres,", ["sex.csv", "3"], id="code empty"),
        pytest.param(
            "sex.csv", "Mujeres,F", "HOMBRES,F", ["sex.csv", "3", "HOMBRES"], id="label twice"
        ),
    ],
)
def test_a_fault_is_named_with_its_file(
    loaded: Exchange, folder: Path, file: str, old: str, new: str, said: list[str]
) -> None:
    """The message names the provision and the word at fault, so that it is found by search."""
    spoil(folder / GT / file, old, new)

    sentence = refusal(loaded, folder)

    for word in [f"{GT}/{FILE}", *said]:
        assert word in sentence


def test_all_faults_are_named_at_once(loaded: Exchange, folder: Path) -> None:
    """Faults in three provisions, and several in one of them, come out together."""
    spoil(folder / GT / FILE, 'REF_AREA = "GT"\n', "")
    spoil(folder / GT / FILE, "DECIMALS =", "DECIMAL =")
    spoil(folder / GT / FILE, "row = 3,", "row = 0,")
    spoil(folder / MX / FILE, "replaces =", "replace =")
    (folder / SV / "origin.csv").unlink()

    lines = refusal(loaded, folder).splitlines()

    assert [line.partition("/")[0] for line in lines] == [GT, MX, SV]
    for word in ("REF_AREA", "DECIMAL", "SEX"):
        assert word in lines[0]
    assert "replace" in lines[1]
    assert "origin.csv" in lines[2]


def test_a_home_with_a_fault_does_not_open(folder: Path, home: Home) -> None:
    """Nothing is served or taken in until the configuration is mended."""
    spoil(folder / GT / FILE, "replaces =", "replace =")

    with pytest.raises(BadConfiguration, match="replace"):
        Exchange(home)


def test_a_label_may_have_one_code_twice(loaded: Exchange, folder: Path) -> None:
    """The same line again is harmless: it says nothing else."""
    spoil(folder / GT / "sex.csv", "Mujeres,F,", "Mujeres,F,\nmujeres,F,")

    found = read_provisions(folder, loaded.registry)

    assert sorted(found) == sorted(loaded.provisions)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        pytest.param("sender", "sendr", "sendr", id="unknown key"),
        pytest.param('language = "es"', 'language = "fr"', "fr", id="language not spoken"),
        pytest.param("port = 8000", 'port = "8000"', "port", id="text for a number"),
        pytest.param("[serve]", "[serve", "toml", id="no TOML"),
    ],
)
def test_settings_are_strict_too(folder: Path, home: Home, old: str, new: str, said: str) -> None:
    """A key of gateway.toml that is not known, or a value that is none, is refused by name."""
    spoil(folder.parent / "gateway.toml", old, new)

    with pytest.raises(BadConfiguration, match=said):
        home.settings()
