"""What analysts say of comparisons, as `config/mirror.toml` has it: reasons and words for periods.

All faults of the file are named at once, with their lines.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec

from gateway.errors import BadConfiguration, BadSyntax
from gateway.intake.faults import shape_faults
from gateway.mirror.remarks import Remark
from gateway.model.period import chronological
from gateway.model.text import Text
from gateway.registry import Registry

FILE = "mirror.toml"

_FLOW = "LMIG:DF_MIRROR(1.0.0)"
_BEGINNING = re.compile(r"\s*\[\[notes\]\]")


class Note(msgspec.Struct, frozen=True, rename={"first": "from", "last": "to"}):
    """One note: a reason and words for what two sources say of a phenomenon in some periods."""

    reason: str
    sources: tuple[str, ...]
    indicator: str
    es: str
    en: str
    first: str = ""
    last: str = "9999"

    def remark(self) -> Remark:
        """The same as the comparison has it: COMMENT_OBS is one text, in both languages."""
        sources = frozenset(self.sources)
        return Remark(sources, self.indicator, self.reason, self.words, self.first, self.last)

    @property
    def words(self) -> str:
        """What is said, in both languages, as COMMENT_OBS has it."""
        return f"{self.es.strip()} / {self.en.strip()}"


class NotesFile(msgspec.Struct, frozen=True):
    """The content of `mirror.toml`."""

    notes: tuple[Note, ...] = ()


def read_remarks(config: Path, registry: Registry) -> tuple[Remark, ...]:
    """What analysts say below a `config/`; nothing in a home without such a file.

    Raises BadConfiguration with every fault.
    """
    found, faults = readable_remarks(config, registry)
    if faults:
        raise BadConfiguration("\n".join(faults), subject=str(config / FILE))
    return found


def said_apart(config: Path) -> Mapping[str, Text]:
    """The words of the remarks below a `config/` that holds, each language apart."""
    path = config / FILE
    if not path.is_file():
        return {}
    notes = msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), NotesFile).notes
    return {each.words: Text(each.es.strip(), each.en.strip()) for each in notes}


def readable_remarks(config: Path, registry: Registry) -> tuple[tuple[Remark, ...], list[str]]:
    """The remarks of a file that holds, or its faults as ``file:line: what is wrong``."""
    path = config / FILE
    if not path.is_file():
        return (), []
    text = path.read_text(encoding="utf-8")
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return (), [f"{FILE}: {error}"]
    if faults := [*_misshapen(content, text)]:
        return (), faults
    notes = msgspec.convert(content, NotesFile).notes
    faults = [
        f"{FILE}:{line}: {fault}"
        for note, line in zip(notes, _lines(text), strict=True)
        for fault in _faults(note, registry)
    ]
    return tuple(each.remark() for each in notes), faults


def _lines(text: str) -> list[int]:
    """The lines at which notes begin."""
    lines = enumerate(text.splitlines(), start=1)
    return [number for number, line in lines if _BEGINNING.match(line)]


def _misshapen(content: dict[str, object], text: str) -> Iterator[str]:
    """Unknown and missing keys, and values of another type, each with its note's line."""
    notes = content.get("notes", [])
    if not isinstance(notes, list) or len(_lines(text)) != len(notes):
        yield f"{FILE}: notes are written as [[notes]], one below the other"
        return
    others = {key: each for key, each in content.items() if key != "notes"}
    yield from (f"{FILE}: {each}" for each in shape_faults(others, NotesFile))
    for line, note in zip(_lines(text), notes, strict=True):
        yield from (f"{FILE}:{line}: {each}" for each in shape_faults(note, Note))


def _faults(note: Note, registry: Registry) -> Iterator[str]:
    codes = registry.codes(registry.structure(registry.dataflow(_FLOW)))
    said = {"MIRROR_REASON": (note.reason,), "INDICATOR": (note.indicator,),
            "DATA_SOURCE": note.sources}  # fmt: skip
    for component, values in said.items():
        yield from (f"{component} has no code {e}" for e in values if e not in codes[component])
    if len({*note.sources}) != 2:
        yield "sources names two different ones"
    if not note.es.strip() or not note.en.strip():
        yield "es and en both say something"
    for period in (note.first, note.last):
        try:
            chronological(period or "9999")
        except BadSyntax as error:
            yield str(error)
