"""Reference metadata as they are written in TOML, with the SDMX definitions that they stand under.

`config/metadata/structure.toml` names what can be said; a `metadata.toml` beside a provision, or a
file of `config/metadata/` for a dataflow, says it. All faults of all files are named at once, with
their lines.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

import msgspec

from gateway.errors import BadConfiguration
from gateway.intake.faults import shape_faults
from gateway.intake.provision import Provision
from gateway.model.artefact import Artefact, Item, ItemScheme, Kind, Reference
from gateway.model.metadata import (
    MetadataAttribute,
    Metadataflow,
    MetadataProvisionAgreement,
    MetadataSet,
    MetadataStructure,
)
from gateway.model.text import Text
from gateway.registry import Registry

STRUCTURE = "structure.toml"
PROVISION = "metadata.toml"

_FLOWS = {
    Kind.DATAFLOW: Text("Metadatos de los flujos de datos", "Metadata of dataflows"),
    Kind.PROVISION_AGREEMENT: Text("Metadatos de los suministros", "Metadata of provisions"),
}
_FLOW_IDS = {Kind.DATAFLOW: "MDF_DATAFLOWS", Kind.PROVISION_AGREEMENT: "MDF_PROVISIONS"}
_PROVIDERS = "METADATA_PROVIDERS"
_UNVERSIONED = "1.0"


class Words(msgspec.Struct, frozen=True):
    """One thing said in both languages."""

    es: str
    en: str

    def text(self) -> Text:
        """The same as the model has it; blanks at line ends and beginnings say nothing."""
        return Text(" ".join(self.es.split()), " ".join(self.en.split()))


class AttributeFile(Words, frozen=True):
    """What one attribute is called, and whether nobody may leave it out."""

    required: bool = False


class StructureFile(msgspec.Struct, frozen=True):
    """The content of `structure.toml`."""

    agency: str
    id: str
    version: str
    name: Words
    attributes: dict[str, AttributeFile]


class MetadataFile(msgspec.Struct, frozen=True):
    """What is said of a provision or, with its short name, of a dataflow; and by whom."""

    version: str
    says: dict[str, Words]
    dataflow: str | None = None
    provider: str | None = None


@dataclass(frozen=True, slots=True)
class Metadata:
    """Every metadata set, and the definitions that they stand under; none without a structure."""

    definitions: tuple[Artefact, ...] = ()
    sets: tuple[MetadataSet, ...] = ()

    @property
    def order(self) -> tuple[str, ...]:
        """The ids of all that can be said, in the order of the structure."""
        structures = (each for each in self.definitions if isinstance(each, MetadataStructure))
        return tuple(attribute.id for each in structures for attribute in each.attributes)

    @property
    def licences(self) -> dict[str, Text]:
        """On which terms the data of each provision may be used, where its provider says so."""
        return {
            each.target.id: dict(each.said)["LICENCE"]
            for each in self.sets
            if each.target.kind is Kind.PROVISION_AGREEMENT and "LICENCE" in dict(each.said)
        }


def read_metadata(
    config: Path, registry: Registry, provisions: Mapping[str, Provision]
) -> Metadata:
    """All reference metadata below a `config/`; none in a home that has no structure for them yet.

    Raises BadConfiguration with every fault.
    """
    if not _structure_of(config).is_file():
        return Metadata()
    found, faults = readable_metadata(config, registry, provisions)
    if faults:
        raise BadConfiguration("\n".join(faults), subject=str(config / "metadata"))
    return found


def readable_metadata(
    config: Path, registry: Registry, provisions: Mapping[str, Provision]
) -> tuple[Metadata, list[str]]:
    """The metadata that hold, and the faults of others; without a structure all are at fault."""
    path = _structure_of(config)
    if not path.is_file():
        return Metadata(), [*_without_structure(config)]
    faults: list[str] = []
    file = _decoded(path, StructureFile, faults)
    if file is None:
        return Metadata(), faults
    reader = _Reader(file, registry, provisions, faults)
    sets = tuple(reader.sets(config))
    return Metadata(tuple(_definitions(file, registry, sets)), sets), faults


def _structure_of(config: Path) -> Path:
    return config / "metadata" / STRUCTURE


def _without_structure(config: Path) -> Iterator[str]:
    for path in sorted(config.glob(f"provisions/*/{PROVISION}")):
        yield f"{_shown(path)}: there is no metadata/{STRUCTURE} that says what can be said"


TargetOf = Callable[[Path, MetadataFile], Artefact | None]
"""Names what a file is of; None where that cannot be told, which is a fault by then."""

F = TypeVar("F", StructureFile, MetadataFile)


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads files under one structure and gathers their faults."""

    structure: StructureFile
    registry: Registry
    provisions: Mapping[str, Provision]
    faults: list[str]

    def sets(self, config: Path) -> Iterator[MetadataSet]:
        for path in sorted((config / "metadata").glob("*.toml")):
            if path.name != STRUCTURE:
                yield from self._set(path, self._dataflow)
        for path in sorted(config.glob(f"provisions/*/{PROVISION}")):
            yield from self._set(path, self._agreement)

    def _set(self, path: Path, target_of: TargetOf) -> Iterator[MetadataSet]:
        file = _decoded(path, MetadataFile, self.faults)
        target = None if file is None else target_of(path, file)
        if file is None or target is None:
            return
        wrong = [*self._faults(path, file)]
        self.faults.extend(wrong)
        if not wrong:
            yield self._made(file, target)

    def _dataflow(self, path: Path, file: MetadataFile) -> Artefact | None:
        try:
            flow: Artefact = self.registry.dataflow(file.dataflow or "")
        except BadConfiguration as error:
            self.faults.append(f"{_at(path, 'dataflow')}: {error}")
            return None
        return flow

    def _agreement(self, path: Path, file: MetadataFile) -> Artefact | None:
        provision = self.provisions.get(path.parent.name)
        if file.dataflow is not None:
            self.faults.append(f"{_at(path, 'dataflow')}: this is said of the provision")
        if provision is None:  # whose own faults are told
            return None
        agreement = Reference(
            Kind.PROVISION_AGREEMENT, provision.flow.agency, provision.id, provision.version
        )
        return self.registry.get(agreement)

    def _faults(self, path: Path, file: MetadataFile) -> Iterator[str]:
        known = self.structure.attributes
        for id in file.says:
            if id not in known:
                yield f"{_at(path, id)}: there is no {id} (known: {', '.join(known)})"
        for id, attribute in known.items():
            if attribute.required and id not in file.says:
                yield f"{_shown(path)}: [says.{id}] is missing"
        for id, words in file.says.items():
            said = words.text()
            yield from (
                f"{_at(path, id)}: says.{id}.{language} is empty"
                for language, text in (("es", said.es), ("en", said.en))
                if not text
            )
        known_offices = _offices(self.structure, self.registry)
        if file.provider is not None and file.provider not in known_offices:
            where, offices = _at(path, "provider"), ", ".join(known_offices)
            yield f"{where}: there is no provider {file.provider} (known: {offices})"

    def _made(self, file: MetadataFile, target: Artefact) -> MetadataSet:
        structure = self.structure
        provider = file.provider or structure.agency
        flow = Reference(
            Kind.METADATAFLOW, structure.agency, _FLOW_IDS[target.kind], structure.version
        )
        said = {id: words.text() for id, words in file.says.items()}
        return MetadataSet(
            agency=f"{structure.agency}.{provider}",
            id=f"MS_{target.id}",
            version=file.version,
            name=Text(
                f"{target.name.es}: metadatos de referencia",
                f"{target.name.en}: reference metadata",
            ),
            flow=flow,
            target=target.reference,
            said=tuple((id, said[id]) for id in structure.attributes if id in said),
        )


def _decoded(path: Path, shape: type[F], faults: list[str]) -> F | None:
    """A file's content, or None and all that is wrong with its form."""
    try:
        content = path.read_text("utf-8")
        value = msgspec.toml.decode(content)
        wrong = shape_faults(value, shape)
        faults += [f"{_at(path, *_named_in(each))}: {each}" for each in wrong]
        return None if wrong else msgspec.convert(value, shape)
    except (msgspec.MsgspecError, UnicodeDecodeError, OSError) as error:
        faults.append(f"{_shown(path)}: {error}")
        return None


def _named_in(fault: str) -> list[str]:
    """The keys that a fault of form is about; what is missing stands on no line."""
    told = fault.partition(" is missing in ")[2] or fault
    return [name.rpartition(".")[2] for name in re.findall(r"[\w.]+", told)]


def _at(path: Path, *keys: str) -> str:
    """The file and the first line that states one of some keys or opens its table."""
    lines = path.read_text("utf-8").splitlines()
    for key in keys:
        stated = re.compile(rf"\s*({re.escape(key)}\s*=|\[([\w.]+\.)?{re.escape(key)}\])")
        for number, line in enumerate(lines, start=1):
            if stated.match(line):
                return f"{_shown(path)}, line {number}"
    return _shown(path)


def _shown(path: Path) -> str:
    return f"{path.parent.name}/{path.name}"


def _offices(file: StructureFile, registry: Registry) -> dict[str, Text]:
    """Who may say something: the agency that says what can be said, and the data providers.

    All of them, whoever does, for the scheme has one version for ever.
    """
    found: dict[str, Text] = {}
    for each in registry:
        if isinstance(each, ItemScheme) and each.kind is Kind.AGENCY_SCHEME:
            found |= {item.id: item.name for item in each.items if item.id == file.agency}
        elif isinstance(each, ItemScheme) and each.kind is Kind.DATA_PROVIDER_SCHEME:
            found |= {item.id: item.name for item in each.items}
    return found


def _definitions(
    file: StructureFile, registry: Registry, sets: Sequence[MetadataSet]
) -> Iterator[Artefact]:
    """The concepts, their structure, the flows, and who supplies them."""
    concepts = _concepts(file)
    yield concepts
    structure = MetadataStructure(
        agency=file.agency,
        id=file.id,
        version=file.version,
        name=file.name.text(),
        attributes=tuple(
            MetadataAttribute(id, replace(concepts.reference, item=id), each.required)
            for id, each in file.attributes.items()
        ),
        describes=tuple(_FLOWS),
    )
    yield structure
    providers = _providers(file, registry)
    yield providers
    for kind, name in _FLOWS.items():
        flow = Metadataflow(
            agency=file.agency,
            id=_FLOW_IDS[kind],
            version=file.version,
            name=name,
            structure=structure.reference,
            describes=kind,
        )
        yield flow
        of_flow = [each for each in sets if each.flow == flow.reference]
        yield from _agreements(flow, providers, {each.provider[1] for each in of_flow})


def _concepts(file: StructureFile) -> ItemScheme:
    return ItemScheme(
        kind=Kind.CONCEPT_SCHEME,
        agency=file.agency,
        id="CS_METADATA",
        version=file.version,
        name=Text("Conceptos de los metadatos de referencia", "Concepts of reference metadata"),
        items=tuple(Item(id, each.text()) for id, each in file.attributes.items()),
    )


def _providers(file: StructureFile, registry: Registry) -> ItemScheme:
    return ItemScheme(
        kind=Kind.METADATA_PROVIDER_SCHEME,
        agency=file.agency,
        id=_PROVIDERS,
        version=_UNVERSIONED,
        name=Text("Proveedores de metadatos", "Metadata providers"),
        items=tuple(Item(id, name) for id, name in _offices(file, registry).items()),
    )


def _agreements(
    flow: Metadataflow, providers: ItemScheme, ids: Set[str]
) -> Iterator[MetadataProvisionAgreement]:
    for item in providers.items:
        if item.id in ids:
            yield MetadataProvisionAgreement(
                agency=flow.agency,
                id=f"MPA_{flow.id.removeprefix('MDF_')}_{item.id}",
                version=flow.version,
                name=Text(f"{flow.name.es}: {item.name.es}", f"{flow.name.en}: {item.name.en}"),
                flow=flow.reference,
                provider=replace(providers.reference, item=item.id),
            )
