"""The statement of a release: all that it says of itself, as one text whose SHA-256 is its digest.

Kept beside the columns of the catalogue, so that a column which was touched can be named.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime

from gateway.database import as_text
from gateway.model.finding import Finding
from gateway.model.release import Changes, Part, Release

FIRST = "0" * 64
"""What the first release of a provision has for the digest of the one before."""


@dataclass(frozen=True, slots=True)
class Record:
    """A release with everything that the catalogue keeps of it."""

    release: Release
    changes: tuple[Changes, ...]
    findings: tuple[Mapping[str, object], ...]
    statement: str


def content_of(parts: Iterable[Part]) -> str:
    """What names the content of some parts."""
    return _sha256(_text([part.sha256 for part in parts]))


def signed(release: Release, changes: Sequence[Changes], findings: Sequence[Finding]) -> Record:
    """A release with its statement, and the digest of that."""
    plain = tuple(asdict(each) for each in findings)
    statement = _text(_stated(release, changes, plain))
    return Record(replace(release, digest=_sha256(statement)), tuple(changes), plain, statement)


def _stated(
    release: Release, changes: Sequence[Changes], findings: Sequence[Mapping[str, object]]
) -> dict[str, object]:
    stated = asdict(release)
    del stated["digest"]
    return stated | {
        "released_at": as_text(release.released_at),
        "visible_from": as_text(release.visible_from),
        "changes": [asdict(each) for each in changes],
        "findings": _sha256(_text(list(findings))),
    }


def faults(history: Sequence[Record]) -> Iterator[list[str]]:
    """What does not hold of each of one provision's releases, oldest first, as a chain."""
    previous = FIRST
    for record in history:
        release = record.release
        found = []
        if _sha256(record.statement) != release.digest:
            found.append("its statement is not the one that its digest was taken of")
        found.extend(_differences(record))
        if release.previous_digest != previous:
            found.append("it does not follow on the release before it")
        yield found
        previous = release.digest


def _differences(record: Record) -> Iterator[str]:
    """The columns of the catalogue that are not what was stated; older statements say less."""
    try:
        stated = json.loads(record.statement)
    except ValueError:
        return
    now = json.loads(_text(_stated(record.release, record.changes, record.findings)))
    for name, value in stated.items():
        if name in now and now[name] != value:
            yield f"{name} was changed in the catalogue from {_text(value)} to {_text(now[name])}"


def _text(value: object) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, default=_plain)


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return as_text(value)
    raise TypeError(value)


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
