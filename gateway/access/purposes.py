"""Texts sealed for a purpose: second factors, and what a page gives a browser to bring back."""

from gateway.access.sealing import Seal, Unopened


class Purposes:
    """Seals and opens texts, each for a purpose."""

    def __init__(self, seal: Seal) -> None:
        self._seal = seal

    def close(self, text: str, purpose: str) -> str:
        """A text as nobody else can read or change it."""
        return self._seal.of(f"seal {purpose}").close(text.encode())

    def open(self, sealed: str, purpose: str) -> str | None:
        """The text again; None for what was not sealed here, or for another purpose."""
        try:
            return self._seal.of(f"seal {purpose}").open(sealed).decode()
        except Unopened:
            return None

    def mark(self, text: str, purpose: str) -> str:
        """A mark that only this gateway can put on a text."""
        return self._seal.of(f"mark {purpose}").mark(text)
