"""Settings and folders: the one place that reads environment variables and `gateway.toml`.

A home is a folder that holds the gateway's state, and its own `dsd/` and `config/` if it has been
made with ``gateway init``; otherwise those of the installed package are used.
"""

import os
import re
import shutil
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

import msgspec

from gateway.errors import BadConfiguration, StorageFault
from gateway.model.text import Language

HOME_VARIABLE = "GATEWAY_HOME"
_PASSWORD_VARIABLE = "GATEWAY_DATABASE_PASSWORD"  # noqa: S105 - its name, not its value
_MASTER_VARIABLE = "GATEWAY_MASTER_KEY_FILE"
_SECRET_VARIABLE = "GATEWAY_CLIENT_SECRET_"  # noqa: S105 - its name, not its value
_ISSUER_VARIABLE = "GATEWAY_HANDED_DOWN_ISSUER"  # between our own processes; no one sets it
_COUNTS_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"  # its client reads it when it is imported
_LOG_VARIABLE = "GATEWAY_HANDED_DOWN_LOG"

_SECRET = re.compile(r"[^:]*://[^:/]*:[^@]*@|.*[?&][^=&]*password[^=&]*=", re.IGNORECASE)
"""A URL with a password, in front of its host or among its parameters."""

Logged = Literal["requests", "faults"]
"""What the log tells: every request, or faults alone."""

Algorithm = Literal["ES256", "PS256", "EdDSA", "Ed25519", "RS256"]

_PACKAGE = Path(__file__).parent


_Number = Annotated[int, msgspec.Meta(ge=0)]
_AtLeastOne = Annotated[int, msgspec.Meta(ge=1)]


class Serve(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where and how wide the gateway listens."""

    host: str = "127.0.0.1"
    port: int = 8000
    workers: _AtLeastOne = 1
    proxies: _Number = 0
    origins: tuple[str, ...] = ("*",)
    drain: Annotated[int, msgspec.Meta(ge=1, le=1800)] = 30
    metrics: Literal["loopback", "token", "off"] = "loopback"
    log: Logged = "requests"


class Limits(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How much one question, and one client, may ask; 0 requests a minute are any number."""

    observations: _AtLeastOne = 5_000_000
    seconds: _AtLeastOne = 60
    data: _Number = 600
    structures: _Number = 1200
    url: Annotated[int, msgspec.Meta(ge=256, le=65_536)] = 8192


class Cache(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Answers that are kept: in memory by each process, larger ones on disk by all together.

    All in megabytes, the largest in memory in kilobytes; `ahead` are days.
    """

    memory: _Number = 64
    largest: _Number = 1024
    disk: _Number = 1024
    ahead: _Number = 8


class Issuer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Somebody else who may say who asks: `[[issuers]]` in `gateway.toml`, documented there.

    What names a claim is a path: ``realm_access.roles``.
    """

    id: Annotated[str, msgspec.Meta(pattern="^[a-z0-9][a-z0-9-]{0,30}$")]
    issuer: Annotated[str, msgspec.Meta(pattern="^https?://[^ ]+$")]
    jwks: str = ""
    audience: str = ""
    algorithms: Annotated[tuple[Algorithm, ...], msgspec.Meta(min_length=1)] = ("RS256",)
    types: Annotated[tuple[str, ...], msgspec.Meta(min_length=1)] = ("at+jwt",)
    organisations: tuple[str, ...] = ()
    scopes: tuple[str, ...] = ()
    client_claim: str = "client_id"
    organisation_claim: str = ""
    groups_claim: str = ""
    scope_claim: str = "scope"
    name: str = ""
    client_id: str = ""
    name_claim: str = "name"


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The content of `gateway.toml`, documented there key by key."""

    sender: str = "LMIG"
    language: Language = "es"
    issuer: str = ""
    database: str = ""
    files: str = ""
    licence: str = ""
    largest_upload: Annotated[int, msgspec.Meta(ge=1, le=1024)] = 64
    loopback_keys: bool = False
    serve: Serve = Serve()
    limits: Limits = Limits()
    cache: Cache = Cache()
    issuers: tuple[Issuer, ...] = ()

    def issuer_at(self, host: str, port: int) -> str:
        """The address that clients reach, without a slash at its end.

        Raises BadConfiguration where another machine could reach it without https.
        """
        issuer = (self.issuer or f"http://{host}:{port}").rstrip("/")
        if urlsplit(issuer).scheme != "https" and not _is_loopback(host):
            raise BadConfiguration(
                f"Listening on {host} lets other machines in: set issuer to an https address.",
                spanish=f"Atender en {host} deja entrar a otras máquinas: indique en issuer una "
                "dirección https.",
                subject="issuer",
            )
        return issuer


@dataclass(frozen=True, slots=True)
class Home:
    """The folders of one gateway; none needs to exist yet."""

    root: Path

    @property
    def database(self) -> Path:
        """The SQLite file of catalogue and clients."""
        return self.root / "gateway.db"

    @property
    def files(self) -> Path:
        """Parts and sources, each under its SHA-256."""
        return self.root / "files"

    @property
    def keys(self) -> Path:
        """The keys that sign tokens."""
        return self.root / "keys"

    @property
    def journals(self) -> Path:
        """Decisions on record that are not chained in the audit yet."""
        return self.root / "journals"

    @property
    def cache(self) -> Path:
        """What can be made again at any time."""
        return self.root / "cache"

    @property
    def indexes(self) -> Path:
        """The serving indexes of releases."""
        return self.cache / "indexes"

    def definitions_changed_at(self) -> float:
        """When the newest file of `dsd/` and `config/` was changed, as seconds since 1970.

        0 where there is none.
        """
        files = (path for folder in (self.dsd, self.config) for path in folder.rglob("*"))
        return max((path.stat().st_mtime for path in files if path.is_file()), default=0.0)

    @property
    def dsd(self) -> Path:
        """The structure files: the home's own, else the package's."""
        return self._own("dsd")

    @property
    def config(self) -> Path:
        """Settings and provisions: the home's own, else the package's."""
        return self._own("config")

    def _own(self, name: str) -> Path:
        own = self.root / name
        return own if own.is_dir() else defaults() / name

    def settings(self) -> Settings:
        """The settings. Raises BadConfiguration that names an unknown key or a wrong value."""
        path = self.config / "gateway.toml"
        try:
            settings = msgspec.toml.decode(path.read_bytes(), type=Settings)
        except FileNotFoundError:
            return Settings()
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise BadConfiguration(f"{path}: {error}", subject=str(path)) from error
        _refuse_secrets(settings, path)
        _refuse_twins(settings, path)
        return settings

    @property
    def language(self) -> Language:
        """The language of the home's people; Spanish where its settings cannot be read."""
        try:
            return self.settings().language
        except BadConfiguration:
            return "es"

    def create(self) -> None:
        """Make the folders, for their owner only. Raises StorageFault where that cannot be."""
        try:
            for folder in (self.root, self.files, self.keys):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not os.access(self.root, os.W_OK | os.X_OK):
                raise PermissionError(f"{self.root} is not writable")
        except OSError as error:
            raise _unusable(self.root, error) from error

    def adopt_defaults(self) -> None:
        """Copy the package's `dsd/` and `config/` here to be edited.

        Raises StorageFault where either is there already: nothing is overwritten.
        """
        self.create()
        for name in ("dsd", "config"):
            target = self.root / name
            if target.exists():
                raise StorageFault(
                    f"{target} is there already; nothing was copied over it.",
                    spanish=f"{target} ya existe; no se copió nada encima.",
                    subject=str(target),
                )
            try:
                shutil.copytree(defaults() / name, target)
            except OSError as error:
                raise _unusable(target, error) from error


def _refuse_secrets(settings: Settings, path: Path) -> None:
    cures = {"database": _PASSWORD_VARIABLE, "files": "AWS_SECRET_ACCESS_KEY"}
    for key, variable in cures.items():
        if _SECRET.match(getattr(settings, key)):
            raise BadConfiguration(
                f"{path}: a password stands in {key}, which others may read. Take it out, "
                f"change it, and give it in the environment as {variable}.",
                spanish=f"{path}: hay una contraseña en {key}, que otros pueden leer. Quítela, "
                f"cámbiela y póngala en la variable de entorno {variable}.",
                subject=key,
            )


def _refuse_twins(settings: Settings, path: Path) -> None:
    """Two issuers of one name would speak for each other."""
    for name in ("id", "issuer"):
        values = [getattr(each, name) for each in settings.issuers]
        twice = sorted({each for each in values if values.count(each) > 1})
        if twice:
            raise BadConfiguration(f"{path}: two issuers have {name} {twice[0]}.", subject=name)


def _unusable(path: Path, error: OSError) -> StorageFault:
    reason = error.strerror or str(error)
    return StorageFault(
        f"The home folder cannot be used: {path} ({reason}).",
        spanish=f"No se puede usar la carpeta del servicio: {path} ({reason}).",
        subject=str(path),
    )


def find_home(named: Path | None) -> Home:
    """The home that was named, else that of the environment, else ``.gateway`` here."""
    return Home(named or Path(os.environ.get(HOME_VARIABLE) or ".gateway"))


def database_password() -> str:
    """The password for the database that the settings name; empty where none was given."""
    return os.environ.get(_PASSWORD_VARIABLE, "")


def master_key(home: Home) -> tuple[Path, bool]:
    """The file of the master key, and whether it is the home's own, to be made on first use."""
    named = os.environ.get(_MASTER_VARIABLE)
    return (Path(named), False) if named else (home.keys / "master.key", True)


def client_secret(issuer: str) -> str:
    """Our secret at an issuer, by its id, at which people sign in; empty where it asks for none."""
    return os.environ.get(_SECRET_VARIABLE + issuer.upper().replace("-", "_"), "")


@dataclass(frozen=True, slots=True)
class Run:
    """What the processes that serve together share: where they find it, and what they log.

    `counts` is the folder in which they count.
    """

    home: Home
    issuer: str
    counts: Path
    log: Logged = "requests"


def hand_down(run: Run) -> None:
    """Name what is shared to the processes that this one starts."""
    os.environ[HOME_VARIABLE] = str(run.home.root.resolve())
    os.environ[_ISSUER_VARIABLE] = run.issuer
    os.environ[_COUNTS_VARIABLE] = str(run.counts)
    os.environ[_LOG_VARIABLE] = run.log


def handed_down() -> Run:
    """What the parent process named."""
    home, counts = find_home(None), Path(os.environ[_COUNTS_VARIABLE])
    log: Logged = "faults" if os.environ[_LOG_VARIABLE] == "faults" else "requests"
    return Run(home, os.environ[_ISSUER_VARIABLE], counts, log)


def defaults() -> Path:
    """The folder with the `dsd/` and `config/` that come with the gateway.

    In a checkout that is the checkout itself, so that what is edited is what is used.
    """
    checkout = _PACKAGE.parent
    in_checkout = (checkout / "pyproject.toml").is_file() and (checkout / "dsd").is_dir()
    return checkout if in_checkout else _PACKAGE / "defaults"


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
