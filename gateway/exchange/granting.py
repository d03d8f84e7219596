"""Grants beside the gateway's definitions: whether they fit, and what they amount to."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from gateway.access.caller import READ, Caller
from gateway.access.clients import SCOPES
from gateway.access.grants import Grant, RegionEmbargo, checked, subject_of
from gateway.access.patterns import means_flow, means_provider, region_parts
from gateway.errors import NotFound, SemanticError
from gateway.exchange.exchange import Exchange
from gateway.exchange.fitting import refuse_unfit
from gateway.intake.provision import Provision
from gateway.model.query import ArtefactPattern, DataQuery
from gateway.model.visibility import View


def fitting(exchange: Exchange, grant: Grant, to_come: frozenset[str] = frozenset()) -> Grant:
    """A grant that means something here; `to_come` are subjects that are about to be there.

    Raises BadSyntax, SemanticError or NotFound for one whose subject, dataflow or provider is not
    there, or whose region names what the structure does not have: a slip would grant nothing, or
    deny nothing, in silence.
    """
    grant = checked(grant)
    if grant.subject not in to_come:
        _refuse_unknown_subject(exchange, grant.subject)
    meant = [each for each in exchange.provisions.values() if _means(grant, each)]
    flows = [
        each for each in exchange.registry.dataflows if means_flow(grant.dataflow, each.reference)
    ]
    if not flows or (not meant and grant.provider != "*"):
        raise NotFound(
            f"No provider {grant.provider} supplies a dataflow {grant.dataflow}.",
            spanish=f"Ningún proveedor {grant.provider} suministra un flujo {grant.dataflow}.",
            subject=grant.dataflow,
            allowed=sorted(
                f"{each.provider} {each.flow.reference}" for each in exchange.provisions.values()
            ),
        )
    for each in meant:
        refuse_region(exchange, grant.region, each)
    return grant


def _means(grant: Grant, provision: Provision) -> bool:
    return means_provider(grant.provider, provision.provider) and means_flow(
        grant.dataflow, provision.flow.reference
    )


def _refuse_unknown_subject(exchange: Exchange, subject: str) -> None:
    """Clients and organisations are on record here; groups and people may be known elsewhere."""
    kind, id = subject_of(subject)
    known = {
        "organisation": lambda: [each.id for each in exchange.organisations.all()],
        "client": lambda: [each.id for each in exchange.clients.all()],
    }
    if kind in known and ":" not in id and id not in (ids := known[kind]()):
        raise NotFound(
            f"There is no {kind} {id}.",
            spanish=f"No hay {_SPANISH[kind]} {id}.",
            subject=id,
            allowed=ids[:20],
        )


_SPANISH = {"organisation": "organización", "client": "cliente"}


def refuse_region(exchange: Exchange, region: str, provision: Provision) -> None:
    """Raise SemanticError for a region that a provision's structure has not, BadSyntax for none."""
    key, filters = region_parts(region)
    every = ArtefactPattern((), (), ())
    query = DataQuery("dataflow", every, (key,) if key else (), filters)
    structure = provision.structure
    try:
        refuse_unfit(query, structure, exchange.registry.codes(structure))
    except SemanticError as error:
        raise SemanticError(
            f"The region {region} does not fit {provision.flow.reference}: {error.message} Name "
            "the dataflows that it is meant for.",
            spanish=f"La región {region} no cabe en {provision.flow.reference}: {error.spanish} "
            "Nombre los flujos de datos a los que se refiere.",
            subject="region",
            allowed=error.allowed,
        ) from error


def hold_back(
    exchange: Exchange, provision: str, region: str, until: datetime, by: str
) -> RegionEmbargo:
    """Put a region of a provision under embargo. Raises NotFound, BadSyntax, SemanticError."""
    refuse_region(exchange, region, exchange.provision(provision))
    return exchange.grants.embargo(provision, region, until, by, exchange.clock())


@dataclass(frozen=True, slots=True)
class Explained:
    """What a caller may read of one provision, and by which grants; nothing where no view is."""

    provision: str
    flow: str
    view: View
    grants: tuple[Grant, ...]


def somebody(exchange: Exchange, subject: str) -> Caller:
    """The caller that a subject is, with all that its tokens can carry. Raises NotFound."""
    kind, id = subject_of(subject)
    every = frozenset(SCOPES)
    if kind == "client":
        client = exchange.clients.get(id)
        if client is None:
            raise NotFound(
                f"There is no client {id}.", spanish=f"No hay ningún cliente {id}.", subject=id
            )
        return Caller(id, frozenset(client.scopes), id, organisation=client.organisation)
    return Caller(
        "",
        every,
        id if kind == "person" else "",
        organisation=id if kind == "organisation" else None,
        groups=frozenset({id} if kind == "group" else ()),
    )


def explained(exchange: Exchange, caller: Caller) -> Iterator[Explained]:
    """What a caller may read of each provision, and why."""
    now = exchange.clock()
    visibility = exchange.policy.visibility(caller, now)
    granted = exchange.policy.granted(caller, now, READ)
    for each in exchange.provisions.values():
        about = tuple(grant for grant in granted if _means(grant, each))
        yield Explained(each.id, str(each.flow.reference), visibility.view(each.id), about)


def readers_ahead(exchange: Exchange) -> list[tuple[Provision, Grant]]:
    """Who reads each provision before it is public: for the list that offices publish."""
    now = exchange.clock()
    ahead = [each for each in exchange.grants.rules().grants if each.embargoed and each.holds(now)]
    return [
        (provision, grant)
        for provision in exchange.provisions.values()
        for grant in ahead
        if READ in grant.actions and _means(grant, provision)
    ]
