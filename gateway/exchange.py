"""The exchange: the verbs of the gateway, spoken to by command line and web alike."""

import secrets
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

from joserfc.jwk import KeySet

from gateway.access.clients import Clients
from gateway.access.keys import signing_keys
from gateway.database import Database
from gateway.errors import BadFile, NoResults, NotFound, NotServed, SemanticError
from gateway.formats.message import DataMessage, Header, StructureMessage
from gateway.intake.checks import check_file
from gateway.intake.provision import Provision, read_provisions
from gateway.model.artefact import Dataflow, DataStructure, Kind
from gateway.model.query import DataQuery, Filter, StructureQuery
from gateway.model.release import Receipt, Release, State
from gateway.model.selection import Selection
from gateway.model.visibility import Visibility
from gateway.registry import Registry, read_folder
from gateway.releases.catalogue import Catalogue
from gateway.releases.files import Files
from gateway.releases.store import Store
from gateway.settings import Home, Settings

Clock = Callable[[], datetime]


def now() -> datetime:
    """The time, in UTC."""
    return datetime.now(UTC)


class Exchange:
    """One gateway: its home, its definitions, its releases and its clients."""

    def __init__(self, home: Home, clock: Clock = now) -> None:
        """Open a home, which is made where it is not there.

        Raises BadConfiguration for a fault in `dsd/` or `config/`, StorageFault for a folder
        that cannot be used.
        """
        self.home = home
        self.clock = clock
        self.settings: Settings = home.settings()
        self.registry = Registry(read_folder(home.dsd))
        self.provisions: Mapping[str, Provision] = read_provisions(
            home.config / "provisions", self.registry
        )
        home.create()
        self._database = Database(home.database)
        self.store = Store(Catalogue(self._database), Files(home.files))
        self.clients = Clients(self._database)

    @cached_property
    def keys(self) -> KeySet:
        """The keys that sign tokens."""
        return signing_keys(self.home.keys)

    def close(self) -> None:
        """Give back the database's connections."""
        self._database.close()

    def everything(self) -> Visibility:
        """What the operator at the terminal sees, as of now."""
        return Visibility(at=self.clock())

    def provision(self, id: str) -> Provision:
        """One provision. Raises NotFound with those that there are."""
        if id not in self.provisions:
            raise NotFound(
                f"There is no provision {id}.",
                spanish=f"No hay ninguna provisión {id}.",
                subject=id,
                allowed=self.provisions,
            )
        return self.provisions[id]

    def submit(self, path: Path, provision_id: str, *, check_only: bool = False) -> Receipt:
        """Read, check and release a file, all of it or nothing.

        Raises NotFound for the provision, BadFile for a file that cannot be read, StorageFault
        where it cannot be kept. What is wrong inside the file comes back as findings.
        """
        provision = self.provision(provision_id)
        content = _content(path)
        codes = self.registry.codes(provision.structure)
        checked = check_file(content, path.name, provision, codes)
        state, release = State.CHECKED, None
        if checked.observations is None:
            state = State.REFUSED
        elif not check_only:
            release, changed = self.store.publish(
                provision.id,
                str(provision.flow.reference),
                checked.observations,
                keep_other_years=provision.replaces == "years",
                source=(path.name, content),
                findings=checked.findings,
                now=self.clock(),
            )
            state = State.RELEASED if changed else State.UNCHANGED
        return Receipt(
            provision.id,
            state,
            checked.rows,
            checked.skipped,
            checked.controls,
            checked.findings,
            release,
        )

    def data(self, query: DataQuery, visibility: Visibility) -> DataMessage:
        """The observations that a question asks for, as far as a caller may see them.

        Raises NotFound for a dataflow that is not there, SemanticError for a key or filter that
        does not fit its structure, NoResults where nothing is left.
        """
        flow = self._flow(query)
        structure = self.registry.structure(flow)
        _refuse_unfit(query, structure, self.registry.codes(structure))
        selections = tuple(self._selections(flow, structure, query, visibility))
        if not selections:
            raise NoResults("No observation fits the question.", subject=str(flow.reference))
        of = flow.structure if query.context == "datastructure" else flow.reference
        return DataMessage(
            self._header(), of, structure, selections, query.dimension_at_observation
        )

    def _flow(self, query: DataQuery) -> Dataflow:
        if query.context == "datastructure":
            structures = self.registry.matching([Kind.DATA_STRUCTURE], query.flows)
            of = {each.reference for each in structures}
            flows = [each for each in self.registry.dataflows if each.structure in of]
        else:
            found = self.registry.matching([Kind.DATAFLOW], query.flows)
            flows = [each for each in found if isinstance(each, Dataflow)]
        if not flows:
            raise NoResults(f"No dataflow uses {query.flows}.", subject=str(query.flows))
        if len(flows) > 1:
            raise NotServed(
                f"{query.flows} means several dataflows; one at a time is served.",
                allowed=[str(each.reference) for each in flows],
            )
        return flows[0]

    def _selections(
        self, flow: Dataflow, structure: DataStructure, query: DataQuery, visibility: Visibility
    ) -> Iterator[Selection]:
        for provision in self.provisions.values():
            if provision.flow.reference != flow.reference:
                continue
            if query.providers and provision.provider not in query.providers:
                continue
            release = self.store.catalogue.visible(provision.id, visibility)
            if release is not None:
                cube = self.store.cube(release, structure)
                selection = cube.select(query.keys, query.filters)
                if len(selection):
                    yield selection

    def structures(self, query: StructureQuery) -> StructureMessage:
        """The artefacts that a question asks for, with those that it wants beside them.

        Raises NotFound where there is none, SemanticError for a `references` that is not known.
        """
        named, related = self.registry.answer(query)
        stubs = {
            "full": (),
            "allstubs": (*named, *related),
            "allcompletestubs": (*named, *related),
            "referencestubs": related,
            "referencecompletestubs": related,
        }[query.detail]
        return StructureMessage(
            self._header(),
            (*named, *related),
            frozenset(each.reference for each in stubs),
            stubs_described="complete" in query.detail,
        )

    def _header(self) -> Header:
        return Header(f"M{secrets.token_hex(8)}", self.clock(), self.settings.sender)

    def releases(self, provision: str | None = None) -> list[Release]:
        """Every release, or those of one provision, oldest first."""
        if provision is not None:
            self.provision(provision)
        return self.store.catalogue.all(provision)

    def faults(self) -> Iterator[str]:
        """What does not hold in this home; nothing where all is well."""
        yield from self.store.faults()
        for folder in (self.home.root, self.home.files, self.home.keys):
            if folder.stat().st_mode & 0o077:
                yield f"{folder} can be read by others: chmod 700 it"
        _ = self.keys
        for release in self.releases():
            if release.provision not in self.provisions:
                yield f"releases of {release.provision} are there, but no such provision"


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise BadFile(
            f"{path} cannot be read ({error.strerror}).",
            spanish=f"No se puede leer {path} ({error.strerror}).",
            subject=str(path),
        ) from error


def _refuse_unfit(
    query: DataQuery, structure: DataStructure, codes: Mapping[str, frozenset[str]]
) -> None:
    """Raise SemanticError for what the structure does not have, BadSyntax for no period."""
    dimensions = structure.dimension_ids
    for key in query.keys:
        if len(key) > len(dimensions):
            raise SemanticError(
                f"The key has {len(key)} positions; {structure.id} has {len(dimensions)}.",
                subject="key",
                allowed=[".".join(dimensions)],
            )
        for dimension, wanted in zip(dimensions, key, strict=False):
            _refuse_unknown(dimension, wanted or frozenset(), codes[dimension])
    for each in query.filters:
        if each.component == structure.time.id:
            _refuse_no_period(each)
        elif each.component in dimensions:
            _refuse_unknown(each.component, each.codes(), codes[each.component])
        else:
            known = {component.id for component in structure.components()}
            raise (NotServed if each.component in known else SemanticError)(
                f"c[{each.component}] is no filter on a dimension.",
                subject=each.component,
                allowed=(*dimensions, structure.time.id),
            )


def _refuse_no_period(filter: Filter) -> None:
    """Read every bound, so that one that is no period is refused even where no data are."""
    for group in filter.alternatives:
        for each in group:
            each.holds_in_time("2000")


def _refuse_unknown(dimension: str, wanted: frozenset[str], known: frozenset[str]) -> None:
    if unknown := sorted(wanted - known):
        few = sorted(known) if len(known) <= 20 else [*sorted(known)[:20], "…"]
        raise SemanticError(
            f"{dimension} has no code {', '.join(unknown)}.", subject=dimension, allowed=few
        )
