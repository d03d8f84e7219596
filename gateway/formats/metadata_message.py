"""What a message of reference metadata is written from."""

from dataclasses import dataclass

from gateway.formats.message import Header
from gateway.model.metadata import MetadataSet


@dataclass(frozen=True, slots=True)
class MetadataMessage:
    """Metadata sets to be written, at least one; as stubs they are named, and say nothing."""

    header: Header
    sets: tuple[MetadataSet, ...]
    stubs: bool = False
