"""Structure messages: what is written is read back by sdmx1, by pysdmx and by our own reader."""

import io
from pathlib import Path

import pytest
import sdmx
from pysdmx.io import read_sdmx

from gateway.exchange import Exchange
from gateway.formats import table
from gateway.formats.message import Manner, StructureMessage
from gateway.model.artefact import ItemScheme, Kind
from gateway.model.query import StructureQuery
from gateway.model.text import Language
from gateway.registry.checking import read_folder
from gateway.rest.service import DIALECTS, question
from tests.definitions import FORMATS, faults
from tests.figures import ARTEFACTS
from tests.formats.reading import HEADER, readable, structures

XML = "http://www.w3.org/XML/1998/namespace"


def test_our_own_reader_finds_the_same(loaded: Exchange, tmp_path: Path) -> None:
    """Components, attachments, parents, texts in both languages: a round trip without loss."""
    for name, artefacts in (("small", ARTEFACTS), ("region", readable(loaded.registry))):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "all.xml").write_bytes(structures(artefacts))

        found = {each.reference: each for each in read_folder(folder)}

        assert found == {each.reference: each for each in artefacts}


def test_sdmx1_finds_the_same(loaded: Exchange) -> None:
    """Every list with its codes, every structure with its key, every flow with its structure."""
    found = sdmx.read_sdmx(io.BytesIO(structures(loaded.registry)))

    assert isinstance(found, sdmx.message.StructureMessage)
    for artefact in loaded.registry:
        if artefact.kind is Kind.CODELIST and isinstance(artefact, ItemScheme):
            theirs = found.codelist[artefact.id]
            assert {code.id for code in theirs} == {code.id for code in artefact.items}
            assert str(theirs.name.localizations["en"]) == artefact.name.en
    for flow in loaded.registry.dataflows:
        structure = found.dataflow[flow.id].structure
        assert structure.id == flow.structure.id
        assert [each.id for each in found.structure[structure.id].dimensions] == [
            *loaded.registry.structure(flow).dimension_ids,
            "TIME_PERIOD",
        ]


def test_pysdmx_finds_the_same(loaded: Exchange) -> None:
    """Every artefact by its short URN."""
    found = read_sdmx(structures(loaded.registry).decode(), validate=True)

    assert found.structures is not None
    assert {each.short_urn for each in found.structures} == {
        f"{each.kind}={each.reference}" for each in readable(loaded.registry)
    }


def test_a_stub_names_and_leaves_out(loaded: Exchange) -> None:
    """It says that its content is elsewhere, and has a description only where that is wanted."""
    (flow,) = (each for each in loaded.registry.dataflows if each.id == "DF_RETURNS")
    stubs = frozenset({flow.reference})

    bare, described = (
        b"".join(table.STRUCTURE_21.write(StructureMessage(HEADER, (flow,), stubs, each)))
        for each in (False, True)
    )

    assert b'isExternalReference="true"' in bare
    assert b"LMIG_FLOW" not in bare
    assert b"Description" not in bare
    assert b"Description" in described


def test_an_item_query_says_that_the_list_is_partial(loaded: Exchange) -> None:
    """A client must not take two codes for the whole list."""
    asked = question(DIALECTS["v2"], "structure/codelist/SDMX/CL_SEX/~/F,M", [])
    assert isinstance(asked, StructureQuery)

    body = b"".join(table.STRUCTURE_21.write(loaded.structures(asked)))

    found = sdmx.read_sdmx(io.BytesIO(body)).codelist["CL_SEX"]
    assert sorted(code.id for code in found) == ["F", "M"]
    assert b'isPartial="true"' in body


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("languages", [("en", "es"), ("es", "en"), ("en",)], ids="-".join)
def test_names_are_in_the_caller_s_languages(name: str, languages: tuple[Language, ...]) -> None:
    """The best first; where one is left out, the versions that can say so do."""
    message = StructureMessage(HEADER, ARTEFACTS).told(Manner(languages))

    body = b"".join(FORMATS[name].write(message))

    assert faults(name, body) == []
    text = body.decode()
    said = [text.find(f"DF {word}") for word in ("in English", "en español")]
    if len(languages) == 1:
        assert said[0] >= 0 > said[1]
    else:
        assert (said[0] < said[1]) == (languages[0] == "en")
    told = name in {"xml-3.1", "json-2.1"} and len(languages) == 1
    assert ("isPartialLanguage" in text) == told
