"""Where a comparison comes from, and how far it goes: releases, breakdowns, and words on both."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from gateway.exchange.compared import Table
from gateway.exchange.comparing import MIRROR, PairQuery, data_query, dataflow
from gateway.exchange.exchange import Exchange
from gateway.exchange.pair_words import Words
from gateway.exchange.sources import organisation_name
from gateway.exchange.stated import Stating, stating
from gateway.formats.message import Source
from gateway.model.visibility import Visibility
from gateway.rest import v2


def released(exchange: Exchange, found: Sequence[Table]) -> dict[str, Source]:
    """The releases that some comparisons are from, by their names in REF_RELEASE."""
    names = dict.fromkeys(name for each in found for side in each.releases for name in side)
    return {name: _source(exchange, *name.rsplit(" ", 1)) for name in names}


def on_releases(exchange: Exchange, table: Table, said: Words) -> Iterator[str]:
    """In words, which releases either side of a comparison is from."""
    known = released(exchange, [table])
    for letter, names in zip("AB", table.releases, strict=True):
        for name in names:
            yield f"{letter}: {name}, {_described(known[name], said)}."


def _source(exchange: Exchange, id: str, number: str) -> Source:
    provision = exchange.provision(id)
    records = exchange.records(id)
    release = next(each.release for each in records if each.release.number == int(number))
    return Source(
        organisation_name(exchange.registry, provision.provider_reference),
        provision.name,
        release.number,
        release.released_at,
        release.source_name,
    )


def on_breakdown(
    exchange: Exchange, asked: PairQuery, table: Table, visibility: Visibility, said: Words
) -> Iterator[str]:
    """In words, what a comparison is broken down by, and what each source has that is not common.

    First what both reach; then, of each source, the dimensions that only it breaks down in a way
    that the other does not reach.
    """
    if table.breakdown:
        by = ", ".join(_named(table.breakdown, said))
        yield said(f"Desglose común: {by}.", f"Common breakdown: {by}.")
    else:
        yield said(
            "Desglose común: ninguno; se compara el total.",
            "Common breakdown: none; the whole is compared.",
        )
    flow = dataflow(exchange, asked.flow)
    alone = _not_common(table, [*stating(exchange, flow, visibility)])
    for source, dimensions in alone:
        by = ", ".join(_named(dimensions, said))
        yield said(
            f"{source} desglosa además por: {by}; el otro lado no alcanza esas categorías.",
            f"{source} has besides: {by}; the other side does not reach those categories.",
        )


def _named(dimensions: Sequence[str], said: Words) -> Iterator[str]:
    return (f"{said.component(id)} ({id})" for id in dimensions)


def _not_common(table: Table, there: Sequence[Stating]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Of each source of a comparison the dimensions that it breaks down and the pair does not."""
    ends = {table.of["REF_AREA"], table.of["COUNTERPART_AREA"]}
    for source in table.sources:
        by = dict.fromkeys(
            id
            for each in there
            if each.source == source and {each.reporter, each.partner} == ends
            for id in each.broken_down
            if id not in table.breakdown
        )
        if by:
            yield source, tuple(by)


def provenance_lines(
    exchange: Exchange,
    asked: PairQuery,
    found: Sequence[Table],
    visibility: Visibility,
    prepared: datetime,
    said: Words,
) -> Iterator[tuple[str, str]]:
    """What was asked, as of when, of whom: releases, definitions, notes, terms, how to cite."""
    sources = released(exchange, found)
    query = v2.data_path(data_query(exchange, asked, found))
    yield said("Datos de", "Data of"), MIRROR
    yield said("Al", "As of"), prepared.isoformat(" ", "seconds")
    yield said("Consulta", "Query"), f"/sdmx/v2/{query}"
    for name, each in sources.items():
        yield name, _described(each, said)
    yield from _on_tables(exchange, asked, found, visibility, said)
    who = "; ".join(
        f"{each.provider.said(said.language)} ({name})" for name, each in sources.items()
    )
    titles = "; ".join(dict.fromkeys(said.title(each) for each in found))
    day = prepared.date().isoformat()
    yield (
        said("Cómo citar", "How to cite"),
        f"{who}. {titles}. {said('Comparación espejo', 'Mirror comparison')}: {MIRROR}. "
        f"{said('Al', 'As of')} {day}.",
    )
    yield (
        said("Licencia", "Licence"),
        exchange.settings.licence
        or said(
            "No se indica aquí; pregunte a las fuentes.", "It is not stated here; ask the sources."
        ),
    )
    yield (
        said("Celda vacía", "Empty cell"),
        said(
            "La fuente no da la cifra, o la medida no está definida. No es cero.",
            "The source states no figure, or the measure is not defined. It is not zero.",
        ),
    )


def _described(source: Source, said: Words) -> str:
    provider, provision = (t.said(said.language) for t in (source.provider, source.provision))
    return said(
        f"{provider}: {provision}; publicación {source.release} del "
        f"{source.released_at.date().isoformat()}; archivo {source.file}",
        f"{provider}: {provision}; release {source.release} of "
        f"{source.released_at.date().isoformat()}; file {source.file}",
    )


def _on_tables(
    exchange: Exchange,
    asked: PairQuery,
    found: Sequence[Table],
    visibility: Visibility,
    said: Words,
) -> Iterator[tuple[str, str]]:
    """What each comparison says of itself."""
    labels = {
        "DEFINITION": said("Definiciones", "Definitions"),
        "SOURCE_TABLE": said("Cuadros de las fuentes", "Tables of the sources"),
    }
    for table in (each for each in found if not each.codes):
        yield "", ""
        yield " / ".join(table.sources), said.title(table)
        yield said("Se cuentan", "Counted"), said.code("COUNT_BASIS", table.basis)
        basis = " ".join(on_breakdown(exchange, asked, table, visibility, said))
        yield said("Desglose", "Breakdown"), basis
        if level := table.said["COMPARABILITY"]:
            yield said("Comparabilidad", "Comparability"), said.code("COMPARABILITY", level)
        for id, label in labels.items():
            for words in (table.said[id] or "").split(" | "):
                if words:
                    yield label, words
        for note in table.notes:
            yield said("Nota de analistas", "Analysts’ note"), said.note(note)
