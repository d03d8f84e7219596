"""What SDMX-ML messages share: editions with their namespaces, the header, references, words.

Source: the schemas of SDMX-ML 2.1, 3.0 and 3.1, SDMXMessage.xsd and SDMXCommon.xsd. 2.1 refers by
`Ref` elements where 3.x has URNs.
"""

from dataclasses import dataclass, field
from functools import cache

from lxml import etree

from gateway.formats.message import Header
from gateway.model.artefact import Kind, Reference
from gateway.model.text import LANGUAGES, Language, Text

INSTANCE = "http://www.w3.org/2001/XMLSchema-instance"
LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"

Element = etree._Element  # lxml has no public name for what its functions return

_KINDS = {
    "2.1": {
        Kind.AVAILABILITY_CONSTRAINT: "ContentConstraint",
        Kind.DATA_CONSTRAINT: "ContentConstraint",
    },
    "3.0": {Kind.AVAILABILITY_CONSTRAINT: "DataConstraint"},
}
"""Where an edition has another name for a class than SDMX 3.1."""


@dataclass(frozen=True, slots=True)
class Edition:
    """One version of SDMX-ML, and the languages that a caller wants names in."""

    version: str
    languages: tuple[Language, ...] = field(default=LANGUAGES, compare=False)

    @property
    def is_21(self) -> bool:
        """Whether it is 2.1, which differs most from the others."""
        return self.version == "2.1"

    def namespace(self, part: str) -> str:
        """The namespace of a part, such as ``message`` or ``data/generic``."""
        return _namespace(self.version, part)

    def mes(self, name: str) -> str:
        """A name of the message namespace."""
        return f"{{{self.namespace('message')}}}{name}"

    def com(self, name: str) -> str:
        """A name of the common namespace."""
        return f"{{{self.namespace('common')}}}{name}"

    def struct(self, name: str) -> str:
        """A name of the structure namespace."""
        return f"{{{self.namespace('structure')}}}{name}"

    def klass(self, kind: Kind) -> str:
        """The class of an artefact as this edition names it."""
        return _KINDS.get(self.version, {}).get(kind, kind)

    def urn(self, reference: Reference) -> str:
        """The URN of an artefact or item, with the class as this edition names it."""
        return reference.urn.replace(f".{reference.kind}=", f".{self.klass(reference.kind)}=")


@cache
def _namespace(version: str, part: str) -> str:
    return f"http://www.sdmx.org/resources/sdmxml/schemas/v{version.replace('.', '_')}/{part}"


ML_21, ML_30, ML_31 = Edition("2.1"), Edition("3.0"), Edition("3.1")

MESSAGE = ML_21.namespace("message")
COMMON = ML_21.namespace("common")
GENERIC = ML_21.namespace("data/generic")
SPECIFIC = ML_21.namespace("data/structurespecific")


def add(parent: Element, name: str, text: str | None = None, **attributes: str) -> Element:
    """A new last child."""
    child = etree.SubElement(parent, name, attributes)
    child.text = text
    return child


def add_header(root: Element, header: Header, edition: Edition = ML_21) -> Element:
    """The header, to which a data message adds what its data sets are structured by."""
    element = add(root, edition.mes("Header"))
    add(element, edition.mes("ID"), header.id)
    add(element, edition.mes("Test"), "false")
    add(element, edition.mes("Prepared"), header.prepared.isoformat(timespec="seconds"))
    add(element, edition.mes("Sender"), id=header.sender)
    return element


def add_words(parent: Element, name: str, text: Text, edition: Edition) -> None:
    """A name or description in the caller's languages."""
    for language in edition.languages:
        add(parent, name, text.said(language)).set(LANGUAGE, language)


def add_reference(parent: Element, reference: Reference, edition: Edition = ML_21) -> None:
    """What names an artefact, or an item inside one: a `Ref` below the parent, or the URN in it."""
    if not edition.is_21:
        parent.text = edition.urn(reference)
        return
    named = {"id": reference.id, "version": reference.version}
    if reference.item is not None:
        named = {
            "id": reference.item,
            "maintainableParentID": reference.id,
            "maintainableParentVersion": reference.version,
        }
    klass = reference.kind.item if reference.item else edition.klass(reference.kind)
    more = {"class": klass or "", "package": reference.kind.package}
    add(parent, "Ref", **named, agencyID=reference.agency, **more)


def add_local_reference(parent: Element, id: str, edition: Edition, **more: str) -> None:
    """What names an item or component of the same artefact."""
    if edition.is_21:
        add(parent, "Ref", id=id, **more)
    else:
        parent.text = id


def serialised(root: Element) -> bytes:
    """The whole message."""
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)
