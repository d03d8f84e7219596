"""Every structure message in every format: valid by the standard, and read by other libraries."""

from dataclasses import replace

import pysdmx
import pytest
from pysdmx.io import read_sdmx
from pysdmx.io.reader import Message
from sdmx.exceptions import XMLParseError
from sdmx.message import StructureMessage as Sdmx1Message

from gateway.exchange import Exchange
from gateway.formats.message import StructureMessage
from gateway.model.artefact import Artefact, ItemScheme, Kind
from gateway.model.structure import Attachment, DataConstraint, DataStructure
from tests.definitions import (
    FORMATS,
    HEADER,
    ML,
    answered,
    asked,
    by_sdmx1,
    faults,
    ids,
    named,
    scheme,
    written,
)
from tests.formats.reading import METADATA
from tests.json_judging import schema

LISTS = [
    *("LMIG:CL_GEO(1.0.0)", "LMIG:CL_AGE(1.0.0)", "LMIG:CL_STATUS_TYPE(1.0.0)"),
    *("LMIG:CL_COUNTRY(1.0.0)", "SDMX:CL_SEX(2.1)", "SDMX:CL_UNIT_MULT(1.1)"),
]

QUESTIONS = {
    "a dataflow with all that it is connected with": "dataflow/LMIG/DF_RETURNS?references=all",
    "a code list with what uses it": "codelist/SDMX/CL_SEX?references=parents",
    "stubs of all": "*?detail=allstubs",
    "stubs of all, described": "*?detail=allcompletestubs",
    "stubs beside": "dataflow/LMIG/DF_STOCK?references=descendants&detail=referencestubs",
    "only what is used": "dataflow/LMIG/DF_RETURNS?references=all&detail=referencepartial",
    "two codes": "codelist/SDMX/CL_SEX/~/F,M",
    "a nested category": "categoryscheme/LMIG/CS_TOPICS/~/MOBILITY.RETURNS",
    "a structure map alone": "structuremap/LMIG/GT_IGM_RETURNS",
    "a map of labels alone": "representationmap/LMIG/GT_IGM_RETURNS_AGE",
    "a map of codes alone": "representationmap/LMIG/SV_PRE2024",
    "agreements": "provisionagreement?references=children",
}


@pytest.fixture(scope="module")
def everything(loaded: Exchange) -> StructureMessage:
    return loaded.everything_defined()


def without_metadata(message: StructureMessage) -> StructureMessage:
    """The same without what only metadata use: see `reading.METADATA`."""
    left = tuple(each for each in message.artefacts if each.kind not in METADATA)
    return replace(message, artefacts=left)


def shortened(message: StructureMessage, most: int) -> StructureMessage:
    """The same with no more than some items in each scheme."""
    return replace(message, artefacts=tuple(_shortened(each, most) for each in message.artefacts))


def _shortened(each: Artefact, most: int) -> Artefact:
    return replace(each, items=each.items[:most]) if isinstance(each, ItemScheme) else each


@pytest.mark.parametrize("name", FORMATS)
def test_everything_is_valid(everything: StructureMessage, name: str) -> None:
    """By the official schema of its version."""
    assert faults(name, written(FORMATS[name], everything)) == []


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("question", QUESTIONS.values(), ids=QUESTIONS)
def test_every_answer_is_valid(loaded: Exchange, question: str, name: str) -> None:
    """Stubs, partial schemes and maps without their set included."""
    path, _, parameters = question.partition("?")
    pairs = [tuple(each.split("=")) for each in parameters.split("&") if each]
    message = loaded.structures(asked(f"structure/{path}", pairs))

    assert faults(name, written(FORMATS[name], shortened(message, 20))) == []


def test_the_schemas_would_find_a_fault(everything: StructureMessage) -> None:
    """A date that is none is found by JSON's schema only where formats are looked at."""
    header = {"id": "T", "prepared": "today", "sender": {"id": "X"}}

    assert [*schema("2.0", "structure").iter_errors({"meta": header, "data": {}})]


@pytest.fixture(scope="module", params=["xml-2.1", "xml-3.0", "xml-3.1", "json-2.0"])
def by_pysdmx(everything: StructureMessage, request: pytest.FixtureRequest) -> tuple[str, Message]:
    """Everything as pysdmx reads it, once it is valid: pysdmx would validate it several times."""
    if request.param == "xml-2.1":
        everything = without_metadata(everything)
    content = written(FORMATS[request.param], everything)
    assert faults(request.param, content) == []
    return request.param, read_sdmx(content.decode(), validate=False)


def test_pysdmx_finds_every_artefact(
    everything: StructureMessage, by_pysdmx: tuple[str, Message]
) -> None:
    """By class and short name; it does not know the structure sets of 2.1."""
    name, message = by_pysdmx
    maps = {Kind.STRUCTURE_SET}
    if name == "xml-2.1":
        maps |= {Kind.STRUCTURE_MAP, Kind.REPRESENTATION_MAP, *METADATA}

    assert message.structures is not None
    assert {each.short_urn for each in message.structures} == {
        f"{each.kind}={each.reference}" for each in everything.artefacts if each.kind not in maps
    }


@pytest.mark.parametrize("list", LISTS)
def test_pysdmx_finds_the_same_codes(
    loaded: Exchange, by_pysdmx: tuple[str, Message], list: str
) -> None:
    """In the same order, each with its parent."""
    expected = scheme(loaded.registry, f"Codelist={list}")

    (found,) = (
        each for each in by_pysdmx[1].get_codelists() if each.short_urn == f"Codelist={list}"
    )

    assert [code.id for code in found] == ids(expected)
    assert {code.name for code in found} <= {
        words for item in expected.items for words in (item.name.es, item.name.en)
    }


def test_pysdmx_finds_the_same_structures(loaded: Exchange, by_pysdmx: tuple[str, Message]) -> None:
    """Components in order, and where each attribute hangs."""
    levels = {Attachment.DATASET: "D", Attachment.OBSERVATION: "O"}
    for found in by_pysdmx[1].get_data_structure_definitions():
        expected = named(loaded.registry, found.short_urn)
        assert isinstance(expected, DataStructure)

        assert [each.id for each in found.components.dimensions] == [
            *expected.dimension_ids,
            expected.time.id,
        ]
        assert [(each.id, each.attachment_level) for each in found.components.attributes] == [
            (each.id, levels.get(each.attachment, ",".join(each.dimensions)))
            for each in expected.attributes
        ]


def test_pysdmx_does_not_read_json_1_0(everything: StructureMessage) -> None:
    content = written(FORMATS["json-1.0"], shortened(everything, 3)).decode()

    with pytest.raises(pysdmx.errors.NotImplemented, match="flavour of SDMX-JSON"):
        read_sdmx(content)


def theirs(found: Sdmx1Message, list: str) -> ItemScheme:
    return found.codelist[list.partition(":")[2].partition("(")[0]]


@pytest.fixture(scope="module")
def flow_21(loaded: Exchange) -> Sdmx1Message:
    """What sdmx1 asks for by itself where a client wants a dataflow with its structure."""
    path = "dataflow/LMIG/DF_RETURNS/latest"
    return by_sdmx1(answered(loaded, path, "v1", references="all"))


@pytest.mark.parametrize("list", LISTS)
def test_sdmx1_finds_the_same_codes_in_2_1(
    loaded: Exchange, flow_21: Sdmx1Message, list: str
) -> None:
    """In an order of its own, narrower codes right after the broader one."""
    expected = scheme(loaded.registry, f"Codelist={list}")

    found = theirs(flow_21, list)

    assert {code.id for code in found} == {*ids(expected)}
    assert {code.id: str(code.name.localizations["es"]) for code in found} == {
        item.id: item.name.es for item in expected.items
    }


def test_sdmx1_finds_the_structure_in_2_1(loaded: Exchange, flow_21: Sdmx1Message) -> None:
    expected = named(loaded.registry, "DataStructure=LMIG:LMIG_FLOW(1.0.0)")
    assert isinstance(expected, DataStructure)

    found = flow_21.dataflow["DF_RETURNS"].structure

    assert found.id == expected.id
    assert [each.id for each in found.dimensions] == [*expected.dimension_ids, "TIME_PERIOD"]
    assert [each.id for each in found.attributes] == [each.id for each in expected.attributes]
    for dimension, each in zip(found.dimensions, expected.dimensions, strict=False):
        assert each.representation.codelist is not None
        assert dimension.local_representation.enumerated.id == each.representation.codelist.id


def test_sdmx1_finds_what_else_is_connected_in_2_1(flow_21: Sdmx1Message) -> None:
    constraint = flow_21.constraint["CC_RETURNS"]
    (region,) = constraint.data_content_region

    assert region.included
    assert {
        value.value
        for component, selection in region.member.items()
        if component.id == "STATUS_TYPE"
        for value in selection.values
    } == {"_T", "DEPORT", "ASSIST", "ASSIST_MIN", "ACC", "UNACC", "_U"}
    assert "CAT_RETURNS" in flow_21.categorisation
    assert {"DATA_PROVIDERS", "AGENCIES"} <= {*flow_21.organisation_scheme}
    assert {"GT_IGM_RETURNS", "MX_UPMRIP_RETURNS"} <= {*flow_21.provisionagreement}


def only(message: StructureMessage, *kinds: Kind) -> bytes:
    """A message in 3.0 with artefacts of some classes only."""
    chosen = tuple(each for each in message.artefacts if each.kind in kinds)
    return written(ML["xml-3.0"], StructureMessage(HEADER, chosen))


READ_IN_30 = {
    "agencies": (Kind.AGENCY_SCHEME, "organisation_scheme"),
    "code lists": (Kind.CODELIST, "codelist"),
    "concept schemes": (Kind.CONCEPT_SCHEME, "concept_scheme"),
    "category schemes": (Kind.CATEGORY_SCHEME, "category_scheme"),
    "dataflows": (Kind.DATAFLOW, "dataflow"),
}


@pytest.mark.parametrize(("kind", "collection"), READ_IN_30.values(), ids=READ_IN_30)
def test_sdmx1_reads_in_3_0(everything: StructureMessage, kind: Kind, collection: str) -> None:
    found = by_sdmx1(only(everything, kind))

    expected = {each.id: each.name.es for each in everything.artefacts if each.kind is kind}
    assert {
        id: str(each.name.localizations["es"]) for id, each in getattr(found, collection).items()
    } == expected


@pytest.mark.parametrize("list", LISTS)
def test_sdmx1_finds_the_same_codes_in_3_0(
    loaded: Exchange, codelists_30: Sdmx1Message, list: str
) -> None:
    expected = scheme(loaded.registry, f"Codelist={list}")

    assert {code.id for code in theirs(codelists_30, list)} == {*ids(expected)}


@pytest.fixture(scope="module")
def codelists_30(everything: StructureMessage) -> Sdmx1Message:
    return by_sdmx1(only(everything, Kind.CODELIST))


def test_sdmx1_reads_categorisations_in_3_0(everything: StructureMessage) -> None:
    """Beside the dataflows and categories that they connect."""
    kinds = (Kind.CATEGORISATION, Kind.CATEGORY_SCHEME, Kind.DATAFLOW)

    found = by_sdmx1(only(everything, *kinds))

    assert {id: each.artefact.id for id, each in found.categorisation.items()} == {
        each.id: each.source.id for each in everything.artefacts if each.kind == "Categorisation"
    }


def test_sdmx1_reads_constraints_in_3_0(everything: StructureMessage) -> None:
    """Beside the dataflows that they constrain."""
    expected = {
        each.id: {id: {*codes} for id, codes in each.region}
        for each in everything.artefacts
        if isinstance(each, DataConstraint)
    }

    found = by_sdmx1(only(everything, Kind.DATAFLOW, Kind.DATA_CONSTRAINT)).constraint

    assert {
        id: {
            component.id: {value.value for value in selection.values}
            for component, selection in each.data_content_region[0].member.items()
        }
        for id, each in found.items()
    } == expected


def test_sdmx1_reads_a_structure_in_3_0_but_for_attributes_of_the_data_set(
    loaded: Exchange,
) -> None:
    """For what it does with those see the first case below."""
    structure = named(loaded.registry, "DataStructure=LMIG:LMIG_FLOW(1.0.0)")
    assert isinstance(structure, DataStructure)
    rest = [each for each in structure.attributes if each.attachment is not Attachment.DATASET]
    less = replace(structure, attributes=tuple(rest))

    content = written(ML["xml-3.0"], StructureMessage(HEADER, (less,)))
    found = by_sdmx1(content).structure["LMIG_FLOW"]

    assert [each.id for each in found.dimensions] == [*structure.dimension_ids, "TIME_PERIOD"]
    assert [each.id for each in found.attributes] == [each.id for each in rest]


UNREAD_IN_30: dict[str, tuple[Kind, str | None, type[Exception], str]] = {
    "<str:Dataflow/>, on which attributes hang, is taken for a dataflow, and two for one twice": (
        Kind.DATA_STRUCTURE,
        "LMIG_FLOW",
        XMLParseError,
        r"Cannot construct URN for <Dataflow \(missing id\)>",
    ),
    "data providers are unknown": (
        Kind.DATA_PROVIDER_SCHEME,
        None,
        XMLParseError,
        "NotImplementedError.*DataProviderSchemes",
    ),
    "data consumers are unknown": (
        Kind.DATA_CONSUMER_SCHEME,
        None,
        XMLParseError,
        "NotImplementedError.*DataConsumerSchemes",
    ),
    "maps of values are unknown": (
        Kind.REPRESENTATION_MAP,
        None,
        XMLParseError,
        "NotImplementedError.*RepresentationMaps",
    ),
    "maps of structures are unknown": (
        Kind.STRUCTURE_MAP,
        None,
        XMLParseError,
        "NotImplementedError.*StructureMaps",
    ),
    "agreements leave their dataflow and provider on its stack": (
        Kind.PROVISION_AGREEMENT,
        None,
        RuntimeError,
        "uncollected items",
    ),
}
"""By the reason why: what sdmx1 2.28 cannot read of a valid message (seen 2026-11)."""


@pytest.mark.parametrize(("kind", "id", "error", "words"), UNREAD_IN_30.values(), ids=UNREAD_IN_30)
def test_sdmx1_2_28_does_not_read_in_3_0(
    everything: StructureMessage, kind: Kind, id: str | None, error: type[Exception], words: str
) -> None:
    """Where one of these fails, sdmx1 has learned it, and the case can go."""
    artefacts = [each for each in everything.artefacts if each.kind is kind]
    chosen = tuple(each for each in artefacts if id in (None, each.id))
    content = written(ML["xml-3.0"], StructureMessage(HEADER, chosen))
    assert faults("xml-3.0", content) == []

    with pytest.raises(error, match=words):
        by_sdmx1(content)


def test_sdmx1_2_28_does_not_read_3_1(everything: StructureMessage) -> None:
    content = written(ML["xml-3.1"], shortened(everything, 3))

    with pytest.raises(AssertionError, match="Cannot determine SDMX-ML version"):
        by_sdmx1(content)


def test_sdmx1_2_28_does_not_read_structure_maps_in_2_1(loaded: Exchange) -> None:
    """Which is why they do not stand beside a dataflow with all that is related."""
    content = answered(loaded, "structureset/LMIG/SS_GT_IGM_RETURNS", "v1")
    assert faults("xml-2.1", content) == []

    with pytest.raises(XMLParseError, match=r"NotImplementedError.*StructureMap"):
        by_sdmx1(content)
