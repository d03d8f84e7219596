"""The seal: what the gateway alone can read again, under a key of the home.

It seals the secrets of second factors in the database, and what a page hands to a browser to bring
back. The key is made on first use, in a file of its owner's only; copies of a gateway share it.
"""

import hashlib
import hmac
import os
import secrets
from pathlib import Path

from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from gateway.errors import StorageFault

_HEADER = {"alg": "dir", "enc": "A256GCM"}
_LENGTH = 32


class Seal:
    """Seals texts, each for a purpose: what was sealed for one is nothing to another."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def close(self, text: str, purpose: str) -> str:
        """A text as nobody else can read or change it."""
        return jwe.encrypt_compact(_HEADER, text, self._key_for(purpose))

    def open(self, sealed: str, purpose: str) -> str | None:
        """The text again; None for what was not sealed here, or for another purpose."""
        try:
            opened = jwe.decrypt_compact(
                sealed, self._key_for(purpose), algorithms=[*_HEADER.values()]
            )
        except (JoseError, ValueError, TypeError):
            return None
        return None if opened.plaintext is None else opened.plaintext.decode()

    def mark(self, text: str, purpose: str) -> str:
        """A mark that only this gateway can put on a text."""
        return hmac.new(self._derived(purpose), text.encode(), hashlib.sha256).hexdigest()

    def _key_for(self, purpose: str) -> OctKey:
        return OctKey.import_key(self._derived(f"seal {purpose}"))

    def _derived(self, purpose: str) -> bytes:
        return hmac.digest(self._key, purpose.encode(), "sha256")


def seal(folder: Path) -> Seal:
    """The seal of a home; its key is made where there is none.

    Raises StorageFault for a key file that others can read, or that holds no key.
    """
    path = folder / "people.key"
    if not path.exists():
        _make(path)
    if path.stat().st_mode & 0o077:
        raise StorageFault(
            f"{path} can be read by others: chmod 600 it.",
            spanish=f"Otros pueden leer {path}: ejecute chmod 600.",
            subject=str(path),
        )
    try:
        key = bytes.fromhex(path.read_text().strip())
    except ValueError:
        key = b""
    if len(key) != _LENGTH:
        raise StorageFault(
            f"{path} holds no key: restore it, or delete it and let everyone choose a second "
            "factor anew.",
            spanish=f"{path} no contiene ninguna clave: recupérelo, o bórrelo y que cada persona "
            "elija de nuevo su segundo factor.",
            subject=str(path),
        )
    return Seal(key)


def _make(path: Path) -> None:
    passing = path.with_suffix(f".{os.getpid()}")
    try:
        with os.fdopen(os.open(passing, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_hex(_LENGTH))
        os.link(passing, path)  # unlike a rename, never replaces a key that another process made
    except FileExistsError:
        pass
    except OSError as error:
        raise StorageFault(
            f"The key {path} cannot be written ({error.strerror}).",
            spanish=f"No se puede escribir la clave {path} ({error.strerror}).",
            subject=str(path),
        ) from error
    finally:
        passing.unlink(missing_ok=True)
