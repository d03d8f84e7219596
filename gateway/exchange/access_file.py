"""The file `access.toml`: who there is and what is granted, without any secret.

Strict as every file here: whatever is wrong in it is told at once, each with its line.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import msgspec

from gateway.access.clients import DATA_READ, Proof
from gateway.access.clients import Client as Registered
from gateway.access.grants import Grant
from gateway.access.keysets import as_text, from_text, keys_in_file
from gateway.access.signed import ALGORITHMS
from gateway.errors import BadConfiguration, GatewayError
from gateway.exchange.exchange import Exchange
from gateway.exchange.granting import fitting
from gateway.fetch import refuse_unfit


class Organisation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An entry of ``[[organisations]]``."""

    id: str
    es: str
    en: str


class Client(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """An entry of ``[[clients]]``.

    `jwks` are its public keys: the name of a file beside this one, or a JWKS or PEM as it is. Of
    how it proves who it is, what is None stays as it stands; a new client without keys, that is
    not public, is given a secret.
    """

    id: str
    name: str
    organisation: str | None = None
    scopes: tuple[str, ...] = (DATA_READ,)
    jwks: str | None = None
    jwks_url: str | None = None
    public: bool | None = None
    algorithm: str | None = None
    dpop: bool | None = None
    strict_audience: bool | None = None
    device: bool | None = None

    @property
    def ways(self) -> int:
        """In how many ways it is to prove who it is: at most one is right."""
        return sum(each is not None for each in (self.jwks, self.jwks_url, self.public or None))

    def proof(self, known: Registered | None) -> Proof:
        """How it is to prove who it is, where it is registered already or is new."""
        anew = bool(self.ways)
        before = known or _NEW
        jwks = self.jwks if anew else before.jwks
        return Proof(
            from_text(jwks) if jwks else (),
            (self.jwks_url if anew else before.jwks_url) or "",
            before.algorithm if self.algorithm is None else self.algorithm,
            before.dpop if self.dpop is None else self.dpop,
            before.strict_audience if self.strict_audience is None else self.strict_audience,
            public=bool(self.public) if anew else known is not None and not known.is_confidential,
            device=before.device if self.device is None else self.device,
        )


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


_NEW = Registered("", "", None, (), datetime.min.replace(tzinfo=UTC), None)

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


def read_access(exchange: Exchange, text: str, name: str, folder: Path) -> Wanted:
    """What a file says, that names files of keys beside it in a folder.

    Raises BadConfiguration with every fault, each with its line.
    """
    try:
        whole = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadConfiguration(f"{name}: {error}", subject=name) from error
    reading = _Reading(text, name)
    reading.refuse_unknown(whole)
    organisations = reading.section(whole, "organisations", Organisation)
    clients = [
        (number, reading.with_keys(exchange, number, each, folder))
        for number, each in reading.section(whole, "clients", Client)
    ]
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

    def with_keys(self, exchange: Exchange, number: int, entry: Client, folder: Path) -> Client:
        """A client with its keys as they are kept; as it was, where there is a fault."""
        key = "jwks" if entry.jwks is not None else "jwks_url"
        if entry.algorithm not in (None, *ALGORITHMS):
            known = ", ".join(ALGORITHMS)
            line = self._line_of("algorithm", self._header("clients", number))
            self._fault(line, f"there is no algorithm {entry.algorithm} (known: {known})")
        try:
            if entry.ways > 1:
                raise BadConfiguration("name one of jwks, jwks_url and public")
            if entry.jwks_url is not None:
                refuse_unfit(entry.jwks_url, loopback=exchange.settings.loopback_keys)
            if entry.jwks is None:
                return entry
            return msgspec.structs.replace(entry, jwks=_public_keys(entry.jwks, folder))
        except GatewayError as error:
            begins = self._header("clients", number)
            self._fault(self._line_of(key, begins), error.sentence())
            return entry

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


def _public_keys(said: str, folder: Path) -> str:
    """Keys that stand in a file as they are, or in another one, as they are kept.

    Raises BadFile where there are none, BadConfiguration for a private one among them.
    """
    try:
        plain = said.lstrip().startswith(("{", "-----BEGIN"))
        content = said.encode() if plain else (folder / said).read_bytes()
    except (OSError, ValueError) as error:
        raise BadConfiguration(f"{said} cannot be read", subject=said) from error
    keys, private = keys_in_file(content)
    if private:
        raise BadConfiguration("a private key is the client's alone: leave its public part here")
    return as_text(keys)
