"""Whether a home's configuration holds: everything that is wrong in it, at once."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from gateway.errors import BadConfiguration
from gateway.exchange.remarks import readable_remarks
from gateway.intake.agreements import artefacts_of
from gateway.intake.metadata import readable_metadata
from gateway.intake.provision import Provision, readable_provisions
from gateway.intake.statements import STATEMENTS
from gateway.intake.upkeep import code_faults
from gateway.model.text import Text
from gateway.registry import Registry, definitions
from gateway.settings import Home

RULES: Mapping[str, Text] = STATEMENTS
"""What every file must pass, by the names that findings state."""


@dataclass(frozen=True, slots=True)
class Configuration:
    """How much there is, and every fault as ``file: what is wrong``."""

    provisions: int
    code_maps: int
    faults: tuple[str, ...]


def check_configuration(home: Home) -> Configuration:
    """Read all of a home's `dsd/` and `config/`, and go on after each fault."""
    faults = [*_settings_faults(home)]
    try:
        registry = Registry(definitions(home.dsd, home.cache))
    except BadConfiguration as error:
        return Configuration(0, 0, (*faults, *_lines("dsd", error)))
    found, unreadable = readable_provisions(home.config / "provisions", registry)
    faults += unreadable
    made = [each for one in found.values() for each in artefacts_of(one)]
    _, unsaid = readable_metadata(home.config, Registry([*registry, *made]), found)
    faults += unsaid
    faults += readable_remarks(home.config, registry)[1]
    for provision in found.values():
        codes = registry.codes(provision.structure)
        allowed = allowed_codes(registry, provision)
        where = f"{provision.id}/provision.toml"
        faults += [f"{where}: {each}" for each in code_faults(provision, codes, allowed)]
    maps = {(each.id if name not in each.shared_maps else "", name)
            for each in found.values() for name in each.code_maps}  # fmt: skip
    return Configuration(len(found), len(maps), tuple(faults))


def _settings_faults(home: Home) -> Iterator[str]:
    try:
        home.settings()
    except BadConfiguration as error:
        yield from _lines("gateway.toml", error)


def _lines(where: str, error: BadConfiguration) -> Iterator[str]:
    yield from (f"{where}: {line}" for line in error.message.splitlines())


def allowed_codes(registry: Registry, provision: Provision) -> Mapping[str, frozenset[str]]:
    """The codes that constraints leave to each component that one of them names."""
    allowed: dict[str, frozenset[str]] = {}
    constraints = registry.constraints(provision.flow.reference, provision.structure.reference)
    for name, codes in (pair for each in constraints for pair in each.region):
        allowed[name] = allowed.get(name, frozenset(codes)) & frozenset(codes)
    return allowed
