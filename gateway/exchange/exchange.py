"""The exchange: the verbs of the gateway, spoken to by command line and web alike."""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from functools import cached_property, partial

from gateway import __version__
from gateway.access import grants
from gateway.access.accounts import Accounts
from gateway.access.audit import Audit
from gateway.access.caller import Caller
from gateway.access.clients import Clients
from gateway.access.grants import Grants
from gateway.access.keys import KeyRing
from gateway.access.organisations import Organisations
from gateway.access.owners import Owners
from gateway.access.policy import Policy
from gateway.access.purposes import Purposes
from gateway.access.rights import Provided, Realm
from gateway.access.sealing import Seal, seal
from gateway.access.stamp import Stamp
from gateway.database import Database
from gateway.errors import NotFound, Overtaken
from gateway.exchange.availability import Availabilities
from gateway.exchange.bounds import Bounds
from gateway.exchange.data import Data, told_at
from gateway.exchange.metadata import metadata_sets
from gateway.exchange.mirror import Mirror
from gateway.exchange.overview import Overview
from gateway.exchange.registrations import Registrations
from gateway.exchange.remarks import read_remarks, said_apart
from gateway.exchange.schemas import schema
from gateway.exchange.sources import sources
from gateway.exchange.standing import AnyQuery, Standing
from gateway.formats.message import DataMessage, Header, Provenance, StructureMessage
from gateway.formats.metadata_message import MetadataMessage
from gateway.formats.registry_message import RegistrationMessage
from gateway.formats.schema_message import SchemaMessage
from gateway.intake.agreements import artefacts_of
from gateway.intake.metadata import read_metadata
from gateway.intake.provision import Provision, read_provisions
from gateway.model.artefact import Artefact, Kind
from gateway.model.query import (
    AvailabilityQuery,
    DataQuery,
    MetadataQuery,
    RegistrationQuery,
    SchemaQuery,
    StructureQuery,
)
from gateway.model.release import Release
from gateway.model.visibility import Visibility
from gateway.registry import Registry, content_digest, definitions
from gateway.releases import catalogue
from gateway.releases.catalogue import Catalogue
from gateway.releases.definitions import Definitions
from gateway.releases.files import Files
from gateway.releases.indexes import Indexes
from gateway.releases.statement import Record
from gateway.releases.store import Store
from gateway.settings import Home, Settings, database_password, master_key

Clock = Callable[[], datetime]


def now() -> datetime:
    """The time, in UTC."""
    return datetime.now(UTC)


_VERSION = f"SELECT * FROM ({grants.VERSION}) AS rules, ({catalogue.VERSION}) AS releases"  # noqa: S608 - both are ours


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
        self.metadata = read_metadata(home.config, Registry([*files, *made]), self.provisions)
        self._made = (*made, *self.metadata.definitions, *self.metadata.sets)
        self.registry = Registry([*files, *made, *self.metadata.definitions])
        self.database = Database(self.settings.database or home.database, database_password())
        self.store = Store(
            Catalogue(self.database),
            Files(self.settings.files or home.files),
            Indexes(home.indexes),
        )
        self.stamp = Stamp(self.database)
        self.clients = Clients(self.database, loopback=self.settings.loopback_keys)
        self.owners = Owners(self.database)
        self._remarks = read_remarks(home.config, self.registry)
        self.remarks = said_apart(home.config)
        self.mirror = Mirror(self.registry, self.provisions, self.store, self._remarks)
        self.overview = Overview(self.registry, self.mirror, self.store)
        self._data = Data(self.registry, self.provisions, self.store, self.mirror)
        self.organisations = Organisations(self.database)
        self.grants = Grants(self.database)
        self.audit = Audit(self.database, home.journals)
        realm = Realm(
            tuple(_provided(each) for each in self.provisions.values()),
            tuple(each.reference for each in self.registry.dataflows),
        )
        self.policy = Policy(self.grants, realm)
        self.definitions = Definitions(self.database)
        self.definitions.record(self._served(), clock())

    def _served(self) -> Iterator[Artefact]:
        """Everything of which a published version never changes."""
        yield from self.registry
        yield from self.metadata.sets

    @cached_property
    def keys(self) -> KeyRing:
        """The keys that sign tokens; the first is made where there is none."""
        ring = KeyRing(self.database, self.stamp, self._seal)
        ring.adopt(self.home.keys / "signing.jwk.json", self.clock())
        ring.ensure(self.clock())
        return ring

    @cached_property
    def _seal(self) -> Seal:
        """What seals secrets in the database, and what a page gives a browser to bring back."""
        path, own = master_key(self.home)
        return seal(path, make=own)

    @cached_property
    def accounts(self) -> Accounts:
        """The people who sign in."""
        return Accounts(self.database, Purposes(self._seal), self.clock)

    def close(self) -> None:
        """Chain what is on record, and give back the database's connections."""
        self.audit.close()
        self.database.close()

    def everything(self) -> Visibility:
        """What the operator at the terminal sees, as of now."""
        return self.policy.everything(self.clock())

    def visibility(self, caller: Caller) -> Visibility:
        """What a caller sees now, in answers that are each of one state of the releases."""
        releases = self.store.catalogue.version()  # before the look: what comes meanwhile counts
        return self.policy.visibility(caller, self.clock(), releases)

    def version(self) -> tuple[object, ...] | None:
        """What stands for all rules and all releases; None where nobody can tell at a glance."""
        return self.database.glance(_VERSION)

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

    def standing(self, query: AnyQuery, visibility: Visibility) -> Standing:
        """What decides the answer to a question of data, before anything is looked up.

        Raises NotFound for an artefact that is not there.
        """
        return self._data.standing(query, visibility, self.defined)

    @property
    def defined(self) -> tuple[tuple[str, str], datetime]:
        """What stands for all definitions, and when they last changed."""
        return (__version__, self.definitions_header.id), self._changed_at

    def data(
        self,
        query: DataQuery,
        visibility: Visibility,
        known: Standing | None = None,
        bounds: Bounds | None = None,
    ) -> DataMessage:
        """The observations that a question asks for, as far as a caller may see them.

        `known` is the question's standing, where that was asked for already. Raises NotFound,
        SemanticError, NoResults, TooLarge and TooSlow as `Data.answer` does, and Overtaken.
        """
        found = self._data.answer(query, visibility, bounds or Bounds())
        header = self._header(known, query, visibility)
        told = partial(
            sources,
            self._data,
            self.store,
            self.registry,
            self.provisions,
            self.metadata,
            query,
            visibility,
        )
        provenance = Provenance(licence=self.settings.licence, sources=told)
        return DataMessage(header, found, told_at(query, found), provenance=provenance)

    def narrower(self, query: DataQuery, visibility: Visibility, most: int) -> DataQuery | None:
        """The same question from a later year on, so that it has at most so many observations."""
        return self._data.narrower(query, visibility, most)

    def availability(
        self, query: AvailabilityQuery, visibility: Visibility, known: Standing | None = None
    ) -> StructureMessage:
        """Which values the data have that a question asks for, as far as a caller may see them.

        Raises what `Availabilities.answer` raises, and Overtaken.
        """
        found = Availabilities(self._data, self.registry, self.store)
        constraints, related = found.answer(query, visibility)
        named = frozenset(each.reference for each in related)
        header = self._header(known, query, visibility)
        return StructureMessage(header, (*constraints, *related), related=named)

    def suppliers(self, query: DataQuery, visibility: Visibility) -> tuple[str, ...]:
        """The providers whose figures a question is about, as far as a caller sees any of them."""
        return self._data.suppliers(query, visibility)

    def registrations(
        self,
        query: RegistrationQuery,
        visibility: Visibility,
        service: str,
        known: Standing | None = None,
    ) -> RegistrationMessage:
        """Where the data are that a caller may see, at a service's address, and since when.

        Raises NotFound and NoResults as `Registrations.answer` does, and Overtaken.
        """
        registrations = Registrations(self._data, self.registry, self.store)
        found = registrations.answer(query, visibility, service)
        header = self._header(known, query, visibility)
        return RegistrationMessage(header, found)

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

    def metadata_sets(self, query: MetadataQuery) -> MetadataMessage:
        """The reference metadata that a question asks for; anyone may read them.

        Raises NotFound and NoResults as `exchange.metadata` does.
        """
        sets = self.metadata.sets
        if query.as_of is not None:
            served = self.definitions.served_at(query.as_of)
            sets = tuple(each for each in sets if each.reference.urn in served)
        found = metadata_sets(self._registry_at(query.as_of), sets, query)
        return MetadataMessage(self.definitions_header, found, self.metadata.order, query.stubs)

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

    def _header(
        self,
        known: Standing | None,
        query: AnyQuery,
        visibility: Visibility,
    ) -> Header:
        """The same each time until the answer would be another, so that an ETag can be strong.

        What was found may be of a release that came after the look at how the question stands:
        then Overtaken is raised.
        """
        standing = known or self.standing(query, visibility)
        if visibility.releases not in (None, self.store.catalogue.version()):
            raise Overtaken("A release came while this was answered.")
        return Header(f"M{standing.digest[:16]}", standing.since, self.settings.sender)

    @cached_property
    def definitions_header(self) -> Header:
        """The same for everyone until a definition changes, so that an ETag can stand for it.

        Its id is made from the content of `dsd/`, of what provisions add to it, and of what
        analysts say of comparisons.
        """
        whole = hashlib.sha256(self._content.encode())
        for each in self._made:
            whole.update(repr(each).encode())
        for remark in self._remarks:
            whole.update(repr(remark.told).encode())
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
        for changed in self.definitions.changed(self._served()):
            yield f"{changed} is not what was first served under this version: raise it"
        for folder in (self.home.root, self.home.files, self.home.keys):
            if folder.stat().st_mode & 0o077:
                yield f"{folder} can be read by others: chmod 700 it"
        if self.settings.loopback_keys:
            yield "loopback_keys is on in gateway.toml: others' keys are taken without https"
        if self.keys.is_old(self.clock()):
            yield "the key that signs tokens is older than a year: gateway keys rotate"
        for release in self.releases():
            if release.provision not in self.provisions:
                yield f"releases of {release.provision} are there, but no such provision"
