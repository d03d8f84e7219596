"""The region's own definitions, dsd/: complete, bilingual, and true to their sources."""

import csv
import re
from collections import Counter

import pytest

from gateway.exchange import Exchange
from gateway.formats.table import CSV
from gateway.model.artefact import Kind
from gateway.model.maps import RepresentationMap
from gateway.model.query import DataQuery
from gateway.model.structure import Attachment, Categorisation, DataConstraint, DataStructure
from gateway.registry import Registry
from gateway.registry.checking import check
from gateway.rest.service import DIALECTS, question
from tests.conftest import DSD
from tests.definitions import ids, named, scheme

GEO = "Codelist=LMIG:CL_GEO(1.0.0)"

MUNICIPALITIES = {
    "Guatemala": (340, [r"GT-\d{4}", r"GT-\d{2}", "GT"]),
    "Mexico": (2478, [r"MX-\d{5}", "MX-[A-Z]{3}", "MX"]),
    "El Salvador, before May 2024": (262, [r"SV-\d{4}", "SV-[A-Z]{2}", "SV"]),
    "El Salvador, since May 2024": (44, ["SV24-[A-Z]{2}-[A-Z]+", "SV-[A-Z]{2}", "SV"]),
    "districts of El Salvador": (
        262,
        [r"SV24-\d{4}", "SV24-[A-Z]{2}-[A-Z]+", "SV-[A-Z]{2}", "SV"],
    ),
}
"""How many there are, and what a code looks like and those above it."""

STANDARD = {
    "CL_BREAK_REASON(1.0)": "METH DEF SOURCE CONF SAMPLE UNIT REF_PER VAL TRANSF STD WEIGHT SCOPE"
    " CLASS NONSTAT ADMIN CUR LEGAL POL _O _U",
    "CL_CIVIL_STATUS(1.0)": "S M W D L P Q E",
    "CL_CONF_STATUS(1.3)": "A C D E F G M N O S T X",
    "CL_DECIMALS(1.0)": "0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15",
    "CL_FREQ(2.1)": "A A2 A3 A4 A5 A10 A20 A30 A_3 S Q M M2 M_2 M_3 W W2 W3 W4 W_2 W_3 D D_2"
    " H H2 H3 B N I OA OM _O _U _Z",
    "CL_OBS_STATUS(2.2)": "A B D E F G I K W O M P S L H Q J N U V",
    "CL_SEX(2.1)": "F M _N _O _T _U _Z",
    "CL_TIME_FORMAT(1.0)": "203 102 616 610 608 604 602 719 711 716 710 708 704 702 P1D P1M P1Y"
    " P3M P6M P7D PT1M",
    "CL_UNIT_MULT(1.1)": "0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15"
    " -1 -2 -3 -4 -5 -6 -7 -8 -9 -10 -11 -12 -13 -14 -15",
}

CURRENT = {
    "GT-GU": "GT-01",
    "GT-PR": "GT-02",
    "GT-SA": "GT-03",
    "GT-CM": "GT-04",
    "GT-ES": "GT-05",
    "GT-SR": "GT-06",
    "GT-SO": "GT-07",
    "GT-TO": "GT-08",
    "GT-QZ": "GT-09",
    "GT-SU": "GT-10",
    "GT-RE": "GT-11",
    "GT-SM": "GT-12",
    "GT-HU": "GT-13",
    "GT-QC": "GT-14",
    "GT-BV": "GT-15",
    "GT-AV": "GT-16",
    "GT-PE": "GT-17",
    "GT-IZ": "GT-18",
    "GT-ZA": "GT-19",
    "GT-CQ": "GT-20",
    "GT-JA": "GT-21",
    "GT-JU": "GT-22",
}
"""The change of ISO 3166-2 of 25 November 2021."""

ON_OBSERVATIONS = {"OBS_STATUS", "CONF_STATUS", "EMBARGO_TIME", "CONF_REDIST", "COMMENT_OBS"}
ON_OBSERVATIONS |= {"BREAK_REASON"}
ON_SERIES = {"UNIT_MEASURE", "UNIT_MULT", "DECIMALS", "COMPARABILITY", "DEFINITION"}
ON_SERIES |= {"SOURCE_TABLE", "GEO_VERSION", "SDC_METHOD"}
ON_DATASETS = {"LICENCE", "PUBLISHED_ON", "COMMENT_DSET"}

FLOWS = {
    "DF_RETURNS": ("LMIG_FLOW", "MOBILITY.RETURNS"),
    "DF_IRREGULAR": ("LMIG_FLOW", "MOBILITY.IRREGULAR"),
    "DF_ENTRIES": ("LMIG_FLOW", "MOBILITY.ENTRIES"),
    "DF_XBORDER": ("LMIG_FLOW", "MOBILITY.XBORDER"),
    "DF_PERMITS": ("LMIG_FLOW", "LABOUR.PERMITS"),
    "DF_TEMPORARY_WORKERS": ("LMIG_FLOW", "LABOUR.TEMPORARY_WORKERS"),
    "DF_STOCK": ("LMIG_STOCK", "POPULATION.STOCK"),
    "DF_MIRROR": ("LMIG_MIRROR", "COMPARISON.MIRROR"),
}


@pytest.fixture(scope="module")
def registry(loaded: Exchange) -> Registry:
    return loaded.registry


def test_nothing_is_wrong_with_them() -> None:
    """As `gateway dsd check` looks: official schema, both languages, references, parents."""
    assert list(check(DSD)) == []


@pytest.mark.parametrize(("count", "chain"), MUNICIPALITIES.values(), ids=MUNICIPALITIES)
def test_every_municipality_is_there_and_leads_to_its_country(
    registry: Registry, count: int, chain: list[str]
) -> None:
    """By its department or state; in El Salvador a district first by its municipality."""
    parents = {item.id: item.parent for item in scheme(registry, GEO).items}

    found = [id for id in parents if re.fullmatch(chain[0], id)]

    assert len(found) == count
    for id in found:
        path = upwards(id, parents)
        assert len(path) == len(chain), path
        assert all(map(re.fullmatch, chain, path)), path


def upwards(id: str | None, parents: dict[str, str | None]) -> list[str]:
    """A code and those above it."""
    found = []
    while id is not None:
        found.append(id)
        id = parents[id]
    return found


def test_a_municipality_stands_under_the_department_that_its_code_names(
    registry: Registry,
) -> None:
    """Figures of a department begin those of its municipalities, and each of those has its own."""
    by_parent: dict[str, set[str]] = {}
    for item in scheme(registry, GEO).items:
        if re.fullmatch(r"GT-\d{4}|MX-\d{5}|SV-\d{4}", item.id):
            own = 3 if item.id.startswith("MX") else 2
            by_parent.setdefault(item.parent or "", set()).add(item.id[:-own])

    assert {len(prefixes) for prefixes in by_parent.values()} == {1}
    assert len({*map(frozenset, by_parent.values())}) == len(by_parent) == 22 + 32 + 14


@pytest.mark.parametrize("name", STANDARD)
def test_lists_of_sdmx_have_exactly_the_codes_of_the_standard(
    registry: Registry, name: str
) -> None:
    assert ids(scheme(registry, f"Codelist=SDMX:{name}")) == STANDARD[name].split()


def test_there_is_no_other_list_of_sdmx(registry: Registry) -> None:
    found = {
        str(each.reference)
        for each in registry
        if each.kind is Kind.CODELIST and each.agency == "SDMX"
    }

    assert found == {f"SDMX:{name}" for name in STANDARD}


@pytest.mark.parametrize(
    ("name", "pattern", "groups", "codes"),
    [
        ("CL_OCCUPATION", r"ISCO08_(\d)(\d)?", 10, 53),
        ("CL_ACTIVITY", r"([A-U])(\d\d)?", 21, 109),
    ],
    ids=["ISCO-08", "ISIC Rev.4"],
)
def test_occupations_and_activities_are_there_to_two_digits(
    registry: Registry, name: str, pattern: str, groups: int, codes: int
) -> None:
    """Ten major groups with 43 sub-major ones; 21 sections with 88 divisions."""
    items = scheme(registry, f"Codelist=LMIG:{name}(1.0.0)").items
    found = [match for item in items if (match := re.fullmatch(pattern, item.id))]

    assert len(found) == codes
    assert len({match[1] for match in found}) == groups
    for item in items:
        if (match := re.fullmatch(pattern, item.id)) and match[2]:
            assert item.parent == item.id.removesuffix(match[2])


def test_an_age_band_lies_within_the_one_above_it(registry: Registry) -> None:
    """The hierarchy is what shows which bands nest."""
    for item in scheme(registry, "Codelist=LMIG:CL_AGE(1.0.0)").items:
        if item.parent is not None:
            (first, last), (least, most) = years(item.id), years(item.parent)
            assert least <= first <= last <= most, item.id
            assert (first, last) != (least, most), item.id


def years(band: str) -> tuple[int, float]:
    if match := re.fullmatch(r"Y_GE(\d+)", band):
        return int(match[1]), float("inf")
    match = re.fullmatch(r"Y(\d+)T(\d+)", band)
    assert match, band
    return int(match[1]), int(match[2])


@pytest.mark.parametrize("name", ["CL_AGE", "CL_COUNTRY", "CL_GEO", "CL_OCCUPATION", "CL_ACTIVITY"])
def test_a_total_is_no_parent(registry: Registry, name: str) -> None:
    """Codes without a parent are the first breakdown of the whole."""
    items = scheme(registry, f"Codelist=LMIG:{name}(1.0.0)").items

    assert "_T" in {item.id for item in items}
    assert not {item.parent for item in items} & {"_T", "_Z", "_U", "_O"}


def test_ours_are_only_the_concepts_that_sdmx_has_not(registry: Registry) -> None:
    ours = ids(scheme(registry, "ConceptScheme=LMIG:CS_LMIG(1.0.0)"))
    theirs = ids(scheme(registry, "ConceptScheme=SDMX:CROSS_DOMAIN_CONCEPTS(2.0)"))

    assert not {*ours} & {*theirs}


@pytest.mark.parametrize("id", ["LMIG_FLOW", "LMIG_STOCK", "LMIG_MIRROR"])
def test_source_and_count_basis_are_dimensions(registry: Registry, id: str) -> None:
    """A country can have two official numbers, and events are not persons."""
    structure = data_structure(registry, id)

    assert {"COUNT_BASIS", "DATA_SOURCE"} < {*structure.dimension_ids}


def data_structure(registry: Registry, id: str) -> DataStructure:
    found = named(registry, f"DataStructure=LMIG:{id}(1.0.0)")
    assert isinstance(found, DataStructure)
    return found


@pytest.mark.parametrize(
    ("id", "more_on_observations", "more_on_series"),
    [
        ("LMIG_FLOW", set(), set()),
        ("LMIG_STOCK", set(), set()),
        (
            "LMIG_MIRROR",
            {"MIRROR_STATUS", "MIRROR_REASON", "REF_RELEASE", "MIRROR_RELEASE"},
            {"BREAKDOWN"},
        ),
    ],
)
def test_attributes_hang_where_they_belong(
    registry: Registry, id: str, more_on_observations: set[str], more_on_series: set[str]
) -> None:
    structure = data_structure(registry, id)

    on = {each: {*structure.attribute_ids(each)} for each in Attachment}
    assert on == {
        Attachment.OBSERVATION: ON_OBSERVATIONS | more_on_observations,
        Attachment.SERIES: ON_SERIES | more_on_series,
        Attachment.DATASET: ON_DATASETS,
    }
    for attribute in structure.attributes:
        whole = structure.dimension_ids if attribute.attachment is Attachment.SERIES else ()
        assert attribute.dimensions == whole, attribute.id


def test_every_dataflow_is_there_and_says_what_it_counts(registry: Registry) -> None:
    flows = [each for each in registry.dataflows if each.agency == "LMIG"]

    assert {each.id: each.structure.id for each in flows} == {
        id: structure for id, (structure, _) in FLOWS.items()
    }
    for flow in flows:
        assert flow.description is not None, flow.id
        assert min(len(flow.description.es), len(flow.description.en)) > 200, flow.id


def test_every_dataflow_stands_under_one_topic(registry: Registry) -> None:
    found = {
        each.source.id: each.target.item for each in registry if isinstance(each, Categorisation)
    }

    assert found == {id: topic for id, (_, topic) in FLOWS.items()}


def test_every_dataflow_has_one_constraint(registry: Registry) -> None:
    found = Counter(
        reference.id
        for each in registry
        if isinstance(each, DataConstraint)
        for reference in each.attached
    )

    assert found == Counter(FLOWS.keys())


@pytest.mark.parametrize("id", FLOWS)
def test_a_constraint_names_codes_that_its_dimensions_have(registry: Registry, id: str) -> None:
    """And says nothing where every code is allowed."""
    (flow,) = (each for each in registry.dataflows if each.id == id)
    (constraint,) = registry.constraints(flow.reference)
    structure = registry.structure(flow)
    known = registry.codes(structure)

    assert dict(constraint.region).keys() <= {*structure.dimension_ids}
    for dimension, codes in constraint.region:
        assert codes, dimension
        assert len({*codes}) == len(codes), dimension
        assert {*codes} < known[dimension], dimension


def test_what_the_samples_release_is_allowed_by_the_constraint(loaded: Exchange) -> None:
    query = question(DIALECTS["v2"], "data/dataflow/LMIG/DF_RETURNS/1.0.0", [])
    assert isinstance(query, DataQuery)
    message = loaded.data(query, loaded.everything())
    (constraint,) = loaded.registry.constraints(message.subject.of)

    rows = list(csv.DictReader(b"".join(CSV.write(message)).decode().splitlines()))

    assert {row["DATA_SOURCE"] for row in rows} == {"GT_IGM", "MX_UPMRIP", "SV_DGME"}
    for dimension, codes in constraint.region:
        assert {row[dimension] for row in rows} <= {*codes}, dimension


def test_every_old_code_of_guatemala_is_mapped_to_the_current_one(registry: Registry) -> None:
    """Which is of the same department, in the same words."""
    pairs = mapped(registry, "GT_PRE2021")
    old = scheme(registry, "Codelist=LMIG:CL_GEO_GT_PRE2021(1.0.0)").items
    current = {item.id: item for item in scheme(registry, GEO).items}

    assert pairs == CURRENT
    assert {item.id for item in old} == pairs.keys()
    assert {item.id: item.name for item in old} == {
        before: current[after].name for before, after in pairs.items()
    }


def test_every_municipality_of_el_salvador_became_the_district_of_its_name(
    registry: Registry,
) -> None:
    pairs = mapped(registry, "SV_PRE2024")
    items = {item.id: item for item in scheme(registry, GEO).items}

    assert pairs.keys() == {id for id in items if re.fullmatch(r"SV-\d{4}", id)}
    assert {*pairs.values()} == {id for id in items if re.fullmatch(r"SV24-\d{4}", id)}
    for before, after in pairs.items():
        assert items[before].name == items[after].name
        department = items[before].parent
        assert department in upwards(after, {id: item.parent for id, item in items.items()})


def mapped(registry: Registry, id: str) -> dict[str, str]:
    found = named(registry, f"RepresentationMap=LMIG:{id}(1.0.0)")
    assert isinstance(found, RepresentationMap)
    assert len({*dict(found.mappings)}) == len(found.mappings)
    return dict(found.mappings)


def test_a_broader_code_comes_before_the_narrower_ones(registry: Registry) -> None:
    """A reader can build the tree in one pass."""
    for each in registry:
        if each.kind is Kind.CODELIST:
            seen: set[str | None] = {None}
            for item in scheme(registry, f"Codelist={each.reference}").items:
                assert item.parent in seen, f"{each.reference} {item.id}"
                seen.add(item.id)
