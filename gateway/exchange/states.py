"""The data sets that answer a question: of a state, of what changed since one, or of them all."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from gateway.exchange.bounds import Bounds
from gateway.formats.message import Action, DataSet, Subject
from gateway.model.joining import bare, ends, joined, narrowed, ordered
from gateway.model.query import DataQuery, Page, Sort, Wanted
from gateway.model.selection import Selection
from gateway.model.visibility import Visibility
from gateway.releases.history import Dissemination, States


def datasets(
    histories: Sequence[States],
    subject: Subject,
    query: DataQuery,
    visibility: Visibility,
    bounds: Bounds,
) -> tuple[tuple[DataSet, ...], int]:
    """What several supplies of one subject answer together, in order; none where that is nothing.

    Of a page it is the order that is kept here: see `page`. And how many observations that are
    asked for the caller may not read. Raises TooLarge and TooSlow beyond the bounds, before any
    observation of a state is fetched or sorted.
    """
    at = visibility if query.as_of is None else visibility.as_of(query.as_of)
    if query.history:
        told_one_by_one = (d for each in histories for d in each.disseminations(query.wanted, at))
        found = [*_bounded(told_one_by_one, bounds)]
        told = _as_history(subject, sorted(found, key=lambda each: each.at), query.wanted)
    elif query.updated_after is not None:
        since = query.updated_after
        changes = (each.since(since, query.wanted, at) for each in histories)
        told = _as_changes(subject, [*_bounded(changes, bounds)])
    else:
        states = tuple(each.state(query.wanted, at) for each in histories)
        if query.page.order or query.page.limit is None:
            bounds.add(sum(map(len, states)))
        told = iter([DataSet(subject, states)])
    whole = [*told]
    withheld = sum(one.withheld for each in whole for one in each.selections)
    return tuple(_in_order(each, query.page.order) for each in _some(whole)), withheld


def _bounded(found: Iterable[Dissemination], bounds: Bounds) -> Iterator[Dissemination]:
    """The same, one by one, as long as they stay within bounds."""
    for each in found:
        bounds.add(len(each.changed) + len(each.deleted))
        yield each


def _as_history(
    subject: Subject, found: Sequence[Dissemination], wanted: Wanted
) -> Iterator[DataSet]:
    """One or two data sets for each dissemination, of which first and last count the observations.

    Source: SDMX-REST 2.2.2, data.md; what firstNObservations means together with updatedAfter
    (1.5, data queries, the table of combinations) holds for each dissemination here.
    """
    for each in found:
        changed = ends(each.changed, wanted.first, wanted.last)
        deleted = ends(each.deleted, wanted.first, wanted.last)
        yield DataSet(subject, (changed,), Action.REPLACE, valid_from=each.at)
        yield DataSet(subject, (bare(deleted),), Action.DELETE, valid_to=each.at)


def _as_changes(subject: Subject, found: Sequence[Dissemination]) -> Iterator[DataSet]:
    """What came or became different, then what went."""
    yield DataSet(subject, tuple(each.changed for each in found), Action.REPLACE)
    yield DataSet(subject, tuple(bare(each.deleted) for each in found), Action.DELETE)


def _some(found: Iterable[DataSet]) -> Iterator[DataSet]:
    """Those with observations, without the selections that have none."""
    for each in found:
        selections = tuple(selection for selection in each.selections if len(selection))
        if selections:
            yield replace(each, selections=selections)


def _in_order(dataset: DataSet, order: Sequence[Sort]) -> DataSet:
    """The same observations in an order that holds across provisions, but not across data sets."""
    if not order:
        return dataset
    return replace(dataset, selections=(ordered(joined(dataset.selections), order),))


def page(datasets: Iterable[DataSet], page: Page) -> Iterator[DataSet]:
    """The observations of a page, which runs on from each data set to the next."""
    skip, left = page.offset, page.limit
    for each in datasets:
        kept = []
        for selection in each.selections:
            size = len(selection)
            stop = size if left is None else min(size, skip + left)
            if skip < stop:
                kept.append(_between(selection, skip, stop))
                left = None if left is None else left - (stop - skip)
            skip = max(0, skip - size)
        if kept:
            yield replace(each, selections=tuple(kept))


def _between(selection: Selection, start: int, stop: int) -> Selection:
    """Some of its observations in a row; the very same where that is all."""
    if start == 0 and stop == len(selection):
        return selection
    return narrowed(selection, selection.rows.chunk(start, stop))
