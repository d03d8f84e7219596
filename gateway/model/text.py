"""Words in the region's two working languages."""

from dataclasses import dataclass
from typing import Literal

Language = Literal["es", "en"]

LANGUAGES: tuple[Language, ...] = ("es", "en")
"""Spanish first: it is the language of the offices."""


@dataclass(frozen=True, slots=True)
class Text:
    """One thing said in Spanish and in English."""

    es: str
    en: str

    def said(self, language: Language) -> str:
        """The words in one language."""
        return self.es if language == "es" else self.en
