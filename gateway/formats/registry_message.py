"""What a message of registrations is written from."""

from dataclasses import dataclass
from datetime import datetime

from gateway.formats.message import Header
from gateway.model.artefact import Reference


@dataclass(frozen=True, slots=True)
class Registration:
    """Where the data of an agreement are, and when they last changed.

    `constraints` say what the data may cover.
    """

    id: str
    agreement: Reference
    url: str
    updated: datetime
    constraints: tuple[Reference, ...]


@dataclass(frozen=True, slots=True)
class RegistrationMessage:
    """Registrations to be written."""

    header: Header
    registrations: tuple[Registration, ...]
