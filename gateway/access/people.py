"""People: accounts that belong to an organisation, and what each may do at most.

A person is known by an address such as ``maria@ine.gob.gt``, which no client's id can look like: so
nobody can register a client that passes for a person (RFC 9700, section 4.15).
"""

import re
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, delete, insert, select, true, update

from gateway.access.clients import SCOPES
from gateway.access.families import end_families
from gateway.access.organisations import refuse_unknown
from gateway.access.stamp import touch
from gateway.access.terminal import add_terminal
from gateway.database import (
    Database,
    as_text,
    families,
    invitations,
    known_browsers,
    organisations,
    people,
    person_groups,
    person_scopes,
    sessions,
)
from gateway.errors import NotFound, SemanticError

_ID = re.compile(r"[a-z0-9._+-]{1,40}@[a-z0-9-]+(\.[a-z0-9-]+)*")
GROUP = re.compile(r"[A-Za-z0-9_.:/-]{1,64}")
_LONGEST_ID = 64

ADMINISTRATORS = "administrators"
"""The group of those who may do everything; the first person is in it."""


@dataclass(frozen=True, slots=True)
class Person:
    """An account; `revoked_at` is None while it, and its organisation, may sign in.

    It `is_ready` once it can.

    `issuer` vouches for the person; empty for one who has a password here. `groups` and `scopes`
    are sorted.
    """

    id: str
    name: str
    organisation: str | None
    groups: tuple[str, ...]
    scopes: tuple[str, ...]
    created_at: datetime
    revoked_at: datetime | None
    is_ready: bool
    issuer: str = ""


@dataclass(frozen=True, slots=True)
class NewPerson:
    """What is said of somebody when an account is made."""

    id: str
    name: str
    organisation: str | None = None
    groups: tuple[str, ...] = ()
    scopes: tuple[str, ...] = ()


class People:
    """The accounts of one home."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, person: NewPerson, now: datetime) -> Person:
        """Make an account, which nobody can sign in to yet.

        Raises SemanticError for an id that is taken or is no address, and for an unknown scope or
        odd group; NotFound for an organisation that is not there.
        """
        with self._database.writing() as connection:
            add_person(connection, person, now)
        return self.named(person.id)

    def get(self, id: str) -> Person | None:
        """One account, revoked or not; None where there is none."""
        id = id.strip().casefold()
        if len(id) > _LONGEST_ID or not _ID.fullmatch(id):
            return None  # a visitor may type anything, also what no database takes
        found = self._read(people.c.person == id)
        return found[0] if found else None

    def all(self) -> list[Person]:
        """Every account, oldest first."""
        return self._read(true())

    def named(self, id: str) -> Person:
        """One account that may be used. Raises NotFound."""
        person = self.get(id)
        if person is None or person.revoked_at is not None:
            raise NotFound(
                f"There is no account {id} in use.",
                spanish=f"No hay ninguna cuenta {id} en uso.",
                subject=id,
            )
        return person

    def arrived(self, person: NewPerson, issuer: str, now: datetime) -> Person:
        """The account of somebody whom an issuer vouches for, as it says this time.

        Made on the first arrival. Raises NotFound for one that was revoked, or whose organisation
        is not there.
        """
        with self._database.writing() as connection:
            if _is_known(connection, person.id):
                _describe_anew(connection, person)
            else:
                add_person(connection, person, now, issuer)
        return self.named(person.id)

    def revoke(self, id: str, now: datetime) -> None:
        """Close an account at once: its sessions, its links, and what clients do for it.

        Raises NotFound.
        """
        person = self.named(id)
        with self._database.writing() as connection:
            closed = update(people).where(people.c.person == person.id)
            connection.execute(closed.values(revoked_at=as_text(now)))
            sign_out_everywhere(connection, person.id, now)
            connection.execute(delete(invitations).where(invitations.c.person == person.id))

    def _read(self, condition: ColumnElement[bool]) -> list[Person]:
        withdrawn = organisations.c.revoked_at.label("withdrawn_at")
        of = people.outerjoin(organisations)
        wanted = select(people, withdrawn).select_from(of).where(condition)
        in_groups = select(person_groups).join(people).where(condition)
        with_scopes = select(person_scopes).join(people).where(condition)
        with self._database.reading() as connection:
            rows = connection.execute(wanted.order_by(people.c.created_at)).all()
            groups = connection.execute(in_groups.order_by(person_groups.c.member_of)).all()
            scopes = connection.execute(with_scopes.order_by(person_scopes.c.scope)).all()
        return [
            Person(
                row.person,
                row.name,
                row.organisation,
                tuple(each.member_of for each in groups if each.person == row.person),
                tuple(each.scope for each in scopes if each.person == row.person),
                datetime.fromisoformat(row.created_at),
                _moment(row.revoked_at or row.withdrawn_at),
                row.issuer is not None or row.password is not None,
                row.issuer or "",
            )
            for row in rows
        ]


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def add_person(
    connection: Connection, person: NewPerson, now: datetime, issuer: str | None = None
) -> None:
    """Make an account, and let people sign in at a terminal, in somebody's transaction."""
    _refuse_odd(person)
    if _is_known(connection, person.id):
        raise SemanticError(
            f"The account {person.id} is there already.",
            spanish=f"La cuenta {person.id} ya existe.",
            subject=person.id,
        )
    row = {
        "person": person.id,
        "name": person.name,
        "organisation": person.organisation,
        "issuer": issuer,
        "created_at": as_text(now),
    }
    if person.organisation is not None:
        refuse_unknown(connection, person.organisation)
    connection.execute(insert(people).values(row))
    _give(connection, person)
    add_terminal(connection, now)


def _describe_anew(connection: Connection, person: NewPerson) -> None:
    if person.organisation is not None:
        refuse_unknown(connection, person.organisation)
    said = {"name": person.name, "organisation": person.organisation}
    connection.execute(update(people).where(people.c.person == person.id).values(said))
    touch(connection)
    for table in (person_groups, person_scopes):
        connection.execute(delete(table).where(table.c.person == person.id))
    _give(connection, person)


def _give(connection: Connection, person: NewPerson) -> None:
    scopes = [{"person": person.id, "scope": each} for each in sorted(set(person.scopes))]
    groups = [{"person": person.id, "member_of": each} for each in sorted(set(person.groups))]
    for table, rows in ((person_scopes, scopes), (person_groups, groups)):
        if rows:
            connection.execute(insert(table), rows)


def _is_known(connection: Connection, id: str) -> bool:
    wanted = select(people.c.person).where(people.c.person == id)
    return connection.execute(wanted).first() is not None


def _refuse_odd(person: NewPerson) -> None:
    if len(person.id) > _LONGEST_ID or not _ID.fullmatch(person.id):
        raise SemanticError(
            f"{person.id!r} is no address such as maria@ine.gob.gt, in small letters.",
            spanish=f"{person.id!r} no es una dirección como maria@ine.gob.gt, en minúsculas.",
            subject="id",
        )
    if not 0 < len(person.name.strip()) <= 200 or not person.name.isprintable():
        raise SemanticError(
            "A person has a name.", spanish="Falta el nombre de la persona.", subject="name"
        )
    if unknown := set(person.scopes) - set(SCOPES):
        raise SemanticError(
            f"There is no scope {', '.join(sorted(unknown))}.",
            spanish=f"No hay ningún alcance {', '.join(sorted(unknown))}.",
            allowed=SCOPES,
        )
    if odd := [each for each in person.groups if not GROUP.fullmatch(each)]:
        raise SemanticError(
            f"{odd[0]!r} is no group: letters, figures and _ . : / - only.",
            spanish=f"{odd[0]!r} no es un grupo: solo letras, cifras y _ . : / -.",
        )


def sign_out_everywhere(connection: Connection, person: str, now: datetime) -> None:
    """End every session of a person, and forget the browsers and what clients were allowed."""
    open_ones = update(sessions).where(sessions.c.person == person, sessions.c.ended_at.is_(None))
    connection.execute(open_ones.values(ended_at=as_text(now)))
    connection.execute(delete(known_browsers).where(known_browsers.c.person == person))
    end_families(connection, families.c.person == person, now, "signed out")
