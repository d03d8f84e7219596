"""What the sheet of notes of a workbook says, in the reader's language: source, terms, signs."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from gateway.formats.message import DataMessage, Source
from gateway.formats.sheet import Sheet
from gateway.model.structure import Attachment
from gateway.model.text import Language, Text

_WORDS = {
    "sheet": Text("Notas", "Notes"),
    "of": Text("Datos de", "Data of"),
    "source": Text("Fuente", "Source"),
    "release": Text("publicación", "release"),
    "of date": Text("del", "of"),
    "file": Text("archivo", "file"),
    "unknown": Text("No se conoce", "Not known"),
    "asked": Text("Consulta", "Query"),
    "as of": Text("Datos al", "Data as of"),
    "rows": Text("Filas", "Rows"),
    "cite": Text("Cómo citar", "How to cite"),
    "licence": Text("Licencia", "Licence"),
    "no licence": Text(
        "No se indica aquí; pregunte a la fuente.", "It is not stated here; ask the source."
    ),
    "same": Text("Igual en todas las filas", "The same in every row"),
    "folded": Text(
        "Estas columnas están plegadas; el signo + sobre las letras de las columnas las muestra.",
        "These columns are folded away; the + sign above the column letters shows them.",
    ),
    "totals": Text("Totales", "Totals"),
    "no sum": Text(
        "Una fila con el código _T es un total: no la sume a las filas de sus partes.",
        "A row with the code _T is a total: do not add it to the rows of its parts.",
    ),
    "columns": Text("Columnas", "Columns"),
    "empty": Text("Celda vacía", "Empty cell"),
    "missing": Text(
        "La fuente no da la cifra. No es cero.", "The source states no figure. It is not zero."
    ),
}

_TOTAL = "_T"
"""SDMX's code for a total in every list. Source: SDMX guidelines for code lists, 2.0."""


@dataclass(frozen=True, slots=True)
class Notes:
    """A sheet's name, its title, and lines of a label and a text each."""

    sheet: str
    title: str
    rows: tuple[tuple[str, str], ...]


def notes(message: DataMessage, sheets: Sequence[Sheet]) -> Notes:
    """The notes on some sheets of data."""
    language = message.manner.languages[0]
    title = "; ".join(each.subject.labels.of.said(language) for each in sheets)
    said = {id: text.said(language) for id, text in _WORDS.items()}
    lines = (*_on_message(message, sheets, title, said), *_on_sheets(sheets, language, said))
    name = said["sheet"]
    while any(each.name.lower() == name.lower() for each in sheets):
        name += "_"
    return Notes(name, title, lines)


def _on_message(
    message: DataMessage, sheets: Sequence[Sheet], title: str, said: dict[str, str]
) -> Iterator[tuple[str, str]]:
    language = message.manner.languages[0]
    # When somebody reads is not known here: the same answer is sent again until the data change.
    stands, provenance = message.header.prepared, message.provenance
    sources = provenance.sources()
    flows = ", ".join(str(each.subject.of) for each in sheets)
    yield said["of"], flows
    for source in sources:
        yield said["source"], _described(source, language, said)
    if not sources:
        yield said["source"], said["unknown"]
    yield said["as of"], stands.isoformat(" ", "seconds")
    if provenance.asked:
        yield said["asked"], provenance.asked
    yield said["rows"], "; ".join(f"{each.name}: {each.rows:,}" for each in sheets)
    named = [f"{s.provider.said(language)} ({said['release']} {s.release})" for s in sources]
    who = f"{'; '.join(named)}. " if named else ""
    yield said["cite"], f"{who}{title} ({flows}). {said['as of']} {_day(stands)}."
    yield from _terms(message, said)
    yield said["empty"], said["missing"]


def _terms(message: DataMessage, said: dict[str, str]) -> Iterator[tuple[str, str]]:
    """On which terms the data may be used: the gateway's, then what each provider says of its."""
    language, provenance = message.manner.languages[0], message.provenance
    told = [provenance.licence] if provenance.licence else []
    told += [
        f"{each.provision.said(language)}: {each.licence.said(language)}"
        for each in provenance.sources()
        if each.licence is not None
    ]
    for each in told or [said["no licence"]]:
        yield said["licence"], each


def _described(source: Source, language: Language, said: dict[str, str]) -> str:
    provider, provision = source.provider.said(language), source.provision.said(language)
    release = f"{said['release']} {source.release} {said['of date']} {_day(source.released_at)}"
    return f"{provider}: {provision}; {release}; {said['file']} {source.file}"


def _day(moment: datetime) -> str:
    return moment.date().isoformat()


def _on_sheets(
    sheets: Sequence[Sheet], language: Language, said: dict[str, str]
) -> Iterator[tuple[str, str]]:
    for sheet in sheets:
        yield "", ""
        yield sheet.name, sheet.subject.labels.of.said(language)
        if sheet.constants:
            yield said["same"], said["folded"]
        for id, value in sheet.constants.items():
            if value:
                yield _component(sheet, id, language), _code(sheet, id, value, language)
        if any(_TOTAL in (used := sheet.used(id)) and len(used) > 1 for id in sheet.ids):
            yield said["totals"], said["no sum"]
        yield said["columns"], "\n".join(_on_columns(sheet, language))
        yield from _on_signs(sheet, language)


def _on_columns(sheet: Sheet, language: Language) -> Iterator[str]:
    """What the columns without a column of names beside them hold."""
    for id in sheet.ids:
        name = sheet.subject.labels.components.get(id)
        if name is not None and id not in sheet.subject.labels.codes:
            yield f"{id}: {name.said(language)}"


def _on_signs(sheet: Sheet, language: Language) -> Iterator[tuple[str, str]]:
    """What the codes of attributes mean, as far as they are used and differ."""
    structure = sheet.subject.structure
    for id in structure.attribute_ids(*Attachment):
        used = sheet.used(id)
        if id in sheet.ids and id not in sheet.constants and used:
            meanings = "\n".join(_code(sheet, id, code, language) for code in used)
            yield _component(sheet, id, language), meanings


def _component(sheet: Sheet, id: str, language: Language) -> str:
    name = sheet.subject.labels.components.get(id)
    return id if name is None else f"{name.said(language)} ({id})"


def _code(sheet: Sheet, id: str, code: str, language: Language) -> str:
    name = sheet.subject.labels.codes.get(id, {}).get(code)
    return code if name is None else f"{code}: {name.said(language)}"
