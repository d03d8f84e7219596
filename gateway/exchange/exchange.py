"""The exchange: the verbs of the gateway, spoken to by command line and web alike."""

import contextlib
import hashlib
import secrets
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from functools import cached_property

from joserfc.jwk import KeySet

from gateway.access.audit import Audit
from gateway.access.clients import Clients
from gateway.access.grants import Grants
from gateway.access.keys import signing_keys
from gateway.access.organisations import Organisations
from gateway.access.policy import Policy
from gateway.access.rights import Provided, Realm
from gateway.database import Database
from gateway.errors import BadRequest, NoResults, NotFound, NotServed
from gateway.exchange.fitting import fitted, refuse_moments, refuse_unfit
from gateway.exchange.schemas import schema
from gateway.exchange.states import datasets
from gateway.formats.message import DataMessage, Header, StructureMessage, Subject
from gateway.formats.schema_message import SchemaMessage
from gateway.intake.agreements import artefacts_of
from gateway.intake.provision import Provision, read_provisions
from gateway.model.artefact import Kind
from gateway.model.query import DataQuery, SchemaQuery, StructureQuery
from gateway.model.release import Release
from gateway.model.structure import Dataflow
from gateway.model.visibility import Visibility
from gateway.registry import Registry, content_digest, definitions
from gateway.releases.catalogue import Catalogue
from gateway.releases.definitions import Definitions
from gateway.releases.files import Files
from gateway.releases.indexes import Indexes
from gateway.releases.statement import Record
from gateway.releases.store import Store
from gateway.settings import Home, Settings, database_password

_MADE = (Kind.PROVISION_AGREEMENT, Kind.DATA_STRUCTURE, Kind.STRUCTURE_SET)
"""The kinds of artefact that are made from provisions rather than read from `dsd/`."""

Clock = Callable[[], datetime]


def now() -> datetime:
    """The time, in UTC."""
    return datetime.now(UTC)


def _provided(provision: Provision) -> Provided:
    """A provision as the policy knows it."""
    flow, structure = provision.flow.reference, provision.structure
    return Provided(provision.id, provision.provider, flow, structure, provision.blanked)


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
        home.create()
        # What is served is what was read here, whatever becomes of the files meanwhile.
        self._content = content_digest(home.dsd)
        self._changed_at = datetime.fromtimestamp(home.definitions_changed_at(), UTC)
        files = definitions(home.dsd, home.cache)
        self.provisions: Mapping[str, Provision] = read_provisions(
            home.config / "provisions", Registry(files)
        )
        made = [each for one in self.provisions.values() for each in artefacts_of(one)]
        self.registry = Registry([*files, *made])
        self.database = Database(self.settings.database or home.database, database_password())
        self.store = Store(
            Catalogue(self.database),
            Files(self.settings.files or home.files),
            Indexes(home.indexes),
        )
        self.clients = Clients(self.database)
        self.organisations = Organisations(self.database)
        self.grants = Grants(self.database)
        self.audit = Audit(self.database)
        realm = Realm(
            tuple(_provided(each) for each in self.provisions.values()),
            tuple(each.reference for each in self.registry.dataflows),
        )
        self.policy = Policy(self.grants, realm)
        self.definitions = Definitions(self.database)
        self.definitions.record(self.registry, clock())

    @cached_property
    def keys(self) -> KeySet:
        """The keys that sign tokens."""
        return signing_keys(self.home.keys)

    def close(self) -> None:
        """Give back the database's connections."""
        self.database.close()

    def everything(self) -> Visibility:
        """What the operator at the terminal sees, as of now."""
        return self.policy.everything(self.clock())

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

    def data(self, query: DataQuery, visibility: Visibility) -> DataMessage:
        """The observations that a question asks for, as far as a caller may see them.

        Raises NotFound for a dataflow that is not there, SemanticError for a key or filter that
        does not fit its structure, NoResults where nothing is left.
        """
        refuse_moments(query, visibility.at)
        flows = self._flows(query, visibility)
        if len(flows) == 1:
            return self._answer(flows[0], query, visibility)
        found = [each for flow in flows for each in self._answers(flow, query, visibility)]
        if not found:
            raise NoResults("No observation fits the question.", subject=str(query.flows))
        if len(found) > 1:
            raise NotServed(
                f"{query.flows} means several dataflows with data; one at a time is served.",
                allowed=[str(each.subject.of) for each in found],
            )
        return found[0]

    def _flows(self, query: DataQuery, visibility: Visibility) -> list[Dataflow]:
        """Those that are there for a caller: any other is as if nobody had defined it."""
        if query.context == "datastructure":
            structures = self.registry.matching([Kind.DATA_STRUCTURE], query.flows)
            of = {each.reference for each in structures}
            every = [each for each in self.registry.dataflows if each.structure in of]
            flows = [each for each in every if visibility.knows(each.reference)]
        else:
            found = self.registry.matching([Kind.DATAFLOW], query.flows, visibility.knows)
            flows = [each for each in found if isinstance(each, Dataflow)]
        if not flows:
            raise NoResults(f"No dataflow uses {query.flows}.", subject=str(query.flows))
        return flows

    def _answers(
        self, flow: Dataflow, query: DataQuery, visibility: Visibility
    ) -> Iterator[DataMessage]:
        """The answer of one of several dataflows; none where the question does not fit it."""
        with contextlib.suppress(BadRequest):
            yield self._answer(flow, query, visibility)

    def _answer(self, flow: Dataflow, query: DataQuery, visibility: Visibility) -> DataMessage:
        structure = self.registry.structure(flow)
        refuse_unfit(query, structure, self.registry.codes(structure))
        query = fitted(query, structure)
        provisions = [*self._provisions(flow, query)]
        of = flow.structure if query.context == "datastructure" else flow.reference
        subject = Subject(of, structure, self.registry.labels(of, structure))
        found = datasets(self.store, provisions, subject, query, visibility)
        return DataMessage(self._header(), found, query.dimension_at_observation)

    def suppliers(self, query: DataQuery, visibility: Visibility) -> tuple[str, ...]:
        """The providers whose figures a question is about, as far as a caller sees any of them."""
        try:
            flows = {each.reference for each in self._flows(query, visibility)}
        except BadRequest:
            return ()
        return tuple(
            each.provider
            for each in self.provisions.values()
            if each.flow.reference in flows and visibility.sees(each.id)
        )

    def _provisions(self, flow: Dataflow, query: DataQuery) -> Iterator[str]:
        for provision in self.provisions.values():
            asked = not query.providers or provision.provider in query.providers
            if asked and provision.flow.reference == flow.reference:
                yield provision.id

    def structures(self, query: StructureQuery) -> StructureMessage:
        """The artefacts that a question asks for, with those that it wants beside them.

        Raises NotFound where there is none.
        """
        named, related = self._registry_at(query.as_of).answer(query)
        if "structureset" not in query.references:
            # A set's maps are related in their own right; SDMX 3 knows no sets.
            related = tuple(each for each in related if each.kind is not Kind.STRUCTURE_SET)
        stubs = {
            "allstubs": (*named, *related),
            "allcompletestubs": (*named, *related),
            "referencestubs": related,
            "referencecompletestubs": related,
        }.get(query.detail, ())
        return StructureMessage(
            self.definitions_header,
            (*named, *related),
            frozenset(each.reference for each in stubs),
            stubs_described="complete" in query.detail,
            related=frozenset(each.reference for each in related),
        )

    def everything_defined(self) -> StructureMessage:
        """Every artefact there is."""
        return StructureMessage(self.definitions_header, tuple(self.registry))

    def file_header(self, stem: str) -> Header:
        """The header of a structure file; its id may hold no full stop."""
        return Header(stem.replace(".", "_"), self.clock(), self.settings.sender)

    def schema(self, query: SchemaQuery) -> SchemaMessage:
        """The rules that data keep in a context. Raises NotFound where there is none."""
        return schema(self._registry_at(query.as_of), query)

    def _registry_at(self, moment: datetime | None) -> Registry:
        """The registry as it was served at a moment; now, where none is named."""
        if moment is None:
            return self.registry
        return self.registry.only(self.definitions.served_at(moment))

    def _header(self) -> Header:
        return Header(f"M{secrets.token_hex(8)}", self.clock(), self.settings.sender)

    @cached_property
    def definitions_header(self) -> Header:
        """The same for everyone until a definition changes, so that an ETag can stand for it.

        Its id is made from the content of `dsd/` and of what provisions add to it.
        """
        whole = hashlib.sha256(self._content.encode())
        for each in self.registry:
            if each.kind in _MADE:
                whole.update(repr(each).encode())
        return Header(f"S{whole.hexdigest()[:16]}", self._changed_at, self.settings.sender)

    def releases(self, provision: str | None = None) -> list[Release]:
        """Every release, or those of one provision, oldest first."""
        return [record.release for record in self.records(provision)]

    def records(self, provision: str | None = None) -> list[Record]:
        """Every release, or those of one provision, with all that is kept of it, oldest first.

        Raises NotFound for a provision that neither is nor was.
        """
        found = self.store.catalogue.records(provision)
        if provision is not None and not found:
            self.provision(provision)
        return found

    def faults(self) -> Iterator[str]:
        """What does not hold in this home; nothing where all is well."""
        yield from self.store.faults()
        for changed in self.definitions.changed(self.registry):
            yield f"{changed} is not what was first served under this version: raise it"
        for folder in (self.home.root, self.home.files, self.home.keys):
            if folder.stat().st_mode & 0o077:
                yield f"{folder} can be read by others: chmod 700 it"
        _ = self.keys
        for release in self.releases():
            if release.provision not in self.provisions:
                yield f"releases of {release.provision} are there, but no such provision"
