"""Registry queries over HTTP, in both versions of SDMX-REST."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from gateway.exchange import Exchange
from gateway.model.artefact import Kind
from gateway.model.structure import DataStructure
from gateway.settings import Home
from gateway.web import create_app
from tests.conftest import ISSUER, Clock
from tests.definitions import AGE, SEX, at_version, ids, named, own_home, scheme, small_files
from tests.web.asking import code, found, get, refusals, sentence

FLOW, SEX_LIST = "dataflow/LMIG/DF_RETURNS", "codelist/SDMX/CL_SEX"

BOTH = pytest.mark.parametrize("dialect", ["v1", "v2"])

FILLED = {
    "v1": """structure datastructure categoryscheme conceptscheme codelist organisationscheme
    agencyscheme dataproviderscheme dataconsumerscheme dataflow provisionagreement structureset
    categorisation contentconstraint allowedconstraint metadatastructure metadataflow""".split(),
    "v2": """* datastructure categoryscheme conceptscheme codelist agencyscheme dataproviderscheme
    dataconsumerscheme dataflow provisionagreement structuremap representationmap categorisation
    dataconstraint metadatastructure metadataflow metadataproviderscheme
    metadataprovisionagreement""".split(),
}
EMPTY = {
    "v1": """hierarchicalcodelist organisationunitscheme
    reportingtaxonomy process actualconstraint attachmentconstraint transformationscheme
    rulesetscheme userdefinedoperatorscheme customtypescheme namepersonalisationscheme
    vtlmappingscheme""".split(),
    "v2": """hierarchy hierarchyassociation valuelist organisationunitscheme reportingtaxonomy
    conceptschememap categoryschememap organisationschememap reportingtaxonomymap process
    metadataconstraint transformationscheme rulesetscheme userdefinedoperatorscheme
    customtypescheme namepersonalisationscheme vtlmappingscheme""".split(),
}


def pairs(words: dict[str, list[str]]) -> list[tuple[str, str]]:
    return [(dialect, word) for dialect, each in words.items() for word in each]


@pytest.mark.parametrize(("dialect", "type"), pairs(FILLED))
def test_a_type_that_is_held_is_answered(web: FlaskClient, dialect: str, type: str) -> None:
    """With artefacts of the type alone, where it is one."""
    artefacts = found(web, dialect, type, detail="allstubs")

    several = {"structure", "*", "organisationscheme", "allowedconstraint"}
    if type not in several and (dialect, type) != ("v1", "structureset"):
        assert {name.partition("=")[0].lower() for name in artefacts} == {type}


def test_all_is_all(loaded: Exchange, web: FlaskClient) -> None:
    """Version 2 has no structure sets: the maps stand alone."""
    artefacts = found(web, "v2", "*/*/*/*", detail="allstubs")

    assert artefacts.keys() == {
        f"{each.kind}={each.reference}"
        for each in loaded.registry
        if each.kind is not Kind.STRUCTURE_SET
    }


@pytest.mark.parametrize("type", EMPTY["v1"])
def test_an_empty_type_has_no_results_in_version_1(web: FlaskClient, type: str) -> None:
    response = get(web, "v1", type)

    assert (response.status_code, code(response)) == (404, "100")


@pytest.mark.parametrize("type", EMPTY["v2"])
def test_an_empty_type_has_no_content_in_version_2(web: FlaskClient, type: str) -> None:
    response = get(web, "v2", type)

    assert (response.status_code, response.data) == (204, b"")


@BOTH
def test_one_artefact_of_an_empty_type_is_not_found(web: FlaskClient, dialect: str) -> None:
    assert get(web, dialect, "process/LMIG/P1").status_code == 404


AROUND = {
    "parents": {
        "Categorisation=LMIG:CAT_RETURNS(1.0)",
        "DataConstraint=LMIG:CC_RETURNS(1.0.0)",
        "ProvisionAgreement=LMIG:GT_IGM_RETURNS(1.0.0)",
        "ProvisionAgreement=LMIG:MX_UPMRIP_RETURNS(1.0.0)",
        "ProvisionAgreement=LMIG:SV_DGME_RETURNS(1.0.0)",
    },
    "children": {"DataStructure=LMIG:LMIG_FLOW(1.0.0)", "AgencyScheme=SDMX:AGENCIES(1.0)"},
    "siblings": {
        "CategoryScheme=LMIG:CS_TOPICS(1.0.0)",
        "DataProviderScheme=LMIG:DATA_PROVIDERS(1.0)",
        "AgencyScheme=SDMX:AGENCIES(1.0)",
    },
}
"""What stands around DF_RETURNS; a sibling shares a parent with it."""

DATAFLOWS = """DF_ENTRIES DF_IRREGULAR DF_MIRROR DF_PERMITS DF_RETURNS DF_STOCK
DF_TEMPORARY_WORKERS DF_XBORDER""".split()

ITSELF = "Dataflow=LMIG:DF_RETURNS(1.0.0)"


@pytest.fixture(scope="module")
def below(loaded: Exchange) -> set[str]:
    """All that a dataflow's structure is built from."""
    structure = named(loaded.registry, "DataStructure=LMIG:LMIG_FLOW(1.0.0)")
    assert isinstance(structure, DataStructure)
    uses = {each.artefact for each in structure.references()}
    return {f"{each.kind}={each}" for each in uses} | AROUND["children"]


@pytest.fixture
def expected(below: set[str], request: pytest.FixtureRequest) -> set[str]:
    """What a value of `references` brings beside DF_RETURNS, from words."""
    parts = {**AROUND, "below": below}
    return {each for word in request.param.split() for each in parts[word]}


REFERENCES = {
    "none": "",
    "parents": "parents",
    "parentsandsiblings": "parents siblings",
    "children": "children",
    "descendants": "below",
    "all": "parents siblings below",
}


@BOTH
@pytest.mark.parametrize(
    ("references", "expected"), REFERENCES.items(), ids=REFERENCES, indirect=["expected"]
)
def test_references_bring_what_stands_around(
    web: FlaskClient, dialect: str, references: str, expected: set[str]
) -> None:
    artefacts = found(web, dialect, FLOW, references=references, detail="allstubs")

    spelled = {name.replace("ContentConstraint=", "DataConstraint=") for name in artefacts}
    assert spelled == expected | {ITSELF}


def test_ancestors_are_the_parents_and_theirs(web: FlaskClient) -> None:
    """A code list's are its structures, their dataflows, and what stands on those."""
    artefacts = found(web, "v2", SEX_LIST, references="ancestors", detail="allstubs")

    parents = found(web, "v2", SEX_LIST, references="parents", detail="allstubs")
    structures = {name for name in parents if name.startswith("DataStructure=")}
    assert structures == {
        f"DataStructure=LMIG:{id}(1.0.0)" for id in ("LMIG_FLOW", "LMIG_STOCK", "LMIG_MIRROR")
    }
    assert {*parents} - structures == {
        "Codelist=SDMX:CL_SEX(2.1)",
        *(
            f"RepresentationMap=LMIG:{id}_SEX(1.0.0)"
            for id in (
                *("GT_IGM_RETURNS", "MX_EMIF_SUR", "MX_UPMRIP_IRREGULAR_SEX_AGE", "UNDESA_STOCK"),
            )
        ),
    }
    assert {*parents} | AROUND["parents"] | {ITSELF} < {*artefacts}
    classes = {name.partition("=")[0] for name in artefacts}
    assert not classes & {"AgencyScheme", "ConceptScheme", "CategoryScheme", "DataProviderScheme"}


AGES = "Codelist=LMIG:CL_AGE(1.0.0)"
USERS = {f"DataStructure=LMIG:{id}(1.0.0)" for id in ("LMIG_FLOW", "LMIG_STOCK", "LMIG_MIRROR")}
AGE_MAPS = {
    f"RepresentationMap=LMIG:{id}_AGE(1.0.0)"
    for id in ("GT_IGM_RETURNS", "MX_EMIF_SUR", "MX_UPMRIP_IRREGULAR_SEX_AGE")
}
AGENCIES = "AgencyScheme=SDMX:AGENCIES(1.0)"

OF_AGES = {
    "none": ("v1 v2", set[str]()),
    "children": ("v1 v2", {AGENCIES}),
    "descendants": ("v1 v2", {AGENCIES}),
    "parents": ("v2", {*USERS, *AGE_MAPS}),
    "dataflow": ("v1 v2", {f"Dataflow=LMIG:{id}(1.0.0)" for id in DATAFLOWS}),
}


@pytest.mark.parametrize(
    ("dialect", "references", "around"),
    [(each, name, around) for name, (in_, around) in OF_AGES.items() for each in in_.split()],
)
def test_references_of_a_code_list(
    web: FlaskClient, dialect: str, references: str, around: set[str]
) -> None:
    """Its agency below it; above it, structures and in version 2 the map that leads to it."""
    path = "codelist/LMIG/CL_AGE"

    artefacts = found(web, dialect, path, references=references, detail="allstubs")

    assert artefacts.keys() == {AGES, *around}


@BOTH
def test_siblings_of_a_code_list_are_what_its_structures_use_too(
    web: FlaskClient, below: set[str], dialect: str
) -> None:
    artefacts = found(
        web, dialect, "codelist/LMIG/CL_AGE", references="parentsandsiblings", detail="allstubs"
    )

    assert artefacts.keys() > {AGES, *USERS} | (below - {"DataStructure=LMIG:LMIG_FLOW(1.0.0)"})


TYPES = {
    "one type": ("codelist", {"Codelist"}),
    "two types": ("codelist,conceptscheme", {"Codelist", "ConceptScheme"}),
    "a type and a word": ("categoryscheme,children", {"DataStructure", "AgencyScheme"}),
    "a type that is empty": ("process", set[str]()),
}


@pytest.mark.parametrize(("references", "classes"), TYPES.values(), ids=TYPES)
def test_references_by_type_name(
    web: FlaskClient, below: set[str], references: str, classes: set[str]
) -> None:
    """All of the type that the artefact is connected with, however far."""
    artefacts = found(web, "v2", FLOW, references=references, detail="allstubs")

    assert {name.partition("=")[0] for name in artefacts} - {"CategoryScheme"} == {
        "Dataflow",
        *classes,
    }
    if references == "codelist":
        assert {*artefacts} - {ITSELF} == {each for each in below if each.startswith("Codelist=")}


def test_references_by_type_name_in_version_1(web: FlaskClient) -> None:
    artefacts = found(web, "v1", FLOW, references="contentconstraint", detail="allstubs")

    assert artefacts.keys() == {ITSELF, "ContentConstraint=LMIG:CC_RETURNS(1.0.0)"}


DETAILS = {
    # dataflow, structure: whole, described stub or bare stub
    "full": ("whole", "whole"),
    "allstubs": ("bare", "bare"),
    "allcompletestubs": ("described", "described"),
    "referencestubs": ("whole", "bare"),
    "referencecompletestubs": ("whole", "described"),
    "referencepartial": ("whole", "whole"),
}


def form(artefact: dict[str, object], content: str) -> str:
    if not artefact["isExternalReference"]:
        assert content in artefact
        return "whole"
    assert content not in artefact
    return "described" if "description" in artefact else "bare"


@BOTH
@pytest.mark.parametrize(("detail", "forms"), DETAILS.items(), ids=DETAILS)
def test_detail_says_how_much_of_each(
    web: FlaskClient, dialect: str, detail: str, forms: tuple[str, str]
) -> None:
    artefacts = found(web, dialect, FLOW, references="children", detail=detail)

    flow, structure = artefacts[ITSELF], artefacts["DataStructure=LMIG:LMIG_FLOW(1.0.0)"]
    assert (form(flow, "structure"), form(structure, "dataStructureComponents")) == forms


@BOTH
@pytest.mark.parametrize(("detail", "forms"), DETAILS.items(), ids=DETAILS)
def test_detail_of_a_code_list(
    web: FlaskClient, dialect: str, detail: str, forms: tuple[str, str]
) -> None:
    """A stub has no items."""
    artefacts = found(web, dialect, "codelist/LMIG/CL_AGE", detail=detail)

    assert form(artefacts["Codelist=LMIG:CL_AGE(1.0.0)"], "codes") == forms[0]


def test_raw_is_full_where_no_list_extends_another(web: FlaskClient) -> None:
    assert found(web, "v2", SEX_LIST, detail="raw") == found(web, "v2", SEX_LIST)


def test_words_in_upper_case_are_the_same(web: FlaskClient) -> None:
    """As sdmx1 and the examples of the standard write some of them."""
    artefacts = found(web, "v1", SEX_LIST, references="parentsAndSiblings", detail="allStubs")

    assert len(artefacts) > 4


@pytest.mark.parametrize(
    ("dialect", "path"),
    [("v1", "codelist/SDMX/CL_SEX/2.1/F+M"), ("v2", "codelist/SDMX/CL_SEX/2.1/F,M")],
)
def test_an_item_query_gives_these_items_of_a_partial_list(
    web: FlaskClient, dialect: str, path: str
) -> None:
    (codes,) = found(web, dialect, path).values()

    assert [each["id"] for each in codes["codes"]] == ["F", "M"]
    assert codes["isPartial"] is True


def test_a_code_comes_without_those_above_and_below_it(web: FlaskClient) -> None:
    """Nor does it name a parent that is not in the message."""
    (codes,) = found(web, "v2", "codelist/LMIG/CL_AGE/~/Y15T24").values()

    assert [each["id"] for each in codes["codes"]] == ["Y15T24"]
    assert "parent" not in codes["codes"][0]


@BOTH
def test_a_category_comes_with_those_above_it_only(web: FlaskClient, dialect: str) -> None:
    """Neither its siblings nor the other branches."""
    path = "categoryscheme/LMIG/CS_TOPICS/1.0.0/MOBILITY.RETURNS"

    (topics,) = found(web, dialect, path).values()

    assert topics["isPartial"] is True
    (mobility,) = topics["categories"]
    assert mobility["id"] == "MOBILITY"
    assert [each["id"] for each in mobility["categories"]] == ["RETURNS"]


@BOTH
def test_the_whole_tree_of_topics_is_in_the_order_of_its_file(
    web: FlaskClient, dialect: str
) -> None:
    (topics,) = found(web, dialect, "categoryscheme/LMIG/CS_TOPICS").values()

    assert topics["isPartial"] is False
    assert {
        each["id"]: [one["id"] for one in each["categories"]] for each in topics["categories"]
    } == {
        "MOBILITY": ["RETURNS", "IRREGULAR", "ENTRIES", "XBORDER"],
        "LABOUR": ["PERMITS", "TEMPORARY_WORKERS"],
        "POPULATION": ["STOCK"],
        "COMPARISON": ["MIRROR"],
    }


@pytest.mark.parametrize(
    ("dialect", "path"),
    [
        ("v1", "codelist/LMIG+SDMX/CL_SEX+CL_AGE/latest"),
        ("v1", "codelist/all/CL_SEX+CL_AGE"),
        ("v2", "codelist/LMIG,SDMX/CL_SEX,CL_AGE/~"),
        ("v2", "codelist,dataflow/*/CL_SEX,CL_AGE"),
        ("v2", "*/*/CL_SEX,CL_AGE/*"),
    ],
)
def test_lists_of_ids_agencies_and_types(web: FlaskClient, dialect: str, path: str) -> None:
    assert found(web, dialect, path).keys() == {
        "Codelist=SDMX:CL_SEX(2.1)",
        "Codelist=LMIG:CL_AGE(1.0.0)",
    }


VERSIONS = ("0.9.0", "1.0.0", "1.1.0", "1.1.2", "1.2.0", "2.0.0", "2.0.1")

PATTERNS = {
    "v1": {
        "": "2.0.1",
        "latest": "2.0.1",
        "all": " ".join(VERSIONS),
        "1.1.0": "1.1.0",
        "1.0.0+2.0.0": "1.0.0 2.0.0",
    },
    "v2": {
        "": "2.0.1",
        "~": "2.0.1",
        "latest": "2.0.1",
        "+": "2.0.1",
        "*": " ".join(VERSIONS),
        "1.1.0": "1.1.0",
        "0.9.0": "0.9.0",
        "1.0.0,2.0.0": "1.0.0 2.0.0",
        "1.0+.0": "1.2.0",
        "1.1+.1": "1.2.0",
        "1.0.0+": "1.0.0",
        "1.1.0+": "1.1.2",
        "1.1.1+": "1.1.2",
        "1+.0.0": "2.0.1",
        "1+.1.0": "2.0.1",
        "1.1.0~": "1.1.2",
        "1.1~.0": "1.2.0",
        "1.1.*": "1.1.0 1.1.2",
        "1.1.1*": "1.1.2",
        "1.1*.0": "1.1.0 1.1.2 1.2.0",
        "1*.1.1": "1.1.2 1.2.0 2.0.0 2.0.1",
        "1.1.2,2.0+.0": "1.1.2 2.0.1",
        "3.0+.0": "",
        "1.3+.0": "",
        "1.1.3+": "",
        "9.9.9": "",
    },
}
"""Version patterns and the versions of CL_AGE that they mean. Source: querying_versions.md."""


@pytest.fixture(scope="module")
def versions(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    """The web over a home where CL_AGE has seven versions, and another list is unstable."""
    files = small_files()
    text = files[AGE]
    files |= {f"CL_AGE-{each}.xml": at_version(text, each) for each in VERSIONS if each != "1.0.0"}
    files["CL_DRAFT.xml"] = at_version(text, "0.1.0").replace('id="CL_AGE"', 'id="CL_DRAFT"', 1)
    exchange = Exchange(own_home(tmp_path_factory.mktemp("versions") / "home", files))
    yield create_app(exchange, ISSUER).test_client()
    exchange.close()


@pytest.mark.parametrize(
    ("dialect", "pattern", "expected"),
    [(each, *row) for each, rows in PATTERNS.items() for row in rows.items()],
)
def test_a_version_pattern_means_these_versions(
    versions: FlaskClient, dialect: str, pattern: str, expected: str
) -> None:
    path = f"codelist/LMIG/CL_AGE/{pattern}"

    if not expected:
        assert get(versions, dialect, path).status_code == 404
        return
    assert {*found(versions, dialect, path, detail="allstubs")} == {
        f"Codelist=LMIG:CL_AGE({each})" for each in expected.split()
    }


def test_an_unstable_version_is_the_latest_but_not_the_latest_stable(
    versions: FlaskClient,
) -> None:
    assert found(versions, "v2", "codelist/LMIG/CL_DRAFT/~").keys() == {
        "Codelist=LMIG:CL_DRAFT(0.1.0)"
    }
    assert get(versions, "v2", "codelist/LMIG/CL_DRAFT/+").status_code == 404


def test_two_figures_stand_for_stable_where_there_are_no_three(web: FlaskClient) -> None:
    """SDMX's own lists have no others, and sdmx1 asks for + by itself."""
    assert found(web, "v2", "codelist/SDMX/CL_SEX/+").keys() == {"Codelist=SDMX:CL_SEX(2.1)"}


def test_as_of_now_is_the_same(loaded: Exchange, web: FlaskClient) -> None:
    """Two spellings of a moment: with a zone, and without one for UTC."""
    now = loaded.clock()
    plain = found(web, "v2", FLOW, references="all")

    assert found(web, "v2", FLOW, references="all", asOf=now.isoformat()) == plain
    stamp = now.replace(tzinfo=None).isoformat()
    assert found(web, "v2", FLOW, references="all", asOf=stamp) == plain


def test_before_the_gateway_there_was_nothing(web: FlaskClient) -> None:
    past = "2020-01-01T00:00:00Z"

    assert get(web, "v2", "codelist/LMIG/CL_AGE", asOf=past).status_code == 404
    assert get(web, "v2", "codelist", asOf=past).status_code == 204


def test_as_of_gives_the_version_of_that_time(tmp_path: Path, clock: Clock) -> None:
    """A new version does not hide what was served before it."""
    home = own_home(tmp_path / "home", small_files())
    Exchange(home, clock).close()
    before = clock().isoformat()
    clock.move(days=1)
    text = (home.dsd / AGE).read_text("utf-8")
    (home.dsd / "CL_AGE-2.xml").write_text(at_version(text, "1.1.0"), encoding="utf-8")
    exchange = Exchange(home, clock)
    web = create_app(exchange, ISSUER).test_client()

    assert [*found(web, "v2", "codelist/LMIG/CL_AGE")] == ["Codelist=LMIG:CL_AGE(1.1.0)"]
    assert [*found(web, "v2", "codelist/LMIG/CL_AGE", asOf=before)] == [
        "Codelist=LMIG:CL_AGE(1.0.0)"
    ]
    assert [*found(web, "v2", "codelist/LMIG/CL_AGE", asOf=clock().isoformat())] == [
        "Codelist=LMIG:CL_AGE(1.1.0)"
    ]
    exchange.close()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@BOTH
def test_partial_references_hold_what_is_used(
    loaded: Exchange, web: FlaskClient, dialect: str
) -> None:
    """Codes that the constraint allows, concepts that the structure names; whole lists stay."""
    (flow,) = (each for each in loaded.registry.dataflows if each.id == "DF_RETURNS")
    (constraint,) = loaded.registry.constraints(flow.reference)
    structure = loaded.registry.structure(flow)

    artefacts = found(web, dialect, FLOW, references="descendants", detail="referencepartial")

    status = artefacts["Codelist=LMIG:CL_STATUS_TYPE(1.0.0)"]
    assert status["isPartial"] is True
    allowed = {*dict(constraint.region)["STATUS_TYPE"]}
    whole = scheme(loaded.registry, "Codelist=LMIG:CL_STATUS_TYPE(1.0.0)")
    assert [code["id"] for code in status["codes"]] == [id for id in ids(whole) if id in allowed]
    for name in ("SDMX:CROSS_DOMAIN_CONCEPTS(2.0)", "LMIG:CS_LMIG(1.0.0)"):
        concepts = artefacts[f"ConceptScheme={name}"]
        assert concepts["isPartial"] is True
        assert {concept["id"] for concept in concepts["concepts"]} == {
            each.concept.item for each in structure.components() if str(each.concept) == name
        }
    ages = artefacts["Codelist=LMIG:CL_AGE(1.0.0)"]
    assert ages["isPartial"] is False
    assert len(ages["codes"]) == len(scheme(loaded.registry, "Codelist=LMIG:CL_AGE(1.0.0)").items)


REFUSED = {
    # path below the mount: status in version 1 and 2 (None: not asked), words of the sentence
    "unknown type": ("nothing/LMIG", 400, 400, "codelist, "),
    "type of the other version": ("structureset", None, 400, "structuremap"),
    "type of the other version, new": ("structuremap", 400, None, "structureset"),
    "unknown id": ("codelist/LMIG/CL_NO", 404, 404, "LMIG:CL_AGE(1.0.0)"),
    "unknown agency": ("codelist/ESTAT/CL_SEX", 404, 404, "SDMX:CL_SEX(2.1)"),
    "unknown version": ("codelist/SDMX/CL_UNIT_MULT/9.9", 404, 404, "SDMX:CL_UNIT_MULT(1.1)"),
    "unknown item": ("codelist/SDMX/CL_SEX/2.1/X", 404, 404, "Allowed: F, M, _N"),
    "unknown category": (
        "categoryscheme/LMIG/CS_TOPICS/1.0.0/RETURNS",
        404,
        404,
        "MOBILITY.RETURNS",
    ),
    "items of what has none": ("dataflow/LMIG/DF_RETURNS/1.0.0/F", 403, 422, "no items"),
    "no version": ("codelist/LMIG/CL_AGE/new", 400, 400, "1.0.0"),
    "no version, in words of version 1": ("codelist/LMIG/CL_AGE/new", 400, None, "latest"),
    "no id": ("codelist/LMIG/CL%20AGE", 400, 400, "CL AGE"),
    "too long a path": ("codelist/LMIG/CL_AGE/1.0.0/Y0T17/more", 400, 400, "{type}/{agency}"),
    "unknown parameter": ("codelist?colour=red", 400, 400, "detail, references"),
    "a parameter twice": ("codelist?detail=full&detail=full", 400, 400, "twice"),
    "unknown detail": ("codelist?detail=some", 400, 400, "allstubs"),
    "detail of version 2": ("codelist?detail=raw", 400, None, "referencepartial."),
    "unknown references": ("codelist?references=cousins", 400, 400, "parentsandsiblings"),
    "references of version 2": ("codelist?references=ancestors", 400, None, "descendants"),
    "references by an unknown type": ("dataflow?references=codes", 400, 400, "codelist"),
    "asOf in version 1": ("codelist?asOf=2026-01-01", 400, None, "detail, references"),
    "no moment": ("codelist?asOf=yesterday", None, 400, "2026-11-23T08:00:00Z"),
    "unknown format": ("codelist/SDMX/CL_SEX?format=excel", 406, 406, "xml-3.0"),
    "a format twice": ("codelist/SDMX/CL_SEX?format=xml&format=xml", 400, 400, "twice"),
}


@pytest.mark.parametrize(("dialect", "path", "status", "words"), refusals(REFUSED))
def test_a_refusal_says_what_was_allowed(
    web: FlaskClient, dialect: str, path: str, status: int, words: str
) -> None:
    path, _, query = path.partition("?")

    response = web.get(f"{'/sdmx/v1/' if dialect == 'v1' else '/sdmx/v2/structure/'}{path}?{query}")

    assert response.status_code == status
    assert words in sentence(response)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("structure/dataflow/LMIG/DF_RETURNS/1.0", "Dataflow=LMIG:DF_RETURNS(1.0.0)"),
        ("structure/codelist/SDMX/CL_SEX/2.1.0", "Codelist=SDMX:CL_SEX(2.1)"),
        ("structure/LMIG/DF_RETURNS/+", "Dataflow=LMIG:DF_RETURNS(1.0.0)"),
    ],
)
def test_clients_find_what_they_name_in_their_way(
    web: FlaskClient, path: str, expected: str
) -> None:
    """A figure of a version that is left out is a zero; sdmx1 leaves out the type for any."""
    answer = web.get(f"/sdmx/v2/{path}?format=json-2.1")

    assert answer.status_code == 200
    assert expected in answer.text


def test_a_version_with_another_last_figure_is_another(web: FlaskClient) -> None:
    assert web.get("/sdmx/v2/structure/dataflow/LMIG/DF_RETURNS/1.1").status_code == 404
    assert web.get("/sdmx/v2/structure/dataflow/LMIG/DF_RETURNS/1.0.1").status_code == 404


def test_an_accept_header_that_nothing_fits_is_refused_with_what_is_served(
    web: FlaskClient,
) -> None:
    response = web.get("/sdmx/v2/structure/codelist", headers={"Accept": "text/html"})

    assert (response.status_code, response.mimetype) == (406, "text/plain")
    assert "application/vnd.sdmx.structure+json;version=2.0.0" in response.text


@BOTH
def test_the_same_answer_is_not_sent_again(web: FlaskClient, dialect: str) -> None:
    first = get(web, dialect, FLOW, references="all")
    tag = first.headers["ETag"]

    again = web.get(first.request.full_path, headers={"If-None-Match": tag})

    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["ETag"] == tag
    assert again.headers["Cache-Control"] == first.headers["Cache-Control"] == "public, no-cache"
    assert get(web, dialect, FLOW, references="all").data == first.data


def test_another_question_or_format_has_another_tag(web: FlaskClient) -> None:
    answers = [
        get(web, "v2", FLOW),
        get(web, "v2", FLOW, format="json-2.0"),
        get(web, "v2", FLOW, format="xml-3.0"),
        get(web, "v2", FLOW, format="xml-3.1"),
        get(web, "v2", FLOW, detail="allstubs"),
        get(web, "v2", FLOW, references="children"),
        get(web, "v2", SEX_LIST),
        get(web, "v2", f"{SEX_LIST}/~/F"),
    ]

    assert len({each.headers["ETag"] for each in answers}) == len(answers)
    assert len({each.data for each in answers}) == len(answers)
    tags = ", ".join(each.headers["ETag"] for each in answers[1:])
    assert get(web, "v2", FLOW).status_code == 200
    assert web.get("/sdmx/v2/structure/" + FLOW, headers={"If-None-Match": tags}).status_code == 200


CHANGES = {
    "a word of a code": ("dsd/" + SEX, ">Female<", ">Women<"),
    "another list altogether": ("dsd/" + AGE, "Y_GE18", "Y_GE19"),
    "the sender": ("config/gateway.toml", "LMIG", "OTHER"),
}


@pytest.mark.parametrize(("file", "old", "new"), CHANGES.values(), ids=CHANGES)
def test_the_tag_changes_with_what_the_message_says(
    tmp_path: Path, file: str, old: str, new: str
) -> None:
    home = own_home(tmp_path / "home", small_files())
    path = home.root / file
    (home.config / "gateway.toml").write_text('sender = "LMIG"\n', encoding="utf-8")
    first = asked_of(home.root)
    path.write_text(path.read_text("utf-8").replace(old, new), encoding="utf-8")

    second = asked_of(home.root)

    assert first[1] != second[1]
    assert first[0] != second[0]


def test_the_tag_stands_for_what_was_read_at_the_start(tmp_path: Path) -> None:
    """A file that is edited meanwhile is served, and has its tag, from the next start on."""
    home = own_home(tmp_path / "home", small_files())
    exchange = Exchange(home)
    web = create_app(exchange, ISSUER).test_client()
    path = home.dsd / SEX
    path.write_text(path.read_text("utf-8").replace(">Female<", ">Women<"), encoding="utf-8")
    os.utime(path, (2**31, 2**31))

    answer = get(web, "v1", "codelist/all/all")
    exchange.close()

    assert b">Female<" in answer.data
    assert asked_of(home.root)[0] != answer.headers["ETag"]


def asked_of(root: Path) -> tuple[str, bytes]:
    """The tag and body of one answer of a gateway that starts for it."""
    exchange = Exchange(Home(root))
    response = get(create_app(exchange, ISSUER).test_client(), "v1", "codelist/all/all")
    exchange.close()
    return response.headers["ETag"], response.data


@BOTH
def test_what_is_not_there_has_no_tag_to_match(web: FlaskClient, dialect: str) -> None:
    """RFC 9110, 13.1.2: * matches only what exists."""
    mount = {"v1": "/sdmx/v1", "v2": "/sdmx/v2/structure"}[dialect]

    response = web.get(f"{mount}/codelist/LMIG/CL_NO", headers={"If-None-Match": "*"})

    assert response.status_code == 404


def test_definitions_take_no_token(web: FlaskClient) -> None:
    """They are open: nothing in their answers depends on who asks."""
    response = get(web, "v2", FLOW)

    assert response.status_code == 200
    assert "Authorization" not in response.headers["Vary"]
