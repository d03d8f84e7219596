"""Whom a token acts for, where it is a person, as Authlib asks for it."""

from dataclasses import dataclass

from gateway.access.caller import Detail


@dataclass(frozen=True, slots=True)
class Owner:
    """A person, the family that a token belongs to, and what that is narrowed to."""

    person: str
    family: str
    details: tuple[Detail, ...] = ()

    def get_user_id(self) -> str:
        """What stands in the token as its subject."""
        return self.person
