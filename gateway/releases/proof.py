"""The proof that a release is what was released: from the file handed in to its parts."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby

from gateway.model.release import Release
from gateway.releases import statement
from gateway.releases.files import Kind
from gateway.releases.statement import Record
from gateway.releases.store import Store


@dataclass(frozen=True, slots=True)
class Proof:
    """One release and what does not hold in it; nothing where it is as it was released."""

    release: Release
    faults: tuple[str, ...]


def proofs(store: Store, records: Sequence[Record]) -> Iterator[Proof]:
    """The proof of each release of whole provisions, each provision's oldest first.

    A release holds where its statement has its digest and says what the catalogue says, names the
    release before, and every file that it names is there with the content that it was named for.
    """
    fault = cache(store.files.fault)  # releases share their files
    for _, group in groupby(records, key=lambda each: each.release.provision):
        history = [*group]
        chain = statement.faults(history)
        for record, broken in zip(history, chain, strict=True):
            files = [(name, fault(kind, digest)) for name, kind, digest in _files(record)]
            wrong = (f"{name}: {said}" for name, said in files if said is not None)
            yield Proof(record.release, (*broken, *wrong))


def _files(record: Record) -> Iterator[tuple[str, Kind, str]]:
    """Each file that a release names: as what, of which kind, under which digest."""
    yield "the file handed in", Kind.SOURCE, record.release.source_sha256
    for part in record.release.parts:
        yield f"the observations of {part.year}", Kind.PART, part.sha256
    for each in record.changes:
        if each.sha256 is not None:
            yield f"the changes of {each.year}", Kind.CHANGES, each.sha256
