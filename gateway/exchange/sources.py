"""Which releases an answer is from: told to people who keep it, and looked up only then."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from gateway.exchange.data import Data
from gateway.formats.message import Source
from gateway.intake.metadata import Metadata
from gateway.intake.provision import Provision
from gateway.model.artefact import Reference
from gateway.model.query import DataQuery, Wanted
from gateway.model.text import Text
from gateway.model.visibility import Visibility
from gateway.registry import Registry
from gateway.releases.history import History
from gateway.releases.store import Store


def sources(
    data: Data,
    store: Store,
    registry: Registry,
    provisions: Mapping[str, Provision],
    metadata: Metadata,
    query: DataQuery,
    visibility: Visibility,
) -> tuple[Source, ...]:
    """The release of each provision that has something in the answer to a question.

    They are those of the moment of the visibility, as the answer is, whatever came since.
    """
    at = visibility if query.as_of is None else visibility.as_of(query.as_of)
    wanted = {
        id: Wanted() if each.supply.derived else each.query.wanted
        for each in data.asked(query, visibility)
        for id in each.supply.provisions
    }
    licences = metadata.licences
    found = (
        replace(source, licence=licences.get(id))
        for id, each in wanted.items()
        for source in _source(store, registry, provisions[id], each, at)
    )
    return tuple(found)


def _source(
    store: Store, registry: Registry, provision: Provision, wanted: Wanted, at: Visibility
) -> Iterator[Source]:
    """The source of a provision; none where it has nothing to say to the question."""
    release = store.catalogue.visible(provision.id, at)
    if release is None:
        return
    if len(History(store, provision.id, provision.structure).state(wanted, at)):
        yield Source(
            organisation_name(registry, provision.provider_reference),
            provision.name,
            release.number,
            release.released_at,
            release.source_name,
        )


def organisation_name(registry: Registry, organisation: Reference) -> Text:
    """The name of an organisation, as its scheme has it."""
    items = registry.scheme(organisation.artefact).items
    return next(item.name for item in items if item.id == organisation.item)
