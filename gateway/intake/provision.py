"""Provisions: how one office's file is laid out, as its `provision.toml` and code maps say.

`gateway.intake.language` has the words. All faults of all provisions are named at once.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec

from gateway.errors import BadConfiguration
from gateway.intake.clean import label
from gateway.intake.codemaps import EITHER, CodeMap, read_code_map
from gateway.intake.faults import faults, shape_faults
from gateway.intake.language import (
    Checks,
    Columns,
    Labels,
    Microdata,
    Note,
    Place,
    ProvisionFile,
    Rows,
    Table,
    Time,
    Values,
)
from gateway.model.artefact import Reference
from gateway.model.structure import Dataflow, DataStructure
from gateway.model.text import Text
from gateway.model.visibility import CONFIDENTIALITY, EMBARGOED, FREE
from gateway.registry import Registry

NESTED_IN = " > "
"""What stands between the labels of a path."""

SHARED_MAPS = "maps"
"""The folder beside `provisions/` with code maps that several provisions use."""


@dataclass(frozen=True, slots=True)
class Provision:
    """One provider supplying one dataflow, with everything that reading its file takes.

    `lists` are the codes of each component that has a list; `shared_maps` the names of the code
    maps that are not the provision's own. With `four_eyes`, what one person hands in another one
    has to approve. Of observations whose CONF_STATUS is among those `blanked`, who may not read
    them is still shown the key.
    """

    id: str
    name: Text
    version: str
    provider: str
    provider_reference: Reference
    flow: Dataflow
    structure: DataStructure
    table: Table
    rows: Rows
    columns: Columns
    labels: Labels
    components: Mapping[str, str | Place]
    time: Time
    attributes: Mapping[str, str | Place]
    values: Values
    notes: tuple[Note, ...]
    microdata: Microdata
    checks: Checks
    replaces: str
    four_eyes: bool
    blanked: frozenset[str]
    lists: Mapping[str, frozenset[str]]
    code_maps: Mapping[str, CodeMap]
    shared_maps: frozenset[str]
    sample: Path | None

    def constants(self) -> dict[str, str]:
        """The components and attributes that are the same in all observations."""
        named = {**self.components, **self.attributes}
        return {name: code for name, code in named.items() if isinstance(code, str)}

    def places(self) -> dict[str, Place]:
        """Where the other components and attributes are read, and the parts of the period.

        The parts go by the names ``time.year``, ``time.month``, ``time.period``, ``time.until``.
        """
        named = {**self.components, **self.attributes}
        found = {name: place for name, place in named.items() if isinstance(place, Place)}
        return {**found, **{f"time.{name}": each for name, each in self.time.places().items()}}

    def maps(self, place: Place) -> tuple[CodeMap, ...]:
        """The code maps of a place, in the order in which they are asked."""
        return tuple(self.code_maps[name] for name in place.codes)

    def code(self, component: str, place: Place, text: str) -> str | None:
        """The code of a label by the code maps of a place, or None where none knows it.

        A label that can mean several codes gives them all with ``|`` between them. A map that
        several provisions use gives only codes that the component's list has.
        """
        for each in self.maps(place):
            for key in _keys(text, nested=place.row == "path"):
                if key in each.entries:
                    code = each.entries[key].code(component)
                    if code is not None and self.fits(component, each, code):
                        return code
        return None

    def fits(self, component: str, source: CodeMap, code: str) -> bool:
        """Whether a map may give a code, or several with ``|`` between them, to a component."""
        known = self.lists.get(component)
        own = source.name not in self.shared_maps
        return own or known is None or known.issuperset(code.split(EITHER))


def _keys(text: str, *, nested: bool) -> tuple[str, ...]:
    """How a label is looked up; nested ones as a whole, by what they are nested in, and alone."""
    if not nested:
        return (label(text),)
    outer, arrow, own = text.rpartition(NESTED_IN)
    return label(text), label(f"{outer}{arrow}*"), label(own)


def read_provisions(folder: Path, registry: Registry) -> dict[str, Provision]:
    """Every provision below a folder, by id.

    Raises BadConfiguration with all faults: an unknown key, a code map that is not there, a
    component or attribute that the data structure does not have or that nothing feeds.
    """
    provisions, found = readable_provisions(folder, registry)
    if found:
        raise BadConfiguration("\n".join(found), subject=str(folder))
    return provisions


def readable_provisions(folder: Path, registry: Registry) -> tuple[dict[str, Provision], list[str]]:
    """The provisions below a folder that hold, by id, and the faults of the others."""
    provisions: dict[str, Provision] = {}
    found: list[str] = []
    for path in sorted(folder.glob("*/provision.toml")):
        try:
            provision = _read(path, registry)
            provisions[provision.id] = provision
        except BadConfiguration as error:
            found.append(f"{path.parent.name}/provision.toml: {error}")
    return provisions, found


def _read(path: Path, registry: Registry) -> Provision:
    file = _decode(path)
    flow = registry.dataflow(file.dataflow)
    structure = registry.structure(flow)
    wrong = [*faults(file, structure, path.parent)]
    maps: dict[str, CodeMap] = {}
    components = [each.id for each in structure.components()]
    for name in sorted({name for place in file.places().values() for name in place.codes}):
        try:
            maps[name] = read_code_map(_map_path(path.parent, name), components)
        except BadConfiguration as error:
            wrong.append(str(error))
    wrong += _unserved(file, maps)
    wrong += _not_blanked(file, registry.codes(structure))
    if wrong:
        raise BadConfiguration("; ".join(wrong))
    return Provision(
        id=file.id,
        name=Text(es=file.name.es, en=file.name.en),
        version=file.version,
        provider=file.provider,
        provider_reference=registry.provider(file.provider),
        flow=flow,
        structure=structure,
        table=file.table,
        rows=file.rows,
        columns=file.columns,
        labels=file.labels,
        components=file.components,
        time=file.time,
        attributes=file.attributes,
        values=file.values,
        notes=file.notes,
        microdata=file.microdata,
        checks=file.checks,
        replaces=file.replaces,
        four_eyes=file.approval == "four eyes",
        blanked=frozenset(file.blanked),
        lists=registry.codes(structure),
        code_maps=maps,
        shared_maps=frozenset(name for name in maps if not (path.parent / name).is_file()),
        sample=None if file.sample is None else path.parent / file.sample,
    )


def _decode(path: Path) -> ProvisionFile:
    try:
        content = path.read_bytes()
        if wrong := shape_faults(msgspec.toml.decode(content), ProvisionFile):
            raise BadConfiguration("; ".join(wrong))
        return msgspec.toml.decode(content, type=ProvisionFile)
    except (msgspec.MsgspecError, UnicodeDecodeError, OSError) as error:
        raise BadConfiguration(str(error)) from error


def _map_path(folder: Path, name: str) -> Path:
    """A code map of the provision's own, else the one of that name that all may use."""
    own = folder / name
    return own if own.is_file() else folder.parent.parent / SHARED_MAPS / name


def _unserved(file: ProvisionFile, maps: Mapping[str, CodeMap]) -> list[str]:
    return [
        f"{component}: {name} has neither a column code nor a column {component}"
        for component, place in file.places().items()
        for name in place.codes
        if name in maps and not maps[name].serves(component)
    ]


def _not_blanked(file: ProvisionFile, lists: Mapping[str, frozenset[str]]) -> list[str]:
    """What is free is never blanked; nor what is under embargo: it is not there yet."""
    known = lists.get(CONFIDENTIALITY, frozenset[str]()) - {FREE, EMBARGOED}
    return [
        f"blanked: {status} is no status of what is not free (known: {', '.join(sorted(known))})"
        for status in file.blanked
        if status not in known
    ]
