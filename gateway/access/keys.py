"""The key that signs access tokens: ES256, made on first use, in a file of its owner's only."""

import json
import os
from pathlib import Path

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet

from gateway.errors import StorageFault

ALGORITHM = "ES256"


def signing_keys(folder: Path) -> KeySet:
    """The key set of a home; the key is made where there is none.

    Raises StorageFault for a key file that others can read: such a key is no secret.
    """
    path = folder / "signing.jwk.json"
    if not path.exists():
        _make(path)
    if path.stat().st_mode & 0o077:
        raise StorageFault(
            f"{path} can be read by others: chmod 600 it, or delete it to have a new key made.",
            spanish=f"Otros pueden leer {path}: ejecute chmod 600, o bórrelo para que se cree una "
            "clave nueva.",
            subject=str(path),
        )
    try:
        return KeySet([ECKey.import_key(json.loads(path.read_text()))])
    except (ValueError, TypeError, KeyError, AttributeError, JoseError) as error:
        raise StorageFault(
            f"{path} holds no signing key: restore it, or delete it to have a new one made.",
            spanish=f"{path} no contiene ninguna clave de firma: recupérelo, o bórrelo para que se "
            "cree una nueva.",
            subject=str(path),
        ) from error


def _make(path: Path) -> None:
    key = ECKey.generate_key("P-256", {"use": "sig", "alg": ALGORITHM}, auto_kid=True)
    passing = path.with_suffix(f".{os.getpid()}")
    try:
        with os.fdopen(os.open(passing, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            json.dump(key.as_dict(private=True), file)
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
