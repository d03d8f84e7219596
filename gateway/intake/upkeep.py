"""What a configuration check says beyond what stops the gateway: codes that no list has."""

from collections.abc import Iterable, Iterator

from gateway.intake.codemaps import EITHER, CodeMap
from gateway.intake.judging import Codes
from gateway.intake.provision import Provision


def code_faults(provision: Provision, codes: Codes, allowed: Codes) -> Iterator[str]:
    """Fixed codes and codes of the provision's own maps that its lists or constraints lack.

    Maps that several provisions use may have more codes than one of them needs: a label whose code
    does not fit is told when a file has it.
    """
    for where, name, code in _fixed(provision):
        yield from _unfit(f"{where}{name} = {code}", name, (code,), codes, allowed)
    for name, place in provision.places().items():
        given = [*place.bands, *([place.empty] if place.empty is not None else [])]
        yield from _unfit(f"{name} gives {', '.join(given)}", name, given, codes, allowed)
        for each in provision.maps(place):
            if each.name not in provision.shared_maps:
                yield from _map_faults(each, name, codes, allowed)
    if provision.sample is not None and not provision.sample.is_file():
        yield f"there is no sample {provision.sample.name}"


def _fixed(provision: Provision) -> Iterator[tuple[str, str, str]]:
    """The codes that stand in the provision itself, each with its table and component."""
    yield from (("", name, code) for name, code in provision.constants().items())
    sets = (pair for note in provision.notes for pair in note.sets.items())
    yield from (("[[notes]] ", name, code) for name, code in sets)
    missing = provision.values.missing.values()
    yield from (("[values] missing ", "OBS_STATUS", code) for code in missing)


def _map_faults(each: CodeMap, name: str, codes: Codes, allowed: Codes) -> Iterator[str]:
    for entry in each.entries.values():
        if (code := entry.code(name)) is not None:
            what = f"{each.name}: {entry.label} is {code}"
            yield from _unfit(what, name, code.split(EITHER), codes, allowed)


def _unfit(
    what: str, name: str, given: Iterable[str], codes: Codes, allowed: Codes
) -> Iterator[str]:
    for code in given:
        if name in codes and code not in codes[name]:
            yield f"{what}: the list of {name} has no {code}"
        elif name in allowed and code not in allowed[name]:
            yield f"{what}: the dataflow's constraint does not allow {code} in {name}"
