"""The digest of a value: the same in every process for values that are equal."""

import hashlib
from collections.abc import Hashable, Mapping, Sequence, Set
from dataclasses import fields, is_dataclass
from datetime import datetime
from enum import Enum
from functools import lru_cache

_PLAIN = (str, int, float, bytes, type(None))


def digest(*values: object) -> str:
    """Thirty-two hexadecimal digits for values made of plain ones, collections and dataclasses.

    Sets and mappings are taken in the order of what they hold, for Python's own order of a set
    differs from process to process. Raises TypeError for a value that has no such spelling.

    >>> digest(frozenset({"F", "M"})) == digest({"M", "F"})
    True
    """
    return hashlib.sha256(_spelled(values).encode()).hexdigest()[:32]


@lru_cache(maxsize=4096)
def remembered_digest(*values: Hashable) -> str:
    """The same digest, kept in memory: for values that come again and again.

    They must be such that what is equal is spelled alike: no number beside a truth value.
    """
    return digest(*values)


def _spelled(value: object) -> str:
    if isinstance(value, Enum):
        return repr(value.value)
    if isinstance(value, _PLAIN):
        return repr(value)
    if isinstance(value, datetime):
        return value.isoformat()
    return _of_many(value)


def _of_many(value: object) -> str:
    if isinstance(value, Set):
        return f"{{{','.join(sorted(map(_spelled, value)))}}}"
    if isinstance(value, Mapping):
        pairs = sorted((_spelled(key), _spelled(of)) for key, of in value.items())
        return f"{{{','.join(f'{key}:{of}' for key, of in pairs)}}}"
    if isinstance(value, Sequence):
        return f"[{','.join(map(_spelled, value))}]"
    if is_dataclass(value):
        held = (_spelled(getattr(value, field.name)) for field in fields(value))
        return f"{type(value).__name__}({','.join(held)})"
    raise TypeError(f"{type(value).__name__} has no digest")
