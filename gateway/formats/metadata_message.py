"""What a message of reference metadata is written from."""

from dataclasses import dataclass, field, replace

from gateway.formats.message import Header, Manner
from gateway.model.metadata import MetadataSet


@dataclass(frozen=True, slots=True)
class MetadataMessage:
    """Metadata sets to be written, at least one; as stubs they are named, and say nothing.

    `order` has the ids of all that can be said, as their structure has them.
    """

    header: Header
    sets: tuple[MetadataSet, ...]
    order: tuple[str, ...]
    stubs: bool = False
    manner: Manner = field(default_factory=Manner)

    def told(self, manner: Manner) -> "MetadataMessage":
        """The same message in another manner."""
        return replace(self, manner=manner)
