"""Secrets at rest: sealed under a master key that stands outside the database.

Who reads the database alone, or a copy of it, reads no private key. The master key is a file that
an operator names, else one in the home, made on first use. Source: RFC 7516; RFC 7517, 7.
"""

import base64
import os
import secrets
from pathlib import Path

from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from gateway.errors import StorageFault

_BYTES = 32


class Unopened(Exception):
    """What was sealed under another master key."""


class Seal:
    """Seals and opens under one master key."""

    def __init__(self, key: bytes) -> None:
        self._key = OctKey.import_key(key)

    def close(self, secret: bytes) -> str:
        """A secret as it may lie about."""
        return jwe.encrypt_compact({"alg": "dir", "enc": "A256GCM"}, secret, self._key)

    def open(self, sealed: str) -> bytes:
        """What was sealed. Raises Unopened where that was under another key."""
        try:
            found = jwe.decrypt_compact(sealed, self._key, algorithms=["dir", "A256GCM"])
        except (JoseError, ValueError) as error:
            raise Unopened from error
        return found.plaintext or b""


def seal(path: Path, *, make: bool) -> Seal:
    """The seal of a master key: 32 bytes in base64, in a file that its owner alone can read.

    `make` it where it is not there. Raises StorageFault for one that is missing, spoiled or open
    to others: such a key is no secret.
    """
    if make and not path.exists():
        _make(path)
    try:
        mode, text = path.stat().st_mode, path.read_text("ascii")
        key = base64.urlsafe_b64decode(text.strip().replace("+", "-").replace("/", "_") + "==")
    except (OSError, ValueError) as error:
        raise _no_key(path) from error
    if mode & 0o077:
        raise StorageFault(
            f"{path} can be read by others: chmod 600 it, and think of what it guards as known.",
            spanish=f"Otros pueden leer {path}: ejecute chmod 600 y dé por conocido lo que guarda.",
            subject=str(path),
        )
    if len(key) != _BYTES:
        raise _no_key(path)
    return Seal(key)


def _no_key(path: Path) -> StorageFault:
    return StorageFault(
        f"{path} holds no master key (32 bytes in base64): restore it. Without it the keys that "
        "sign tokens cannot be used; delete it to have all of them made anew.",
        spanish=f"{path} no contiene una clave maestra (32 bytes en base64): recupérela. Sin "
        "ella no se pueden usar las claves que firman; bórrela para tener todas nuevas.",
        subject=str(path),
    )


def _make(path: Path) -> None:
    passing = path.with_suffix(f".{os.getpid()}")
    try:
        with os.fdopen(os.open(passing, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(base64.urlsafe_b64encode(secrets.token_bytes(_BYTES)).decode() + "\n")
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
