"""Reference metadata in TOML: what is wrong is named with its file and line, all at once."""

from pathlib import Path

import pytest

from gateway.errors import BadConfiguration
from gateway.exchange import Exchange
from gateway.exchange.configuration import check_configuration
from gateway.intake.metadata import Metadata, read_metadata
from gateway.model.artefact import Kind
from gateway.registry import Registry
from gateway.settings import Home
from tests.intake.books import SV

OF_SV = f"provisions/{SV}/metadata.toml"
OF_FLOW = "metadata/DF_RETURNS.toml"
STRUCTURE = "metadata/structure.toml"


@pytest.fixture
def config(home: Home) -> Path:
    """A home's own configuration, to be spoiled."""
    home.adopt_defaults()
    return home.config


def read(loaded: Exchange, config: Path) -> Metadata:
    described = {Kind.DATAFLOW, Kind.DATA_STRUCTURE, Kind.STRUCTURE_SET, Kind.PROVISION_AGREEMENT}
    left = [each for each in loaded.registry if not each.kind.startswith("Metadata")]
    assert described <= {each.kind for each in left}
    return read_metadata(config, Registry(left), loaded.provisions)


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        pytest.param(
            OF_SV,
            "[says.STAT_POP]",
            "[says.STAT_POB]",
            [f"{SV}/metadata.toml, line", "no STAT_POB", "STAT_POP"],
            id="unknown attribute",
        ),
        pytest.param(
            OF_SV,
            "[says.STAT_CONC_DEF]",
            "[says.CONTACT]",
            [f"{SV}/metadata.toml", "says.STAT_CONC_DEF", "missing"],
            id="required attribute missing",
        ),
        pytest.param(
            OF_SV,
            'version = "1.0.0"',
            'versions = "1.0.0"',
            ["line 3", "versions"],
            id="key unknown",
        ),
        pytest.param(OF_SV, 'version = "1.0.0"', "", ["key version is missing"], id="no version"),
        pytest.param(
            OF_SV,
            'version = "1.0.0"',
            'version = "1.0.0"\nprovider = "NOBODY"',
            ["line 4", "NOBODY", "SV_DGME"],
            id="unknown provider",
        ),
        pytest.param(
            OF_SV,
            'version = "1.0.0"',
            'version = "1.0.0"\ndataflow = "LMIG:DF_RETURNS(1.0.0)"',
            ["line 4", "provision"],
            id="dataflow of a provision",
        ),
        pytest.param(OF_SV, 'es = "Rec', 'es = ["Rec"]\nx = "Rec', ["line 6", "x"], id="no text"),
        pytest.param(OF_SV, "[says.REF_AREA]", "[says.REF_AREA", ["line"], id="no TOML"),
        pytest.param(
            OF_FLOW,
            "DF_RETURNS",
            "DF_RETURN",
            ["line 1", "DF_RETURN", "DF_STOCK"],
            id="no such flow",
        ),
        pytest.param(OF_FLOW, 'dataflow = "LMIG', '# "LMIG', ["DF_RETURNS.toml"], id="no flow"),
        pytest.param(
            STRUCTURE, "required =", "needed =", ["structure.toml, line", "needed"], id="key"
        ),
    ],
)
def test_a_fault_is_named_with_its_file_and_line(
    loaded: Exchange, config: Path, file: str, old: str, new: str, said: list[str]
) -> None:
    """What is unknown by its name, what is missing by where it belongs."""
    path = config / file
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")

    with pytest.raises(BadConfiguration) as caught:
        read(loaded, config)

    for words in said:
        assert words in caught.value.sentence()


def test_empty_words_and_several_files_are_named_at_once(loaded: Exchange, config: Path) -> None:
    """Nobody has to mend one fault to learn of the next."""
    (config / OF_SV).write_text('version = "1"\n[says.STAT_CONC_DEF]\nes = " "\nen = "a"\n')
    (config / OF_FLOW).write_text("[", "utf-8")

    with pytest.raises(BadConfiguration) as caught:
        read(loaded, config)

    sentence = caught.value.sentence()
    assert f"{SV}/metadata.toml, line 2: says.STAT_CONC_DEF.es is empty" in sentence
    assert "DF_RETURNS.toml" in sentence


def test_without_a_structure_there_are_no_metadata(
    loaded: Exchange, home: Home, config: Path
) -> None:
    """A home made before there were any serves without; `gateway config check` tells what lacks."""
    (config / STRUCTURE).unlink()

    assert read(loaded, config) == Metadata()
    faults = check_configuration(home).faults
    assert len(faults) == len(loaded.provisions)
    assert all("metadata.toml: there is no metadata/structure.toml" in each for each in faults)


def test_an_office_may_speak_for_itself(loaded: Exchange, config: Path) -> None:
    """Then it is the provider of its set, under an agreement of its own."""
    path = config / OF_SV
    path.write_text(path.read_text("utf-8").replace("version =", 'provider = "SV_DGME"\nversion ='))

    found = read(loaded, config)

    (own,) = (each for each in found.sets if each.id == f"MS_{SV}")
    assert own.agency == "LMIG.SV_DGME"
    agreements = {each.id for each in found.definitions if "Agreement" in each.kind}
    assert agreements == {
        "MPA_DATAFLOWS_LMIG",
        "MPA_PROVISIONS_LMIG",
        "MPA_PROVISIONS_SV_DGME",
    }


def test_every_provision_and_dataflow_is_described(loaded: Exchange) -> None:
    """In both languages, with what it counts; in the order of the structure."""
    sets = loaded.metadata.sets

    assert {each.target.id for each in sets} == {
        *loaded.provisions,
        *(flow.id for flow in loaded.registry.dataflows),
    }
    (structure,) = (
        each for each in loaded.metadata.definitions if each.kind is Kind.METADATA_STRUCTURE
    )
    order = [each.id for each in structure.attributes]
    for each in sets:
        ids = [id for id, _ in each.said]
        assert ids == [id for id in order if id in ids]
        assert all(text.es != text.en for _, text in each.said)
