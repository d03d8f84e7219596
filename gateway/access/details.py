"""Rich authorization requests: what a client narrows its own token to (RFC 9396).

An element of type ``sdmx_data`` names any of actions, dataflows, key and conf::

    [{"type": "sdmx_data", "actions": ["read"], "dataflows": ["LMIG:DF_RETURNS(1.0.0)"],
      "key": "M.GT", "conf": ["F"]}]
"""

import json
import re
from collections.abc import Mapping, Sequence

from gateway.access.caller import ACTIONS, Detail
from gateway.errors import BadSyntax

TYPE = "sdmx_data"
"""The one type of authorization details that is known here."""

MOST = 20
"""As many elements, and as many entries of each, as are taken."""

_FLOW = re.compile(
    r"(?=[^()]{1,130}\()([A-Za-z*][A-Za-z0-9_.*-]*):([A-Za-z0-9_@$*-]+)\((\*|[0-9][0-9A-Za-z.+~-]*)\)"
)
_CODE = re.compile(r"[A-Za-z0-9_@$-]{1,20}")
_KEY = re.compile(r"[A-Za-z0-9_@$*+.-]{0,500}")
_MEMBERS = ("type", "actions", "dataflows", "key", "conf")


def details(text: str) -> tuple[Detail, ...]:
    """The details that a client asks for. Raises BadSyntax for any that is not exactly known.

    >>> details('[{"type": "sdmx_data", "dataflows": ["LMIG:*(*)"]}]')[0].dataflows
    ('LMIG:*(*)',)
    """
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _wrong("is no JSON") from error
    return from_claim(found)


def from_claim(found: object) -> tuple[Detail, ...]:
    """The details that a token carries. Raises BadSyntax."""
    if not isinstance(found, list) or not 0 < len(found) <= MOST:
        raise _wrong(f"is no list of 1 to {MOST} elements")
    return tuple(_detail(each) for each in found)


def as_claim(wanted: Sequence[Detail]) -> list[dict[str, object]]:
    """Details as a token carries them; `from_claim` reads them."""
    return [
        {
            "type": TYPE,
            **({"actions": list(each.actions)} if each.actions else {}),
            **({"dataflows": list(each.dataflows)} if each.dataflows else {}),
            **({"key": each.key} if each.key else {}),
            **({"conf": list(each.confidentiality)} if each.confidentiality else {}),
        }
        for each in wanted
    ]


def _detail(found: object) -> Detail:
    if not isinstance(found, dict) or found.get("type") != TYPE:
        raise _wrong("has an element of another type", (TYPE,))
    if unknown := sorted(set(found) - set(_MEMBERS)):
        raise _wrong(f"knows no {', '.join(unknown)}", _MEMBERS)
    actions = _texts(found, "actions")
    if set(actions) - set(ACTIONS):
        raise _wrong("names an unknown action", ACTIONS)
    key = found.get("key", "")
    if not isinstance(key, str) or not _KEY.fullmatch(key):
        raise _wrong("has a key that is none")
    return Detail(actions, _texts(found, "dataflows", _FLOW), key, _texts(found, "conf", _CODE))


def _texts(
    found: Mapping[str, object], name: str, shape: re.Pattern[str] = _CODE
) -> tuple[str, ...]:
    """A list of texts, which is not empty where it is given: nothing would be allowed."""
    values = found.get(name)
    if values is None and name not in found:
        return ()
    if not isinstance(values, list) or not 0 < len(values) <= MOST:
        raise _wrong(f"has {name} that are no list of 1 to {MOST}")
    if not all(isinstance(each, str) and shape.fullmatch(each) for each in values):
        raise _wrong(f"has {name} that are none")
    return tuple(values)


def _wrong(why: str, allowed: Sequence[str] = ()) -> BadSyntax:
    return BadSyntax(
        f"authorization_details {why}.", subject="authorization_details", allowed=allowed
    )
