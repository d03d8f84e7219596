"""The data sets that answer a question: of a state, of what changed since one, or of them all."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from gateway.errors import NoResults
from gateway.formats.message import Action, DataSet, Subject
from gateway.model.joining import bare, joined, narrowed, ordered
from gateway.model.query import DataQuery, Page
from gateway.model.selection import Selection
from gateway.model.visibility import Visibility
from gateway.releases.history import Dissemination, History
from gateway.releases.store import Store


def datasets(
    store: Store,
    provisions: Iterable[str],
    subject: Subject,
    query: DataQuery,
    visibility: Visibility,
) -> tuple[DataSet, ...]:
    """What provisions of one subject answer together.

    Raises NoResults where that is nothing.
    """
    at = visibility if query.as_of is None else visibility.as_of(query.as_of)
    histories = [History(store, each, subject.structure) for each in provisions]
    if query.history:
        told = [d for each in histories for d in each.disseminations(query.wanted, at)]
        read = [each.changed for each in told]
        found = tuple(_as_history(subject, sorted(told, key=lambda each: each.at)))
    elif query.updated_after is not None:
        changes = [each.since(query.updated_after, query.wanted, at) for each in histories]
        read = [each.changed for each in changes]
        found = tuple(_as_changes(subject, changes, query.page))
    else:
        read = [each.state(query.wanted, at) for each in histories]
        found = tuple(_some([DataSet(subject, tuple(paged(read, query.page)))]))
    if not found:
        empty = NoResults("No observation fits the question.", subject=str(subject.of))
        empty.withheld = sum(each.withheld for each in read)
        raise empty
    return found


def _as_history(subject: Subject, found: Sequence[Dissemination]) -> Iterator[DataSet]:
    """One or two data sets for each dissemination. Source: SDMX-REST 2.2.2, data.md."""
    for each in found:
        yield from _some(
            [
                DataSet(subject, (each.changed,), Action.REPLACE, valid_from=each.at),
                DataSet(subject, (bare(each.deleted),), Action.DELETE, valid_to=each.at),
            ]
        )


def _as_changes(subject: Subject, found: Sequence[Dissemination], page: Page) -> Iterator[DataSet]:
    """What came or became different, then what went; a page runs on from one to the other."""
    changed = [each.changed for each in found]
    deleted = [bare(each.deleted) for each in found]
    before = sum(map(len, changed))
    upserts = tuple(paged(changed, page))
    rest = Page(
        page.order,
        max(0, page.offset - before),
        None if page.limit is None else page.limit - sum(map(len, upserts)),
    )
    yield from _some(
        [
            DataSet(subject, upserts, Action.REPLACE),
            DataSet(subject, tuple(paged(deleted, rest)), Action.DELETE),
        ]
    )


def _some(found: Iterable[DataSet]) -> Iterator[DataSet]:
    """Those with observations, without the selections that have none."""
    for each in found:
        selections = tuple(selection for selection in each.selections if len(selection))
        if selections:
            yield replace(each, selections=selections)


def paged(selections: Iterable[Selection], page: Page) -> Iterator[Selection]:
    """The observations of a page, in its order."""
    found = [each for each in selections if len(each)]
    if page.order and found:
        found = [ordered(joined(found), page.order)]
    skip, left = page.offset, page.limit
    for each in found:
        stop = len(each) if left is None else min(len(each), skip + left)
        if skip < stop:
            whole = skip == 0 and stop == len(each)
            yield each if whole else narrowed(each, each.rows.chunk(skip, stop))
            left = None if left is None else left - (stop - skip)
        skip = max(0, skip - len(each))
