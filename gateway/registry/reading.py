"""Reads one SDMX-ML 2.1 file into artefacts.

sdmx1 reads the messages; `gateway.registry.artefacts` copies what it gives into our own values, so
that nothing above this room depends on its classes.
"""

import contextlib
from collections.abc import Iterator
from io import BytesIO, StringIO
from pathlib import Path

import sdmx
from lxml import etree
from sdmx.message import StructureMessage

from gateway.model.artefact import Artefact, Kind
from gateway.registry.artefacts import read
from gateway.registry.fault import Fault
from gateway.registry.sets import read_set

SAFE = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)


def read_file(path: Path) -> Iterator[Artefact]:
    """The artefacts that one file states. Raises Fault."""
    try:
        stated = declared(etree.parse(path, SAFE))  # first: sdmx1 names no line
        with contextlib.redirect_stdout(StringIO()):  # sdmx1 prints pages of what it stumbled on
            message = sdmx.read_sdmx(BytesIO(path.read_bytes()))  # and leaves opened files open
    except etree.XMLSyntaxError as error:
        raise Fault(f"line {error.lineno}: {error.msg}") from error
    except Exception as error:  # sdmx1 raises whatever its parser happens to meet
        raise Fault(f"line 1: is not an SDMX-ML 2.1 structure message ({error})") from error
    if not isinstance(message, StructureMessage):
        raise Fault("line 1: is not an SDMX-ML 2.1 structure message")
    for element in stated:
        try:
            yield _artefact(element, message)
        except Fault as fault:
            raise Fault(f"line {element.sourceline}: {fault}") from fault


def _artefact(element: etree._Element, message: StructureMessage) -> Artefact:
    if etree.QName(element).localname == Kind.STRUCTURE_SET:
        return read_set(element)
    return read(message, element)


def declared(document: etree._ElementTree) -> list[etree._Element]:
    """What the file itself states; sdmx1 adds placeholders for what it refers to."""
    return list(document.getroot().iterfind("{*}Structures/*/*[@agencyID]"))
