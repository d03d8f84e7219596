"""Which format, in which manner: what a caller's headers ask for, and parameters that beat them.

Source: SDMX-REST 2.2.2, content_negotiation.md and extend.md; RFC 9110, section 12.5. The media
type that an answer states leaves out parameters that have their default value.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic

from gateway.errors import BadSyntax, NotAcceptable
from gateway.formats.media import Range, numbers, ranges, versions
from gateway.formats.message import Keys, Manner, Said, Times
from gateway.formats.table import FAMILIES, Format, M, Words
from gateway.model.text import LANGUAGES, Language, Text

Pairs = Iterable[tuple[str, str]]

_OF_CSV = ("labels", "timeFormat", "keys")
NAMES = ("format", "formatVersion", *_OF_CSV, "key", "lang")
"""The parameters of a URL that stand for headers; every other one belongs to the question."""

_SAID_OF_OTHERS = {"charset": ("utf-8", "utf8"), "header": ("present",)}
"""Parameters of media types that ask for what every answer is. Source: RFC 7111 for `header`."""


@dataclass(frozen=True, slots=True)
class Wish:
    """How a caller wants to be answered: two headers, and parameters of the URL by name."""

    accept: str | None = None
    accept_language: str | None = None
    parameters: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Choice(Generic[M]):
    """A format, and the manner in which a message is told in it."""

    format: Format[M]
    manner: Manner

    @property
    def media_type(self) -> str:
        """The media type of the answer, with every parameter that is not as usual."""
        said = {
            "labels": self.manner.labels,
            "timeFormat": self.manner.times,
            "keys": self.manner.keys,
        }
        usual = {each.name: each.values[0] for each in self.format.parameters}
        more = [f";{name}={said[name]}" for name in usual if said[name] != usual[name]]
        return self.format.media_type + "".join(more)

    @property
    def content_language(self) -> str:
        """The languages of the names in the answer; empty where it has none."""
        match self.format.words:
            case Words.ALL:
                return ", ".join(self.manner.languages)
            case Words.LABELS if self.manner.labels is Said.ID:
                return ""
            case Words.NONE:
                return ""
        return self.manner.languages[0]


def parted(pairs: Pairs) -> tuple[dict[str, str], list[tuple[str, str]]]:
    """The parameters that stand for headers, and those of the question in their order.

    Raises BadSyntax for one of the former that is given twice.
    """
    wishes: dict[str, str] = {}
    others: list[tuple[str, str]] = []
    for name, value in pairs:
        if name not in NAMES:
            others.append((name, value))
            continue
        known = "keys" if name == "key" else name  # the guide to SDMX-CSV calls it both
        if known in wishes:
            raise BadSyntax(
                f"The parameter {name} is given twice.",
                spanish=f"El parámetro {name} está dos veces.",
                subject=name,
            )
        wishes[known] = value
    return wishes, others


def manners(offers: Sequence[Format[M]]) -> tuple[str, ...]:
    """The parameters that stand for headers where one of these is asked for."""
    own = {each.name for offer in offers for each in offer.parameters}
    if "keys" in own:
        own.add("key")
    if any(offer.version for offer in offers):
        own.add("formatVersion")
    return tuple(each for each in NAMES if each in own | {"format", "lang"})


def choose(offers: Sequence[Format[M]], wish: Wish) -> Choice[M]:
    """The offer that a caller likes best, the first of equals, and in which manner.

    Raises NotAcceptable where none will do, with every offer; BadSyntax for a `formatVersion`
    without a `format`.
    """
    offer, said = _asked(offers, wish)
    own = {name: wish.parameters[name] for name in _OF_CSV if name in wish.parameters}
    for name, value in own.items():
        if not offer.takes(name, value):
            raise _refused(_no_parameter(name, value, [offer]), name, offers)
    said = {name.lower(): value.lower() for name, value in (said | own).items()}
    manner = Manner(
        _languages(wish),
        Said(said.get("labels", Said.ID)),
        Times(said.get("timeformat", Times.ORIGINAL)),
        Keys(said.get("keys", Keys.NONE)),
    )
    return Choice(offer, manner)


def _asked(offers: Sequence[Format[M]], wish: Wish) -> tuple[Format[M], dict[str, str]]:
    """The format that was asked for by name or by header, with the parameters said with it."""
    name, version = (wish.parameters.get(each) for each in ("format", "formatVersion"))
    if name is None:
        if version is not None:
            raise BadSyntax(
                "formatVersion says nothing without format.",
                spanish="formatVersion no dice nada sin format.",
                subject="formatVersion",
            )
        return _accepted(offers, wish.accept or "", "Accept")
    if "/" not in name:
        return _named(offers, name, version), {}
    asked = _plus(name) if version is None else f"{_plus(name)};version={_plus(version)}"
    return _accepted(offers, asked, "format")


def _plus(text: str) -> str:
    """A media type or version from a URL, where a plus sign becomes a blank.

    >>> _plus("application/vnd.sdmx.data csv; version=2 .0.0")
    'application/vnd.sdmx.data+csv; version=2+.0.0'
    """
    return re.sub(r"(?<=\w) (?=[\w.]|$)|(?<=\d) (?=;)", "+", text)


def _named(offers: Sequence[Format[M]], name: str, version: str | None) -> Format[M]:
    """The format with a short name; a version chooses among those that share it."""
    own = [each for each in offers if name.lower() in each.names]
    family = [each for each in offers if each.type in FAMILIES.get(name.lower(), ())]
    if version is None and (own or family):
        return (own or family)[0]
    wanted = versions(_plus(version or ""))
    fitting = [each for each in family or own if wanted is not None and each.version in wanted]
    if not fitting:
        raise _refused(_no_format(name[:200], version), "format", offers)
    latest = wanted is not None and wanted.wants_latest
    return max(fitting, key=_newness) if latest else fitting[0]


def _no_format(name: str, version: str | None) -> Text:
    in_version = (
        ("", "") if version is None else (f" en versión {version}", f" in version {version}")
    )
    return Text(
        f"Aquí no hay formato {name}{in_version[0][:200]}.",
        f"There is no format {name}{in_version[1][:200]} here.",
    )


def _newness(offer: Format[M]) -> tuple[int, int, int]:
    return numbers(offer.version)


def _accepted(
    offers: Sequence[Format[M]], header: str, subject: str
) -> tuple[Format[M], dict[str, str]]:
    """The offer that a header likes best, with the parameters of the range that it fits."""
    wanted = ranges(header)
    if not wanted:
        return offers[0], {}
    fitting: dict[Format[M], list[Range]] = {each: [] for each in offers}
    for each in wanted:
        for offer in _meant(offers, each):
            fitting[offer].append(each)
    judged = [(offer, max(of, key=_weight)) for offer, of in fitting.items() if of]
    liked = max(judged, key=lambda pair: pair[1].quality, default=None)  # the first of equals
    if liked is None or liked[1].quality <= 0:
        raise _refused(_reason(offers, wanted, header), subject, offers)
    return liked[0], _manners(liked[1])


def _meant(offers: Sequence[Format[M]], wanted: Range) -> list[Format[M]]:
    """The offers that a range accepts; where it wants the latest version, that one of each type."""
    fitting = [each for each in offers if _is_of(each, wanted) and _takes_all(each, wanted)]
    text = wanted.parameters.get("version")
    if text is None:
        return fitting
    found = versions(text)
    if found is None:
        return []
    fitting = [each for each in fitting if each.version and each.version in found]
    if not found.wants_latest:
        return fitting
    latest = {each.type: each for each in sorted(fitting, key=_newness)}
    return [each for each in fitting if latest[each.type] is each]


def _is_of(offer: Format[M], wanted: Range) -> bool:
    major = offer.type.partition("/")[0]
    return wanted.accepts in (offer.type, *offer.also, f"{major}/*", "*/*")


def _takes_all(offer: Format[M], wanted: Range) -> bool:
    return all(offer.takes(name, value) for name, value in _said(wanted))


def _said(wanted: Range) -> Iterator[tuple[str, str]]:
    """The parameters that a format may take or not."""
    for name, value in wanted.parameters.items():
        known = "keys" if name == "key" else name
        if known != "version" and value.lower() not in _SAID_OF_OTHERS.get(known, ()):
            yield known, value


def _manners(wanted: Range) -> dict[str, str]:
    spelled = {name.lower(): name for name in _OF_CSV}
    return {spelled[name]: value for name, value in _said(wanted)}


def _weight(wanted: Range) -> tuple[int, int, float]:
    """How specific a range is, and of two that are equally so the better quality."""
    level = {"*/*": 0}.get(wanted.accepts, 1 if wanted.accepts.endswith("/*") else 2)
    return level, len(wanted.parameters), wanted.quality


def _reason(offers: Sequence[Format[M]], wanted: Sequence[Range], header: str) -> Text:
    """Why nothing will do: the first parameter that no format of its type takes, or the whole."""
    for each in wanted:
        near = [offer for offer in offers if _is_of(offer, each)]
        for name, value in _said(each):
            if near and not any(offer.takes(name, value) for offer in near):
                return _no_parameter(name, value, near)
    return Text(f"Aquí no se sirve {header[:200]}.", f"{header[:200]} is not served here.")


def _no_parameter(name: str, value: str, offers: Sequence[Format[M]]) -> Text:
    """The sentence on a parameter, with the values that it has in these formats."""
    taken = [p for offer in offers for p in offer.parameters if p.name.lower() == name.lower()]
    if not taken:
        of = offers[0].media_type
        return Text(f"{of} no tiene parámetro {name[:40]}.", f"{of} has no parameter {name[:40]}.")
    values = ", ".join(dict.fromkeys(str(value) for each in taken for value in each.values))
    return Text(
        f"{name}={value[:40]} no se conoce aquí; {name} es uno de {values}.",
        f"{name}={value[:40]} is not known here; {name} is one of {values}.",
    )


def _refused(reason: Text, subject: str, offers: Sequence[Format[M]]) -> NotAcceptable:
    listed = [f"{each.media_type} (format={each.names[0]})" for each in offers]
    return NotAcceptable(reason.en, spanish=reason.es, subject=subject, allowed=listed)


def _languages(wish: Wish) -> tuple[Language, ...]:
    """The languages in which names are told, the best first.

    The parameter picks one; a header puts all in its order, for a list of names loses nothing by
    the second, and drops those alone that it refuses. Raises NotAcceptable for a parameter that
    is no language of ours; a header that accepts none is passed over (RFC 9110, 12.5.4).
    """
    if "lang" in wish.parameters:
        return _named_language(wish.parameters["lang"])
    wanted = ranges(wish.accept_language or "")
    liked = {each: _liking(each, wanted) for each in LANGUAGES}
    kept = [each for each in LANGUAGES if liked[each] != (0.0, 0)]
    return tuple(sorted(kept, key=lambda each: liked[each], reverse=True)) or LANGUAGES


def _named_language(text: str) -> tuple[Language, ...]:
    if text.lower() == "all":
        return LANGUAGES
    for each in LANGUAGES:
        if each == _primary(text):
            return (each,)
    raise NotAcceptable(
        f"There are no names in {text[:40]}.",
        spanish=f"No hay nombres en {text[:40]}.",
        subject="lang",
        allowed=(*LANGUAGES, "all"),
    )


def _liking(language: Language, wanted: Sequence[Range]) -> tuple[float, int]:
    """The quality of a language, and how early it is named; refused is (0, 0)."""
    for accepts in (language, "*"):
        places = [n for n, each in enumerate(wanted) if _primary(each.accepts) == accepts]
        if places:
            best = max(places, key=lambda place: (wanted[place].quality, -place))
            quality = wanted[best].quality
            return (quality, -best) if quality > 0 else (0.0, 0)
    return 0.0, -len(wanted) - 1


def _primary(language: str) -> str:
    """The language of a tag without its country.

    >>> _primary("es-GT")
    'es'
    """
    return re.split("[-_]", language.strip().lower(), maxsplit=1)[0]
