"""What analysts say of comparisons, as `config/mirror.toml` has it: reasons and words for periods.

All faults of the file are named at once, with their lines.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import msgspec

from gateway.errors import BadConfiguration, BadSyntax
from gateway.exchange.lists import hierarchies
from gateway.intake.faults import shape_faults
from gateway.mirror.hierarchy import Hierarchy
from gateway.mirror.remarks import Remark
from gateway.mirror.sides import BROKEN_DOWN
from gateway.model.period import chronological
from gateway.model.text import Text
from gateway.registry import Registry

FILE = "mirror.toml"

_FLOW = "LMIG:DF_MIRROR(1.0.0)"
_BEGINNING = re.compile(r"\s*\[\[notes\]\]")


_CATEGORIES = tuple(id for id in BROKEN_DOWN if not id.endswith("_AREA"))
"""The dimensions of which a note may be about some codes."""


class Note(msgspec.Struct, frozen=True, rename={"first": "from", "last": "to"}):
    """One note: a reason and words for what two sources, or some countries, say of a phenomenon.

    In some periods and categories; where the definitions are not `comparable`, they are not
    compared there.
    """

    reason: str
    indicator: str
    es: str
    en: str
    sources: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    categories: dict[str, tuple[str, ...]] = {}
    comparable: bool = True
    first: str = ""
    last: str = "9999"

    def remark(self, lists: Mapping[str, Hierarchy]) -> Remark:
        """The same as the comparison has it: COMMENT_OBS is one text, in both languages."""
        return Remark(
            frozenset(self.sources),
            self.indicator,
            self.reason,
            self.words,
            self.first,
            self.last,
            frozenset(self.countries),
            tuple((id, _within(lists[id], of)) for id, of in sorted(self.categories.items())),
            self.comparable,
        )

    @property
    def words(self) -> str:
        """What is said, in both languages, as COMMENT_OBS has it."""
        return f"{self.es.strip()} / {self.en.strip()}"


def _within(codelist: Hierarchy, codes: Iterable[str]) -> frozenset[str]:
    """Some codes, and all that they are made up of."""
    named = frozenset(codes)
    return frozenset(
        code for code in codelist.parents if not named.isdisjoint(codelist.above(code))
    )


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
    found = hierarchies(registry, registry.structure(registry.dataflow(_FLOW)))
    lists = dict(zip(BROKEN_DOWN, found, strict=True))
    faults = [
        f"{FILE}:{line}: {fault}"
        for note, line in zip(notes, _lines(text), strict=True)
        for fault in (*_faults(note, registry), *_faults_of_scope(note, lists))
    ]
    if faults:
        return (), faults
    return tuple(each.remark(lists) for each in notes), []


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
            "DATA_SOURCE": note.sources, "REF_AREA": note.countries,
            **{id: of for id, of in note.categories.items() if id in _CATEGORIES}}  # fmt: skip
    for component, values in said.items():
        yield from (f"{component} has no code {e}" for e in values if e not in codes[component])
    if not note.es.strip() or not note.en.strip():
        yield "es and en both say something"
    for period in (note.first, note.last):
        try:
            chronological(period or "9999")
        except BadSyntax as error:
            yield str(error)


def _faults_of_scope(note: Note, lists: Mapping[str, Hierarchy]) -> Iterator[str]:
    if len({*note.sources}) != 2 and (note.sources or not note.countries):
        yield "sources names two different ones, or countries says between whom"
    if len(note.countries) > 2:
        yield "countries names one or two"
    parts = (each for each in note.countries if lists["REF_AREA"].root(each) != each)
    yield from (f"{each} is a part of a country" for each in parts)
    for other in sorted(note.categories.keys() - {*_CATEGORIES}):
        yield f"categories names {other}, and can name {', '.join(_CATEGORIES)}"
