"""Invitations: links, good once, by which a person chooses a password and a second factor.

The keeper of the gateway makes them at the terminal and hands them over; nobody has a password
that somebody else chose.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Connection, delete, insert, select, update

from gateway.access import passwords
from gateway.access.clients import SCOPES
from gateway.access.credentials import Credentials, set_password, wrong_code, wrong_password
from gateway.access.families import digest
from gateway.access.people import (
    ADMINISTRATORS,
    NewPerson,
    People,
    Person,
    add_person,
    sign_out_everywhere,
)
from gateway.access.second_factor import step_of
from gateway.database import Database, as_text, invitations, people
from gateway.errors import NotFound

FIRST_LIFE = timedelta(minutes=15)
"""The link for the first person, who is at the terminal already."""

LIFE = timedelta(days=3)
"""A link that is handed over to somebody."""


class Asks(StrEnum):
    """What a link asks for."""

    BOTH = "both"  # a password and a second factor
    PASSWORD = "password"  # noqa: S105 - a word, no password
    SECOND_FACTOR = "second factor"


@dataclass(frozen=True, slots=True)
class Invitation:
    """A link that holds; `person` is None for the first one, who says who it is."""

    asks: Asks
    person: Person | None


@dataclass(frozen=True, slots=True)
class Answers:
    """What was answered: `secret` is that of the second factor that a page has shown."""

    password: str
    code: str
    secret: str = ""
    id: str = ""
    name: str = ""


class Invitations:
    """The links of one home."""

    def __init__(
        self, database: Database, credentials: Credentials, clock: Callable[[], datetime]
    ) -> None:
        self._database = database
        self._credentials = credentials
        self._people = People(database)
        self._clock = clock

    def first(self) -> str | None:
        """A link for the first person; None where there is somebody. Older ones stop holding."""
        with self._database.writing() as connection:
            if connection.execute(select(people.c.person)).first() is not None:
                return None
            connection.execute(delete(invitations).where(invitations.c.person.is_(None)))
            return self._made(connection, None, Asks.BOTH, FIRST_LIFE)

    def invite(self, id: str, asks: Asks) -> str:
        """A link for a person; older ones stop holding. Raises NotFound."""
        person = self._people.named(id)
        if person.issuer:
            raise NotFound(
                f"{id} signs in through {person.issuer}: its password is not kept here.",
                spanish=f"{id} entra por {person.issuer}: su contraseña no se guarda aquí.",
                subject=id,
            )
        with self._database.writing() as connection:
            connection.execute(delete(invitations).where(invitations.c.person == person.id))
            return self._made(connection, person.id, asks if person.is_ready else Asks.BOTH, LIFE)

    def _made(self, connection: Connection, person: str | None, asks: Asks, life: timedelta) -> str:
        token = secrets.token_urlsafe(32)
        row = {
            "sha256": digest(token),
            "person": person,
            "asks": asks.value,
            "expires_at": as_text(self._clock() + life),
        }
        connection.execute(insert(invitations).values(row))
        return token

    def get(self, token: str) -> Invitation:
        """What a link asks for. Raises NotFound for one that does not hold."""
        wanted = select(invitations).where(
            invitations.c.sha256 == digest(token),
            invitations.c.used_at.is_(None),
            invitations.c.expires_at > as_text(self._clock()),
        )
        with self._database.reading() as connection:
            row = connection.execute(wanted).first()
        if row is None:
            raise no_link()
        person = None if row.person is None else self._people.named(row.person)
        return Invitation(Asks(row.asks), person)

    def accept(self, token: str, answers: Answers) -> tuple[Person, list[str]]:
        """Take the answers to a link: whose it was, and new recovery codes where it gave any.

        Whoever was signed in with what held before is signed out. Raises SemanticError for an
        answer that will not do, after which the link still holds; NotFound where it does not.
        """
        invitation = self.get(token)
        who = invitation.person
        passwords_chosen = invitation.asks is not Asks.SECOND_FACTOR
        if passwords_chosen:
            names = (who.id, who.name) if who else (answers.id, answers.name)
            passwords.refuse_weak(answers.password, *names)
        step = self._checked(invitation, answers)
        made: list[str] = []
        with self._database.writing() as connection:
            self._use(connection, token)
            id = who.id if who else self._first(connection, answers)
            if passwords_chosen:
                set_password(connection, id, answers.password)
            if step is not None:
                made = self._credentials.set_second_factor(connection, id, answers.secret, step)
            sign_out_everywhere(connection, id, self._clock())
        return self._people.named(id), made

    def _checked(self, invitation: Invitation, answers: Answers) -> int | None:
        """The step of the new second factor's code; None where the one there was proves it.

        A new password takes the second factor that there is, a new second factor the password: a
        link that got into other hands does not do alone.
        """
        who = invitation.person
        if who is not None and invitation.asks is Asks.PASSWORD:
            if not self._credentials.by_code(who.id, answers.code):
                raise wrong_code()
            return None
        if who is not None and invitation.asks is Asks.SECOND_FACTOR:
            self._refuse_other(who, answers.password)
        step = step_of(answers.secret, answers.code, self._clock())
        if step is None:
            raise wrong_code()
        return step

    def _refuse_other(self, who: Person, password: str) -> None:
        if self._credentials.by_password(who.id, password, "a link") is None:
            raise wrong_password()

    def _use(self, connection: Connection, token: str) -> None:
        used = update(invitations).where(
            invitations.c.sha256 == digest(token), invitations.c.used_at.is_(None)
        )
        if not connection.execute(used.values(used_at=as_text(self._clock()))).rowcount:
            raise no_link()

    def _first(self, connection: Connection, answers: Answers) -> str:
        if connection.execute(select(people.c.person)).first() is not None:
            raise no_link()
        id = answers.id.strip().casefold()
        first = NewPerson(id, answers.name.strip(), None, (ADMINISTRATORS,), SCOPES)
        add_person(connection, first, self._clock())
        return id


def no_link() -> NotFound:
    """What is said of a link that never was, was used, or is too old."""
    return NotFound(
        "This link does not hold: it was used, or is too old. Ask for another one.",
        spanish="Este enlace ya no sirve: se usó, o es demasiado antiguo. Pida otro.",
        subject="link",
    )
