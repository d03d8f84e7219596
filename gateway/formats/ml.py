"""What SDMX-ML 2.1 messages share: namespaces, the header, references.

Source: SDMX-ML 2.1 schemas, SDMXMessage.xsd and SDMXCommon.xsd.
"""

from lxml import etree

from gateway.formats.message import Header
from gateway.model.artefact import Reference

_BASE = "http://www.sdmx.org/resources/sdmxml/schemas/v2_1/"
MESSAGE = _BASE + "message"
COMMON = _BASE + "common"
STRUCTURE = _BASE + "structure"
GENERIC = _BASE + "data/generic"
SPECIFIC = _BASE + "data/structurespecific"
INSTANCE = "http://www.w3.org/2001/XMLSchema-instance"
LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"

Element = etree._Element  # lxml has no public name for what its functions return


def mes(name: str) -> str:
    """A name of the message namespace."""
    return f"{{{MESSAGE}}}{name}"


def com(name: str) -> str:
    """A name of the common namespace."""
    return f"{{{COMMON}}}{name}"


def add(parent: Element, name: str, text: str | None = None, **attributes: str) -> Element:
    """A new last child."""
    child = etree.SubElement(parent, name, attributes)
    child.text = text
    return child


def add_header(root: Element, header: Header) -> Element:
    """The header, to which a data message adds what its data sets are structured by."""
    element = add(root, mes("Header"))
    add(element, mes("ID"), header.id)
    add(element, mes("Test"), "false")
    add(element, mes("Prepared"), header.prepared.isoformat(timespec="seconds"))
    add(element, mes("Sender"), id=header.sender)
    return element


def add_reference(parent: Element, reference: Reference) -> None:
    """A `Ref` that names an artefact, or a concept inside one."""
    if reference.item is None:
        add(
            parent,
            "Ref",
            id=reference.id,
            version=reference.version,
            agencyID=reference.agency,
            package=reference.kind.package,
            **{"class": reference.kind},
        )
        return
    add(
        parent,
        "Ref",
        id=reference.item,
        maintainableParentID=reference.id,
        maintainableParentVersion=reference.version,
        agencyID=reference.agency,
        package=reference.kind.package,
        **{"class": "Concept"},
    )


def serialised(root: Element) -> bytes:
    """The whole message."""
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)
