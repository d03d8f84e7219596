"""Reads CSV as offices save it: UTF-8, UTF-16 or Windows-1252, with any usual separator."""

import csv
import io
import re
from collections import Counter
from pathlib import Path

from gateway.intake.sheet import Sheet, Value, bad

SUFFIXES = (".csv", ".txt", ".tsv", ".tab")

_SEPARATORS = "\t;|,"
"""In the order of preference: where decimals have commas, both separate the same columns."""

_LOOKED_AT = 400


def read_csv(content: bytes, name: str) -> Sheet:
    """The one sheet of a CSV file, every cell as text. Raises BadFile."""
    text = decoded(content, name)
    try:
        rows = list(
            csv.reader(io.StringIO(text, newline=""), delimiter=separator(text), strict=True)
        )
    except csv.Error as error:
        raise bad(name, f"is no CSV file ({error})", f"no es un archivo CSV ({error})") from error
    width = max((len(row) for row in rows), default=0)
    values: list[list[Value]] = []
    for row in rows:
        empty: list[Value] = [None] * (width - len(row))
        values.append([*(cell if cell.strip() else None for cell in row), *empty])
    return Sheet(Path(name).stem, values, {})


def decoded(content: bytes, name: str) -> str:
    """A file's text. Latin-1 is read as Windows-1252, which has its letters and more.

    Raises BadFile for what is no text.
    """
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            return content.decode("utf-16")
        except UnicodeDecodeError as error:
            raise bad(name, "is no text file", "no es un archivo de texto") from error
    if b"\x00" in content:
        raise bad(name, "is no text file", "no es un archivo de texto")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def separator(text: str) -> str:
    r"""What stands between the cells: what cuts most lines into equally many.

    >>> separator("Personas, por país\na;1,5\nb;2,5\nc;3,5"), separator("sep=|\na|b")
    (';', '|')
    """
    if said := re.match(r"sep=(.)\r?\n", text):
        return said[1]
    lines = text[:65536].splitlines()[:_LOOKED_AT]
    cut = {each: _regularity(lines, each) for each in _SEPARATORS}
    most, width = max(cut.values())
    # Commas also stand in titles and in figures: another one that cuts nearly as many lines wins.
    enough = (
        each for each, found in cut.items() if found >= (most * 0.6, 2) and found[1] >= width * 0.6
    )
    return next(enough, ",")


def _regularity(lines: list[str], separator: str) -> tuple[int, int]:
    """How many lines are cut into equally many cells, at least two; and into how many."""
    rows = csv.reader(lines, delimiter=separator)
    try:
        widths = Counter(len(row) for row in rows if len(row) > 1)
    except csv.Error:
        return 0, 0
    if not widths:
        return 0, 0
    width, lines_of_it = widths.most_common(1)[0]
    return lines_of_it, width
