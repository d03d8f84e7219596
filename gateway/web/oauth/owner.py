"""Whom a token acts for, where it is a person, as Authlib asks for it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Owner:
    """A person, and the family that a token belongs to."""

    person: str
    family: str

    def get_user_id(self) -> str:
        """What stands in the token as its subject."""
        return self.person
