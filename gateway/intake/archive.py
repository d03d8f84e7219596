"""Opens the zip file that a modern workbook is, unless it is a bomb."""

import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from xml.parsers import expat

from lxml import etree

from gateway.intake.sheet import bad

MOST_BYTES_UNPACKED = 1024 * 1024 * 1024
"""A workbook that unpacks to more is refused before it is opened."""

MOST_TIMES_LARGER = 100
"""A workbook that unpacks to more than `NOT_SUSPICIOUS` and to more than so many times its size is
refused: sheets of figures come to ten or thirty times."""

NOT_SUSPICIOUS = 32 * 1024 * 1024

FAULTS = (
    *(zipfile.BadZipFile, zlib.error, expat.ExpatError),
    *(KeyError, EOFError, NotImplementedError, ValueError),
)
"""What a damaged archive raises, and `etree.XMLSyntaxError` for what is in it."""


@contextmanager
def opened(content: bytes, name: str) -> Iterator[zipfile.ZipFile]:
    """The archive of a workbook. Raises BadFile for one that unpacks out of all proportion."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        size = sum(member.file_size for member in archive.infolist())
        if size > MOST_BYTES_UNPACKED:
            raise _too_large(name, size, MOST_BYTES_UNPACKED)
        if size > max(NOT_SUSPICIOUS, MOST_TIMES_LARGER * len(content)):
            raise _too_large(name, size, max(NOT_SUSPICIOUS, MOST_TIMES_LARGER * len(content)))
        yield archive


def _too_large(name: str, size: int, limit: int) -> Exception:
    unpacked, most = size // 1024 // 1024, limit // 1024 // 1024
    return bad(
        name,
        f"unpacks to {unpacked} MB; the limit for a file of its size is {most} MB",
        f"se descomprime a {unpacked} MB; el límite para un archivo de su tamaño es {most} MB",
    )


def member(archive: zipfile.ZipFile, path: str) -> bytes:
    """A member whole. Raises what `FAULTS` names; a document type is a fault as well.

    No spreadsheet program writes one, and entities declared in it can grow without end.
    """
    content = archive.read(path)
    if b"<!DOCTYPE" in content[:4096]:
        raise ValueError(path)
    return content


def whole(content: bytes) -> bytes:
    """XML that is well formed to its end; raises ExpatError for any other.

    Calamine reads on after what it does not understand, and would leave figures out.
    """
    expat.ParserCreate().Parse(content, True)
    return content


def tree(content: bytes) -> etree._Element:
    """The XML of a member. Raises etree.XMLSyntaxError."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)
    return etree.fromstring(content, parser)
