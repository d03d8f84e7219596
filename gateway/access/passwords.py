"""Passwords: which are taken, and what is kept of them.

Argon2id by the parameters of RFC 9106 for machines with little memory (64 MiB, three passes): the
kept text carries them, so that they can be raised later. Length and a list of what is tried first,
and no rules on kinds of characters. Source: NIST SP 800-63B, 3.1.1.2; OWASP Password Storage.
"""

import re
from base64 import b64encode
from secrets import token_bytes

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import ARGON2_VERSION

from gateway.errors import SemanticError

SHORTEST, LONGEST = 12, 256
"""Characters. Every account has a second factor: with one, NIST asks for eight."""

_FEWEST_SIGNS = 6

_COMMONEST = (
    *("password", "passwort", "contrasena", "contraseña", "clave", "secreto", "secret"),
    *("administrador", "administrator", "administradora", "admin", "usuario", "bienvenido"),
    *("bienvenida", "welcome", "qwertyuiop", "qwerty", "asdfghjkl", "zxcvbnm", "abcdefghijkl"),
    *("iloveyou", "teamo", "tequiero", "letmein", "changeme", "cambiame", "estadistica"),
    *("estadisticas", "migracion", "migraciones", "migration", "statistics", "gateway", "pasarela"),
    *("guatemala", "mexico", "elsalvador", "honduras", "centroamerica", "football", "futbol"),
    *("barcelona", "realmadrid", "america", "chivas", "correct horse battery staple"),
)
"""What is tried first, wherever figures and signs are put around it or it is said twice."""

_RUNS = ("01234567890123456789", "09876543210987654321", "abcdefghijklmnopqrstuvwxyz")

_hasher = PasswordHasher()


def _nobody_s() -> str:
    """What would be kept of a password that nobody knows; it took no time to make."""
    salt, digest = (
        b64encode(token_bytes(length)).decode().rstrip("=")
        for length in (_hasher.salt_len, _hasher.hash_len)
    )
    costs = f"m={_hasher.memory_cost},t={_hasher.time_cost},p={_hasher.parallelism}"
    return f"$argon2id$v={ARGON2_VERSION}${costs}${salt}${digest}"


_NOBODY_S = _nobody_s()


def kept(password: str) -> str:
    """What is kept of a password."""
    return _hasher.hash(password)


def holds(password: str, kept: str | None) -> bool:
    """Whether this is the password; where none is kept, in the same time, never."""
    try:
        _hasher.verify(kept or _NOBODY_S, password[: LONGEST + 1])
    except (VerificationError, InvalidHashError):
        return False
    return kept is not None


def outdated(kept: str) -> bool:
    """Whether a password should be kept anew, by today's parameters."""
    return _hasher.check_needs_rehash(kept)


def refuse_weak(password: str, *about: str) -> None:
    """Raise SemanticError for a password that is guessed early; `about` is what all know of whose.

    Spaces count, and every character is taken.
    """
    if not SHORTEST <= len(password) <= LONGEST:
        raise SemanticError(
            f"A password has at least {SHORTEST} characters, and at most {LONGEST}; four words "
            "together do well.",
            spanish=f"La contraseña tiene al menos {SHORTEST} caracteres y como máximo {LONGEST}; "
            "cuatro palabras juntas sirven bien.",
            subject="password",
        )
    if _is_common(password.casefold(), [word.casefold() for word in about]):
        raise SemanticError(
            "This password is among those that are tried first: choose another.",
            spanish="Esta contraseña es de las que se prueban primero: elija otra.",
            subject="password",
        )


def _is_common(password: str, about: list[str]) -> bool:
    if len(set(password)) < _FEWEST_SIGNS or any(password in run * 2 for run in _RUNS):
        return True
    words = [*_COMMONEST, *(part for each in about for part in [each, *re.split(r"\W+", each)])]
    left = password
    for word in sorted({word for word in words if len(word) > 3}, key=len, reverse=True):
        left = left.replace(word, "")
    letters = re.sub(r"[\W\d_]", "", left)
    return left != password and len(letters) < 4
