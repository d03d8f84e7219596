"""Another machine's gateway, as the terminal signs in to it: requests, and tokens kept in a file.

The file is its owner's only. Whoever changes it holds a lock: a refresh token is good once, and
two commands that used the same one at once would end all that it belongs to.
"""

import fcntl
import json
import os
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode, urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

import click
import msgspec

from gateway.access.terminal import TERMINAL
from gateway.access.tokens import TOKEN_PATH
from gateway.errors import BadConfiguration, StorageFault, Unauthenticated

_MARGIN = timedelta(seconds=60)
"""A token that ends sooner is not worth handing out."""


class Login(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the terminal has of one gateway."""

    access_token: str
    expires_at: datetime
    refresh_token: str


class Logins(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the terminal has of every gateway, by its address; `last` is where it signed in last."""

    last: str = ""
    of: dict[str, Login] = {}


@dataclass(frozen=True, slots=True)
class Answer:
    """What a gateway said, with its HTTP status."""

    status: int
    said: Mapping[str, object]

    @property
    def error(self) -> str:
        """The error by its name in OAuth; empty where there is none."""
        return "" if self.status == 200 else str(self.said.get("error", self.status))


class _NoRedirects(HTTPRedirectHandler):
    """Secrets go where they were meant to go, or nowhere."""

    def redirect_request(self, *_: object) -> None:
        return None


def post(server: str, path: str, fields: Mapping[str, str]) -> Answer:
    """Send a form to a gateway. Raises StorageFault where it does not answer."""
    asked = Request(f"{server}{path}", urlencode(fields).encode())  # noqa: S310 - see `address`
    try:
        with build_opener(_NoRedirects()).open(asked, timeout=30) as answer:
            return Answer(answer.status, json.load(answer))
    except HTTPError as error:
        with error:
            return Answer(error.code, _said(error.read()))
    except (URLError, OSError, ssl.SSLError, ValueError) as error:
        reason = getattr(error, "reason", None) or error
        raise StorageFault(
            f"{server} does not answer ({reason}).",
            spanish=f"{server} no responde ({reason}).",
            subject=server,
        ) from error


def _said(body: bytes) -> dict[str, object]:
    try:
        found = json.loads(body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def address(server: str) -> str:
    """The address of a gateway. Raises BadConfiguration where others could read what is sent."""
    parts = urlsplit(server if "://" in server else f"https://{server}")
    if parts.scheme == "https" or (parts.scheme == "http" and _is_loopback(parts.hostname or "")):
        return f"{parts.scheme}://{parts.netloc}{parts.path}".rstrip("/")
    raise BadConfiguration(
        f"{server} is no https address: others could read what is sent.",
        spanish=f"{server} no es una dirección https: otros podrían leer lo enviado.",
        subject="server",
    )


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def login_of(said: Mapping[str, object]) -> Login:
    """What a token endpoint handed out."""
    life = timedelta(seconds=float(str(said.get("expires_in", 0))))
    return Login(
        str(said["access_token"]), datetime.now(UTC) + life, str(said.get("refresh_token", ""))
    )


@contextmanager
def _file() -> Iterator[Path]:
    """The file, with nobody else at it."""
    folder = Path(click.get_app_dir("gateway"))
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(folder / "logins.lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise _unusable(folder, error) from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield folder / "logins.json"
    finally:
        os.close(handle)


def _read(path: Path) -> Logins:
    try:
        return msgspec.json.decode(path.read_bytes(), type=Logins)
    except FileNotFoundError:
        return Logins()
    except (OSError, msgspec.MsgspecError) as error:
        raise _unusable(path, error) from error


def _write(path: Path, logins: Logins) -> None:
    passing = path.with_suffix(f".{os.getpid()}")
    try:
        with os.fdopen(os.open(passing, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(msgspec.json.encode(logins))
        passing.replace(path)
    except OSError as error:
        raise _unusable(path, error) from error


def _unusable(path: Path, error: Exception) -> StorageFault:
    return StorageFault(
        f"{path} cannot be used ({error}).", spanish=f"No se puede usar {path} ({error}).",
        subject=str(path),
    )  # fmt: skip


def keep(server: str, login: Login) -> None:
    """Remember a login."""
    with _file() as path:
        _write(path, Logins(server, {**_read(path).of, server: login}))


def forget(server: str) -> Login | None:
    """Forget a login; what it was."""
    with _file() as path:
        known = dict(_read(path).of)
        login = known.pop(server, None)
        _write(path, Logins("", known))
    return login


def last() -> str:
    """Where the terminal signed in last. Raises Unauthenticated."""
    with _file() as path:
        server = _read(path).last
    if not server:
        raise _signed_out("…")
    return server


def token(server: str) -> Login:
    """A token that holds for a minute yet, refreshed where need be. Raises Unauthenticated."""
    with _file() as path:
        logins = _read(path)
        login = logins.of.get(server)
        if login is None:
            raise _signed_out(server)
        if login.expires_at > datetime.now(UTC) + _MARGIN:
            return login
        fresh = _refreshed(server, login)
        _write(path, Logins(logins.last, {**logins.of, server: fresh}))
    return fresh


def _refreshed(server: str, login: Login) -> Login:
    fields = {
        "grant_type": "refresh_token",
        "refresh_token": login.refresh_token,
        "client_id": TERMINAL,
    }
    answer = post(server, TOKEN_PATH, fields)
    if answer.error:
        raise _signed_out(server)
    return login_of(answer.said)


def _signed_out(server: str) -> Unauthenticated:
    return Unauthenticated(
        f"You are not signed in: gateway login --server {server}",
        spanish=f"No ha entrado: gateway login --server {server}",
        subject=server,
    )
