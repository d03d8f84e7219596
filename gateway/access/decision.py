"""A decision as it is put on record: what it states, in one spelling, and what it is found by."""

import json
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from operator import attrgetter

import msgspec

from gateway.database import as_text

_LONGEST = 4000


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision: who asked what, by which rules it was decided, and how.

    `token` is the id of the token, never the token. `query` is the question as it was understood,
    `rules` are the ids of the grants, `suppressed` counts the observations that were asked for and
    kept back. `providers` are those whose figures are concerned.
    """

    at: datetime
    action: str
    status: int
    client_id: str = ""
    subject: str = ""
    issuer: str = ""
    organisation: str = ""
    token: str = ""
    request: str = ""
    flow: str = ""
    providers: tuple[str, ...] = ()
    query: str = ""
    rules: tuple[str, ...] = ()
    policy: str = ""
    rows: int = 0
    suppressed: int = 0
    address: str = ""


@dataclass(frozen=True, slots=True)
class Stated:
    """All that a decision states but when it was made and in which request.

    The same is often decided again: then only those two are spelled.
    """

    rest: bytes

    def entry(self, at: datetime, request: str) -> bytes:
        """The entry as it is chained: a JSON object in one line of ASCII."""
        first = as_text(at).encode(), _ascii(_short(request))
        return b'{"at":"%b","request":%b,%b' % (*first, self.rest)


def stated(decision: Decision) -> Stated:
    """What a decision states; a text is cut off where it is longer than need be."""
    told = {name: _short(value) for name, value in zip(_NAMES, _values(decision), strict=True)}
    return Stated(_ascii(told)[1:])


def read(entry: str) -> Decision:
    """The decision that an entry states, whichever version of this program wrote it."""
    told = json.loads(entry)
    told["at"] = datetime.fromisoformat(told["at"])
    told["providers"], told["rules"] = tuple(told["providers"]), tuple(told["rules"])
    return Decision(**told)


UNREADABLE = "unreadable"
"""The action of an entry that was broken off as the machine went down."""


def in_place_of(broken: bytes) -> bytes:
    """The entry that says that there was one, which is none any more: when that was seen."""
    told = Decision(datetime.now(UTC), UNREADABLE, 0, query=f"{len(broken)} bytes")
    return stated(told).entry(told.at, "")


class _Found(msgspec.Struct):
    """What an entry is found by, of all that it states."""

    at: str
    client_id: str
    organisation: str
    action: str
    flow: str
    providers: list[str]


def filed(entry: bytes | str) -> dict[str, str]:
    """What an entry is found by, as far as a column of the table can hold it.

    Raises ValueError where it is no entry.
    """
    try:
        said = _quickly(entry)
    except ValueError:  # half of a pair of surrogates, which it takes for no text
        said = msgspec.convert(json.loads(entry), _Found)
    return {
        "at": _printable(said.at, 32),
        "client_id": _printable(said.client_id, 300),
        "organisation": _printable(said.organisation, 64),
        "action": _printable(said.action, 40),
        "flow": _printable(said.flow, 300),
        "providers": f" {_printable(' '.join(said.providers), 998)} ",
    }


_quickly = msgspec.json.Decoder(_Found).decode
_APART = ("at", "request")
_NAMES = tuple(each.name for each in fields(Decision) if each.name not in _APART)
_values = attrgetter(*_NAMES)
_quick = msgspec.json.Encoder().encode
_slow = json.JSONEncoder(separators=(",", ":")).encode


def _ascii(value: object) -> bytes:
    """JSON in ASCII: no sign slips through, whatever somebody sent."""
    try:
        said = _quick(value)
    except UnicodeEncodeError:  # half of a pair, which is no text
        said = b"\xff"
    return said if said.isascii() else _slow(value).encode("ascii")


def _short(value: object) -> object:
    return value[:_LONGEST] if isinstance(value, str) else value


def _printable(text: str, width: int) -> str:
    kept = text[:width]
    if kept.isprintable():
        return kept
    return "".join(each if each.isprintable() else "?" for each in kept)
