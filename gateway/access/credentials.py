"""Credentials: the password and the second factor of a person, and when they are right."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Connection, delete, insert, or_, select, update

from gateway.access import passwords
from gateway.access.guesses import Guesses
from gateway.access.people import People, Person, sign_out_everywhere
from gateway.access.purposes import Purposes
from gateway.access.second_factor import (
    new_recovery_codes,
    recovery_digest,
    step_of,
)
from gateway.database import Database, as_text, people, recovery_codes
from gateway.errors import SemanticError

_SEALED_FOR = "second factor"


class Credentials:
    """What the people of one home sign in with."""

    def __init__(self, database: Database, seal: Purposes, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._seal = seal
        self._clock = clock
        self._people = People(database)
        self._guesses = Guesses(database, clock)

    def by_password(self, id: str, password: str, whence: str) -> Person | None:
        """Whose password this is, if that person may sign in; None otherwise, in the same time.

        `whence` is the address, or the browser where the person signed in before: a guess from
        elsewhere does not slow it down. Raises TooMany for a guess that comes too early.
        """
        tried = ("password", id.strip().casefold(), whence)
        self._guesses.begin(*tried)
        person = self._people.get(id)
        kept = None if person is None or person.revoked_at else self._kept(person.id)
        if not passwords.holds(password, kept) or person is None or kept is None:
            return None
        self._guesses.succeeded(*tried)
        if passwords.outdated(kept):
            self._write(person.id, password=passwords.kept(password))
        return person

    def by_code(self, person: str, code: str) -> bool:
        """Whether a code of the second factor is right, or a recovery code; each holds once.

        Raises TooMany for a guess that comes too early, whatever it comes from: whoever gets here
        knew the password.
        """
        self._guesses.begin("second factor", person)
        right = self._take_step(person, code) or self._take_recovery(person, code)
        if right:
            self._guesses.succeeded("second factor", person)
        return right

    def _take_step(self, person: str, code: str) -> bool:
        """Take a code whose step is after that of the last one taken."""
        with self._database.reading() as connection:
            sealed = connection.execute(
                select(people.c.second_factor).where(people.c.person == person)
            ).scalar()
        secret = None if sealed is None else self._seal.open(sealed, _SEALED_FOR)
        step = None if secret is None else step_of(secret, code, self._clock())
        if step is None:
            return False
        before = or_(people.c.second_factor_step.is_(None), people.c.second_factor_step < step)
        taken = update(people).where(people.c.person == person, before)
        with self._database.writing() as connection:
            return connection.execute(taken.values(second_factor_step=step)).rowcount == 1

    def _take_recovery(self, person: str, code: str) -> bool:
        digest = recovery_digest(code)
        if digest is None:
            return False
        taken = update(recovery_codes).where(
            recovery_codes.c.sha256 == digest,
            recovery_codes.c.person == person,
            recovery_codes.c.used_at.is_(None),
        )
        with self._database.writing() as connection:
            values = {"used_at": as_text(self._clock())}
            return connection.execute(taken.values(values)).rowcount == 1

    def change_password(self, person: Person, old: str, new: str, whence: str) -> None:
        """Put a new password in place of an old one, and sign out everywhere.

        Raises SemanticError for a wrong old or a weak new one.
        """
        passwords.refuse_weak(new, person.id, person.name)
        if self.by_password(person.id, old, whence) is None:
            raise wrong_password()
        with self._database.writing() as connection:
            set_password(connection, person.id, new)
            sign_out_everywhere(connection, person.id, self._clock())

    def recovery_codes_left(self, person: str) -> int:
        """How many recovery codes were not used yet."""
        left = select(recovery_codes.c.sha256).where(
            recovery_codes.c.person == person, recovery_codes.c.used_at.is_(None)
        )
        with self._database.reading() as connection:
            return len(connection.execute(left).all())

    def set_second_factor(
        self, connection: Connection, person: str, secret: str, step: int
    ) -> list[str]:
        """Put a second factor in place of one that was; its recovery codes, shown this once."""
        values = {
            "second_factor": self._seal.close(secret, _SEALED_FOR),
            "second_factor_step": step,
        }
        connection.execute(update(people).where(people.c.person == person).values(values))
        connection.execute(delete(recovery_codes).where(recovery_codes.c.person == person))
        made = new_recovery_codes()
        rows = [{"sha256": recovery_digest(code), "person": person} for code in made]
        connection.execute(insert(recovery_codes), rows)
        return made

    def _kept(self, person: str) -> str | None:
        wanted = select(people.c.password).where(people.c.person == person)
        with self._database.reading() as connection:
            kept: str | None = connection.execute(wanted).scalar()
        return kept

    def _write(self, person: str, **values: str) -> None:
        with self._database.writing() as connection:
            connection.execute(update(people).where(people.c.person == person).values(values))


def set_password(connection: Connection, person: str, password: str) -> None:
    """Put a password in place of one that was, in somebody's transaction."""
    kept = {"password": passwords.kept(password)}
    connection.execute(update(people).where(people.c.person == person).values(kept))


def wrong_password() -> SemanticError:
    """What is said of a password that is not the one of now."""
    return SemanticError(
        "This is not the password.", spanish="Esta no es la contraseña.", subject="password"
    )


def wrong_code() -> SemanticError:
    """What is said of a code that is none, or not the one of now, or was used before."""
    return SemanticError(
        "This is not the code that the app shows now; each is taken once.",
        spanish="Este no es el código que la aplicación muestra ahora; cada uno sirve una vez.",
        subject="code",
    )
