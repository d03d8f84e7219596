"""Which releases an answer is from: told to people who keep it, and looked up only then."""

from collections.abc import Iterator, Mapping

from gateway.formats.message import DataSet, Source
from gateway.intake.provision import Provision
from gateway.model.artefact import Kind, Reference
from gateway.model.query import DataQuery
from gateway.model.text import Text
from gateway.model.visibility import Visibility
from gateway.registry import Registry
from gateway.releases.history import History
from gateway.releases.store import Store


def sources(
    store: Store,
    registry: Registry,
    provisions: Mapping[str, Provision],
    datasets: tuple[DataSet, ...],
    query: DataQuery,
    visibility: Visibility,
) -> tuple[Source, ...]:
    """The release of each provision that has something in the answer to a question.

    They are those of the moment of the visibility, as the answer is, whatever came since.
    """
    at = visibility if query.as_of is None else visibility.as_of(query.as_of)
    asked = {each.subject.of for each in datasets}
    found = [each for each in provisions.values() if _supplies(each, asked, query.providers)]
    return tuple(source for each in found for source in _source(store, registry, each, query, at))


def _supplies(provision: Provision, asked: set[Reference], providers: tuple[str, ...]) -> bool:
    if providers and provision.provider not in providers:
        return False
    agreements = (each.id for each in asked if each.kind is Kind.PROVISION_AGREEMENT)
    of_flow = {provision.flow.reference, provision.flow.structure}
    return bool(of_flow & asked) or provision.id in agreements


def _source(
    store: Store, registry: Registry, provision: Provision, query: DataQuery, at: Visibility
) -> Iterator[Source]:
    """The source of a provision; none where it has nothing to say to the question."""
    release = store.catalogue.visible(provision.id, at)
    if release is None:
        return
    if len(History(store, provision.id, provision.structure).state(query.wanted, at)):
        yield Source(
            _name(registry, provision.provider_reference),
            provision.name,
            release.number,
            release.released_at,
            release.source_name,
        )


def _name(registry: Registry, organisation: Reference) -> Text:
    items = registry.scheme(organisation.artefact).items
    return next(item.name for item in items if item.id == organisation.item)
