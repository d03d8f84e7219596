"""What every SDMX-JSON message says around its content, and words in the caller's languages."""

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from gateway.formats.message import Header
from gateway.model.text import LANGUAGES, Language, Text

Json: TypeAlias = "str | int | Sequence[Json] | Mapping[str, Json] | None"
Fields: TypeAlias = dict[str, Json]

REPOSITORY = "https://raw.githubusercontent.com/sdmx-twg/sdmx-json/master"
"""Where the schemas of 1.0 and 2.0 are; those of 2.1 have an address of their own."""


def meta(header: Header, schema: str, languages: Sequence[Language] = LANGUAGES) -> Fields:
    """The object `meta`, the best language first."""
    return {
        "schema": schema,
        "id": header.id,
        "test": False,
        "prepared": header.prepared.isoformat(timespec="seconds"),
        "contentLanguages": languages,
        "sender": {"id": header.sender},
    }


def text(name: str, said: Text, languages: Sequence[Language] = LANGUAGES) -> Fields:
    """The words in the language that comes first, then in every language."""
    return {
        name: said.said(languages[0]),
        f"{name}s": {language: said.said(language) for language in languages},
    }
