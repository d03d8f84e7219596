"""Owners: the people behind tokens, as things stand when a token is looked at."""

from datetime import datetime

from gateway.access.families import Families
from gateway.access.people import People, Person
from gateway.database import Database


class Owners:
    """Who stands behind the tokens that clients have of people."""

    def __init__(self, database: Database) -> None:
        self._people = People(database)
        self._families = Families(database)

    def person(self, id: str, family: str, now: datetime) -> Person | None:
        """The person, unless the account was closed or what the token belongs to has ended."""
        person = self._people.get(id)
        if person is None or person.revoked_at is not None:
            return None
        return person if self._families.goes_on(family, now) else None
