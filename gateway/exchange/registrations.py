"""Answers to questions for registrations: each provision of which a caller may see something."""

from collections.abc import Iterator
from datetime import datetime

from gateway.errors import NoResults, NotFound
from gateway.exchange.data import Data, agreement_of
from gateway.formats.registry_message import Registration
from gateway.intake.provision import Provision
from gateway.model.artefact import Reference
from gateway.model.query import (
    ArtefactPattern,
    DataQuery,
    RegistrationQuery,
    VersionPattern,
    Wanted,
)
from gateway.model.visibility import Visibility
from gateway.registry import Registry
from gateway.releases.store import Store
from gateway.rest import v2


class Registrations:
    """The registrations of a gateway's provisions: one each, with the provision's id."""

    def __init__(self, data: Data, registry: Registry, store: Store) -> None:
        self._data = data
        self._registry = registry
        self._store = store

    def answer(
        self, query: RegistrationQuery, visibility: Visibility, service: str
    ) -> tuple[Registration, ...]:
        """The registrations that a question asks for, at least one.

        `service` is the address of the gateway. Raises NotFound for an id or artefact that is not
        there, or that the caller sees nothing of; NoResults where no name was said.
        """
        found = tuple(self._found(query, visibility, service))
        if not found and query.ids:
            raise NotFound(
                f"There is no registration {', '.join(query.ids)}.",
                spanish=f"No hay ningún registro {', '.join(query.ids)}.",
                subject="id",
            )
        if not found:
            raise NoResults(
                "No registration fits the question.",
                spanish="Ningún registro responde a la pregunta.",
                subject=str(query.pattern),
            )
        return found

    def _found(
        self, query: RegistrationQuery, visibility: Visibility, service: str
    ) -> Iterator[Registration]:
        asked = DataQuery(query.context, query.pattern, providers=query.providers)
        meant = {
            id
            for supply in self._data.supplies(asked, visibility)
            if not supply.derived
            for id in supply.provisions
        }
        for provision in self._data.provisions:
            if provision.id in meant and (not query.ids or provision.id in query.ids):
                updated = self._updated(provision, visibility)
                if updated is not None and _between(updated, query):
                    yield self._registration(provision, updated, service)

    def _updated(self, provision: Provision, visibility: Visibility) -> datetime | None:
        """Since when the caller sees what stands now; None where there is nothing to be seen."""
        release = self._store.catalogue.visible(provision.id, visibility)
        if release is None:
            return None
        cube = self._store.cube(release, provision.structure)
        seen = cube.pick(Wanted(first=1), visibility)
        ahead = release.visible_from > visibility.at
        since = release.released_at if ahead else release.visible_from
        return since if len(seen.series) else None

    def _registration(self, provision: Provision, updated: datetime, service: str) -> Registration:
        agreement = agreement_of(provision)
        constrained = (agreement, provision.flow.reference, provision.structure.reference)
        return Registration(
            provision.id,
            agreement,
            f"{service}/sdmx/v2/{v2.data_path(_data_of(agreement))}",
            updated,
            tuple(each.reference for each in self._registry.constraints(*constrained)),
        )


def _data_of(agreement: Reference) -> DataQuery:
    version = (VersionPattern(agreement.version),)
    return DataQuery(
        "provisionagreement", ArtefactPattern((agreement.agency,), (agreement.id,), version)
    )


def _between(updated: datetime, query: RegistrationQuery) -> bool:
    after, before = query.updated_after, query.updated_before
    return (after is None or updated > after) and (before is None or updated < before)
