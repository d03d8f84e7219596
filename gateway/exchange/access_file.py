"""The file `access.toml`: who there is and what is granted, without any secret.

Strict as every file here: whatever is wrong in it is told at once, each with its line.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

import msgspec

from gateway.access.clients import DATA_READ
from gateway.access.grants import Grant
from gateway.errors import BadConfiguration, GatewayError
from gateway.exchange.exchange import Exchange
from gateway.exchange.granting import fitting


class Organisation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An entry of ``[[organisations]]``."""

    id: str
    es: str
    en: str


class Client(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """An entry of ``[[clients]]``."""

    id: str
    name: str
    organisation: str | None = None
    scopes: tuple[str, ...] = (DATA_READ,)


class Group(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An entry of ``[[groups]]``."""

    id: str
    members: tuple[str, ...]


class GrantEntry(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True
):
    """An entry of ``[[grants]]``: it begins and ends at moments with a time zone."""

    to: str
    actions: tuple[str, ...] = ("read",)
    provider: str = "*"
    dataflow: str = "*"
    region: str = ""
    statuses: tuple[str, ...] = ()
    embargoed: bool = False
    denies: bool = False
    begins: datetime | None = None
    ends: datetime | None = None
    agreement: str = ""
    approved_by: str = ""

    def grant(self) -> Grant:
        """The grant that it stands for."""
        for each in (self.begins, self.ends):
            if each is not None and each.tzinfo is None:
                raise BadConfiguration(f"{each} names no time zone")
        return Grant(
            self.to,
            self.actions,
            self.provider,
            self.dataflow,
            self.region,
            frozenset(self.statuses),
            embargoed=self.embargoed,
            denies=self.denies,
            valid_from=self.begins,
            valid_to=self.ends,
            agreement=self.agreement,
            approved_by=self.approved_by,
        )


S = TypeVar("S", bound=msgspec.Struct)

_SECTIONS = ("organisations", "clients", "groups", "grants")
_SECRET = re.compile(r"secret|password|contrase|private|^d$|token", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a file wants there to be; None where it says nothing of groups, or of grants."""

    organisations: tuple[Organisation, ...]
    clients: tuple[Client, ...]
    groups: Mapping[str, frozenset[str]] | None
    grants: tuple[Grant, ...] | None


def read_access(exchange: Exchange, text: str, name: str) -> Wanted:
    """What a file says. Raises BadConfiguration with every fault, each with its line."""
    try:
        whole = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadConfiguration(f"{name}: {error}", subject=name) from error
    reading = _Reading(text, name)
    reading.refuse_unknown(whole)
    organisations = reading.section(whole, "organisations", Organisation)
    clients = reading.section(whole, "clients", Client)
    groups = reading.section(whole, "groups", Group)
    subjects = (
        *(f"organisation:{each.id}" for _, each in organisations),
        *(f"client:{each.id}" for _, each in clients),
    )
    grants = [
        found
        for number, each in reading.section(whole, "grants", GrantEntry)
        if (found := reading.grant(exchange, number, each, frozenset(subjects))) is not None
    ]
    if reading.faults:
        raise BadConfiguration("\n".join(reading.faults), subject=name)
    return Wanted(
        tuple(each for _, each in organisations),
        tuple(each for _, each in clients),
        {each.id: frozenset(each.members) for _, each in groups} if "groups" in whole else None,
        tuple(grants) if "grants" in whole else None,
    )


class _Reading:
    """One file being read; its faults come together."""

    def __init__(self, text: str, name: str) -> None:
        self._lines = text.splitlines()
        self._name = name
        self.faults: list[str] = []

    def refuse_unknown(self, whole: Mapping[str, object]) -> None:
        for key in whole:
            if key not in _SECTIONS:
                known = ", ".join(f"[[{each}]]" for each in _SECTIONS)
                self._fault(self._line_of(key, 0), f"unknown key {key} (known: {known})")

    def section(
        self, whole: Mapping[str, object], section: str, kind: type[S]
    ) -> list[tuple[int, S]]:
        """The entries of a section with their numbers, those without a fault."""
        entries = whole.get(section, [])
        if not isinstance(entries, list):
            self._fault(self._line_of(section, 0), f"write [[{section}]] for each entry")
            return []
        found = []
        for number, entry in enumerate(entries):
            begins = self._header(section, number)
            secrets = (
                [key for key in entry if _SECRET.search(key)] if isinstance(entry, dict) else []
            )
            for key in secrets:
                self._fault(self._line_of(key, begins), f"{key}: no secret stands in this file")
            if secrets:
                continue
            try:
                found.append((number, msgspec.convert(entry, kind)))
            except msgspec.ValidationError as error:
                named = re.search(r"`([^`]+)`(?!.*`)", str(error))
                key = named.group(1).rpartition(".")[2] if named else section
                said = re.sub(r" - at `\$\.?([^`]*)`", r" (\1)", str(error))
                self._fault(self._line_of(key, begins), said)
        return found

    def grant(
        self, exchange: Exchange, number: int, entry: GrantEntry, to_come: frozenset[str]
    ) -> Grant | None:
        """A grant that fits the gateway's definitions; None for one with a fault."""
        try:
            return fitting(exchange, entry.grant(), to_come)
        except GatewayError as error:
            begins = self._header("grants", number)
            line = begins if error.subject is None else self._line_with(error.subject, begins)
            self._fault(line, error.sentence())
            return None

    def _fault(self, line: int, said: str) -> None:
        self.faults.append(f"{self._name}, line {line}: {said}")

    def _header(self, section: str, number: int) -> int:
        """The line, from 1, at which an entry of a section begins."""
        header = re.compile(rf"\s*\[\[\s*{section}\s*\]\]")
        lines = [place for place, line in enumerate(self._lines, 1) if header.match(line)]
        return lines[number] if number < len(lines) else 1

    def _line_of(self, key: str, begins: int) -> int:
        """The line at which a key stands in an entry; that of the entry where it does not."""
        named = re.compile(rf"\s*(\[\[?\s*)?\"?{re.escape(key)}\"?\s*(=|\])")
        return next(
            (place for place, line in self._entry(begins) if named.match(line)), max(begins, 1)
        )

    def _line_with(self, words: str, begins: int) -> int:
        return next((place for place, line in self._entry(begins) if words in line), begins)

    def _entry(self, begins: int) -> Iterator[tuple[int, str]]:
        for place, line in enumerate(self._lines[begins:], begins + 1):
            if begins and line.lstrip().startswith("["):
                return
            yield place, line
