"""Rich authorization requests: what a client narrows its own token to (RFC 9396).

An element of type ``sdmx_data`` names any of actions, dataflows, key and conf::

    [{"type": "sdmx_data", "actions": ["read"], "dataflows": ["LMIG:DF_RETURNS(1.0.0)"],
      "key": "M.GT", "conf": ["F"]}]
"""

import json
import re
from collections.abc import Mapping, Sequence

from gateway.access.caller import ACTIONS, Detail
from gateway.access.patterns import within
from gateway.errors import BadSyntax
from gateway.rest import grammar

TYPE = "sdmx_data"
"""The one type of authorization details that is known here."""

MOST = 20
"""As many elements, and as many entries of each, as are taken."""

_FLOW = re.compile(r"[A-Za-z0-9_.*-]{1,64}:[A-Za-z0-9_@$*-]{1,64}\([0-9A-Za-z.*-]{1,32}\)")
_CODE = re.compile(r"[A-Za-z0-9_@$-]{1,20}")
_LONGEST_KEY = 500
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


def as_text(wanted: Sequence[Detail]) -> str | None:
    """Details as they are kept; None for none, and `of_text` gives them back."""
    return json.dumps(as_claim(wanted)) if wanted else None


def of_text(kept: str | None) -> tuple[Detail, ...]:
    """Details that were kept."""
    return () if kept is None else details(kept)


def covered(wanted: Sequence[Detail], agreed: Sequence[Detail]) -> bool:
    """Whether each of some details is no wider than one that was agreed to.

    Without any that were agreed to everything was. Two that only together are wide enough do not
    count: the client asks for two then, as it did before.
    """
    return not agreed or all(any(_is_within(each, one) for one in agreed) for each in wanted)


def _is_within(wanted: Detail, agreed: Detail) -> bool:
    return (
        (not agreed.actions or _some_of(wanted.actions, agreed.actions))
        and (not agreed.dataflows or _flows_within(wanted.dataflows, agreed.dataflows))
        and _key_within(wanted.key, agreed.key)
        and (not agreed.confidentiality or _some_of(wanted.confidentiality, agreed.confidentiality))
    )


def _some_of(wanted: Sequence[str], agreed: Sequence[str]) -> bool:
    return bool(wanted) and set(wanted) <= set(agreed)


def _flows_within(wanted: Sequence[str], agreed: Sequence[str]) -> bool:
    return bool(wanted) and all(any(within(each, one) for one in agreed) for each in wanted)


def _key_within(wanted: str, agreed: str) -> bool:
    narrow, wide = (grammar.key(each) if each else () for each in (wanted, agreed))
    said = (*narrow, *(None for _ in wide[len(narrow) :]))
    return all(
        codes is None or (part is not None and part <= codes)
        for part, codes in zip(said, wide, strict=False)
    )


def _detail(found: object) -> Detail:
    if not isinstance(found, dict) or found.get("type") != TYPE:
        raise _wrong("has an element of another type", (TYPE,))
    if unknown := sorted(set(found) - set(_MEMBERS)):
        raise _wrong(f"knows no {', '.join(unknown)}", _MEMBERS)
    actions = _texts(found, "actions")
    if set(actions) - set(ACTIONS):
        raise _wrong("names an unknown action", ACTIONS)
    return Detail(
        actions, _texts(found, "dataflows", _FLOW), _key(found), _texts(found, "conf", _CODE)
    )


def _key(found: Mapping[str, object]) -> str:
    key = found.get("key", "")
    if not isinstance(key, str) or len(key) > _LONGEST_KEY:
        raise _wrong("has a key that is none")
    try:
        grammar.key(key)
    except BadSyntax as error:
        raise _wrong("has a key that is none") from error
    return key


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
