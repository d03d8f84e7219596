"""Reference metadata in SDMX-CSV 2.0 and 2.1: one line for each metadata set.

Columns: MDSTRUCTURE, MDSTRUCTURE_ID, METADATASET_ID, ACTION, TARGET_TYPES and TARGET_IDS, then the
attributes that any set states, in the order of their structure. A text stands in its languages,
which the header names: ``es:…|en:…`` below ``CONTACT[es|en]``. The sign that parts them is the
message's own choice, which the first header tells: one that none of its texts has, so that nobody
need know how to quote within a field. Texts are quoted always, as the guide advises.
Source: SDMX-CSV metadata message, field guide (https://github.com/sdmx-twg/sdmx-csv).
"""

from collections.abc import Iterator, Mapping, Sequence

from gateway.formats.escape import csv_field
from gateway.formats.metadata_message import MetadataMessage
from gateway.model.metadata import MetadataSet
from gateway.model.text import Language, Text

_IDENTITY = ("MDSTRUCTURE_ID", "METADATASET_ID", "ACTION", "TARGET_TYPES", "TARGET_IDS")
_SIGNS = ("|", ";", "¦", "^")


def write_20(message: MetadataMessage) -> Iterator[bytes]:
    """The message in SDMX-CSV 2.0, as one chunk."""
    yield _whole(message, "I").encode()


def write_21(message: MetadataMessage) -> Iterator[bytes]:
    """The message in SDMX-CSV 2.1, as one chunk: as of data, it says Merge of what informs."""
    yield _whole(message, "M").encode()


def _whole(message: MetadataMessage, action: str) -> str:
    languages = message.manner.languages
    sign = _sign([text.said(a) for s in message.sets for _, text in s.said for a in languages])
    used = {id for each in message.sets for id, _ in each.said}
    ids = [] if message.stubs else [id for id in message.order if id in used]
    parted = sign.join(languages)
    names = [f"MDSTRUCTURE[{sign}]", *_IDENTITY, *(f"{id}[{parted}]" for id in ids)]
    lines = [names]
    for each in message.sets:
        said: Mapping[str, Text] = dict(each.said)
        texts = (_told(said[id], languages, sign) if id in said else "" for id in ids)
        lines.append([*_identity(each, action), *texts])
    return "".join(f"{','.join(line)}\n" for line in lines)


def _sign(texts: Sequence[str]) -> str:
    """The first sign that no text has; where they have them all, the first, and such are quoted."""
    return next((e for e in _SIGNS if not any(e in text for text in texts)), _SIGNS[0])


def _identity(metadata: MetadataSet, action: str) -> list[str]:
    target = metadata.target
    of, itself, what = (csv_field(str(e)) for e in (metadata.flow, metadata.reference, target))
    return ["metadataflow", of, itself, action, target.kind.lower(), what]


def _told(text: Text, languages: Sequence[Language], sign: str) -> str:
    """A text in its languages, as one field."""
    parts = ((each, text.said(each)) for each in languages)
    return _quoted(sign.join(f"{each}:{_part(said, sign)}" for each, said in parts))


def _part(text: str, sign: str) -> str:
    return _quoted(text) if sign in text or text.startswith('"') else text


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'
