"""Questions about structures: versions, connections and single items."""

from dataclasses import replace

import pytest

from gateway.errors import BadConfiguration, NotFound, SemanticError
from gateway.model.artefact import Item, ItemScheme, Kind, Reference
from gateway.model.query import ArtefactPattern, StructureQuery, VersionPattern
from gateway.model.structure import (
    Attachment,
    Attribute,
    Component,
    Dataflow,
    DataStructure,
    Representation,
)
from gateway.model.text import Text
from gateway.registry import Registry
from gateway.registry.registry import RESOURCES

NAME = Text("nombre", "name")


def identity(id: str, version: str = "1.0.0", agency: str = "X") -> dict[str, object]:
    return {
        "agency": agency,
        "id": id,
        "version": version,
        "name": NAME,
        "description": None,
        "is_final": True,
        "is_partial": False,
    }


def codelist(id: str, version: str = "1.0.0", agency: str = "X") -> ItemScheme:
    codes = (Item("A", NAME), Item("A1", NAME, parent="A"), Item("A11", NAME, parent="A1"))
    return ItemScheme(kind=Kind.CODELIST, **identity(id, version, agency), items=codes)


def component(id: str, codelist: str | None) -> Component:
    concept = Reference(Kind.CONCEPT_SCHEME, "X", "CS", "1.0.0", id)
    listed = None if codelist is None else Reference(Kind.CODELIST, "X", codelist, "1.0.0")
    return Component(id, concept, Representation(listed, None if listed else "String"))


def structure(id: str, *codelists: str) -> DataStructure:
    return DataStructure(
        **identity(id),
        dimensions=tuple(component("DIM", each) for each in codelists),
        time=component("TIME_PERIOD", None),
        measure=component("OBS_VALUE", None),
        attributes=(
            Attribute(
                **{
                    name: getattr(component("NOTE", None), name)
                    for name in ("id", "concept", "representation")
                },
                attachment=Attachment.OBSERVATION,
                mandatory=False,
            ),
        ),
    )


def dataflow(id: str, of: str) -> Dataflow:
    return Dataflow(**identity(id), structure=Reference(Kind.DATA_STRUCTURE, "X", of, "1.0.0"))


CONCEPTS = ItemScheme(
    kind=Kind.CONCEPT_SCHEME,
    **identity("CS"),
    items=tuple(Item(id, NAME) for id in ("DIM", "TIME_PERIOD", "OBS_VALUE", "NOTE")),
)
SMALL = (
    codelist("CL_A"),
    codelist("CL_B"),
    CONCEPTS,
    structure("DSD1", "CL_A", "CL_B"),
    structure("DSD2", "CL_B"),
    dataflow("DF1", "DSD1"),
    dataflow("DF2", "DSD1"),
    dataflow("DF3", "DSD2"),
)


def asked(resource: str, id: str, references: str, *items: str) -> StructureQuery:
    pattern = ArtefactPattern(("X",), (id,) if id else (), (VersionPattern("~"),))
    resources = (resource,) if resource else tuple(RESOURCES)
    return StructureQuery(resources, pattern, items, references=tuple(references.split(",")))


@pytest.mark.parametrize(
    ("resource", "id", "references", "expected"),
    [
        ("codelist", "CL_A", "none", ""),
        ("codelist", "CL_A", "children", ""),
        ("codelist", "CL_A", "descendants", ""),
        ("codelist", "CL_A", "parents", "DSD1"),
        ("codelist", "CL_A", "parentsandsiblings", "CL_B CS DSD1"),
        ("codelist", "CL_A", "ancestors", "DF1 DF2 DSD1"),
        ("codelist", "CL_A", "all", "CL_B CS DSD1"),
        ("codelist", "CL_A", "dataflow", "DF1 DF2"),
        ("codelist", "CL_A", "datastructure", "DSD1"),
        ("codelist", "CL_B", "parents", "DSD1 DSD2"),
        ("codelist", "CL_B", "ancestors", "DF1 DF2 DF3 DSD1 DSD2"),
        ("datastructure", "DSD1", "children", "CL_A CL_B CS"),
        ("datastructure", "DSD1", "parents", "DF1 DF2"),
        ("datastructure", "DSD1", "parentsandsiblings", "DF1 DF2"),
        ("datastructure", "DSD1", "all", "CL_A CL_B CS DF1 DF2"),
        ("dataflow", "DF1", "children", "DSD1"),
        ("dataflow", "DF1", "descendants", "CL_A CL_B CS DSD1"),
        ("dataflow", "DF1", "parents", ""),
        ("dataflow", "DF1", "all", "CL_A CL_B CS DSD1"),
        ("dataflow", "DF1", "codelist", "CL_A CL_B"),
        ("dataflow", "DF3", "codelist", "CL_B"),
        ("dataflow", "DF1", "codelist,conceptscheme", "CL_A CL_B CS"),
        ("dataflow", "DF1", "categorisation", ""),
        ("conceptscheme", "CS", "parents", "DSD1 DSD2"),
        ("dataflow", "", "children", "DSD1 DSD2"),
        ("", "CL_A", "parents", "DSD1"),
    ],
)
def test_references_give_what_the_standard_says(
    resource: str, id: str, references: str, expected: str
) -> None:
    """Source: SDMX-REST 2.2.2, structures.md; what was named is never named a second time."""
    named, related = Registry(SMALL).answer(asked(resource, id, references))

    assert sorted(each.id for each in related) == expected.split()
    assert not {each.reference for each in named} & {each.reference for each in related}


VERSIONS = ("0.9.0", "1.0.0", "1.2.0", "1.10.0", "2.0.0-draft")


@pytest.mark.parametrize(
    ("patterns", "expected"),
    [
        (("*",), VERSIONS),
        (("~",), ("2.0.0-draft",)),
        (("+",), ("1.10.0",)),
        (("1.2.0",), ("1.2.0",)),
        (("2.0.0-draft",), ("2.0.0-draft",)),
        (("1.0.0", "+"), ("1.0.0", "1.10.0")),
        (("+", "~"), ("1.10.0", "2.0.0-draft")),
        (("1.0.0", "7.0.0"), ("1.0.0",)),
        (("7.0.0",), None),
        (("1.1",), None),
    ],
    ids=lambda value: " ".join(value) if value else "none",
)
def test_a_version_pattern_chooses(
    patterns: tuple[str, ...], expected: tuple[str, ...] | None
) -> None:
    """Numbers compare as numbers; a draft is the latest but never the latest stable one."""
    registry = Registry([codelist("CL", version) for version in reversed(VERSIONS)])
    pattern = ArtefactPattern((), ("CL",), tuple(VersionPattern(each) for each in patterns))

    if expected is None:
        with pytest.raises(NotFound) as caught:
            registry.matching([Kind.CODELIST], pattern)

        assert "X:CL(1.0.0)" in caught.value.allowed
    else:
        found = registry.matching([Kind.CODELIST], pattern)

        assert sorted(each.version for each in found) == sorted(expected)


def test_each_artefact_has_its_own_latest() -> None:
    """Agencies and ids do not share their versions."""
    registry = Registry(
        [codelist("CL", "1.0.0"), codelist("CL", "2.1", "Y"), codelist("CM", "3.0.0")]
    )

    found = registry.matching([Kind.CODELIST], ArtefactPattern((), (), (VersionPattern("+"),)))

    assert {str(each.reference) for each in found} == {"X:CL(1.0.0)", "Y:CL(2.1)", "X:CM(3.0.0)"}


@pytest.mark.parametrize(
    ("items", "expected"),
    [
        (("A",), [("A", None)]),
        (("A1",), [("A1", None)]),
        (("A", "A1"), [("A", None), ("A1", "A")]),
        (("A11", "A"), [("A", None), ("A11", None)]),
    ],
    ids=["root", "child", "both", "root and grandchild"],
)
def test_an_item_query_gives_those_items_alone(
    items: tuple[str, ...], expected: list[tuple[str, str | None]]
) -> None:
    """The list says that it is partial, and no code names a parent that is not there."""
    (found,), _ = Registry(SMALL).answer(asked("codelist", "CL_A", "none", *items))

    assert isinstance(found, ItemScheme)
    assert found.is_partial
    assert [(code.id, code.parent) for code in found.items] == expected


def test_an_item_query_leaves_the_list_whole_for_the_next() -> None:
    """What one caller asks for changes nothing for another."""
    registry = Registry(SMALL)
    registry.answer(asked("codelist", "CL_A", "none", "A"))

    (found,), _ = registry.answer(asked("codelist", "CL_A", "none"))

    assert found == codelist("CL_A")


@pytest.mark.parametrize(
    ("resource", "id", "item", "error"),
    [
        pytest.param("codelist", "CL_A", "Z", NotFound, id="no such code"),
        pytest.param("dataflow", "DF1", "A", SemanticError, id="no items in a dataflow"),
        pytest.param("codelist", "CL_Z", "A", NotFound, id="no such list"),
    ],
)
def test_an_item_that_is_not_there_is_told(
    resource: str, id: str, item: str, error: type[Exception]
) -> None:
    """Never a list silently emptied."""
    with pytest.raises(error):
        Registry(SMALL).answer(asked(resource, id, "none", item))


@pytest.mark.parametrize(
    ("missing", "named"),
    [
        pytest.param("CL_A", "X:CL_A(1.0.0)", id="code list"),
        pytest.param("CS", "X:CS(1.0.0)", id="concept scheme"),
        pytest.param("DSD2", "X:DSD2(1.0.0)", id="structure"),
    ],
)
def test_a_registry_is_complete_or_is_not(missing: str, named: str) -> None:
    """A reference that leads nowhere is named when the gateway starts, not when a client asks."""
    with pytest.raises(BadConfiguration) as caught:
        Registry(each for each in SMALL if each.id != missing)

    assert named in caught.value.sentence()


def test_a_component_without_its_concept_is_refused() -> None:
    """The scheme is there, the concept in it is not."""
    shorter = replace(CONCEPTS, items=CONCEPTS.items[1:])

    with pytest.raises(BadConfiguration, match=r"DSD1.*DIM"):
        Registry([shorter, *(each for each in SMALL if each is not CONCEPTS)])
