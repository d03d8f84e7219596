"""Structure sets of SDMX-ML 2.1, read from their element.

sdmx1 2.28 loses the name of a set and of its maps (seen 2026-11), so that this reads them itself.
Source: SDMX-ML 2.1, SDMXStructureStructureSet.xsd.
"""

from lxml import etree

from gateway.model.artefact import Artefact, Kind, Reference
from gateway.model.maps import RepresentationMap, StructureSet
from gateway.model.text import LANGUAGES, Text
from gateway.registry.fault import Fault

_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"


def read_set(element: etree._Element) -> Artefact:
    """The set, with its maps between code lists. Raises Fault for maps of another kind."""
    agency, version = element.get("agencyID", ""), element.get("version", "")
    return StructureSet(
        agency=agency,
        id=element.get("id", ""),
        version=version,
        name=_name(element),
        description=_words(element, "Description"),
        is_final=element.get("isFinal") == "true",
        representation_maps=tuple(
            _codelist_map(each, agency, version)
            for each in element
            if etree.QName(each).localname not in ("Name", "Description")
        ),
    )


def _codelist_map(element: etree._Element, agency: str, version: str) -> RepresentationMap:
    """A map inside a set has no agency or version of its own: it has the set's."""
    if etree.QName(element).localname != "CodelistMap":
        raise Fault(f"{element.get('id')} is no map between code lists")
    return RepresentationMap(
        agency=agency,
        id=element.get("id", ""),
        version=version,
        name=_name(element),
        description=_words(element, "Description"),
        source=_codelist(element, "Source"),
        target=_codelist(element, "Target"),
        mappings=tuple(
            (_code(pair, "Source"), _code(pair, "Target"))
            for pair in element.iterfind("{*}CodeMap")
        ),
    )


def _name(element: etree._Element) -> Text:
    name = _words(element, "Name")
    if name is None:
        raise Fault(f"{element.get('id')} has no name")
    return name


def _words(element: etree._Element, what: str) -> Text | None:
    said = {each.get(_LANGUAGE): each.text for each in element.iterfind(f"{{*}}{what}")}
    if not said:
        return None
    if missing := [language for language in LANGUAGES if not said.get(language)]:
        raise Fault(f"the {what} of {element.get('id')} is not given in {', '.join(missing)}")
    return Text(es=str(said["es"]), en=str(said["en"]))


def _codelist(element: etree._Element, side: str) -> Reference:
    named = element.find(f"{{*}}{side}/Ref")
    if named is None:
        raise Fault(f"{element.get('id')} names no {side}")
    given = named.get("agencyID", ""), named.get("id", ""), named.get("version", "")
    return Reference(Kind.CODELIST, *given)


def _code(pair: etree._Element, side: str) -> str:
    named = pair.find(f"{{*}}{side}/Ref")
    if named is None:
        raise Fault(f"a code map lacks its {side}")
    return named.get("id", "")
