"""What a sheet says outside its table, or at the foot of it, of the figures inside."""

import re

import numpy as np

from gateway.intake.clean import label
from gateway.intake.frame import Frame, coded_by, constant
from gateway.intake.provision import Provision
from gateway.intake.table import SourceTable

_NOTE = re.compile(r"\(?(\d{1,2}|\*+|[a-z](?=[/)]))[/)]?\s+(.+)")


def with_attributes(
    frame: Frame, titles: list[str], remarks: tuple[str, ...], provision: Provision
) -> Frame:
    """The rows with what the provision says of all of them, changed by what this sheet says."""
    said = label(" / ".join((*titles, *remarks)))
    found = provision.constants()
    for note in provision.notes:
        if label(note.says) in said:
            found.update(note.sets)
    return frame.having({name: constant(code, len(frame)) for name, code in found.items()})


def footnotes(
    frame: Frame, table: SourceTable, cells: tuple[np.ndarray, np.ndarray], provision: Provision
) -> Frame:
    """The rows with the footnotes of their row and column, where an attribute is to have them."""
    attribute = provision.labels.footnotes
    if attribute is None:
        return frame
    found = [match for each in table.remarks if (match := _NOTE.fullmatch(each))]
    texts = {match[1]: match[2] for match in found}
    down = [texts.get(row.mark) for row in table.rows]
    across = [texts.get(column.mark) for column in table.columns]
    if not any(down) and not any(across):
        return frame
    width = len(across)
    both = cells[0] * width + cells[1]
    already = frame.codes.get(attribute)
    kept = [None] * len(both) if already is None else [already.value(n) for n in range(len(both))]
    known: dict[int, str | None] = {}
    said: list[str | None] = []
    for at, before in zip(both.tolist(), kept, strict=True):
        if at not in known:
            notes = dict.fromkeys(filter(None, (down[at // width], across[at % width])))
            known[at] = " ".join(notes) or None
        mine = known[at]
        said.append(mine if before is None else f"{before}. {mine}" if mine else before)
    return frame.having({attribute: coded_by(said, np.arange(len(said)))})
