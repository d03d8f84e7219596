"""The catalogue in SQL: which releases there are, of which parts, each chained to the last."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from datetime import datetime

from sqlalchemy import Row, bindparam, insert, select
from sqlalchemy.exc import IntegrityError

from gateway.database import Database, as_text, parts, releases
from gateway.errors import StorageFault
from gateway.model.finding import Finding
from gateway.model.release import Part, Release
from gateway.model.visibility import Visibility

FIRST = "0" * 64
"""What the first release of a provision has for the digest of the one before."""

_STATED = [column for column in releases.c if column.name != "findings"]
"""What a `Release` is made from; its findings may be thousands."""

_NEWEST = (
    select(*_STATED)
    .where(
        releases.c.provision == bindparam("provision"), releases.c.visible_from <= bindparam("at")
    )
    .order_by(releases.c.number.desc())
    .limit(1)
)
_PARTS = (
    select(parts)
    .where(parts.c.provision == bindparam("provision"), parts.c.number == bindparam("number"))
    .order_by(parts.c.year)
)
"""Asked by every data question, so built once."""

_FOR_EVER = "9999"
"""After every time that is written as text."""


class Catalogue:
    """The releases of one home."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def current(self, provision: str) -> Release | None:
        """The newest release of a provision, whoever may see it."""
        return self._newest(provision, _FOR_EVER)

    def visible(self, provision: str, visibility: Visibility) -> Release | None:
        """The newest release of a provision that a caller may see."""
        if not visibility.sees(provision):
            return None
        return self._newest(provision, as_text(visibility.at))

    def _newest(self, provision: str, at: str) -> Release | None:
        """The highest number visible at a time: no question waits for a provision's history."""
        with self._database.reading() as connection:
            row = connection.execute(_NEWEST, {"provision": provision, "at": at}).first()
            if row is None:
                return None
            own = {"provision": provision, "number": row.number}
            files = connection.execute(_PARTS, own).all()
        return _release(row, [_part(each) for each in files])

    def all(self, provision: str | None = None) -> list[Release]:
        """Every release, or those of one provision, oldest first."""
        wanted = select(*_STATED).order_by(releases.c.provision, releases.c.number)
        made_of = select(parts).order_by(parts.c.year)
        if provision is not None:
            wanted = wanted.where(releases.c.provision == provision)
            made_of = made_of.where(parts.c.provision == provision)
        with self._database.reading() as connection:
            rows = connection.execute(wanted).all()
            files = connection.execute(made_of).all()
        by_release: dict[tuple[str, int], list[Part]] = {}
        for each in files:
            by_release.setdefault((each.provision, each.number), []).append(_part(each))
        return [_release(row, by_release.get((row.provision, row.number), [])) for row in rows]

    def publish(self, release: Release, findings: Iterable[Finding]) -> Release:
        """Record a release whose files are all in place: in one transaction, or not at all.

        Returns it with its digest. Raises StorageFault where another release of the provision
        took its number meanwhile.
        """
        release = replace(release, digest=digest(release))
        try:
            with self._database.writing() as connection:
                connection.execute(insert(releases).values(_row(release, findings)))
                rows = [_part_row(release, each) for each in release.parts]
                connection.execute(insert(parts), rows)
        except IntegrityError as error:
            raise StorageFault(
                f"Another submission to {release.provision} was released meanwhile; "
                "hand the file in again.",
                spanish=f"Mientras tanto se publicó otra entrega de {release.provision}; "
                "entregue el archivo de nuevo.",
                subject=release.provision,
            ) from error
        return release


def digest(release: Release) -> str:
    """The SHA-256 over everything that a release states, the digest before it included."""
    stated = asdict(replace(release, digest=""))
    text = json.dumps(stated, sort_keys=True, default=_plain, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def chain_faults(history: Sequence[Release]) -> list[str]:
    """What does not hold in the digests of one provision's releases, oldest first."""
    before = [FIRST, *(release.digest for release in history)]
    return [
        f"release {release.number} of {release.provision} was changed in the catalogue"
        for release, previous in zip(history, before, strict=False)
        if release.digest != digest(release) or release.previous_digest != previous
    ]


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return as_text(value)
    raise TypeError(value)


def _row(release: Release, findings: Iterable[Finding]) -> dict[str, object]:
    return {
        "provision": release.provision,
        "number": release.number,
        "dataflow": release.dataflow,
        "released_at": as_text(release.released_at),
        "visible_from": as_text(release.visible_from),
        "source_name": release.source_name,
        "source_sha256": release.source_sha256,
        "observations": release.observations,
        "findings": [asdict(finding) for finding in findings],
        "previous_digest": release.previous_digest,
        "digest": release.digest,
    }


def _part_row(release: Release, part: Part) -> dict[str, object]:
    return {"provision": release.provision, "number": release.number, **asdict(part)}


def _part(row: Row[tuple[object, ...]]) -> Part:
    return Part(row.year, row.sha256, row.observations)


def _release(row: Row[tuple[object, ...]], made_of: list[Part]) -> Release:
    return Release(
        row.provision,
        row.number,
        row.dataflow,
        datetime.fromisoformat(row.released_at),
        datetime.fromisoformat(row.visible_from),
        row.source_name,
        row.source_sha256,
        row.observations,
        tuple(made_of),
        row.previous_digest,
        row.digest,
    )
