"""Reads a spreadsheet of any usual kind into sheets of cells that keep their address and nesting.

A file that cannot be read at all is a BadFile, in one sentence; nothing here judges what a cell
means.
"""

from pathlib import Path

from gateway.intake.delimited import SUFFIXES, read_csv
from gateway.intake.ods import MIME, read_ods
from gateway.intake.sheet import Sheet, bad, locked
from gateway.intake.xls import read_xls
from gateway.intake.xlsx import read_xlsx

_OLE = b"\xd0\xcf\x11\xe0"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


def read_sheets(content: bytes, name: str) -> list[Sheet]:
    """The sheets of a file handed in under a name: .xlsx, .xls, .ods or CSV. Raises BadFile."""
    if not content:
        raise bad(name, "is empty", "está vacío")
    if content.startswith(_OLE):
        if _ENCRYPTED in content:
            raise locked(name)
        return read_xls(content, name)
    if content.startswith(b"PK"):
        # OpenDocument says what it is in its first member, which is not compressed.
        return (read_ods if MIME in content[:200] else read_xlsx)(content, name)
    if Path(name).suffix.lower() in SUFFIXES:
        return [read_csv(content, name)]
    raise bad(
        name,
        "is no spreadsheet; hand in an .xlsx, .xls or .ods workbook or a .csv file",
        "no es una hoja de cálculo; entregue un libro .xlsx, .xls u .ods o un archivo .csv",
    )
