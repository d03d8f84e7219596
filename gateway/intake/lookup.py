"""From labels to codes: by a code map, by the label itself, or as a part of a period."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from gateway.intake import clean, rules
from gateway.intake.codemaps import EITHER, closest
from gateway.intake.language import Place
from gateway.intake.provision import Provision
from gateway.intake.sheet import Spot, address
from gateway.model.finding import Finding

YEAR, MONTH, PERIOD, UNTIL = "time.year", "time.month", "time.period", "time.until"


@dataclass(frozen=True, slots=True)
class Label:
    """What a label says, and the cell where it stands."""

    text: str
    spot: Spot


def code_of(name: str, place: Place, text: str, provision: Provision) -> str | None:
    """The code of a label for a component or a part of the period; None where there is none.

    Several codes with ``|`` between them where the code map is no function.
    """
    if not text:
        return place.empty
    if place.codes:
        return provision.code(name, place, text)
    if place.bands:
        return _band(place, text)
    return _PARTS[name](text) if name in _PARTS else place.prefix + text.zfill(place.pad)


def _month(text: str) -> str | None:
    number = clean.month(text)
    return None if number is None else f"{number:02d}"


_PARTS: Mapping[str, Callable[[str], str | None]] = {
    YEAR: clean.year,
    MONTH: _month,
    UNTIL: _month,
    PERIOD: clean.period,
}


def _band(place: Place, text: str) -> str | None:
    """The band that a whole number falls into."""
    if not text.isdecimal():
        return None
    bands = place.bands.items()
    return next((code for code, (first, last) in bands if first <= int(text) <= last), None)


@dataclass(frozen=True, slots=True)
class Looked:
    """The code of each label at some places, in order, and what was wrong with labels."""

    codes: Mapping[str, list[str | None]]
    findings: tuple[Finding, ...]


def look_up(
    sheet: str, labelled: Mapping[str, tuple[Place, Sequence[Label | None]]], provision: Provision
) -> Looked:
    """The codes of labels, and one finding for each cell whose label has none.

    `labelled` has each component's place and labels; None is a label that is not there at all,
    which somebody else tells.
    """
    codes: dict[str, list[str | None]] = {}
    uncoded: dict[Label, list[str]] = {}
    known: dict[tuple[str, str], str | None] = {}
    for name, (place, labels) in labelled.items():
        codes[name] = []
        for each in labels:
            if each is None:
                codes[name].append(None)
                continue
            if (name, each.text) not in known:
                known[name, each.text] = code_of(name, place, each.text, provision)
            code = known[name, each.text]
            sure = None if code is not None and _is_either(code, place) else code
            codes[name].append(sure)
            if sure is None and (each.text or not place.optional):
                names = uncoded.setdefault(each, [])
                names.extend([name] if name not in names else [])
    return Looked(codes, tuple(_faults(sheet, uncoded, labelled, provision)))


def _is_either(code: str, place: Place) -> bool:
    """Whether a code map gave several codes; a text that is its own code may have the sign too."""
    return bool(place.codes) and EITHER in code


def _faults(
    sheet: str,
    uncoded: Mapping[Label, Sequence[str]],
    labelled: Mapping[str, tuple[Place, Sequence[Label | None]]],
    provision: Provision,
) -> Iterator[Finding]:
    told: dict[tuple[str, ...], Finding] = {}
    for label, names in uncoded.items():
        same = (label.text, *names)
        if same not in told:
            places = {name: labelled[name][0] for name in names}
            told[same] = fault(sheet, "*", label.text, places, provision)
        yield replace(told[same], cell=address(*label.spot))


def fault(
    sheet: str, cell: str, text: str, places: Mapping[str, Place], provision: Provision
) -> Finding:
    """What is wrong with a label that has no code for some components: one finding for all."""
    if not text:
        return rules.empty_label(sheet, cell, ", ".join(places))
    for name, place in places.items():
        codes = code_of(name, place, text, provision)
        if codes is not None and _is_either(codes, place):
            return rules.ambiguous_label(sheet, cell, text, tuple(codes.split(EITHER)), name)
    coded = {name: place for name, place in places.items() if place.codes}
    if not coded and not all(name.startswith("time.") for name in places):
        return rules.outside_bands(sheet, cell, text, ", ".join(places))
    if not coded:
        return rules.period_not_found(sheet, cell, text)
    return _unmapped(sheet, cell, text, coded, provision)


def _unmapped(
    sheet: str, cell: str, text: str, places: Mapping[str, Place], provision: Provision
) -> Finding:
    near = closest(text, [each for place in places.values() for each in provision.maps(place)])
    pairs = tuple((each.label, ",".join(each.codes.values())) for each in near)
    maps = tuple(dict.fromkeys(each.codes[-1] for each in places.values()))
    return rules.unmapped_label(sheet, cell, text, maps, pairs)
