"""The catalogue in SQL: which releases there are, of which parts, each chained to the last."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TypeVar

from sqlalchemy import Column, Connection, Row, Select, Table, and_, bindparam, func, insert, select
from sqlalchemy.exc import IntegrityError

from gateway.database import Database, as_text, changes, parts, provisions, releases
from gateway.errors import Conflict
from gateway.model.finding import Finding
from gateway.model.release import Changes, Part, Release, State
from gateway.model.visibility import Visibility
from gateway.releases.statement import FIRST, Record, signed
from gateway.releases.submissions import RELEASABLE, Step, Submissions, take

T = TypeVar("T")
AnyRow = Row[*tuple[object, ...]]
AnySelect = Select[tuple[object, ...]]

_STATED = [column for column in releases.c if column.name not in ("findings", "statement")]
"""What a `Release` is made from; its findings may be thousands."""


def _newest_by(time: Column[str]) -> AnySelect:
    """A row for each part of the newest release by a time."""
    number = (
        select(releases.c.number)
        .where(releases.c.provision == bindparam("provision"), time <= bindparam("at"))
        .order_by(releases.c.number.desc())
        .limit(1)
        .scalar_subquery()
    )
    return (
        select(*_STATED, parts.c.year, parts.c.sha256, parts.c.observations.label("of_part"))
        .outerjoin(
            parts,
            and_(parts.c.provision == releases.c.provision, parts.c.number == releases.c.number),
        )
        .where(releases.c.provision == bindparam("provision"), releases.c.number == number)
        .order_by(parts.c.year)
    )


_VISIBLE, _RELEASED = (
    _newest_by(time) for time in (releases.c.visible_from, releases.c.released_at)
)
"""Asked by every data question, so built once: for everybody, and for who reads ahead."""

_NEXT_VISIBLE, _NEXT_RELEASED = (
    select(func.min(time)).where(
        releases.c.provision == bindparam("provision"), time > bindparam("at")
    )
    for time in (releases.c.visible_from, releases.c.released_at)
)

_FOR_EVER, _NEVER = "9999", "9999-"
"""After every time that is written as text; and after that."""


VERSION = "SELECT (SELECT count(*) FROM releases), (SELECT max(digest) FROM releases)"
"""Asks for what stands for all releases: they only ever come, and none changes."""


@dataclass(frozen=True, slots=True)
class _Kept:
    """The newest visible release from a time until another, by the last release there was."""

    version: tuple[object, ...] | None
    since: str
    until: str
    release: Release | None


class Catalogue:
    """The releases of one home."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._kept: dict[tuple[bool, str], _Kept] = {}
        self.submissions = Submissions(database)

    def current(self, provision: str) -> Release | None:
        """The newest release of a provision, whoever may see it."""
        return self._newest(_VISIBLE, provision, _FOR_EVER, self.version()).release

    def visible(self, provision: str, visibility: Visibility) -> Release | None:
        """The newest release of a provision that a caller may see."""
        if not visibility.sees(provision):
            return None
        return self._visible(provision, visibility).release

    def following(self, provision: str, visibility: Visibility) -> datetime | None:
        """From when on a caller may see another release; None where none is known to come."""
        until = self._visible(provision, visibility).until
        return None if until == _NEVER else datetime.fromisoformat(until)

    def version(self) -> tuple[object, ...] | None:
        """What stands for all releases there are; None where nobody can tell at a glance."""
        return self._database.glance(VERSION)

    def _visible(self, provision: str, visibility: Visibility) -> "_Kept":
        ahead = visibility.view(provision).ahead
        version = visibility.releases or self.version()
        newest = _RELEASED if ahead else _VISIBLE
        return self._newest(newest, provision, as_text(visibility.at), version)

    def _newest(
        self, newest: AnySelect, provision: str, at: str, version: tuple[object, ...] | None
    ) -> "_Kept":
        """The highest number visible at a time: no question waits for a provision's history.

        It is kept until there is another release, or until the next release is visible.
        """
        name = (newest is _RELEASED, provision)
        kept = self._kept.get(name)
        fresh = kept is not None and version is not None and kept.version == version
        if kept is not None and fresh and kept.since <= at < kept.until:
            return kept
        found = self._asked(newest, provision, at, version)
        if not fresh or kept is None or at >= kept.since:  # of the past, another may be asked next
            self._kept[name] = found
        return found

    def _asked(
        self, newest: AnySelect, provision: str, at: str, version: tuple[object, ...] | None
    ) -> "_Kept":
        asked = {"provision": provision, "at": at}
        following = _NEXT_RELEASED if newest is _RELEASED else _NEXT_VISIBLE
        with self._database.reading() as connection:
            rows = connection.execute(newest, asked).all()
            until = connection.execute(following, asked).scalar()
        made_of = [Part(row.year, row.sha256, row.of_part) for row in rows if row.year is not None]
        release = _release(rows[0], made_of) if rows else None
        return _Kept(version, at, until or _NEVER, release)

    def all(self, provision: str | None = None) -> list[Release]:
        """Every release, or those of one provision, oldest first."""
        return [record.release for record in self.records(provision)]

    def records(self, provision: str | None = None) -> list[Record]:
        """Every release, or those of one provision, with all that is kept of it, oldest first."""
        wanted = select(releases).order_by(releases.c.provision, releases.c.number)
        made_of = select(parts).order_by(parts.c.year)
        changed = select(changes).order_by(changes.c.year)
        if provision is not None:
            wanted = wanted.where(releases.c.provision == provision)
            made_of = made_of.where(parts.c.provision == provision)
            changed = changed.where(changes.c.provision == provision)
        with self._database.reading() as connection:
            rows = connection.execute(wanted).all()
            files = _by_release(connection.execute(made_of).all(), _part)
            counts = _by_release(connection.execute(changed).all(), _changes)
        return [
            Record(
                _release(row, files.get(_own(row), [])),
                tuple(counts.get(_own(row), [])),
                tuple(row.findings),
                row.statement,
            )
            for row in rows
        ]

    def publish(
        self,
        release: Release,
        changed: Sequence[Changes],
        findings: Sequence[Finding],
        submission: str | None = None,
    ) -> Release:
        """Record a release whose files are all in place: in one transaction, or not at all.

        The submission that it is made of becomes released with it. Returns it with its digest.
        Raises Conflict where another release of the provision took its place meanwhile, or the
        submission was decided on.
        """
        record = signed(release, changed, findings)
        release = record.release
        own = {"provision": release.provision, "number": release.number}
        try:
            with self._database.writing() as connection:
                _refuse_overtaken(connection, release)
                if release.number == 1:
                    connection.execute(insert(provisions).values(_first(release)))
                connection.execute(insert(releases).values(_row(record)))
                _insert(connection, parts, [own | asdict(each) for each in release.parts])
                _insert(connection, changes, [own | asdict(each) for each in changed])
                if submission is not None:
                    take(
                        connection,
                        Step(submission, RELEASABLE, State.RELEASED, release=release.number),
                    )
        except IntegrityError as error:  # where a database lets writers in side by side
            raise _overtaken(release.provision) from error
        return release


def _refuse_overtaken(connection: Connection, release: Release) -> None:
    """Raise Conflict unless a release follows on the newest one there is."""
    newest = select(releases.c.digest).where(releases.c.provision == release.provision)
    found = connection.execute(newest.order_by(releases.c.number.desc()).limit(1)).scalar()
    if (found or FIRST) != release.previous_digest:
        raise _overtaken(release.provision)


def _overtaken(provision: str) -> Conflict:
    return Conflict(
        f"Another submission to {provision} was released meanwhile; hand the file in again.",
        spanish=f"Mientras tanto se publicó otra entrega de {provision}; entregue el archivo de "
        "nuevo.",
        subject=provision,
    )


def _insert(connection: Connection, table: Table, rows: Sequence[Mapping[str, object]]) -> None:
    if rows:
        connection.execute(insert(table), rows)


def _first(release: Release) -> dict[str, object]:
    return {
        "provision": release.provision,
        "dataflow": release.dataflow,
        "first_released_at": as_text(release.released_at),
    }


def _row(record: Record) -> dict[str, object]:
    release = record.release
    names = (column.name for column in releases.c)
    plain = {name: getattr(release, name) for name in names if hasattr(release, name)}
    return plain | {
        "released_at": as_text(release.released_at),
        "visible_from": as_text(release.visible_from),
        "findings": [*record.findings],
        "statement": record.statement,
    }


def _by_release(
    rows: Iterable[AnyRow], read: Callable[[AnyRow], T]
) -> dict[tuple[str, int], list[T]]:
    found: dict[tuple[str, int], list[T]] = {}
    for row in rows:
        found.setdefault(_own(row), []).append(read(row))
    return found


def _own(row: AnyRow) -> tuple[str, int]:
    return row.provision, row.number


def _part(row: AnyRow) -> Part:
    return Part(row.year, row.sha256, row.observations)


def _changes(row: AnyRow) -> Changes:
    return Changes(row.year, row.inserted, row.revised, row.deleted, row.sha256)


def _release(row: AnyRow, made_of: list[Part]) -> Release:
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
        row.withdraws,
        row.because,
        row.content,
        row.previous_digest,
        row.digest,
    )
